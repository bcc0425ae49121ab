package rapidtest_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"comity/internal/rapidtest"
)

// TestDrawn prints the first value that is drawn; TestWhatIsDrawn runs it.
func TestDrawn(t *testing.T) {
	first := true
	rapidtest.Check(t, func(t *rapid.T) {
		if n := rapid.Uint64().Draw(t, "n"); first {
			fmt.Println("drawn", n)
			first = false
		}
	})
}

// TestWhatIsDrawn is the same each time, but in the long run, and where somebody asks for another seed.
func TestWhatIsDrawn(t *testing.T) {
	t.Parallel()
	ordinary := drawn(t, nil)
	for _, tt := range []struct {
		title       string
		environment []string
		flags       []string
		alike       bool // twice
	}{
		{"ordinary", nil, nil, true},
		{"the long run", []string{"COMITY_SOAK=1"}, nil, false},
		{"a seed by flag", nil, []string{"-rapid.seed=7"}, true},
		{"a random seed by flag", nil, []string{"-rapid.seed=0"}, false},
		{"a seed by environment", []string{"RAPID_SEED=7"}, nil, true},
		{"a seed in the long run", []string{"COMITY_SOAK=1"}, []string{"-rapid.seed=7"}, true},
	} {
		t.Run(tt.title, func(t *testing.T) {
			t.Parallel()
			one, two := drawn(t, tt.environment, tt.flags...), drawn(t, tt.environment, tt.flags...)
			if (one == two) != tt.alike {
				t.Errorf("two runs draw %s and %s, want them alike: %v", one, two, tt.alike)
			}
			if own := tt.environment != nil || tt.flags != nil; (one == ordinary) == own {
				t.Errorf("it draws %s, the ordinary run %s", one, ordinary)
			}
		})
	}
}

// drawn is the first value of TestDrawn in a process with no other environment.
func drawn(t *testing.T, environment []string, flags ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"-test.run=^TestDrawn$"}, flags...)...)
	cmd.Env = append([]string{}, environment...)
	out, err := cmd.CombinedOutput()
	m := regexp.MustCompile(`drawn \d+`).Find(out)
	if err != nil || m == nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(m)
}
