package browser_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"comity/client"
)

// patience is how long a test waits for a condition. Only a test that fails waits so long.
const patience = 5 * time.Minute

// registry is a `comity serve` on an SQLite file that was empty.
type registry struct {
	// url is where the program is, and database the file.
	url, database string
	// user and key are the operator's, link signs them in, once.
	user, key, link string
	out             *output
}

// output is what a process has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// serve starts a registry that ends with the test.
func serve(t *testing.T, flags ...string) *registry {
	t.Helper()
	r := &registry{database: filepath.Join(t.TempDir(), "registry.db"), out: &output{}}
	cmd := r.command(append([]string{"serve", "--listen", "127.0.0.1:0", "--allow-private-targets"}, flags...)...)
	cmd.Stdout, cmd.Stderr = r.out, r.out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it is killed
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // one that has ended need not be killed
		<-ended
		if t.Failed() {
			t.Log(r.out)
		}
	})
	provisioned := r.says(t, `(?s)user  (\S+)\n  key   (\S+)\n.* at (http://[^/]+)/.*\n  (http\S+)\n`)
	r.user, r.key, r.url, r.link = provisioned[1], provisioned[2], provisioned[3], provisioned[4]
	return r
}

// command is the command line that an operator would write beside the registry.
func (r *registry) command(args ...string) *exec.Cmd {
	cmd := exec.Command(program, append(args, "--database", r.database)...)
	cmd.Dir = filepath.Dir(r.database)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir}
	return cmd
}

// says waits for the program to write what a regular expression matches.
func (r *registry) says(t *testing.T, expression string) []string {
	t.Helper()
	re := regexp.MustCompile(expression)
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if m := re.FindStringSubmatch(r.out.String()); m != nil {
			return m
		}
		if time.Now().After(deadline) {
			t.Fatalf("it never said %q:\n%s", expression, r.out)
		}
	}
}

// api is a client of the registry's API, to furnish it with.
func (r *registry) api() *client.Client { return client.New(r.url+"/registry/", r.user, r.key) }
