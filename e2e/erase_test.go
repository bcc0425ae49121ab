package e2e_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"comity"
)

// dump is all that a registry's database holds.
func dump(t *testing.T, r *registry) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "registry.backup")
	if got := runToEnd(t, r.operator("backup", name)); got.status != 0 {
		t.Fatalf("backup: %s", got.errOut)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close(); _ = os.Remove(name) }()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

// TestErase erases one person beside the server and another one without it. The receiver hears of
// the delete, and then nothing of them is left.
func TestErase(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c, receiver := r.platform(), receive(t)
		co := addCO(t, c, "Telescope")
		to := addTarget(t, c, co, receiver.URL, endpoint{})
		zaphod, trillian := addPerson(t, c, co, "zaphod"), addPerson(t, c, co, "trillian")
		add(t, c, fields{comity.CoPersonRole.Person: owner{comity.OwnerCO, zaphod}, comity.CoPersonRole.Affiliation: "staff", comity.CoPersonRole.Status: comity.Active})
		receiver.knowsOf(t, "zaphod")
		receiver.knowsOf(t, "trillian")

		refused(t, runToEnd(t, r.operator("erase", "--person", text(zaphod))), `is still there: delete it first, or have --delete do that`)
		refused(t, runToEnd(t, r.operator("erase", "--person", "4711")), `there is no person 4711, and there was none`)
		refused(t, runToEnd(t, r.operator("erase")), `--person`)

		got := runToEnd(t, r.operator("erase", "--person", text(zaphod), "--delete"))
		if got.status != 0 || !matches(fmt.Sprintf(`(?s)^person %d is erased: \d+ rows.*\ntarget %d has not been sent the deletion of zaphod yet`, zaphod, to.target), got.out) {
			t.Errorf("status %d: %s%s", got.status, got.out, got.errOut)
		}
		receiver.forgets(t, "zaphod")
		eventually(t, "nothing is left of them", func() bool { return !strings.Contains(dump(t, r), "zaphod") })
		listed := call(t, documented(t, r.api()), "GET", r.api()+"history_records.json?coid="+text(co), r.user, r.key, "").body
		for _, line := range []string{"CoPerson %d added (erased)", "CoPerson %d deleted (erased)", "CoPerson %d erased"} {
			if line = fmt.Sprintf(line, zaphod); !strings.Contains(listed, line) {
				t.Errorf("the history does not say %q", line)
			}
		}

		r.end(t)
		if got := runToEnd(t, r.operator("erase", "--person", text(trillian), "--delete")); got.status != 0 {
			t.Errorf("status %d: %s%s", got.status, got.out, got.errOut)
		}
		if got := runToEnd(t, r.operator("check")); got.status != 0 {
			t.Errorf("check: %s%s", got.out, got.errOut)
		}
		r.startAgain(t)
		receiver.forgets(t, "trillian")
		eventually(t, "nothing is left of the other one", func() bool { return !strings.Contains(dump(t, r), "trillian") })
	})
}
