package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"comity/client"
)

// registry is a `comity serve` on a database, and all it takes to start it again.
type registry struct {
	*process
	database, folder string
	flags            []string
	http             *http.Client
	// stepped is the file with the step of the registry's clock, "" where that is the machine's.
	stepped string
	// user and key are the platform's, which the first start has printed.
	user, key string

	mu   sync.Mutex
	base string
}

// serve starts a registry on a database that is empty, and returns when it is ready.
func serve(t *testing.T, database string, flags ...string) *registry {
	t.Helper()
	r := &registry{database: database, folder: t.TempDir(), flags: flags}
	r.begin(t)
	return r
}

// begin starts a registry for the first time.
func (r *registry) begin(t *testing.T) {
	t.Helper()
	r.startAgain(t)
	m := r.says(t, `(?m)^  user  (\S+)\n  key   (\S+)$`)
	r.user, r.key = m[1], m[2]
}

// startAgain starts a registry that has ended, on a port of its own each time.
func (r *registry) startAgain(t *testing.T) {
	t.Helper()
	r.launch(t)
	r.http = documented(t, r.api())
}

// launch is startAgain, but for the clients, which are as they were.
func (r *registry) launch(t *testing.T) {
	t.Helper()
	args := []string{"serve", "--database", r.database, "--listen", "127.0.0.1:0"}
	cmd := command(r.folder, append(args, r.flags...)...)
	if r.stepped != "" {
		cmd.Path = steppedProgram(t)
		cmd.Env = append(cmd.Env, "COMITY_CLOCK_STEP="+r.stepped)
	}
	r.process = start(t, cmd)
	r.mu.Lock()
	r.base = r.says(t, `(?m)^Comity serves .* at (http://\S+)$`)[1]
	r.mu.Unlock()
	eventually(t, "the registry is ready", func() bool { return getStatus(r.page("/readyz")) == http.StatusOK })
}

// end ends the registry as its operator would and returns its exit status.
func (r *registry) end(t *testing.T) int {
	t.Helper()
	r.signal(t, syscall.SIGTERM)
	return r.status(t)
}

// api is the URL that the API is below.
func (r *registry) api() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.base
}

// page is the URL of one of the program's own pages.
func (r *registry) page(path string) string {
	base := r.api()
	host := strings.TrimPrefix(base, "http://")
	return "http://" + host[:strings.IndexByte(host, '/')] + path
}

// as is a client that calls as an API user.
func (r *registry) as(user, key string) *client.Client {
	return client.New(r.api(), user, key, client.WithHTTPClient(r.http))
}

// platform is a client that calls as the platform's user.
func (r *registry) platform() *client.Client { return r.as(r.user, r.key) }

// operator is the command line that an operator would write beside the registry.
func (r *registry) operator(args ...string) *exec.Cmd {
	return command(r.folder, append(args, "--database", r.database)...)
}

// getStatus is the status that a URL answers, 0 where nobody does.
func getStatus(url string) int {
	resp, err := http.Get(url)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// step has the registry's clock differ from the machine's by a duration from now on.
func (r *registry) step(t *testing.T, by time.Duration) {
	t.Helper()
	// Renamed into place, so that nobody reads half of it.
	if err := os.WriteFile(r.stepped+".new", []byte(by.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(r.stepped+".new", r.stepped); err != nil {
		t.Fatal(err)
	}
}

var buildStepped = sync.OnceValues(func() (string, error) {
	path := program + "-stepped"
	if out, err := exec.Command("go", "build", "-tags", "steppedclock", "-o", path, "comity/cmd/comity").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program with a clock that can be stepped: %w\n%s", err, out)
	}
	return path, nil
})

// steppedProgram is the program with a clock that a test can step.
func steppedProgram(t *testing.T) string {
	t.Helper()
	path, err := buildStepped()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
