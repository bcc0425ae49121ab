package main

import (
	"errors"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// password is the password of every command line in the scripts. It must never be printed.
const password = "geheim"

// TestMain has the scripts run this test's own binary as comity, so that nothing is built for them.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"comity": main})
}

// TestScripts runs the scripts in testdata/script: command lines, and what they print.
func TestScripts(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("COMITY_LISTEN", "127.0.0.1:0")
			env.Setenv("TAKEN", taken.Addr().String())
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"refuse": refuse},
	})
}

// refuse runs a command and fails unless it ends with status 1 after one line on standard error that matches:
// refuse REGEXP COMMAND [ARGUMENT...].
func refuse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: refuse REGEXP COMMAND [ARGUMENT...]")
	}
	var ended *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); !errors.As(err, &ended) || ended.ExitCode() != 1 {
		ts.Fatalf("it ended with %v, want status 1", err)
	}
	out, errOut := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	line, rest, whole := strings.Cut(errOut, "\n")
	switch {
	case out != "":
		ts.Fatalf("it wrote to standard output: %s", out)
	case !whole || rest != "":
		ts.Fatalf("standard error is not one line: %s", errOut)
	case !regexp.MustCompile(args[0]).MatchString(line):
		ts.Fatalf("it said %q, want %q", line, args[0])
	case strings.Contains(line, password):
		ts.Fatalf("the password is printed: %s", line)
	}
}
