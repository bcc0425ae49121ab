// Package files has what a program does with the files of a database and beside it: it resolves links, locks
// the file against other programs, and syncs folders.
package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// maxLinks is the maximum number of symbolic links that Resolve follows.
const maxLinks = 40

// Resolve returns a path with its symbolic links resolved. The file need not exist, its folder must.
// Different paths of one file have the same result, so that the files beside it (its lock, its socket) are
// the same too.
func Resolve(path string) (string, error) {
	for range maxLinks {
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return "", err
		}
		resolved := filepath.Join(dir, filepath.Base(path))
		info, err := os.Lstat(resolved)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return resolved, nil
		}
		if err != nil {
			return "", err
		}
		target, err := os.Readlink(resolved)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(dir, target)
		}
		path = target
	}
	return "", fmt.Errorf("%s: too many symbolic links", path)
}
