package console_test

import (
	"strings"
	"testing"
)

// TestAListIsOfWhatItsAddressSays: whatever the API lists a resource by narrows its list here, too.
func TestAListIsOfWhatItsAddressSays(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		co := w.addCO(t)
		ada := w.addPerson(t, co, "Ada", "")
		readers := w.addGroup(t, co, "Readers")
		w.addGroup(t, co, "Writers")
		w.join(t, ada, readers, false)
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		r.get(inCO(co, "co_groups/?copersonid=%d", ada), 200)
		r.says("Readers")
		if text := textOf(find(r.page.root, "main")); strings.Contains(text, "Writers") || !strings.Contains(text, "Ada") {
			t.Errorf("the list of Ada's groups reads:\n%s", text)
		}
		r.get(inCO(co, "co_group_members/?cogroupid=%d", readers), 200)
		r.says("Ada")
		if to := r.link("Readers"); to != inCO(co, "co_groups/%d/", readers) {
			t.Errorf("the list leads to %q, and not to what it is of", to)
		}
	})
}
