package seal_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"comity/internal/store/seal"
)

func TestTheKeyIsMadeOnceAndReadAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	first, made, err := seal.Load(path)
	if err != nil || !made {
		t.Fatalf("made %v: %v", made, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode %o, want it to be its owner's alone", mode)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("files %v beside it: %v", files, err)
	}
	if !regexp.MustCompile(`^[0-9a-f]{64}\n$`).Match(content) {
		t.Errorf("the file holds %q", content)
	}
	second, made, err := seal.Load(path)
	if err != nil || made {
		t.Fatalf("made again %v: %v", made, err)
	}
	if first.KeyID() != second.KeyID() || first.KeyID() == "" {
		t.Errorf("key %s, read again %s", first.KeyID(), second.KeyID())
	}
	other, _, err := seal.Load(filepath.Join(t.TempDir(), "other.key"))
	if err != nil {
		t.Fatal(err)
	}
	if other.KeyID() == first.KeyID() {
		t.Error("two keys are the same")
	}
	if strings.Contains(string(content), first.KeyID()) {
		t.Error("the id is a part of the key")
	}
}

// The first program to start creates the key; the others read that one.
func TestTheKeyIsMadeByOne(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	const programs = 8
	ids, made := make([]string, programs), make([]bool, programs)
	var all sync.WaitGroup
	for i := range programs {
		all.Go(func() {
			s, first, err := seal.Load(path)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i], made[i] = s.KeyID(), first
		})
	}
	all.Wait()
	n := 0
	for i := range programs {
		if made[i] {
			n++
		}
		if ids[i] != ids[0] {
			t.Errorf("keys %s and %s", ids[0], ids[i])
		}
	}
	if n != 1 {
		t.Errorf("%d have made it", n)
	}
}

func TestAKeyFileIsWrittenByHand(t *testing.T) {
	t.Parallel()
	digits := strings.Repeat("0a", 32)
	for _, tt := range []struct {
		name, content string
		good          bool
	}{
		{"as it is made", digits + "\n", true},
		{"without a line end", digits, true},
		{"with another line end", digits + "\r\n", true},
		{"in capitals", strings.ToUpper(digits), true},
		{"empty", "", false},
		{"a line end", "\n", false},
		{"too short", digits[2:], false},
		{"too long", digits + "00", false},
		{"half a byte short", digits[1:], false},
		{"no digits", strings.Repeat("zz", 32), false},
		{"bytes", string(make([]byte, 32)), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "secret.key")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			s, made, err := seal.Load(path)
			if made {
				t.Error("it is made anew: all that was sealed would be lost")
			}
			switch {
			case tt.good && err != nil:
				t.Error(err)
			case !tt.good && (err == nil || s != nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "64 hexadecimal digits")):
				t.Errorf("error %v does not say what the file should hold", err)
			}
			if content, err := os.ReadFile(path); err != nil || string(content) != tt.content {
				t.Errorf("the file holds %q: %v", content, err)
			}
		})
	}
}

func TestAKeyFileThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"a folder": t.TempDir(), "in a folder that is not there": filepath.Join(t.TempDir(), "none", "secret.key")} {
		t.Run(name, func(t *testing.T) {
			if s, _, err := seal.Load(path); err == nil || s != nil {
				t.Errorf("sealer %v", s)
			}
		})
	}
}

func TestKeysOfAnotherLength(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 16, 24, 31, 33, 64} {
		if s, err := seal.New(make([]byte, n)); err == nil || s != nil {
			t.Errorf("a key of %d bytes is taken", n)
		}
	}
}
