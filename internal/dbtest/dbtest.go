// Package dbtest gives each test a database of its own that is ready to use: one is prepared, once
// for a test binary, and every test has a copy. Migrating an empty database takes longer than most
// tests do, copying one some milliseconds.
//
//	var blank = dbtest.New(func(ctx context.Context, database string) error {
//		_, err := store.Migrate(ctx, database)
//		return err
//	})
//
//	db, err := store.Open(t.Context(), blank.SQLite(t))
package dbtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"comity/internal/pgtest"
)

// Template is a database that is prepared once, on each kind that is asked for.
type Template struct {
	sqlite   func() ([]byte, error)
	postgres *pgtest.Template
}

// New returns a template that is prepared when the first copy is asked for: prepare is given the name
// of a database that is empty, and has closed it when it returns.
func New(prepare func(ctx context.Context, database string) error) *Template {
	return &Template{
		sqlite:   sync.OnceValues(func() ([]byte, error) { return prepareFile(prepare) }),
		postgres: pgtest.NewTemplate(prepare),
	}
}

// SQLite returns the path of a copy, which goes with the test.
func (m *Template) SQLite(t testing.TB) string {
	t.Helper()
	content, err := m.sqlite()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "registry.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// PostgreSQL returns the URL of a copy, which goes with the test.
func (m *Template) PostgreSQL(t testing.TB) string {
	t.Helper()
	return m.postgres.URL(t)
}

func prepareFile(prepare func(context.Context, string) error) (content []byte, err error) {
	folder, err := os.MkdirTemp("", "dbtest-")
	if err != nil {
		return nil, fmt.Errorf("dbtest: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "registry.db")
	if err := prepare(context.Background(), path); err != nil {
		return nil, fmt.Errorf("dbtest: prepare: %w", err)
	}
	// What is still in the log is not in the file.
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("dbtest: prepare has left the database open")
	}
	return os.ReadFile(path)
}

// Empty is an empty database and the name of its kind.
type Empty struct{ Name, Database string }

// Main runs the tests of a package that share one database of each kind, and returns the status to exit with. The
// databases go with the call.
func Main(run func(ctx context.Context, databases []Empty) (status int, err error)) int {
	status, err := withEmpty(context.Background(), run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

func withEmpty(ctx context.Context, run func(context.Context, []Empty) (int, error)) (status int, err error) {
	folder, err := os.MkdirTemp("", "dbtest-")
	if err != nil {
		return 0, fmt.Errorf("dbtest: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	postgres, stop, err := pgtest.Run(ctx, pgtest.Options{})
	if err != nil {
		return 0, err
	}
	defer stop()
	return run(ctx, []Empty{{"SQLite", filepath.Join(folder, "registry.db")}, {"PostgreSQL", postgres}})
}
