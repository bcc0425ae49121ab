package store_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/search"
	"comity/internal/store/storetest"
)

// primaryKey matches PostgreSQL's name of the index of a table's primary key.
var primaryKey = regexp.MustCompile(`^(\w+)_pkey$`)

// matching matches a step of SQLite's plan that searches a trigram index.
var matching = regexp.MustCompile(`^SCAN (\w+ VIRTUAL TABLE INDEX 0:M)`)

// withoutChosen returns a plan without the steps that read the result of a subquery: the plan has steps for
// the subquery as well.
func withoutChosen(plan []string) []string {
	chosen := map[string]bool{}
	return slices.DeleteFunc(plan, func(step string) bool {
		if name, is := strings.CutPrefix(step, "CO-ROUTINE "); is {
			chosen["SCAN "+name] = true
		}
		known := chosen[step]
		delete(chosen, step)
		return known
	})
}

// scans returns a pattern that matches a step of a plan that reads all rows of a table that can be large, or
// all rows after the first of a page.
func (r *tracedDB) scans() *regexp.Regexp {
	if !r.postgres {
		// A scan of a constant or a subquery is not one of a table.
		return regexp.MustCompile(`SCAN (co_|[acdegimnoprtu]\b|cous|names|email|ident|addr|org|hist|deliv|api).*|SEARCH \w+ USING INTEGER PRIMARY KEY \(rowid>\?\)`)
	}
	return regexp.MustCompile(`Seq Scan on (co_people|co_person|co_group|cous|names|email|ident|addr|org|hist|deliv|api).*|Index Cond: \(id > '\d+'::bigint\)`)
}

// tracedDB is an open database that records the statements it runs.
type tracedDB struct {
	*db.DB
	postgres   bool
	statements []statement
}

type statement struct {
	sql  string
	args []any
}

