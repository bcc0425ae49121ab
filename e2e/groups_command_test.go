package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"comity"
)

// comity provision sends, plans and compares groups like people, if the target receives them; through a running
// server and without one.
func TestProvisionCommandOfGroups(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		person := addPerson(t, c, co, "one")
		group := add(t, c, fields{comity.CoGroup.CoId: co, comity.CoGroup.Name: "readers", comity.CoGroup.Status: comity.Active})
		var status atomic.Int64
		receiver := answering(t, &status)
		to := addTarget(t, c, co, receiver.URL, endpoint{mode: comity.ModeManual})
		target := text(to.target)
		command := func(more ...string) ran {
			return runToEnd(t, r.operator(append([]string{"provision", "--target", target}, more...)...))
		}
		refused(t, command("--group", text(group)), `target \d+ does not receive groups: set IncludeGroups`)
		printed(t, "a plan without groups", command("--all", "--dry-run"), 0, fmt.Sprintf("PUT one (person %d)\n1 would be sent, 0 deleted, 0 unchanged\n", person))
		edit(t, c, to.settings, fields{comity.CoApiProvisionerTarget.IncludeGroups: true, comity.CoApiProvisionerTarget.AnswersGet: true})
		for range 2 {
			printed(t, "one", command("--group", text(group)), 0, fmt.Sprintf("group %d was sent to target %s\n", group, target))
			printed(t, "one again", command("--group", text(group), "--dry-run", "--only-changed"), 0,
				fmt.Sprintf("unchanged %d (group %d)\n0 would be sent, 0 deleted, 1 unchanged\n", group, group))
			if got := command("--all"); got.status != 0 || !matches(`^full sync of \d+ people and groups took `, got.out) {
				t.Errorf("everything: status %d, prints %s%s", got.status, got.out, got.errOut)
			}
			ask(t, http.MethodDelete, receiver.URL+"/groups/"+text(group), "")
			found := fmt.Sprintf("missing %d (group %d)\n", group, group)
			got := command("--all", "--verify")
			if got.status != 2 || !strings.HasPrefix(got.out, found) || !matches(`1 person and \d+ groups compared: 1 missing`, got.out) ||
				!matches(`what it should hold of 1 group`, got.errOut) {
				t.Errorf("compared: status %d, prints %s%s", got.status, got.out, got.errOut)
			}
			printed(t, "repaired", command("--group", text(group), "--verify", "--repair"), 0,
				found+fmt.Sprintf("repaired (group %d)\n1 group compared: 1 missing\n1 repaired\n", group))
			if !r.hasEnded() {
				r.end(t)
			}
		}
	})
}
