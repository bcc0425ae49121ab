package file_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/connector/connectortest"
	"comity/internal/connector/file"
)

// TestExample shows what the package is for: in the folder of its target, a person has a file with the message
// about them, which follows the person's identifier and goes with the person.
func TestExample(t *testing.T) {
	spool := t.TempDir()
	c, d := file.New(spool), destination(comity.LayoutFiles)
	d.Settings.SetBool(comity.CoFileProvisionerTarget.IncludeAttributes, true)
	holds := func(want map[string]string) {
		t.Helper()
		if diff := cmp.Diff(want, files(t, spool)); diff != "" {
			t.Errorf("the spool (-want +got):\n%s", diff)
		}
	}
	person := func(uid string) string {
		return `{"meta":{"version":"1.0.0","objectType":"person"},"person":{"meta":{"id":"` + uid + `"` + when + `},` +
			`"status":"active","names":[],"identifiers":[{"meta":{"id":"5","created":"2026-11-21T17:39:03Z",` +
			`"lastModified":"2026-11-21T17:39:03Z"},"identifier":"` + uid + `","type":"uid"}],"emailAddresses":[],"urls":[]}}` + "\n"
	}

	if a := deliver(t, c, d, connectortest.Person("grace"), comity.ProvisionedAs{}); !a.OK {
		t.Errorf("the answer is %+v", a)
	}
	holds(map[string]string{"target-7/people/grace.json": person("grace")})

	// The person's uid changes: the new file is written before the old one is removed.
	deliver(t, c, d, connectortest.Person("ghopper"), comity.ProvisionedAs{Identifier: "grace"})
	holds(map[string]string{"target-7/people/ghopper.json": person("ghopper")})

	// Verifying reads the file back.
	if h := connectortest.Read(t.Context(), c, d, comity.PersonSubject(1), "ghopper"); string(h.Body) != person("ghopper") {
		t.Errorf("what the target holds is %+v", h)
	}

	gone := comity.Snapshot{Subject: comity.PersonSubject(1), Gone: true}
	deliver(t, c, d, gone, comity.ProvisionedAs{Identifier: "ghopper"})
	holds(map[string]string{})
}
