// Package pgtest gives tests a real PostgreSQL, so that statements about the
// database are tested on the database and not on a substitute.
//
// A test asks for a fresh database and gets its URL:
//
//	db, err := store.Open(t.Context(), pgtest.URL(t))
//
// The first call starts a server of the test binary's own, in a temporary folder
// and on a Unix socket there: nothing needs to be set up or torn down, test
// packages run side by side, and no server of the machine's is touched. It ends
// with the process, however that ends.
//
// Only the server's programs have to be installed; where they are not, the test
// fails, for a suite that skips them proves nothing. The newest under
// /usr/lib/postgresql is taken, or the one that is first in PATH, which is how to
// test against another version.
package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// The socket lies in a folder of the server's own, so every server can have the usual port.
	port = "5432"
	// Long enough for a slow machine with every core busy; a server that cannot start fails at once.
	startTimeout = 2 * time.Minute
	dropTimeout  = time.Minute
)

// ErrNotInstalled says that this machine has no PostgreSQL server to start.
var ErrNotInstalled = errors.New("pgtest: no PostgreSQL server is installed here: run `make test`, or `apt-get install postgresql`")

// Options says what kind of server to start.
type Options struct {
	// Durable makes the server wait for the disk, as one in service does. Tests do
	// without, which is several times faster; crash tests and benchmarks need it.
	Durable bool
}

// Server is a PostgreSQL server of this process's own.
type Server struct {
	dir     string
	leash   io.WriteCloser // closed, by Stop or by the end of this process, it ends the server
	ended   chan struct{}
	log     *bytes.Buffer // to be read once ended is closed
	created atomic.Int64
}

// The server that all tests of a test binary share: starting one takes a second, a
// database on it some milliseconds.
var shared = sync.OnceValues(func() (*Server, error) {
	return Start(context.Background(), Options{})
})

// URL returns the URL of a fresh, empty database on the server that the test
// binary's tests share. The database is dropped when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s.Database(t)
}

// Template is a database on the server that the test binary's tests share, which is prepared once and
// copied for each test.
type Template struct {
	made func() (name string, err error)
}

// NewTemplate returns a template that is prepared when the first copy is asked for: prepare is given
// the URL of an empty database, and has closed its connections when it returns.
func NewTemplate(prepare func(ctx context.Context, url string) error) *Template {
	return &Template{sync.OnceValues(func() (string, error) {
		ctx := context.Background()
		s, err := shared()
		if err != nil {
			return "", err
		}
		name, err := s.create(ctx, "template0")
		if err != nil {
			return "", err
		}
		if err := prepare(ctx, s.url(name)); err != nil {
			return "", fmt.Errorf("pgtest: prepare: %w", err)
		}
		return name, nil
	})}
}

// URL returns the URL of a copy of the template, which is dropped when the test ends.
func (m *Template) URL(t testing.TB) string {
	t.Helper()
	name, err := m.made()
	if err != nil {
		t.Fatal(err)
	}
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s.database(t, name)
}

// Run starts a server for a program that is not a test and returns the URL of a
// fresh database on it, and a function that ends it. The context bounds the start
// alone.
func Run(ctx context.Context, opts Options) (url string, stop func(), err error) {
	s, err := Start(ctx, opts)
	if err != nil {
		return "", nil, err
	}
	name, err := s.create(ctx, "template0")
	if err != nil {
		s.Stop()
		return "", nil, err
	}
	return s.url(name), s.Stop, nil
}

// Start starts a server and returns when it takes connections. It is for the test
// that needs one of its own, to make it durable or to stop it; others use URL. The
// context bounds the start alone.
func Start(ctx context.Context, opts Options) (*Server, error) {
	return start(ctx, opts, func(s *Server, bin string, as *syscall.Credential) error { return s.initialise(ctx, bin, as, opts) })
}

