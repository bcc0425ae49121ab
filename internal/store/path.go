package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// maxLinks is how many symbolic links are followed from one path.
const maxLinks = 40

// ResolvePath returns the path that a path leads to when its symbolic links are followed. The file
// itself need not be there yet; the folder that it is to be in must. Whoever names one file by several
// paths gets one path, so that what stands beside the file (its lock, its socket) is one too.
func ResolvePath(path string) (string, error) {
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
