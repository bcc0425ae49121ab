package file

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
	"syscall"
	"time"
)

// spool is a folder in which files are changed. All paths are below it: a link that leads out of it is refused.
type spool struct {
	folder string
	// appending is held while a line is added to a log, so that the workers of this process do not poll its lock.
	appending sync.Mutex
	// cleaned are the targets' folders from which leftovers of a crash were removed.
	cleaned sync.Map
	// beforeRename is called when a file is complete and not yet in its place; nil for nothing.
	beforeRename func()
}

func newSpool(folder string) *spool { return &spool{folder: folder} }

// modes are the permissions of what is made, whatever the process's umask is.
type modes struct{ folder, file fs.FileMode }

// forOwner lets only the process's user read, forGroup also the group. Where the spool's folder has the
// set-group-ID bit, this is that folder's group.
var (
	forOwner = modes{folder: 0o700, file: 0o600}
	forGroup = modes{folder: 0o750, file: 0o640}
)

// stale is the age from which an incomplete file is a leftover: no delivery takes as long.
const stale = time.Hour

// in calls a function with the spool's folder open.
func (s *spool) in(do func(root *os.Root) error) error {
	root, err := os.OpenRoot(s.folder)
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	if err := errors.Join(do(root), root.Close()); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	return nil
}

// exists says whether the spool's folder is there.
func (s *spool) exists() bool {
	info, err := os.Stat(s.folder)
	return err == nil && info.IsDir()
}

// write replaces a file by one with the content, or makes it: readers see the old content or the new one.
func (s *spool) write(name string, content []byte, m modes) error {
	return s.in(func(root *os.Root) error {
		folder := path.Dir(name)
		incomplete := path.Join(path.Dir(folder), "incomplete")
		if err := errors.Join(makeFolder(root, folder, m), makeFolder(root, incomplete, m)); err != nil {
			return err
		}
		s.removeStale(root, incomplete)
		part := path.Join(incomplete, rand.Text())
		err := writeNew(root, part, content, m)
		if err == nil && s.beforeRename != nil {
			s.beforeRename()
		}
		if err == nil {
			err = root.Rename(part, name)
		}
		if err != nil {
			_ = root.Remove(part)
			return err
		}
		return syncNames(root, folder)
	})
}

// writeNew makes a file with the content, and returns when it is on the disk.
func writeNew(root *os.Root, name string, content []byte, m modes) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, m.file)
	if err != nil {
		return err
	}
	err = f.Chmod(m.file)
	if err == nil {
		_, err = f.Write(content)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// removeStale removes what a crash left incomplete, once for each folder. What cannot be removed does no harm.
func (s *spool) removeStale(root *os.Root, folder string) {
	if _, done := s.cleaned.LoadOrStore(folder, true); done {
		return
	}
	entries, _ := fs.ReadDir(root.FS(), folder)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > stale {
			_ = root.Remove(path.Join(folder, e.Name()))
		}
	}
}

// remove removes a file, if it is there.
func (s *spool) remove(name string) error {
	return s.in(func(root *os.Root) error {
		err := root.Remove(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return syncNames(root, path.Dir(name))
	})
}

// append adds a line at the end of a log. What an earlier append left of a line is removed first. Writers of one
// log take turns by a lock on it, which a program that picks the log up can take, too.
func (s *spool) append(ctx context.Context, name string, line []byte, m modes) error {
	s.appending.Lock()
	defer s.appending.Unlock()
	return s.in(func(root *os.Root) error {
		if err := makeFolder(root, path.Dir(name), m); err != nil {
			return err
		}
		for {
			f, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, m.file)
			if err != nil {
				return err
			}
			moved, err := appendTo(ctx, root, f, name, line, m)
			if err = errors.Join(err, f.Close()); err != nil || !moved {
				return err
			}
		}
	})
}

// appendTo adds a line to a log that is open under a name. moved says that it does not have this name any more, so
// that nothing was added.
func appendTo(ctx context.Context, root *os.Root, f *os.File, name string, line []byte, m modes) (moved bool, err error) {
	if err := lock(ctx, f); err != nil {
		return false, fmt.Errorf("lock %s: %w", name, err)
	}
	is, err := f.Stat()
	if err != nil {
		return false, err
	}
	there, err := root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(is, there) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	size, err := wholeLines(f, is.Size())
	if err != nil {
		return false, err
	}
	if size < is.Size() {
		err = f.Truncate(size)
	}
	if err == nil && size == 0 {
		err = f.Chmod(m.file)
	}
	if err != nil {
		return false, err
	}
	_, err = f.Write(line)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return false, errors.Join(err, f.Truncate(size))
	}
	if size == 0 {
		return false, syncNames(root, path.Dir(name))
	}
	return false, nil
}

// lock takes the lock on a file, which ends when the file is closed.
func lock(ctx context.Context, f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("another program holds it: %w", ctx.Err())
		}
	}
}

// wholeLines returns the length of a file of a size without an unfinished line at its end.
func wholeLines(f io.ReaderAt, size int64) (int64, error) {
	const step = 64 << 10
	for end := size; end > 0; {
		begin := max(0, end-step)
		chunk := make([]byte, end-begin)
		if _, err := f.ReadAt(chunk, begin); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(chunk, '\n'); i >= 0 {
			return begin + int64(i) + 1, nil
		}
		end = begin
	}
	return 0, nil
}

// read reads a file, up to limit bytes.
func (s *spool) read(name string, limit int64) (content []byte, err error) {
	err = s.in(func(root *os.Root) error {
		f, err := root.Open(name)
		if err != nil {
			return err
		}
		content, err = io.ReadAll(io.LimitReader(f, limit))
		return errors.Join(err, f.Close())
	})
	return content, err
}

// makeFolder makes a folder and those above it, and returns when their names are on the disk.
func makeFolder(root *os.Root, folder string, m modes) error {
	if _, err := root.Stat(folder); err == nil {
		return nil
	}
	if err := root.MkdirAll(folder, m.folder); err != nil {
		return err
	}
	for ; folder != "."; folder = path.Dir(folder) {
		info, err := root.Stat(folder)
		if err == nil {
			err = root.Chmod(folder, info.Mode()|m.folder)
		}
		if err == nil {
			err = syncNames(root, path.Dir(folder))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// syncNames returns when the names in a folder are on the disk.
func syncNames(root *os.Root, folder string) error {
	d, err := root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
