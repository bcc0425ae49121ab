package e2e_test

import (
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"comity/client"
)

// registry is a `comity serve` on a database, and all it takes to start it again.
type registry struct {
	*process
	database, folder string
	flags            []string
	http             *http.Client
	// user and key are the platform's, which the first start has printed.
	user, key string

	mu   sync.Mutex
	base string
}

// serve starts a registry on a database that is empty, and returns when it is ready.
func serve(t *testing.T, database string, flags ...string) *registry {
	t.Helper()
	r := &registry{database: database, folder: t.TempDir(), flags: flags}
	r.startAgain(t)
	m := r.says(t, `(?m)^  user  (\S+)\n  key   (\S+)$`)
	r.user, r.key = m[1], m[2]
	return r
}

// startAgain starts a registry that has ended, on a port of its own each time.
func (r *registry) startAgain(t *testing.T) {
	t.Helper()
	args := []string{"serve", "--database", r.database, "--listen", "127.0.0.1:0"}
	r.process = start(t, command(r.folder, append(args, r.flags...)...))
	r.mu.Lock()
	r.base = r.says(t, `(?m)^Comity serves .* at (http://\S+)$`)[1]
	r.mu.Unlock()
	eventually(t, "the registry is ready", func() bool { return getStatus(r.page("/readyz")) == http.StatusOK })
	r.http = documented(t, r.api())
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
