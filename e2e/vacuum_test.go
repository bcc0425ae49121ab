package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"comity"
)

// TestVacuumLeavesNothingOfWhatWasErased looks at the very bytes of an SQLite file.
func TestVacuumLeavesNothingOfWhatWasErased(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		const name = "zaphodbeeblebrox"
		person := addPerson(t, c, co, name)
		stays := addPerson(t, c, co, "trillian")
		if got := runToEnd(t, r.operator("erase", "--delete", "--person", text(person))); got.status != 0 {
			t.Fatalf("erase: %s", got.errOut)
		}
		sqlite := !strings.HasPrefix(database, "postgres")
		if sqlite {
			refused(t, runToEnd(t, r.operator("vacuum")), `in use by process \d+: end it first, for the file is replaced$`)
			r.end(t)
		}
		got := runToEnd(t, r.operator("vacuum"))
		if got.status != 0 || !matches(`is written anew: [\d.]+ MB, it was [\d.]+ MB\n$`, got.out) {
			t.Fatalf("status %d: %s%s", got.status, got.out, got.errOut)
		}
		if sqlite {
			files, err := filepath.Glob(database + "*")
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				content, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Contains(content, []byte(name)) {
					t.Errorf("%s holds what was erased", file)
				}
			}
			if info, err := os.Stat(database); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the file is %v, %v", info, err)
			}
			r.startAgain(t)
		}
		if _, err := r.platform().View(t.Context(), comity.CoPerson.Resource, stays); err != nil {
			t.Error(err)
		}
		if got := runToEnd(t, r.operator("check")); got.status != 0 {
			t.Errorf("check: %s%s", got.out, got.errOut)
		}
	})
}