// start starts a server whose data prepare has made.
func start(ctx context.Context, opts Options, prepare func(s *Server, bin string, as *syscall.Credential) error) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()

	bin, err := programs()
	if err != nil {
		return nil, err
	}
	as, err := serverUser()
	if err != nil {
		return nil, err
	}
	dir, err := makeDir(as)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, ended: make(chan struct{}), log: new(bytes.Buffer)}
	if err := prepare(s, bin, as); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.launch(ctx, bin, as, opts); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.ready(ctx); err != nil {
		s.Stop()
		return nil, fmt.Errorf("pgtest: server does not start: %w\n%s", err, s.log)
	}
	return s, nil
}

// Database returns the URL of a fresh, empty database, which is dropped when the
// test ends, whoever is still connected.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	// Nobody can have left anything in template0.
	return s.database(t, "template0")
}

func (s *Server) database(t testing.TB, template string) string {
	t.Helper()
	name, err := s.create(t.Context(), template)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
		defer cancel()
		select {
		case <-s.ended:
			return // the test has stopped the server, and the database is gone with it
		default:
		}
		if err := s.exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return s.url(name)
}

// Stop ends the server at once, as if its machine had crashed, and removes its
// data. It may be called more than once.
func (s *Server) Stop() {
	_ = s.leash.Close() // a second Close has nothing to say
	<-s.ended
	_ = os.RemoveAll(s.dir) // what the server's user was not permitted to remove
}

// create makes a database that is a copy of another. Copying its files takes two thirds of what
// writing them to the log does, where nothing waits for the disk.
func (s *Server) create(ctx context.Context, template string) (string, error) {
	name := "test_" + strconv.FormatInt(s.created.Add(1), 10)
	return name, s.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY file_copy")
}

func (s *Server) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("pgtest: %s: %w", sql, err)
	}
	return nil
}

func (s *Server) url(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User("postgres"),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {s.dir}, "port": {port}}.Encode(),
	}
	return u.String()
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) initialise(ctx context.Context, bin string, as *syscall.Credential, opts Options) error {
	args := []string{
		"--pgdata=" + s.data(),
		"--username=postgres",
		"--auth=trust", // the folder lets nobody else in
		"--encoding=UTF8",
		"--locale=C.UTF-8", // knows the letters of all languages and is on every machine
		"--no-instructions",
	}
	if !opts.Durable {
		args = append(args, "--no-sync")
	}
	cmd := s.command(ctx, as, filepath.Join(bin, "initdb"), args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w\n%s", err, out)
	}
	return nil
}

// ready waits until the server takes connections.
func (s *Server) ready(ctx context.Context) error {
	return s.until(ctx, func() error { return s.exec(ctx, "SELECT") })
}

// until waits until a step succeeds, for as long as the server has not ended for good.
func (s *Server) until(ctx context.Context, step func() error) error {
	for {
		err := step()
		if err == nil {
			return nil
		}
		select {
		case <-s.ended:
			return errors.New("it has ended")
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// command prepares a program of the server's: run by its user, in its folder, and
// with no environment that could lead it to another server or another language.
func (s *Server) command(ctx context.Context, as *syscall.Credential, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	return cmd
}

// programs returns the folder that initdb and postgres are in. Debian leaves it out
// of PATH, so that several versions can be installed.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrNotInstalled
	}
	version := func(path string) float64 {
		v, _ := strconv.ParseFloat(strings.Split(path, "/")[4], 64)
		return v
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return int(version(a)*100) - int(version(b)*100) })
	return filepath.Dir(newest), nil
}

// serverUser returns whom to run the server as: nil for the user we are, unless that
// is root, whom PostgreSQL refuses.
func serverUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("pgtest: PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as")
}

// makeDir makes the server's folder, which is its user's alone. When that user is
// not us, it lies where the user can get to, which a TMPDIR of root's may not be.
func makeDir(as *syscall.Credential) (string, error) {
	parent := os.TempDir()
	if as != nil && !open(parent) {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "pgtest-")
	if err != nil {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	if as != nil {
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			return "", errors.Join(fmt.Errorf("pgtest: %w", err), os.RemoveAll(dir))
		}
	}
	return dir, nil
}

// open reports whether every user may pass through the folder and all above it.
func open(dir string) bool {
	const passable fs.FileMode = 0o001
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode()&passable == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}
