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

func (fx *fixture) unseen(t *testing.T) unseen {
	t.Helper()
	co := fx.addCO(t)
	u := unseen{co: co, readers: fx.addGroup(t, co, "Readers")}
	science := fx.addUnit(t, co, "Science")
	u.physics = fx.addUnitBelow(t, co, "Physics", science)
	chemistry := fx.addUnit(t, co, "Chemistry")
	for _, one := range []struct {
		id   *int64
		name string
	}{{&u.mona, "Mona"}, {&u.manager, "Max"}, {&u.sponsor, "Sue"}} {
		*one.id = fx.addPerson(t, co, one.name, "")
	}
	una, olga, gone := fx.addPerson(t, co, "Una", ""), fx.addPerson(t, co, "Olga", ""), fx.addPerson(t, co, "Gone", "")
	f := comity.CoPersonRole
	fx.addRole(t, u.manager, chemistry, time.Time{})
	u.role = fx.addRoleWith(t, u.mona, func(rec *comity.Record) {
		rec.SetInt(f.CouId, u.physics)
		rec.SetInt(f.ManagerCoPersonId, u.manager)
		rec.SetInt(f.SponsorCoPersonId, u.sponsor)
		rec.Set(f.ValidThrough, comity.TimeCell(time.Now().Add(24*time.Hour)))
	})
	secret := fx.addGroup(t, co, "Secret")
	fx.nest(t, secret, u.readers)
	fx.join(t, olga, u.readers, true)
	fx.join(t, u.mona, u.readers, false)
	for _, person := range []int64{u.mona, u.manager, gone} {
		fx.joinFor(t, secret, person, time.Time{}, time.Now().Add(-time.Hour))
	}
	inUnit := fx.add(t, comity.CoGroup.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoGroup.CoId, co)
		rec.SetInt(comity.CoGroup.CouId, u.physics)
		rec.SetText(comity.CoGroup.Name, "Laboratory")
		rec.SetText(comity.CoGroup.Status, comity.Active)
	})
	fx.joinFor(t, inUnit, u.sponsor, time.Time{}, time.Now().Add(time.Hour))
	fx.nest(t, secret, inUnit)
	if err := fx.registry.Delete(t.Context(), authz.System("test"), comity.CoPerson.Resource, gone); err != nil {
		t.Fatal(err)
	}
	fx.administer(t, co, una, "Physics")
	admin := fx.addPerson(t, co, "Ada", "")
	fx.join(t, admin, fx.adminsOf(t, co, 0), false)
	u.readersOf = map[string]signin.Login{}
	for who, person := range map[string]int64{"member": u.mona, "group owner": olga, "unit admin": una, "CO admin": admin} {
		u.readersOf[who] = fx.loginIn(t, co, person, false)
	}
	return u
}

// TestWhatAReaderMayNotSeeIsSaidSo: wherever a record names another that the reader may not see, that is
// said in words, and not by an id.
func TestWhatAReaderMayNotSeeIsSaidSo(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		u := fx.unseen(t)
		base := fx.serve(t, nil).URL
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
				b := signedIn(t, base, u.readersOf[who])
				for path, texts := range says {
					b.get(path, 200)
					for _, text := range texts {
						b.says(text)
					}
				}
				if who == "CO admin" {
					return // to whom all numbers mean something
				}
				b.walk(inCO(u.co, ""), func() {
					if found := bare.FindString(b.page.text); found != "" {
						t.Errorf("%s has %q:\n%s", b.page.url, found, b.page.text)
					}
				})
			})
		}
	})
}

// TestWhatIsChosenAndUnseenStays: a form whose select cannot offer what the record names, because the
// reader may not see it, leaves it when it is saved.
func TestWhatIsChosenAndUnseenStays(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		u := fx.unseen(t)
		b := signedIn(t, fx.serve(t, nil).URL, u.readersOf["unit admin"])
		f := comity.CoPersonRole
		b.get(inCO(u.co, "co_person_roles/%d/edit", u.role), 200)
		b.says("a person you may not see")
		b.submit(values{"Title": "Professor"}, 200)
		rec := fx.view(t, f.Resource, u.role)
		if rec.Text(f.Title) != "Professor" || rec.Int(f.ManagerCoPersonId) != u.manager || rec.Int(f.SponsorCoPersonId) != u.sponsor {
			t.Errorf("saved with manager %d and sponsor %d, want %d and %d", rec.Int(f.ManagerCoPersonId), rec.Int(f.SponsorCoPersonId), u.manager, u.sponsor)
		}
		before := fx.view(t, comity.Cou.Resource, u.physics)
		b.get(inCO(u.co, "cous/%d/move", u.physics), 200)
		b.submit(nil, 200)
		if after := fx.view(t, comity.Cou.Resource, u.physics); after.Int(comity.Cou.ParentId) != before.Int(comity.Cou.ParentId) {
			t.Errorf("a unit that was moved nowhere is below %d, and was below %d", after.Int(comity.Cou.ParentId), before.Int(comity.Cou.ParentId))
		}
	})
}

// walk goes to all pages of a CO that links lead to from one.
func (b *browser) walk(from string, look func()) {
	b.t.Helper()
	paths, seen := []string{from}, map[string]bool{from: true}
	for i := 0; i < len(paths); i++ {
		b.get(paths[i], 200)
		look()
		each(b.page.root, func(n *html.Node) {
			to, err := b.page.url.Parse(attr(n, "href"))
			if n.Data != "a" || err != nil || !strings.HasPrefix(to.Path, from) || seen[to.Path] {
				return
			}
			seen[to.Path] = true
			paths = append(paths, to.RequestURI())
		})
	}
}

func (fx *fixture) view(t *testing.T, res *comity.Resource, id int64) *comity.Record {
	t.Helper()
	rec, err := fx.reader.Record(t.Context(), authz.System("test"), res, id)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}
