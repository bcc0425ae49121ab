package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for a condition. Only a test that fails waits so long.
const patience = 2 * time.Minute

// eventually waits until something is so.
func eventually(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	if !becomesTrue(isSo) {
		t.Fatalf("after %v still not so: %s", patience, what)
	}
}

// becomesTrue waits until something is so, and says whether it is at last.
func becomesTrue(isSo func() bool) bool {
	for deadline := time.Now().Add(patience); !isSo(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// process is a running comity. It ends with its test at the latest.
type process struct {
	cmd         *exec.Cmd
	out, errOut output
	ended       chan struct{}
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

// command prepares a comity with arguments, in a folder and with nothing of ours in its environment.
func command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "COMITY_ALLOW_PRIVATE_TARGETS=true"}
	return cmd
}

// start starts a command.
func start(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.out, &p.errOut
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // how it ended is in its ProcessState
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s\n%s%s", strings.Join(cmd.Args[1:], " "), &p.out, &p.errOut)
		}
	})
	return p
}

// kill ends the process as a crash does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // one that has ended need not be killed
	<-p.ended
}

func (p *process) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// hasEnded says whether the process is no more.
func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// status waits for the process to end and returns its exit status.
func (p *process) status(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("still running: %v", p.cmd.Args)
		return 0
	}
}

// says waits for the process to write what a regular expression matches, to standard output or
// error, and returns the expression's groups.
func (p *process) says(t *testing.T, expression string) []string {
	t.Helper()
	re := regexp.MustCompile(expression)
	for deadline := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
		ended := p.hasEnded()
		for _, o := range []*output{&p.out, &p.errOut} {
			if m := re.FindStringSubmatch(o.String()); m != nil {
				return m
			}
		}
		if ended || time.Now().After(deadline) {
			t.Fatalf("%v never said %q:\n%s%s", p.cmd.Args[1:], expression, &p.out, &p.errOut)
		}
	}
}

// ran is the output and exit status of a command that has ended.
type ran struct {
	out, errOut string
	status      int
}

// runToEnd runs a command to its end.
func runToEnd(t *testing.T, cmd *exec.Cmd) ran {
	t.Helper()
	p := start(t, cmd)
	status := p.status(t)
	return ran{p.out.String(), p.errOut.String(), status}
}

// refused checks that a command ended with status 1, having said why in one line.
func refused(t *testing.T, got ran, expression string) {
	t.Helper()
	line, rest, whole := strings.Cut(got.errOut, "\n")
	switch {
	case got.status != 1:
		t.Errorf("status %d, want 1:\n%s%s", got.status, got.out, got.errOut)
	case got.out != "":
		t.Errorf("it wrote to standard output:\n%s", got.out)
	case !whole || rest != "":
		t.Errorf("not one line:\n%s", got.errOut)
	case !matches(expression, line):
		t.Errorf("it said %q, want %q", line, expression)
	}
}

func matches(expression, text string) bool { return regexp.MustCompile(expression).MatchString(text) }

// secret is the password of the command lines and targets of the tests. It must never be printed.
const secret = "geheim"
