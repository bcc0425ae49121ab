package e2e_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"comity/internal/dbtest"
	"comity/internal/pgtest"
)

// program is the path of comity, which is built once for all tests.
var program string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	flag.Parse()
	moreAtATime()
	dir, err := os.MkdirTemp("", "comity-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program = filepath.Join(dir, "comity")
	if out, err := exec.Command("go", "build", "-o", program, "comity/cmd/comity").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// moreAtATime has more tests run at a time than there are processors, unless the command line says how
// many: most of a test here is waiting for a process.
func moreAtATime() {
	const name = "test.parallel"
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == name })
	if f := flag.Lookup(name); !said && f != nil {
		_ = f.Value.Set(strconv.Itoa(4 * runtime.GOMAXPROCS(0))) // a number
	}
}

// migrated is a database as `comity migrate` leaves one that was empty: what a first start finds where
// somebody has prepared for it. It is quicker than to start on nothing, which some tests are about.
var migrated = dbtest.New(func(ctx context.Context, database string) error {
	if out, err := exec.CommandContext(ctx, program, "migrate", "--database", database).CombinedOutput(); err != nil {
		return fmt.Errorf("comity migrate: %w\n%s", err, out)
	}
	return nil
})

// onBoth runs a test on a fresh SQLite file and on a fresh PostgreSQL database, side by side, with
// tables in which nothing is yet.
func onBoth(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	onDatabases(t, sqliteFile, postgresURL, test)
}

// onNothing runs a test on an SQLite file that is not there and on a PostgreSQL database without tables.
func onNothing(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	onDatabases(t, noFile, noTables, test)
}

func onDatabases(t *testing.T, sqlite, postgres func(*testing.T) string, test func(t *testing.T, database string)) {
	t.Helper()
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, sqlite(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, postgres(t))
	})
}

// sqliteFile is the path of a database with tables in which nothing is yet.
func sqliteFile(t *testing.T) string {
	t.Helper()
	return migrated.SQLite(t)
}

// postgresURL is the URL of a PostgreSQL database with tables in which nothing is yet.
func postgresURL(t *testing.T) string {
	t.Helper()
	return migrated.PostgreSQL(t)
}

// noFile is the path of a database that is not there yet.
func noFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "registry.db")
}

// noTables is the URL of a PostgreSQL database that is empty.
func noTables(t *testing.T) string {
	t.Helper()
	return pgtest.URL(t)
}
