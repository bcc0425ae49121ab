package store_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"       // the driver that reads PostgreSQL's schema
	_ "github.com/ncruces/go-sqlite3/driver" // the driver that reads SQLite's

	"comity/internal/pgtest"
	"comity/internal/store/db"
)

// open opens a database without the store.
func open(t *testing.T, driver, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// rows reads all rows of a query as texts.
func rows(t *testing.T, db *sql.DB, query string, args ...any) (all [][]string) {
	t.Helper()
	found, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for found.Next() {
		cells, to := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := found.Scan(to...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		row := make([]string, len(names))
		for i, c := range cells {
			row[i] = c.String
		}
		all = append(all, row)
	}
	if err := found.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

// kinds maps the column types of both databases to common names.
var kinds = map[string]string{
	"INTEGER": "integer", "TEXT": "text", "BOOLEAN": "boolean", "BLOB": "blob",
	"bigint": "integer", "text": "text", "boolean": "boolean", "bytea": "blob", "jsonb": "text",
}

// orderIndexes puts a table's indexes in order.
func orderIndexes(s schema) {
	for _, t := range s {
		slices.SortFunc(t.indexes, func(a, b index) int { return strings.Compare(a.name, b.name) })
	}
}

func sqliteSchema(t *testing.T) schema {
	t.Helper()
	name := newFile(t)
	if _, err := db.Migrate(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	db, s := open(t, "sqlite3", "file:"+name), schema{}
	where := regexp.MustCompile(`(?i)\bWHERE (.*)$`)
	// The trigram indexes consist of tables.
	for _, r := range rows(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'
		AND name NOT LIKE 'identifiers_search%' AND name NOT LIKE 'people_search_words%' AND name NOT LIKE 'co_groups_search%'`) {
		tab := table{columns: map[string]column{}, references: map[string]string{}}
		keys := map[string]string{}
		for _, c := range rows(t, db, `SELECT name, type, "notnull", pk FROM pragma_table_info($1)`, r[0]) {
			// An INTEGER PRIMARY KEY is never NULL, with or without NOT NULL.
			tab.columns[c[0]] = column{kinds[c[1]], c[2] == "0" && c[3] == "0"}
			if c[3] != "0" {
				keys[c[3]] = c[0]
			}
		}
		for i := range len(keys) {
			tab.key = append(tab.key, keys[fmt.Sprint(i+1)])
		}
		for _, c := range rows(t, db, `SELECT "from", "table", "to" FROM pragma_foreign_key_list($1)`, r[0]) {
			if c[2] != "id" {
				t.Errorf("%s.%s refers to %s.%s", r[0], c[0], c[1], c[2])
			}
			tab.references[c[0]] = c[1]
		}
		for _, i := range rows(t, db, `SELECT l.name, l."unique", m.sql FROM pragma_index_list($1) l JOIN sqlite_master m ON m.name = l.name WHERE l.origin = 'c'`, r[0]) {
			in := index{name: i[0], unique: i[1] == "1"}
			for _, c := range rows(t, db, `SELECT name FROM pragma_index_info($1) ORDER BY seqno`, i[0]) {
				in.columns = append(in.columns, c[0])
			}
			if m := where.FindStringSubmatch(i[2]); m != nil {
				in.where = m[1]
			}
			tab.indexes = append(tab.indexes, in)
		}
		s[r[0]] = tab
	}
	orderIndexes(s)
	return s
}

func postgresSchema(t *testing.T) schema {
	t.Helper()
	url := pgtest.URL(t)
	if _, err := db.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	db, s := open(t, "pgx", url), schema{}
	for _, r := range rows(t, db, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'goose_%'`) {
		s[r[0]] = table{columns: map[string]column{}, references: map[string]string{}}
	}
	for _, c := range rows(t, db, `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public'`) {
		if tab, ok := s[c[0]]; ok {
			tab.columns[c[1]] = column{kinds[c[2]], c[3] == "YES"}
		}
	}
	for _, c := range rows(t, db, `SELECT c.conrelid::regclass, a.attname, c.confrelid::regclass, b.attname
		FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
		JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] WHERE c.contype = 'f'`) {
		if c[3] != "id" {
			t.Errorf("%s.%s refers to %s.%s", c[0], c[1], c[2], c[3])
		}
		s[c[0]].references[c[1]] = c[2]
	}
	brackets := strings.NewReplacer("(", "", ")", "", "::text", "")
	for _, i := range rows(t, db, `SELECT i.indrelid::regclass, i.indexrelid::regclass, i.indisunique, i.indisprimary, pg_get_expr(i.indpred, i.indrelid),
			(SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(i.indkey) WITH ORDINALITY k (attnum, n)
			JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE c.relnamespace = 'public'::regnamespace AND i.indexrelid NOT IN ('identifiers_search'::regclass, 'people_search_words'::regclass, 'co_groups_search'::regclass)`) {
		tab, ok := s[i[0]]
		if !ok {
			continue
		}
		columns := strings.Split(i[5], ",")
		if i[3] == "true" {
			tab.key = columns
		} else {
			tab.indexes = append(tab.indexes, index{i[1], columns, i[2] == "true", brackets.Replace(i[4])})
		}
		s[i[0]] = tab
	}
	orderIndexes(s)
	return s
}

// On PostgreSQL a search by the start of a text is a range of bytes with any locale of the database.
func TestFoldedColumnsSortByTheirBytes(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	if _, err := db.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	db := open(t, "pgx", url)
	n := 0
	for _, c := range rows(t, db, `SELECT table_name, column_name, collation_name FROM information_schema.columns
		WHERE table_schema = 'public' AND column_name LIKE '%\_folded'`) {
		n++
		if c[2] != "C" {
			t.Errorf("%s.%s sorts as %q", c[0], c[1], c[2])
		}
	}
	if n == 0 {
		t.Error("there are none")
	}
}
