package seal_test

import (
	"errors"
	"path/filepath"
	"testing"

	"comity/internal/store/seal"
)

// TestExample shows what the package is for: a server's password is stored sealed, is read back with the key in
// the file, and is sealed anew when the key is changed.
func TestExample(t *testing.T) {
	t.Parallel()
	const password = "correct horse battery staple"
	keyFile := filepath.Join(t.TempDir(), "secret.key")
	load := func() *seal.Sealer {
		t.Helper()
		s, _, err := seal.Load(keyFile)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}

	// The first start creates the key.
	old := load()
	sealed, err := old.Seal(password)
	if err != nil {
		t.Fatal(err)
	}
	// Later ones read it.
	if plain, err := load().Open(sealed); err != nil || plain != password {
		t.Errorf("opened as %q, error %v", plain, err)
	}

	// To change the key, all secrets are sealed with the next one, which then replaces it.
	next, err := seal.NextKey(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	resealed, err := next.Seal(password)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := seal.UseNextKey(keyFile, next.KeyID())
	if err != nil || seal.HasNextKey(keyFile) {
		t.Fatalf("the next key is not in use, error %v", err)
	}
	if plain, err := load().Open(resealed); err != nil || plain != password {
		t.Errorf("opened with the next key as %q, error %v", plain, err)
	}
	if _, err := load().Open(sealed); err == nil {
		t.Error("the next key opens what the old one sealed")
	}

	// The old key is kept for backups.
	if s, _, err := seal.Load(kept); err != nil || s.KeyID() != old.KeyID() {
		t.Errorf("the old key is not in %s, error %v", kept, err)
	}

	// A store that was opened without the key seals nothing.
	if _, err := (*seal.Sealer)(nil).Seal(password); !errors.Is(err, seal.ErrNoSealer) {
		t.Errorf("error %v, want ErrNoSealer", err)
	}
}
