package files_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"comity/internal/store/files"
)

// lockedBy is the environment variable by which a test runs itself as another process: it names the
// database that the process is to lock.
const lockedBy = "COMITY_TEST_LOCK"

// lockHolder starts a process that holds a lock until its input ends or it is killed.
func lockHolder(t *testing.T, database string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLockHolder$")
	cmd.Env = append(os.Environ(), lockedBy+"="+database)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "locked\n" {
		t.Fatalf("the other process says %q: %v", line, err)
	}
	return cmd
}

// TestLockHolder is the main function of the other process.
func TestLockHolder(t *testing.T) {
	database := os.Getenv(lockedBy)
	if database == "" {
		return
	}
	lock, err := files.Lock(database)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("locked")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
}

func TestASecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "comity.db")
	holder := lockHolder(t, database)
	for range 2 {
		lock, err := files.Lock(database)
		if !errors.Is(err, files.ErrServed) {
			t.Fatalf("lock %v, error %v, want ErrServed", lock, err)
		}
		for _, want := range []string{database, "process " + strconv.Itoa(holder.Process.Pid)} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error %q does not say %s", err, want)
			}
		}
	}
	// Another database is not locked.
	other, err := files.Lock(filepath.Join(filepath.Dir(database), "other.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Release(); err != nil {
		t.Error(err)
	}
}

func TestTheLockGoesWithItsProcess(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "comity.db")
	holder := lockHolder(t, database)
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait() // it was killed, which is an error
	lock, err := files.Lock(database)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(database + ".lock"); err != nil || string(content) != fmt.Sprintln(os.Getpid()) {
		t.Errorf("the lock says %q, want our pid alone: %v", content, err)
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
}

func TestTheLockIsReleased(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "comity.db")
	for range 3 {
		lock, err := files.Lock(database)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := files.Lock(database); !errors.Is(err, files.ErrServed) {
			t.Errorf("a second lock %v of the same process, error %v, want ErrServed", second, err)
		}
		if err := lock.Release(); err != nil {
			t.Error(err)
		}
	}
	info, err := os.Stat(database + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode %o, want it to be its owner's alone", mode)
	}
	if _, err := os.Stat(database); !os.IsNotExist(err) {
		t.Errorf("locking made the database: %v", err)
	}
}

func TestALockThatCannotBe(t *testing.T) {
	t.Parallel()
	_, err := files.Lock(filepath.Join(t.TempDir(), "none", "comity.db"))
	if err == nil || errors.Is(err, files.ErrServed) {
		t.Errorf("error %v, want that there is no such folder", err)
	}
}
