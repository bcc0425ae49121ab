package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"comity"
)

// A target of the file provisioner has a file for each person below the folder of --spool-dir. What is missing
// there is found and repaired, through a running server and without one; without the folder nothing is written.
func TestPeopleAreWrittenToFiles(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		spool := t.TempDir()
		r := serve(t, database, "--spool-dir", spool)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		target := add(t, c, fields{
			comity.CoProvisioningTarget.CoId: co, comity.CoProvisioningTarget.Plugin: comity.PluginFile,
			comity.CoProvisioningTarget.Status: comity.ModeAutomatic,
		})
		f := comity.CoFileProvisionerTarget
		add(t, c, fields{f.CoProvisioningTargetId: target, f.Layout: comity.LayoutFiles, f.IdentifierType: "uid"})
		person := addPerson(t, c, co, "ada/x")
		place := filepath.Join(spool, "target-"+text(target), "people", "ada%2Fx.json")
		there := func() bool {
			content, err := os.ReadFile(place)
			return err == nil && matches(`^\{.*"person":\{"meta":\{"id":"ada/x".*\}\}\n$`, string(content))
		}
		eventually(t, "the person has a file", there)
		eventually(t, "no delivery is left that could write the file again", func() bool {
			status := call(t, r.http, http.MethodGet, r.api()+"co_provisioning_targets/status/"+text(target)+".json", r.user, r.key, "")
			return strings.Contains(status.body, `"Waiting":0,"InFlight":0`)
		})
		command := func(more ...string) ran {
			return runToEnd(t, r.operator(append([]string{"provision", "--target", text(target), "--all", "--spool-dir", spool}, more...)...))
		}
		for range 2 {
			if err := os.Remove(place); err != nil {
				t.Fatal(err)
			}
			missing := fmt.Sprintf("missing ada/x (person %d)\n", person)
			printed(t, "compared", command("--verify"), 2, missing+"1 person compared: 1 missing\n")
			printed(t, "repaired", command("--verify", "--repair"), 0, missing+fmt.Sprintf("repaired (person %d)\n", person)+"1 person compared: 1 missing\n1 repaired\n")
			if !there() {
				t.Error("the person has no file")
			}
			if !r.hasEnded() {
				r.end(t)
			}
		}
		refused(t, runToEnd(t, r.operator("provision", "--target", text(target), "--person", text(person))), `by --spool-dir`)
	})
}
