package plantest

import (
	"maps"
	"testing"
)

// A statement that breaks a rule is found with the rule, and one that an index serves is not.
func TestRules(t *testing.T) {
	t.Parallel()
	s, sqlite, postgres := New(), map[string]string{}, map[string]string{}
	for _, tt := range []struct {
		sql  string
		args []any
		// sqlite and postgres are the rules that it breaks, "" for none.
		sqlite, postgres string
	}{
		{"SELECT id FROM names WHERE co_id = $1 AND given_folded = $2", []any{int64(7), "ada"}, "", ""},
		{"SELECT id FROM names WHERE given_folded = $1", []any{"ada"}, scans, scans},
		{"SELECT n.id FROM names n WHERE n.id > $1 AND n.co_id + 0 = $2", []any{int64(1), int64(7)}, scans, scans},
		{"SELECT id, created FROM cos", nil, "", ""},
		{"SELECT id, modified FROM co_people WHERE co_id = $1 ORDER BY modified", []any{int64(7)}, "", sorts},
		{"WITH p AS MATERIALIZED (SELECT id FROM co_people WHERE co_id = $1) SELECT p.id FROM p", []any{int64(7)}, "", ""},
		{"SELECT id FROM names WHERE co_id = $1 AND given = $2", []any{int64(7), "not\x00stored"}, "", ""},
	} {
		s.Trace("registry.db")(tt.sql, tt.args)
		s.Trace("postgres://host/registry")(tt.sql, tt.args)
		if tt.sqlite != "" {
			sqlite[tt.sql] = tt.sqlite
		}
		if tt.postgres != "" {
			postgres[tt.sql] = tt.postgres
		}
	}
	s.Trace("postgres://host/registry")("SET LOCAL enable_sort = off", nil)
	for kind, check := range map[string]func(*findings) error{
		"SQLite":     func(f *findings) error { return checkSQLite(t.Context(), s.sqlite, f) },
		"PostgreSQL": func(f *findings) error { return checkPostgres(t.Context(), s.postgres, f) },
	} {
		var found findings
		if err := check(&found); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		got, want := map[string]string{}, map[string]map[string]string{"SQLite": sqlite, "PostgreSQL": postgres}[kind]
		for _, f := range found.all {
			got[f.sql] = f.rule
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: the rules that are broken are %v, want %v (%v)", kind, got, want, found.err())
		}
	}
}
