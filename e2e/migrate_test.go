package e2e_test

import (
	"database/sql"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"       // the driver pgx
	_ "github.com/ncruces/go-sqlite3/driver" // the driver sqlite3

	"comity"
	"comity/internal/pgtest"
)

// openSQL opens a database without comity.
func openSQL(t *testing.T, database string) *sql.DB {
	t.Helper()
	driver, name := "sqlite3", "file:"+database
	if strings.HasPrefix(database, "postgres:") {
		driver, name = "pgx", database
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// query returns the one value that a query asks for.
func query(t *testing.T, database, sql string) (value string) {
	t.Helper()
	db := openSQL(t, database)
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(t.Context(), sql).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// execute runs statements on a database that no comity has open.
func execute(t *testing.T, database string, statements ...string) {
	t.Helper()
	db := openSQL(t, database)
	defer func() { _ = db.Close() }()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestMigrateBringsADatabaseUpToTheProgram(t *testing.T) {
	onNothing(t, func(t *testing.T, database string) {
		dir := t.TempDir()
		for _, want := range []string{`is up to date \([1-9]\d* steps done\)\n$`, `is up to date \(0 steps done\)\n$`} {
			if got := runToEnd(t, command(dir, "migrate", "--database", database)); got.status != 0 || !matches(want, got.out) {
				t.Errorf("status %d: %s%s, want %q", got.status, got.out, got.errOut, want)
			}
		}
		serve(t, database)
	})
}

func TestDatabaseOfANewerProgramIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		r.end(t)
		execute(t, database, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`)
		const newer = `^comity: .*the database is newer than this program: it is at version 999, the program at \d+; install the newer program$`
		for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"migrate"}, {"api-user", "list"}} {
			refused(t, runToEnd(t, r.operator(args...)), newer)
		}
		execute(t, database, `DELETE FROM goose_db_version WHERE version_id = 999`)
		r.startAgain(t)
		if !mayCall(t, r, r.user, r.key, comity.PlatformCO) {
			t.Error("after the mark is gone the key is refused")
		}
	})
}

func TestWrongPasswordOfPostgreSQLIsNotPrinted(t *testing.T) {
	t.Parallel()
	server, err := pgtest.Start(t.Context(), pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	url := server.Database(t)
	execute(t, url,
		`CREATE ROLE comity LOGIN PASSWORD 'right'`,
		`DO $$ BEGIN EXECUTE format('COPY (VALUES (''local all postgres trust''), (''local all all scram-sha-256'')) TO %L', current_setting('hba_file')); END $$`,
		`SELECT pg_reload_conf()`)
	url = strings.Replace(url, "postgres@", "comity:"+secret+"@", 1)
	var got ran
	eventually(t, "PostgreSQL asks for passwords", func() bool {
		got = runToEnd(t, command(t.TempDir(), "serve", "--database", url, "--listen", "127.0.0.1:0"))
		return strings.Contains(got.errOut, "password")
	})
	refused(t, got, `^comity: migrate database postgres://comity:xxxxx@.*password authentication failed`)
	if strings.Contains(got.errOut, secret) {
		t.Errorf("the password is printed: %s", got.errOut)
	}
}
