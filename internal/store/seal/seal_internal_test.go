package seal

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"comity/internal/rapidtest"
)

func sealerOf(t interface{ Fatal(...any) }, b byte) *Sealer {
	s, err := New(bytes.Repeat([]byte{b}, keySize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A sealed value is opened by the same key and no other, and not after a byte of it was changed.
func TestSealed(t *testing.T) {
	t.Parallel()
	rapidtest.Check(t, func(t *rapid.T) {
		s, plain := sealerOf(t, 1), rapid.String().Draw(t, "plain")
		sealed, err := s.Seal(plain)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := sealerOf(t, 1).Open(sealed); err != nil || got != plain {
			t.Fatalf("opened as %q: %v", got, err)
		}
		if again, err := s.Seal(plain); err != nil || bytes.Equal(again, sealed) {
			t.Fatalf("sealed the same twice: %v", err)
		}
		if len(plain) > 8 && bytes.Contains(sealed, []byte(plain)) {
			t.Fatalf("%q is in what was sealed", plain)
		}
		if got, err := sealerOf(t, 2).Open(sealed); err == nil || !strings.Contains(err.Error(), "--secret-key-file") {
			t.Fatalf("opened with another key as %q: %v", got, err)
		}
		i := rapid.IntRange(0, len(sealed)-1).Draw(t, "changed byte")
		sealed[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		if got, err := s.Open(sealed); err == nil {
			t.Fatalf("opened after a change as %q", got)
		}
		sealed[i] ^= 1
		if got, err := s.Open(sealed[:rapid.IntRange(1, len(sealed)-1).Draw(t, "length")]); err == nil {
			t.Fatalf("a part of it is opened as %q", got)
		}
	})
	if got, err := sealerOf(t, 1).Open(nil); err != nil || got != "" {
		t.Errorf("nothing is opened as %q: %v", got, err)
	}
}
