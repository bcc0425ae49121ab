package files

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// ErrServed is wrapped in the error of Lock when another process serves the database.
var ErrServed = errors.New("the database is in use")

// FileLock is this process's lock on an SQLite file. The operating system releases it when the process ends.
type FileLock struct{ file *os.File }

// LockSuffix is the suffix of the lock file's name.
const LockSuffix = ".lock"

// Lock takes the lock beside an SQLite file. It fails with ErrServed, and the pid of the holder, where
// another process has it.
func Lock(database string) (*FileLock, error) {
	f, err := os.OpenFile(database+LockSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", database, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer func() { _ = f.Close() }()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", database, err)
		}
		pid := make([]byte, 20)
		n, _ := f.ReadAt(pid, 0)
		return nil, fmt.Errorf("lock %s: %w by process %s", database, ErrServed, strings.TrimSpace(string(pid[:n])))
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = fmt.Fprintln(f, os.Getpid())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", database, err), f.Close())
	}
	return &FileLock{f}, nil
}

// Release releases the lock, even while a child process that is being started still has the file open.
func (l *FileLock) Release() error {
	return errors.Join(syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN), l.file.Close())
}

// SyncFolder waits until the names in a folder are on the disk.
func SyncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