func openTraced(t *testing.T, database string) *tracedDB {
	t.Helper()
	r := &tracedDB{postgres: db.IsPostgres(database)}
	var err error
	r.DB, err = store.Open(t.Context(), db.Options{Database: database, Sealer: newSealer(t), Trace: func(sql string, args []any) {
		r.statements = append(r.statements, statement{sql, args})
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// tracedDatabases opens an empty database of each kind.
func tracedDatabases(t *testing.T) map[string]*tracedDB {
	t.Helper()
	return map[string]*tracedDB{"SQLite": openTraced(t, storetest.SQLite(t)), "PostgreSQL": openTraced(t, storetest.PostgreSQL(t))}
}

// run runs a closure and returns its statements, without those that only set how others are planned.
func (r *tracedDB) run(ctx context.Context, tx *db.Tx, fn func(context.Context, *db.Tx) error) ([]statement, error) {
	r.statements = nil
	err := fn(ctx, tx)
	return slices.DeleteFunc(r.statements, func(s statement) bool { return strings.HasPrefix(s.sql, "SET ") }), err
}

// plans returns the plans of the statements that a closure runs.
func (r *tracedDB) plans(t *testing.T, fn func(context.Context, *db.Tx) error) (all []string) {
	t.Helper()
	ctx := t.Context()
	explain, before := "EXPLAIN QUERY PLAN ", 3 // columns before the step
	if r.postgres {
		explain, before = "EXPLAIN ", 0
	}
	err := r.Write(ctx, func(tx *db.Tx) error {
		all = nil
		if r.postgres {
			// With so few rows PostgreSQL would not use an index that exists.
			if _, err := tx.Exec(ctx, "SET LOCAL enable_seqscan = off", nil); err != nil {
				return err
			}
		}
		statements, err := r.run(ctx, tx, fn)
		if err != nil {
			return err
		}
		for _, s := range statements {
			err := tx.Query(ctx, explain+s.sql, s.args, func(row *db.Row) error {
				for range before {
					row.Skip()
				}
				// SQLite calls a search of a virtual table by MATCH a scan.
				all = append(all, matching.ReplaceAllString(row.Text(), "SEARCH $1"))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// fillTables fills a database with people, a hundred in each CO, and as many records of other resources. SQLite's
// plans do not depend on the size of tables, so 40 people are enough; for PostgreSQL it adds 3,000.
func fillTables(t *testing.T, s *tracedDB) {
	t.Helper()
	size := 40
	if s.postgres {
		size = 3000
	}
	n := fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, size)
	into := func(table, columns, values string) string {
		return n + `INSERT INTO ` + table + ` (co_id, ` + columns + `, created, modified, revision, actor)
			SELECT 1 + i / 100, ` + values + `, 0, 0, 0, 'tester' FROM n`
	}
	statements := []string{
		n + `INSERT INTO cos (id, name, status, created, modified, revision, actor) SELECT i, 'c' || i, 'Active', 0, 0, 0, 'tester' FROM n WHERE i <= 31`,
		into("cous", "name, parent_id", "'u' || i, CASE WHEN i > 30 THEN i - 30 END"),
		into("co_people", "status", "'Active'"),
		into("co_person_roles", "co_person_id, cou_id, affiliation, status, ordr", "i, i, 'staff', 'Active', i"),
		into("org_identities", "title", "'t'"),
		into("names", "co_person_id, given, given_folded, family, family_folded, type, primary_name", "i, 'G' || i, 'g' || i, 'F' || i, 'f' || i, 'official', true"),
		into("email_addresses", "co_person_id, mail, mail_folded, type, verified", "i, 'M' || i || '@x', 'm' || i || '@x', 'official', false"),
		into("identifiers", "co_person_id, identifier, identifier_folded, type, login, status", "i, 'I' || i, 'i' || i, 'uid', false, 'Active'"),
		into("co_org_identity_links", "co_person_id, org_identity_id", "i, i"),
		into("email_addresses", "org_identity_id, mail, mail_folded, type, verified", "i, 'O' || i || '@x', 'o' || i || '@x', 'official', false"),
		into("identifiers", "org_identity_id, identifier, identifier_folded, type, login, status", "i, 'O' || i, 'o' || i, 'eppn', true, 'Active'"),
		into("addresses", "co_person_role_id", "i"),
		into("co_groups", "name, open, status, group_type, auto, nesting_mode_all", "'g' || i, false, 'Active', CASE i WHEN 2 THEN 'M' ELSE 'S' END, i = 2, false"),
		into("co_group_members", "co_group_id, co_person_id, member, owner", "i, i, true, false"),
		into("api_users", "privileged, status, username, string_ids", "false, 'Active', 'u' || i, false"),
		n + `INSERT INTO co_provisioning_targets (co_id, plugin, status, retry_interval, max_retry, ordr, created, modified, revision, actor)
			SELECT i, 'x', 'A', 1, 1, 1, 0, 0, 0, 'tester' FROM n WHERE i <= 31`,
		`INSERT INTO full_syncs (co_provisioning_target_id, only_changed, last_subject_id, total, claimed, began, stopped) VALUES (1, false, 0, 1, 0, 0, false)`,
		n + `INSERT INTO deliveries (co_provisioning_target_id, subject_id, co_id, version, due, claimed, sequence, attempts, refusals, dead_lettered, identifier, obsolete, answer)
			SELECT 1 + i / 100, i, 1 + i / 100, 1, CASE WHEN i < 1000 THEN i END, false, 0, 0, 0, false, '', '[]', '' FROM n`,
	}
	for _, r := range comity.Stored() {
		statements = append(statements, fmt.Sprintf(n+`INSERT INTO history (resource, record_id, revision, operation, actor, since, co_id, co_person_id, data)
			SELECT '%s', i, 0, 'add', 'tester', 0, 1 + i / 100, i, '{"Status":"Active"}' FROM n`, r.Singular))
	}
	err := s.WriteAlone(t.Context(), func(tx *db.Tx) error {
		tx.CountChange(comity.Name.Resource)
		run := func(statements ...string) error {
			for _, sql := range statements {
				if _, err := tx.Exec(t.Context(), sql, nil); err != nil {
					return err
				}
			}
			return nil
		}
		err := errors.Join(run(statements...), search.Update(t.Context(), tx))
		if err == nil && s.postgres {
			// As autovacuum does.
			err = run("SELECT gin_clean_pending_list('identifiers_search'), gin_clean_pending_list('people_search_words'), gin_clean_pending_list('co_groups_search')", "ANALYZE")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
