package control_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"comity/internal/control"
)

func TestOnlyTheOwnerMayOpenTheSocket(t *testing.T) {
	t.Parallel()
	info, err := os.Stat(serve(t, &program{}) + ".sock")
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode(); mode.Perm() != 0o600 || mode.Type() != os.ModeSocket {
		t.Errorf("its mode is %v", mode)
	}
}

// TestSocketMayHaveALongPath has a path that is longer than the system allows for a socket.
func TestSocketMayHaveALongPath(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), strings.Repeat("a long folder ", 8), strings.Repeat("ü", 40))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	database := filepath.Join(folder, "registry with blanks & 100%.db")
	var p program
	listen(t, database, &p)
	if _, err := control.Do(t.Context(), dial(t, database), control.NoteBackup{}); err != nil {
		t.Error(err)
	}
}

func TestSocketOfADeadProcessIsReplaced(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "registry.db")
	if err := os.WriteFile(database+".sock", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	listen(t, database, &program{})
	if _, err := control.Do(t.Context(), dial(t, database), control.NoteBackup{}); err != nil {
		t.Error(err)
	}
}

func TestCloseRemovesTheSocket(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "registry.db")
	s, err := control.Listen(database, service(&program{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(database + ".sock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func TestListenFailsWithoutTheFolder(t *testing.T) {
	t.Parallel()
	if _, err := control.Listen(filepath.Join(t.TempDir(), "none", "registry.db"), service(&program{})); err == nil || !strings.HasPrefix(err.Error(), "control socket: ") {
		t.Errorf("the error is %v", err)
	}
}
