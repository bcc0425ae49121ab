package console_test

import (
	"strings"
	"testing"
)

// TestAListIsOfWhatItsAddressSays: whatever the API lists a resource by narrows its list here, too.
func TestAListIsOfWhatItsAddressSays(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		ada := fx.addPerson(t, co, "Ada", "")
		readers := fx.addGroup(t, co, "Readers")
		fx.addGroup(t, co, "Writers")
		fx.join(t, ada, readers, false)
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		b.get(inCO(co, "co_groups/?copersonid=%d", ada), 200)
		b.says("Readers")
		if text := textOf(find(b.page.root, "main")); strings.Contains(text, "Writers") || !strings.Contains(text, "Ada") {
			t.Errorf("the list of Ada's groups reads:\n%s", text)
		}
		b.get(inCO(co, "co_group_members/?cogroupid=%d", readers), 200)
		b.says("Ada")
		if to := b.link("Readers"); to != inCO(co, "co_groups/%d/", readers) {
			t.Errorf("the list leads to %q, and not to what it is of", to)
		}
	})
}
