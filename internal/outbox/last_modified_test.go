package outbox_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
)

// A message's lastModified is the time of the last change of a value in the message: an edit of anything
// else leaves the whole message unchanged.
func TestLastModifiedIsOfWhatIsShown(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		to := w.target(newReceiver(t), comity.ModeManual, withGroups)
		s := w.profile("ghopper")
		second := s.aName("Amazing")
		shown := map[*comity.Resource]int64{
			comity.CoPerson.Resource: s.person, comity.Name.Resource: w.add(comity.Name.Resource, second),
			comity.Identifier.Resource: w.add(comity.Identifier.Resource, s.badge("b1")), comity.EmailAddress.Resource: s.mail,
			comity.Url.Resource: s.url, comity.CoPersonRole.Resource: s.role, comity.Address.Resource: s.address,
			comity.TelephoneNumber.Resource: s.phone, comity.CoGroup.Resource: s.group,
		}
		other := map[*comity.Field]any{
			comity.CoPerson.Timezone: "Europe/Paris", comity.EmailAddress.Mail: "hopper@example.org", comity.Url.Url: "https://example.net/",
			comity.CoPersonRole.CouId: w.add(comity.Cou.Resource, values{comity.Cou.Name: "office"}), comity.CoPerson.DateOfBirth: "1906-12-09",
			comity.CoPersonRole.ManagerCoPersonId: w.person(""), comity.CoPersonRole.SponsorCoPersonId: w.person(""),
			comity.Identifier.CoProvisioningTargetId: to.id, comity.CoGroup.CouId: s.unit, comity.CoPersonRole.ValidFrom: w.clock.now().Add(-time.Hour),
			comity.CoPersonRole.ValidThrough: w.clock.now().Add(9000 * time.Hour), comity.CoPersonRole.Ordr: 77,
		}
		changes := regexp.MustCompile(`"(lastModified":"[^"]*"|revision":\d+,?)`)
		for r, id := range shown {
			if !r.Dated {
				t.Errorf("%s is not dated", r.Singular)
			}
			for _, f := range r.Fields {
				was := w.view(r, id)
				value := other[f]
				switch {
				case f.ReadOnly || f.WriteOnce || f.Immutable || f.Kind == comity.Owner:
					continue
				case value != nil:
				case f.Kind == comity.Boolean:
					value = !was.Bool(f)
				case f.Kind == comity.Code:
					value = f.Words[(slices.IndexFunc(f.Words, func(w comity.Word) bool { return w.Word == was.Text(f) })+1)%len(f.Words)].Word
				case len(f.Types) > 0:
					value = f.Types[(slices.Index(f.Types, was.Text(f))+1)%len(f.Types)]
				case f.Kind == comity.Text && strings.HasSuffix(f.Name, "Language"):
					value = "de"
				case f.Kind == comity.Text:
					value = "77"
				}
				before := w.present(to)
				w.later(time.Hour)
				w.edit(r, id, values{f: value})
				after := w.present(to)
				what := func(present map[string]string) string {
					all := []string{}
					for id, body := range present {
						all = append(all, id+changes.ReplaceAllString(body, ""))
					}
					slices.Sort(all)
					return strings.Join(all, "\n")
				}
				if f.Unsent != (what(before) == what(after)) {
					t.Errorf("%s.%s = %v: it is said that no message shows it: %t\n%s\n%s", r.Singular, f.Name, value, f.Unsent, what(before), what(after))
				}
				if diff := cmp.Diff(before, after); f.Unsent && diff != "" {
					t.Errorf("%s.%s = %v, which no message shows, changes the message (-before +after):\n%s", r.Singular, f.Name, value, diff)
				}
				rec := w.view(r, id)
				if at, as := rec.LastChange(); !f.Unsent && (!at.Equal(rec.Modified) || as != rec.Revision) {
					t.Errorf("%s.%s = %v: changed at %v as revision %d, modified at %v as %d", r.Singular, f.Name, value, at, as, rec.Modified, rec.Revision)
				}
				if !f.Required && f.Kind == comity.Text && !f.Unsent && f.TypeOf == "" {
					w.edit(r, id, values{f: nil})
					before = w.present(to)
					w.later(time.Hour)
					w.edit(r, id, values{f: ""})
					if diff := cmp.Diff(before, w.present(to)); diff != "" {
						t.Errorf("%s.%s emptied, which is shown as none, changes the message (-before +after):\n%s", r.Singular, f.Name, diff)
					}
				}
				if cell := was.Get(f); f.Kind == comity.Code {
					w.edit(r, id, values{f: was.Text(f)})
				} else if !cell.HasValue() && f.Kind != comity.Boolean {
					w.edit(r, id, values{f: nil})
				}
			}
		}
	})
}
