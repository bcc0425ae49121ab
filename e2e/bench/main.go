// Command bench measures the program: the real binary, on SQLite and on PostgreSQL, both waiting
// for the disk, beside what the same machine can do at all in the same minutes.
//
// A machine's speed changes from one hour to the next, so a time by itself says nothing. Each rate
// stands beside a bare limit: a process that does nothing but answer around one prepared query, or
// one insert and its commit (bare.go). The two take turns, with the same clients, and what is
// printed as their ratio is the median over the pairs of turns. Clients, servers and database share
// the machine; the clients write requests that are made already and read no more of an answer than
// they need (conn.go), so that the servers get most of it.
// It needs the machine for itself: no figure is judged that was measured while other programs used a tenth of a
// processor or more (machine.go).
//
//	go run ./e2e/bench -databases sqlite -only view,add -rounds 3
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"comity/e2e/bench/barelist"
)

var allDatabases = []string{"sqlite", "postgres"}

// settings say what is measured and how long.
type settings struct {
	rounds           int
	length           time.Duration
	clients          int
	size             int
	databases, parts []string
	program          string
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == bareCommand {
		exit(serveBare(openBare, os.Args[2]))
	}
	if len(os.Args) == 3 && os.Args[1] == bareListCommand {
		exit(serveBare(barelist.Open, os.Args[2]))
	}
	if len(os.Args) == 6 && os.Args[1] == postCommand {
		exit(post(os.Args[2:], os.Stdin))
	}
	s, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		err = run(ctx, s, os.Stdout)
		stop()
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parse(arguments []string) (s settings, err error) {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.IntVar(&s.rounds, "rounds", 10, "how many turns the program and the bare limit take")
	f.DurationVar(&s.length, "time", time.Second, "how long a turn is")
	f.IntVar(&s.clients, "clients", 8, "how many clients ask at a time")
	f.IntVar(&s.size, "size", 1_000_000, "of how many people the larger registry is")
	databases := f.String("databases", strings.Join(allDatabases, ","), "on which databases")
	parts := f.String("only", strings.Join(partNames(), ","), "which parts")
	f.StringVar(&s.program, "program", "", "the program to measure; empty: built from the source")
	if err := f.Parse(arguments); err != nil {
		return s, err
	}
	if f.NArg() > 0 {
		return s, fmt.Errorf("%q is no flag", f.Arg(0))
	}
	if s.rounds < 1 || s.clients < 1 || s.length <= 0 || s.size < 10 {
		return s, errors.New("-rounds, -clients, -time and -size must be more than nothing")
	}
	if s.databases, err = among("-databases", *databases, allDatabases); err != nil {
		return s, err
	}
	s.parts, err = among("-only", *parts, partNames())
	return s, err
}

func among(name, list string, known []string) ([]string, error) {
	chosen := strings.Split(list, ",")
	for _, c := range chosen {
		if !slices.Contains(known, c) {
			return nil, fmt.Errorf("%s has %q; there are %s", name, c, strings.Join(known, ", "))
		}
	}
	return chosen, nil
}

// run measures and prints.
func run(ctx context.Context, s settings, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "comity-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := onDisk(dir); err != nil {
		return err
	}
	before := load()
	if s.program == "" {
		s.program = filepath.Join(dir, "comity")
		note("building the program")
		build := exec.CommandContext(ctx, "go", "build", "-o", s.program, "comity/cmd/comity")
		if said, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build the program: %w\n%s", err, said)
		}
	}
	r := newReport()
	versions := make([]string, len(s.databases))
	for i, name := range s.databases {
		if versions[i], err = measure(ctx, s, name, dir, r); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	fmt.Fprintf(out, "\n%s %s/%s, %d processors, load %s before and %s after; %s; %d clients, %d turns of %v\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), before, load(), strings.Join(versions, ", "), s.clients, s.rounds, s.length)
	return r.print(out)
}

// onDisk fails where a folder is kept in memory: a commit there waits for nothing.
func onDisk(dir string) error {
	const tmpfs = 0x01021994
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return fmt.Errorf("ask what %s is kept on: %w", dir, err)
	}
	if fs.Type == tmpfs {
		return fmt.Errorf("%s is kept in memory, where a commit costs nothing: set TMPDIR to a folder on a disk", dir)
	}
	return nil
}

// note prints what is being done, to standard error.
func note(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format(time.TimeOnly)+" "+format+"\n", args...)
}
