package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server that was started: the program, or the bare limit.
type process struct {
	cmd   *exec.Cmd
	leash io.Closer
	said  *bytes.Buffer // what it printed besides; to be read once it has ended
	// address is where it listens, authorization the header's value that it asks for.
	address, authorization string
	// user and key are what that is made of.
	user, key string
	// peak is the most memory that it is known to have had, in MiB.
	peak    float64
	stopped bool
}

const stopTime = 20 * time.Second

// launch starts a server and reads what it prints until a line holds the address it listens at.
func launch(ctx context.Context, name string, arguments []string, read func(p *process, line string)) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, name, arguments...), said: &bytes.Buffer{}}
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = stopTime
	p.cmd.Stderr = p.said
	p.cmd.Env = environment()
	var err error
	if p.leash, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for p.address == "" && lines.Scan() {
		read(p, lines.Text())
	}
	if p.address == "" {
		err := errors.Join(errors.New("it does not start"), p.stop())
		return nil, fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, p.said)
	}
	return p, nil
}

// environment returns ours without settings of Go's runtime, which make sets for its tools: nobody who runs the
// program has them.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(setting string) bool {
		name, _, _ := strings.Cut(setting, "=")
		return name == "GOGC" || name == "GOMEMLIMIT" || name == "GODEBUG" || name == "GOMAXPROCS"
	})
}

// stop ends the server and waits until it has finished.
func (p *process) stop() error {
	_ = p.notePeak() // it may have ended by itself
	p.stopped = true
	_ = p.leash.Close()
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	if err := p.cmd.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(p.cmd.Path), err, p.said)
	}
	return nil
}

// start starts the program on its database. Only the first start on a database prints the key.
func (b *bench) start(ctx context.Context) (*process, error) { return b.startAs(ctx, b.program) }

// startPinned starts the program on its database, on one processor of the machine.
func (b *bench) startPinned(ctx context.Context, processor int) (*process, error) {
	return b.startAs(ctx, "taskset", "--cpu-list", strconv.Itoa(processor), b.program)
}

// startAs starts the program by a command, which is the program or becomes it.
func (b *bench) startAs(ctx context.Context, name string, before ...string) (*process, error) {
	arguments := []string{
		"serve", "--listen", "127.0.0.1:0", "--database", b.database,
		"--secret-key-file", filepath.Join(b.dir, "comity.key"), "--log-level", "warn", "--allow-private-targets",
	}
	p, err := launch(ctx, name, append(before, arguments...), func(p *process, line string) {
		words := strings.Fields(line)
		if len(words) == 2 && words[0] == "user" {
			p.user = words[1]
		}
		if len(words) == 2 && words[0] == "key" {
			p.key = words[1]
			p.authorization = basic(p.user, p.key)
		}
		if _, at, ok := strings.Cut(line, " at http://"); ok {
			p.address, _, _ = strings.Cut(at, "/")
		}
	})
	if err != nil {
		return nil, err
	}
	b.servers.processes = append(b.servers.processes, p)
	return p, nil
}

// startBare starts this program again, as the bare limit that a command names, with a database.
func startBare(ctx context.Context, command, database string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return launch(ctx, self, []string{command, database}, func(p *process, line string) { p.address = line })
}

// memory is a value of the process's status, in MiB: VmRSS, what it has in memory, or VmHWM, the
// most that it had since resetPeak.
func (p *process) memory(name string) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		words := strings.Fields(line)
		if len(words) == 3 && words[0] == name+":" {
			kib, err := strconv.ParseFloat(words[1], 64)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("the status of a process has no %s", name)
}

// notePeak keeps the most memory that the process had since the last resetPeak.
func (p *process) notePeak() error {
	if p.stopped {
		return nil
	}
	peak, err := p.memory("VmHWM")
	p.peak = max(p.peak, peak)
	return err
}

func (p *process) resetPeak() error {
	if err := p.notePeak(); err != nil {
		return err
	}
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0)
}

// servers are the processes of the program that a run has started.
type servers struct{ processes []*process }

// resetPeaks forgets the servers that have ended, and the most memory that the others had.
func (s *servers) resetPeaks() error {
	s.processes = slices.DeleteFunc(s.processes, func(p *process) bool { return p.stopped })
	for _, p := range s.processes {
		if err := p.resetPeak(); err != nil {
			return err
		}
		p.peak = 0
	}
	return nil
}

// peak returns the most memory that one server had, in MiB.
func (s *servers) peak() (most float64, err error) {
	for _, p := range s.processes {
		if err := p.notePeak(); err != nil {
			return 0, err
		}
		most = max(most, p.peak)
	}
	return most, nil
}
