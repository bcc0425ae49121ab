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

// TestFirstDraw prints the first value that is drawn; TestSeeds runs it.
func TestFirstDraw(t *testing.T) {
	first := true
	rapidtest.Check(t, func(t *rapid.T) {
		if n := rapid.Uint64().Draw(t, "n"); first {
			fmt.Println("first draw", n)
			first = false
		}
	})
}

// TestSeeds is the same each time, but in the long run, and where somebody asks for another seed.
func TestSeeds(t *testing.T) {
	t.Parallel()
	ordinary := firstDraw(t, nil)
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
			one, two := firstDraw(t, tt.environment, tt.flags...), firstDraw(t, tt.environment, tt.flags...)
			if (one == two) != tt.alike {
				t.Errorf("two runs draw %s and %s, want them alike: %v", one, two, tt.alike)
			}
			if own := tt.environment != nil || tt.flags != nil; (one == ordinary) == own {
				t.Errorf("it draws %s, the ordinary run %s", one, ordinary)
			}
		})
	}
}

// firstDraw returns the first value of TestFirstDraw in a process with no other environment.
func firstDraw(t *testing.T, environment []string, flags ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"-test.run=^TestFirstDraw$"}, flags...)...)
	cmd.Env = append([]string{}, environment...)
	out, err := cmd.CombinedOutput()
	m := regexp.MustCompile(`first draw \d+`).Find(out)
	if err != nil || m == nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(m)
}
