package console_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"comity"
	"comity/internal/authz"
	"comity/internal/signin"
)

// unseen is a CO in which records name others that not every reader may see.
type unseen struct {
	co, mona, role, physics, manager, sponsor, readers int64
	readersOf                                          map[string]signin.Login
}

func (w *world) unseen(t *testing.T) unseen {
	t.Helper()
	co := w.addCO(t)
	u := unseen{co: co, readers: w.addGroup(t, co, "Readers")}
	science := w.addUnit(t, co, "Science")
	u.physics = w.addUnitBelow(t, co, "Physics", science)
	chemistry := w.addUnit(t, co, "Chemistry")
	for _, one := range []struct {
		id   *int64
		name string
	}{{&u.mona, "Mona"}, {&u.manager, "Max"}, {&u.sponsor, "Sue"}} {
		*one.id = w.addPerson(t, co, one.name, "")
	}
	una, olga, gone := w.addPerson(t, co, "Una", ""), w.addPerson(t, co, "Olga", ""), w.addPerson(t, co, "Gone", "")
	f := comity.CoPersonRole
	w.addRole(t, u.manager, chemistry, time.Time{})
	u.role = w.addRoleWith(t, u.mona, func(rec *comity.Record) {
		rec.SetInt(f.CouId, u.physics)
		rec.SetInt(f.ManagerCoPersonId, u.manager)
		rec.SetInt(f.SponsorCoPersonId, u.sponsor)
		rec.Set(f.ValidThrough, comity.TimeCell(time.Now().Add(24*time.Hour)))
	})
	secret := w.addGroup(t, co, "Secret")
	w.nest(t, secret, u.readers)
	w.join(t, olga, u.readers, true)
	w.join(t, u.mona, u.readers, false)
	for _, person := range []int64{u.mona, u.manager, gone} {
		w.joinFor(t, secret, person, time.Time{}, time.Now().Add(-time.Hour))
	}
	inUnit := w.add(t, comity.CoGroup.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoGroup.CoId, co)
		rec.SetInt(comity.CoGroup.CouId, u.physics)
		rec.SetText(comity.CoGroup.Name, "Laboratory")
		rec.SetText(comity.CoGroup.Status, comity.Active)
	})
	w.joinFor(t, inUnit, u.sponsor, time.Time{}, time.Now().Add(time.Hour))
	w.nest(t, secret, inUnit)
	if err := w.registry.Delete(t.Context(), authz.System("test"), comity.CoPerson.Resource, gone); err != nil {
		t.Fatal(err)
	}
	w.administer(t, co, una, "Physics")
	admin := w.addPerson(t, co, "Ada", "")
	w.join(t, admin, w.adminsOf(t, co, 0), false)
	u.readersOf = map[string]signin.Login{}
	for who, person := range map[string]int64{"member": u.mona, "group owner": olga, "unit admin": una, "CO admin": admin} {
		u.readersOf[who] = w.loginIn(t, co, person, false)
	}
	return u
}

// TestWhatAReaderMayNotSeeIsSaidSo: wherever a record names another that the reader may not see, that is
// said in words, and not by an id.
func TestWhatAReaderMayNotSeeIsSaidSo(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		u := w.unseen(t)
		base := w.serve(t, nil).URL
		bare := regexp.MustCompile(`\b(Person|Group|Role|Unit|Group membership|Nested group|Organizational identity|Name) \d+`)
		role, person := inCO(u.co, "co_person_roles/%d/", u.role), inCO(u.co, "co_people/%d/", u.mona)
		history := inCO(u.co, "history_records/?copersonid=%d", u.mona)
		for who, says := range map[string]map[string][]string{
			"member": {
				role:    {"Managera person you may not see", "Sponsora person you may not see"},
				person:  {"a group you may not see"},
				history: {"a person you may not see"},
			},
			"group owner": {inCO(u.co, "co_group_nestings/"): {"a group you may not see in Readers"}},
			"unit admin": {
				role:   {"Managera person you may not see", "Sponsora person you may not see"},
				person: {"a group you may not see"}, history: {"a person you may not see"},
				inCO(u.co, "cous/%d/", u.physics): {"Parent unita unit you may not see"},
				inCO(u.co, ""):                    {"a person you may not see"},
			},
			"CO admin": {role: {"ManagerMax", "SponsorSue"}, inCO(u.co, "history_records/"): {"(deleted) in Secret"}},
		} {
			t.Run(who, func(t *testing.T) {
				t.Parallel()
				r := signedIn(t, base, u.readersOf[who])
				for path, texts := range says {
					r.get(path, 200)
					for _, text := range texts {
						r.says(text)
					}
				}
				if who == "CO admin" {
					return // to whom all numbers mean something
				}
				r.walk(inCO(u.co, ""), func() {
					if found := bare.FindString(r.page.text); found != "" {
						t.Errorf("%s has %q:\n%s", r.page.url, found, r.page.text)
					}
				})
			})
		}
	})
}

// TestWhatIsChosenAndUnseenStays: a form whose select cannot offer what the record names, because the
// reader may not see it, leaves it when it is saved.
func TestWhatIsChosenAndUnseenStays(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		u := w.unseen(t)
		r := signedIn(t, w.serve(t, nil).URL, u.readersOf["unit admin"])
		f := comity.CoPersonRole
		r.get(inCO(u.co, "co_person_roles/%d/edit", u.role), 200)
		r.says("a person you may not see")
		r.submit(values{"Title": "Professor"}, 200)
		rec := w.view(t, f.Resource, u.role)
		if rec.Text(f.Title) != "Professor" || rec.Int(f.ManagerCoPersonId) != u.manager || rec.Int(f.SponsorCoPersonId) != u.sponsor {
			t.Errorf("saved with manager %d and sponsor %d, want %d and %d", rec.Int(f.ManagerCoPersonId), rec.Int(f.SponsorCoPersonId), u.manager, u.sponsor)
		}
		before := w.view(t, comity.Cou.Resource, u.physics)
		r.get(inCO(u.co, "cous/%d/move", u.physics), 200)
		r.submit(nil, 200)
		if after := w.view(t, comity.Cou.Resource, u.physics); after.Int(comity.Cou.ParentId) != before.Int(comity.Cou.ParentId) {
			t.Errorf("a unit that was moved nowhere is below %d, and was below %d", after.Int(comity.Cou.ParentId), before.Int(comity.Cou.ParentId))
		}
	})
}

// walk goes to all pages of a CO that links lead to from one.
func (r *reader) walk(from string, look func()) {
	r.t.Helper()
	paths, seen := []string{from}, map[string]bool{from: true}
	for i := 0; i < len(paths); i++ {
		r.get(paths[i], 200)
		look()
		each(r.page.root, func(n *html.Node) {
			to, err := r.page.url.Parse(attr(n, "href"))
			if n.Data != "a" || err != nil || !strings.HasPrefix(to.Path, from) || seen[to.Path] {
				return
			}
			seen[to.Path] = true
			paths = append(paths, to.RequestURI())
		})
	}
}

func (w *world) view(t *testing.T, res *comity.Resource, id int64) *comity.Record {
	t.Helper()
	rec, err := w.reader.Record(t.Context(), authz.System("test"), res, id)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}
