package store_test

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"comity/internal/pgtest"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/seal"
)

// everywhere runs a test on a new, empty database of each kind.
func everywhere(t *testing.T, test func(t *testing.T, name string)) {
	t.Parallel()
	for kind, database := range map[string]func(*testing.T) string{"SQLite": newFile, "PostgreSQL": newDatabase} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, database(t))
		})
	}
}

func driverOf(name string) string {
	if db.IsPostgres(name) {
		return "pgx"
	}
	return "sqlite3"
}

func TestMigrateOnceAndAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, name string) {
		steps, err := db.Migrate(t.Context(), name)
		if err != nil || steps == 0 {
			t.Fatalf("%d steps from nothing: %v", steps, err)
		}
		for range 2 {
			if again, err := db.Migrate(t.Context(), name); err != nil || again != 0 {
				t.Errorf("%d steps from what is migrated: %v", again, err)
			}
		}
	})
}

// Several instances may start on one PostgreSQL at the same time.
func TestMigrateByManyAtOnce(t *testing.T) {
	t.Parallel()
	name := newDatabase(t)
	steps := make([]int, 4)
	var all sync.WaitGroup
	for i := range steps {
		all.Go(func() {
			var err error
			if steps[i], err = db.Migrate(t.Context(), name); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	done := 0
	for _, n := range steps {
		if n > 0 {
			done++
		}
	}
	if done != 1 {
		t.Errorf("steps %v, want those of one", steps)
	}
}

func TestMigrateWhatANewerProgramMade(t *testing.T) {
	everywhere(t, func(t *testing.T, name string) {
		if _, err := db.Migrate(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		opened := open(t, driverOf(name), name)
		if _, err := opened.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`); err != nil {
			t.Fatal(err)
		}
		_, err := db.Migrate(t.Context(), name)
		if !errors.Is(err, db.ErrNewer) {
			t.Fatalf("error %v, want ErrNewer", err)
		}
		if !strings.Contains(err.Error(), "99999") {
			t.Errorf("error %v does not say which version it is at", err)
		}
	})
}

// A database that an unreleased program made cannot be migrated: the error says which version it is at and what
// to do, and the database stays as it is.
func TestMigrateWhatAnUnreleasedProgramMade(t *testing.T) {
	everywhere(t, func(t *testing.T, name string) {
		if _, err := db.Migrate(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		opened := open(t, driverOf(name), name)
		for _, sql := range []string{`DELETE FROM goose_db_version`, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (32, true)`} {
			if _, err := opened.ExecContext(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		_, err := db.Migrate(t.Context(), name)
		for does, err := range map[string]error{"Migrate": err, "CheckVersion": db.CheckVersion(t.Context(), name)} {
			if err == nil || !strings.Contains(err.Error(), "it is at version 32") || !strings.Contains(err.Error(), "or make a new database") {
				t.Errorf("%s: error %v does not say what to do", does, err)
			}
		}
		if state, err := db.Inspect(t.Context(), name); err != nil || state.Version != 32 {
			t.Errorf("it is at version %d after that: %v", state.Version, err)
		}
	})
}

// A database that the last program before the migrations became one has migrated goes on unchanged: it has the
// schema, and the versions of migrations that are no longer there.
func TestMigrateWhatHasEarlierVersions(t *testing.T) {
	everywhere(t, func(t *testing.T, name string) {
		if _, err := db.Migrate(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		opened := open(t, driverOf(name), name)
		for _, sql := range []string{
			`INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, true), (7, true), (32, true)`,
			`INSERT INTO cos (name, status, created, modified, revision, actor) VALUES ('c', 'Active', 0, 0, 0, 'x')`,
		} {
			if _, err := opened.ExecContext(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		if steps, err := db.Migrate(t.Context(), name); err != nil || steps != 0 {
			t.Errorf("%d steps: %v", steps, err)
		}
		if err := db.CheckVersion(t.Context(), name); err != nil {
			t.Error(err)
		}
	})
}

// Migrate and Open use the same file for any form of its path.
func TestPathsOfSQLiteFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"comity.db", "with space.db", "ünï.db", "a%20b.db", "a?mode=memory.db", "a#b.db", "a&b;c'd\"e.db", "-", "postgres:.db"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			migrated(t, path)
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if mode := info.Mode().Perm(); mode != 0o600 {
				t.Errorf("mode %o, want it to be its owner's alone", mode)
			}
		})
	}
}

// migrated migrates a database, opens it and checks it.
func migrated(t *testing.T, name string) {
	t.Helper()
	if _, err := db.Migrate(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), db.Options{Database: name, Sealer: newSealer(t)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func newSealer(t *testing.T) *seal.Sealer {
	t.Helper()
	s, err := seal.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	there, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	there.User = url.UserPassword("postgres", "hunter2")
	there.Path = "/nowhere"
	for _, tt := range []struct{ name, database string }{
		{"a file that is not there", filepath.Join(t.TempDir(), "none.db")},
		{"a folder", t.TempDir()},
		{"a file in a folder that is not there", filepath.Join(t.TempDir(), "none", "none.db")},
		{"a file of something else", text},
		{"a database that is not there", there.String()},
		{"a server that is not there", "postgres://me:hunter2@127.0.0.1:1/comity?connect_timeout=5"},
		{"a server that is not there, with its password in the settings", "postgres:///comity?host=/nowhere&user=me&password=hunter2"},
		{"a URL that is none", "postgres://me:hunter2@[:1/comity"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := store.Open(t.Context(), db.Options{Database: tt.database, Sealer: newSealer(t)})
			if err == nil {
				_ = s.Close()
				t.Fatal("it is opened")
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %v contains the password", err)
			}
			if strings.HasSuffix(tt.database, "none.db") && !strings.Contains(tt.name, "folder") {
				return // migrating makes it
			}
			if _, err := db.Migrate(t.Context(), tt.database); err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("migrating: error %v", err)
			}
		})
	}
	t.Run("without a sealer", func(t *testing.T) {
		if _, err := store.Open(t.Context(), db.Options{Database: newFile(t)}); err == nil {
			t.Error("it is opened")
		}
	})
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ database, want string }{
		{"comity.db", "comity.db"},
		{"/var/lib/a b?password=x.db", "/var/lib/a b?password=x.db"},
		{"postgres://host/comity", "postgres://host/comity"},
		{"postgres://me@host/comity", "postgres://me@host/comity"},
		{"postgres://me:hunter2@host/comity", "postgres://me:xxxxx@host/comity"},
		{"postgresql://me:hunter2@host:5432/comity?sslmode=require", "postgresql://me:xxxxx@host:5432/comity?sslmode=require"},
		{"postgres://me:p%40ss@a,b/comity", "postgres://me:xxxxx@a,b/comity"},
		{"postgres:///comity?user=me&password=hunter2", "postgres:///comity?password=xxxxx&user=me"},
		{"postgres://host/comity?sslpassword=hunter2&sslkey=k", "postgres://host/comity?sslkey=k&sslpassword=xxxxx"},
		{"postgres://me:hunter2@[:1/comity", "postgres://…"},
		{"postgres://host/comity?a=%zz&password=hunter2", "postgres://…"},
	} {
		t.Run(tt.database, func(t *testing.T) {
			t.Parallel()
			got := db.Redact(tt.database)
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// A user who may create tables but no extensions gets an error with the statements that the owner must run,
// and Migrate works after these.
func TestMigrateWithoutTheRightToMakeExtensions(t *testing.T) {
	t.Parallel()
	name := newDatabase(t)
	u, err := url.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	owner, guest := open(t, "pgx", name), "guest_of_"+strings.TrimPrefix(u.Path, "/")
	for _, sql := range []string{"CREATE ROLE " + guest + " LOGIN", "GRANT CREATE ON SCHEMA public TO " + guest} {
		if _, err := owner.ExecContext(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	u.User = url.User(guest)
	_, err = db.Migrate(t.Context(), u.String())
	if err == nil || !strings.Contains(err.Error(), "CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin;") {
		t.Fatalf("error %v does not say what to do", err)
	}
	if _, err := owner.ExecContext(t.Context(), "CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin"); err != nil {
		t.Fatal(err)
	}
	if steps, err := db.Migrate(t.Context(), u.String()); err != nil || steps == 0 {
		t.Errorf("%d steps once they are there: %v", steps, err)
	}
}
