package comity_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"comity"
)

// TestBoundsAreDocumented compares the table of limits in docs/api.md with the program's limits.
func TestBoundsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range comity.Bounds() {
		number := fmt.Sprint(b.Most)
		if b.Most >= 1000 {
			number = fmt.Sprintf("%d,%03d", b.Most/1000, b.Most%1000)
		}
		line := fmt.Sprintf("| %s | %s | %d %s | %s |", number, b.What, b.Status, b.Phrase, b.Text)
		if !strings.Contains(string(page), line+"\n") {
			t.Errorf("docs/api.md does not have the line\n%s", line)
		}
	}
}
