package files_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"comity/internal/store/files"
)

// TestExample shows what the package is for: a program serves a database alone, whichever path of the file is
// given to the others.
func TestExample(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	if err := os.Symlink(filepath.Join(data, "2026", "comity.db"), filepath.Join(data, "comity.db")); err != nil {
		t.Fatal(err)
	}
	// A new folder is on the disk before anything depends on it.
	if err := os.Mkdir(filepath.Join(data, "2026"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := files.SyncFolder(data); err != nil {
		t.Fatal(err)
	}

	// Both paths are those of one file, which need not exist.
	resolve := func(path ...string) string {
		t.Helper()
		resolved, err := files.Resolve(filepath.Join(append([]string{data}, path...)...))
		if err != nil {
			t.Fatal(err)
		}
		return resolved
	}
	database, other := resolve("comity.db"), resolve("2026", "comity.db")
	if database != other {
		t.Errorf("the link leads to %s, the file is %s", database, other)
	}

	// Who locks the file first serves it; the others get it after that program has released it.
	lock, err := files.Lock(database)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.Lock(other); !errors.Is(err, files.ErrServed) {
		t.Errorf("error %v, want ErrServed", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if lock, err = files.Lock(other); err != nil {
		t.Fatalf("after the release: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
}
