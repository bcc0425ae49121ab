package e2e_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

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

// onBoth runs a test on a fresh SQLite file and on a fresh PostgreSQL database, side by side.
func onBoth(t *testing.T, test func(t *testing.T, database string)) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, sqliteFile(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, postgresURL(t))
	})
}

// sqliteFile is the path of a database that is not there yet.
func sqliteFile(t *testing.T) string { return filepath.Join(t.TempDir(), "registry.db") }

// postgresURL is the URL of a PostgreSQL database that is empty.
func postgresURL(t *testing.T) string { return pgtest.URL(t) }
