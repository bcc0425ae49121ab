package plantest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"comity/internal/store/db"
)

// checkSQLite looks at the plans in an empty database. SQLite's planner knows of the rows only what statistics say, and
// a registry has none (db.Open).
func checkSQLite(ctx context.Context, all map[statement][]any, found *findings) (err error) {
	folder, err := os.MkdirTemp("", "plantest-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "registry.db")
	if _, err := db.Migrate(ctx, path); err != nil {
		return err
	}
	return explainSQLite(path, all, found)
}

func explainSQLite(path string, all map[statement][]any, found *findings) (err error) {
	c, err := sqlite3.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := db.AddExtensions(c); err != nil {
		return err
	}
	tables := map[string]bool{}
	if err := each(c, `SELECT name FROM sqlite_schema WHERE type = 'table'`, func(s *sqlite3.Stmt) { tables[s.ColumnText(0)] = true }); err != nil {
		return err
	}
	for _, st := range ordered(all) {
		var steps []string
		if err := each(c, "EXPLAIN QUERY PLAN "+st.sql, func(s *sqlite3.Stmt) { steps = append(steps, s.ColumnText(3)) }); err != nil {
			return err
		}
		judgeSQLite(st.sql, steps, tables, found)
	}
	return nil
}

func each(c *sqlite3.Conn, sql string, row func(*sqlite3.Stmt)) error {
	s, _, err := c.Prepare(sql)
	if err != nil {
		return fmt.Errorf("prepare %q: %w", sql, err)
	}
	for s.Step() {
		row(s)
	}
	return errors.Join(s.Err(), s.Close())
}

var (
	// sqliteStep finds what a step does, the alias of the table, and the columns of the index.
	sqliteStep = regexp.MustCompile(`^(SCAN|SEARCH) (\w+)[^(]*(?:\((.*)\))?`)
	// sqliteSubquery matches the step before those of a subquery, whose rows a later step reads.
	sqliteSubquery = regexp.MustCompile(`^(?:CO-ROUTINE|MATERIALIZE) (\w+)`)
	sqliteEqual    = regexp.MustCompile(`(\w+)=\?`)
)

// judgeSQLite looks at the steps of a plan.
func judgeSQLite(sql string, steps []string, tables map[string]bool, found *findings) {
	subqueries := map[string]int{}
	for _, step := range steps {
		if m := sqliteSubquery.FindStringSubmatch(step); m != nil {
			subqueries["SCAN "+m[1]]++
			continue
		}
		if subqueries[step] > 0 {
			subqueries[step]--
			continue
		}
		m := sqliteStep.FindStringSubmatch(step)
		switch {
		case m == nil, strings.Contains(step, "VIRTUAL TABLE INDEX 0:M"):
			continue // it reads no table, or the index of trigrams
		case m[1] == "SEARCH" && !strings.Contains(step, "USING"):
			continue // the first or the last row of the table
		}
		table := tableOf(m[2], sql, tables)
		if table == "" || small[table] {
			continue // the rows of a parameter
		}
		var equal []string
		for _, e := range sqliteEqual.FindAllStringSubmatch(m[3], -1) {
			equal = append(equal, e[1])
		}
		switch {
		case len(equal) == 0:
			found.add("SQLite", scans, step, sql)
		case !narrow(equal) && strings.Contains(sql, m[2]+".co_id"):
			found.add("SQLite", others, step, sql)
		}
	}
}

// tableOf returns the table that a name in a plan stands for, "" for none.
func tableOf(alias, sql string, tables map[string]bool) string {
	if tables[alias] {
		return alias
	}
	table := ""
	for _, m := range regexp.MustCompile(`\b(\w+)\s+(?:AS\s+)?`+alias+`\b`).FindAllStringSubmatch(sql, -1) {
		switch {
		case tables[m[1]]:
			table = m[1]
		case strings.Contains(sql, m[1]+" AS MATERIALIZED"):
			return "" // it stands for both
		}
	}
	return table
}
