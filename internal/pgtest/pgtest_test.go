package pgtest_test

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"comity/internal/pgtest"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func TestSettings(t *testing.T) {
	t.Parallel()
	durable, err := pgtest.Start(t.Context(), pgtest.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	defer durable.Stop()

	tests := []struct {
		name, url, query, want string
	}{
		{"many may connect", pgtest.URL(t), "SHOW max_connections", "200"},
		{"text is UTF-8", pgtest.URL(t), "SHOW server_encoding", "UTF8"},
		{"letters beyond ASCII have cases", pgtest.URL(t), "SELECT lower('ÉÅ')", "éå"},
		{"fast by default", pgtest.URL(t), "SHOW fsync", "off"},
		{"durable on request", durable.Database(t), "SHOW fsync", "on"},
		{"durable when it says so", durable.Database(t), "SHOW synchronous_commit", "on"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			if err := connect(t, tt.url).QueryRow(t.Context(), tt.query).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("%s: got %q, want %q", tt.query, got, tt.want)
			}
		})
	}
}

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for range 8 {
		url := pgtest.URL(t)
		all.Go(func() {
			conn, err := pgx.Connect(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close(t.Context())
			// Fails where another has made it.
			if _, err := conn.Exec(t.Context(), "CREATE TABLE people (id bigint)"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestDatabaseIsDroppedThoughInUse(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("", func(t *testing.T) {
		url = pgtest.URL(t)
		if _, err := pgx.Connect(t.Context(), url); err != nil { // and never closed
			t.Fatal(err)
		}
	})
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		_ = conn.Close(t.Context())
		t.Error("the database outlives its test")
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	url, stop, err := pgtest.Run(ctx, pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel() // bounds the start alone
	conn := connect(t, url)
	if err := conn.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	stop()
	stop()
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("the server outlives its stop")
	}
	gone(t, conn.Config().Host)
}

func TestHaltedServerKeepsItsDataUntilItResumes(t *testing.T) {
	t.Parallel()
	server, err := pgtest.Start(t.Context(), pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	url := server.Database(t)
	if _, err := connect(t, url).Exec(t.Context(), "CREATE TABLE people AS SELECT 42 AS id"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := server.Halt(t.Context()); err != nil {
			t.Fatal(err)
		}
		if conn, err := pgx.Connect(t.Context(), url); err == nil {
			_ = conn.Close(t.Context())
			t.Fatal("a halted server takes connections")
		}
		if err := server.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		var id int
		if err := connect(t, url).QueryRow(t.Context(), "SELECT id FROM people").Scan(&id); err != nil || id != 42 {
			t.Fatalf("after its restart: %d, %v", id, err)
		}
	}
}

func TestStartIsBoundedByItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pgtest.Start(ctx, pgtest.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// childEnds is the environment variable that says how the test binary, run again by
// TestServerEndsWithItsProcess, ends.
const childEnds = "PGTEST_CHILD_ENDS"

var ends = []struct {
	name string
	end  func()
}{
	{"it returns", func() {}},
	{"it exits", func() { os.Exit(1) }},
	{"it panics", func() { panic("as requested") }},
	{"it is killed", func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL); select {} }},
}

func TestServerEndsWithItsProcess(t *testing.T) {
	if how, ok := os.LookupEnv(childEnds); ok {
		_, _ = os.Stdout.WriteString(pgtest.URL(t) + "\n")
		for _, tt := range ends {
			if tt.name == how {
				tt.end()
			}
		}
		return
	}
	t.Parallel()
	for _, tt := range ends {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+strings.Split(t.Name(), "/")[0]+"$")
			cmd.Env = append(os.Environ(), childEnds+"="+tt.name)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			url, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // it ends with an error in all cases but the first
			config, err := pgx.ParseConfig(strings.TrimSpace(url))
			if err != nil {
				t.Fatal(err)
			}
			gone(t, config.Host)
		})
	}
}

// gone waits until the server's folder does not exist any more, which is the last step of its end.
func gone(t *testing.T, dir string) {
	t.Helper()
	if !strings.Contains(dir, "pgtest-") {
		t.Fatalf("%q is no folder of a server's", dir)
	}
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
	t.Errorf("%s is still there", dir)
}
