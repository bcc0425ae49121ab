package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"comity"
	"comity/internal/authz"
)

// inZone sets the time zone of the browser.
func (b *browser) inZone(zone string) {
	b.t.Helper()
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "comity-zone", Value: zone, Path: "/"}})
}

// addRoleWith adds an active role.
func (fx *fixture) addRoleWith(t *testing.T, person int64, fill func(*comity.Record)) int64 {
	t.Helper()
	return fx.add(t, comity.CoPersonRole.Resource, func(rec *comity.Record) {
		rec.SetOwner(comity.CoPersonRole.Person, comity.OwnerCO, person)
		rec.SetText(comity.CoPersonRole.Affiliation, "staff")
		rec.SetText(comity.CoPersonRole.Status, comity.Active)
		if fill != nil {
			fill(rec)
		}
	})
}

// ends is until when a role is valid, in UTC.
func (fx *fixture) ends(t *testing.T, role int64) string {
	t.Helper()
	rec, err := fx.reader.Record(t.Context(), authz.System("test"), comity.CoPersonRole.Resource, role)
	if err != nil {
		t.Fatal(err)
	}
	if !rec.Has(comity.CoPersonRole.ValidThrough) {
		return ""
	}
	return rec.Time(comity.CoPersonRole.ValidThrough).UTC().Format(comity.TimeLayout)
}

func TestATimeIsReadAsItIsTyped(t *testing.T) {
	for _, c := range []struct{ zone, typed, want, fault string }{
		{"Europe/Berlin", "2031-06-30", "2031-06-30 21:59:59", ""},
		{"Europe/Berlin", " 2031-6-3 ", "2031-06-03 21:59:59", ""},
		{"Europe/Berlin", "2031-12-31 18:00", "2031-12-31 17:00:00", ""},
		{"Europe/Berlin", "2031-12-31T18:00:01", "2031-12-31 17:00:01", ""},
		{"Europe/Berlin", "2031-12-31 18:00 UTC", "2031-12-31 18:00:00", ""},
		{"Europe/Berlin", "2031-12-31T18:00:00Z", "2031-12-31 18:00:00", ""},
		{"Europe/Berlin", "2031-12-31 18:00:00 -05:00", "2031-12-31 23:00:00", ""},
		{"", "2031-06-30", "2031-06-30 23:59:59", ""},
		{"Nowhere/Land", "2031-06-30", "2031-06-30 23:59:59", ""},
		{"Local", "2031-06-30", "2031-06-30 23:59:59", ""},
		// There the clocks go forward at midnight, so that the next day begins at one o'clock.
		{"America/Santiago", "2031-09-06", "2031-09-07 03:59:59", ""},
		{"Europe/Berlin", "", "", ""},
		{"Europe/Berlin", "2031-03-30 02:30", "", "the clocks are set forward"},
		{"Europe/Berlin", "31.12.2031", "", "2026-11-30"},
		{"Europe/Berlin", "2031-12-", "", "2026-11-30"},
		{"Europe/Berlin", "2031-02-30", "", "2026-11-30"},
		{"Europe/Berlin", "2031-12-31 25:00", "", "2026-11-30"},
		{"Europe/Berlin", "2031-12-31 noon", "", "2026-11-30"},
		{"Europe/Berlin", "9999-12-31 23:59:59 -05:00", "", "time in UTC"},
	} {
		t.Run(c.zone+" "+c.typed, func(t *testing.T) {
			onEachDatabase(t, func(t *testing.T, fx *fixture) {
				co := fx.addCO(t)
				person := fx.addPerson(t, co, "Ada", "")
				role := fx.addRoleWith(t, person, func(rec *comity.Record) {
					rec.Set(comity.CoPersonRole.ValidThrough, comity.TimeCell(time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC)))
				})
				b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
				b.inZone(c.zone)
				b.get(inCO(co, "co_person_roles/%d/edit", role), 200)
				if c.fault == "" {
					b.submit(values{"ValidThrough": c.typed}, 200)
					b.says("saved.")
					if got := fx.ends(t, role); got != c.want {
						t.Errorf("the role ends %q, want %q", got, c.want)
					}
					return
				}
				b.submit(values{"ValidThrough": c.typed}, 422)
				if got := b.fault("ValidThrough"); !strings.Contains(got, c.fault) {
					t.Errorf("beside it stands %q, want %q", got, c.fault)
				}
				if got := valuesOf(postForm(b.page.root)).Get("ValidThrough"); got != c.typed {
					t.Errorf("the form has %q, want what was typed, %q", got, c.typed)
				}
				if got := fx.ends(t, role); got != "2035-01-01 00:00:00" {
					t.Errorf("the role ends %q and was to stay as it was", got)
				}
			})
		})
	}
}

// TestTimesAreInOneZone: what a page shows, what its form asks for and what is read from it are in one
// time zone, which both name; a form that is saved as it came changes no time.
func TestTimesAreInOneZone(t *testing.T) {
	for _, c := range []struct{ zone, stored, shown, asked string }{
		{"", "2031-06-30 21:59:59", "2031-06-30 21:59:59 UTC", "2031-06-30 21:59:59"},
		{"Europe/Berlin", "2031-06-30 21:59:59", "2031-06-30 23:59:59 CEST", "2031-06-30 23:59:59"},
		{"America/New_York", "2031-12-31 03:00:00", "2031-12-30 22:00:00 EST", "2031-12-30 22:00:00"},
		{"Asia/Kathmandu", "2031-12-31 03:00:00", "2031-12-31 08:45:00 +0545", "2031-12-31 08:45:00"},
		// The clock shows this time twice.
		{"Europe/Berlin", "2031-10-26 00:30:00", "2031-10-26 02:30:00 CEST", "2031-10-26 02:30:00+02:00"},
		{"Europe/Berlin", "2031-10-26 01:30:00", "2031-10-26 02:30:00 CET", "2031-10-26 02:30:00"},
	} {
		t.Run(c.zone+" "+c.stored, func(t *testing.T) {
			onEachDatabase(t, func(t *testing.T, fx *fixture) {
				co := fx.addCO(t)
				stored, err := time.Parse(comity.TimeLayout, c.stored)
				if err != nil {
					t.Fatal(err)
				}
				role := fx.addRoleWith(t, fx.addPerson(t, co, "Ada", ""), func(rec *comity.Record) {
					rec.Set(comity.CoPersonRole.ValidThrough, comity.TimeCell(stored))
				})
				b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
				b.inZone(c.zone)
				page := inCO(co, "co_person_roles/%d/", role)
				b.get(page, 200)
				b.says(c.shown)
				b.get(page+"edit", 200)
				if got := valuesOf(postForm(b.page.root)).Get("ValidThrough"); got != c.asked {
					t.Errorf("the form has %q, want %q", got, c.asked)
				}
				zone := c.zone
				if zone == "" {
					zone = "UTC"
				}
				b.says("Time zone: " + zone)
				b.inZone("Pacific/Auckland") // the user travels while the form is open
				b.submit(nil, 200)
				if got := fx.ends(t, role); got != c.stored {
					t.Errorf("a form that was saved as it came made the end %q of %q", got, c.stored)
				}
			})
		})
	}
}

// TestEveryFormTakesADate sends a date without a time by each form that asks for a time.
func TestEveryFormTakesADate(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		s := &permissionFixture{T: t, fixture: fx, base: fx.serve(t, nil).URL, co: fx.addCO(t)}
		b := signedIn(t, s.base, fx.operator)
		b.inZone("Europe/Berlin")
		ids := s.furnish(b)
		for _, sp := range examples {
			var times []*comity.Field
			for _, f := range sp.resource.Fields {
				if f.Kind == comity.Time && !f.ReadOnly {
					times = append(times, f)
				}
			}
			if len(times) == 0 {
				continue
			}
			for _, form := range []string{"new", ids[sp.keep] + "/edit"} {
				if form != "new" && sp.edit == nil {
					continue
				}
				send := values{}
				if form == "new" {
					send = s.placed(sp, ids)
					if sp.keep == "member" {
						send["CoGroupId"] = ids["ring"] // the person is in the other group
					}
				}
				for _, f := range times {
					b.get(s.at(sp.resource)+form, 200)
					send[f.Name] = "2031-06"
					b.submit(send, 422)
					if b.fault(f.Name) == "" {
						t.Errorf("%s of %s: nothing is said beside half a date", f.Name, form)
					}
					send[f.Name] = "2031-06-30"
					if !f.Ends {
						send[f.Name] = "2030-06-30"
					}
				}
				b.submit(send, 200)
				if to := b.link("I have it"); to != "" {
					b.get(to, 200)
				}
				for _, f := range times {
					want := "2030-06-30 00:00:00 CEST"
					if f.Ends {
						want = "2031-06-30 23:59:59 CEST"
					}
					if sp.resource.AppendOnly {
						continue // it leads on to what it is of
					}
					b.says(want)
				}
			}
		}
		b.get(inCO(s.co, "co_people/add"), 200)
		add := values{"Name.Given": "Emmy", "CoPersonRole.Affiliation": "staff", "CoPersonRole.ValidThrough": "2031-06"}
		b.submit(add, 422)
		if b.fault("CoPersonRole.ValidThrough") == "" {
			t.Error("nothing is said beside half a date of a new person's role")
		}
		if got := valuesOf(postForm(b.page.root)).Get("CoPersonRole.ValidThrough"); got != "2031-06" {
			t.Errorf("what was typed became %q", got)
		}
		add["CoPersonRole.ValidThrough"] = "2031-06-30"
		b.submit(add, 200)
		b.says("2031-06-30 23:59:59 CEST")
	})
}

// readableTypes are the types of inputs with which a browser sends whatever was typed. The others send nothing
// where the browser cannot read it.
var readableTypes = map[string]bool{"": true, "text": true, "search": true, "password": true, "hidden": true, "checkbox": true, "radio": true, "submit": true}

func TestNoControlSendsNothingForWhatWasTyped(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		s := &permissionFixture{T: t, fixture: fx, base: fx.serve(t, nil).URL, co: fx.addCO(t)}
		b := signedIn(t, s.base, fx.operator)
		ids := s.furnish(b)
		pages := []string{
			inCO(s.co, ""), inCO(s.co, "co_people/add"), inCO(s.co, "history_records/"), inCO(s.co, "co_people/"), inCO(s.co, "search"),
			inCO(s.co, "co_groups/%s/members-at", ids["group"]), inCO(s.co, "co_groups/%s/paste", ids["group"]), "/console/sign-in",
		}
		for _, sp := range examples {
			pages = append(pages, s.at(sp.resource), s.at(sp.resource)+"new", s.at(sp.resource)+ids[sp.keep]+"/")
			if sp.edit != nil {
				pages = append(pages, s.at(sp.resource)+ids[sp.keep]+"/edit")
			}
		}
		for _, page := range pages {
			b.get(page, 200)
			each(b.page.root, func(n *html.Node) {
				if n.Data == "input" && !readableTypes[attr(n, "type")] {
					t.Errorf("%s has an input %s of type %s", page, attr(n, "name"), attr(n, "type"))
				}
			})
		}
	})
}

func TestWhatAPageIsAskedForIsReadOrRefused(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		person := fx.addPerson(t, co, "Ada", "")
		group := fx.addGroup(t, co, "Readers")
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		for _, c := range []struct{ page, control, typed string }{
			{fmt.Sprintf("co_people/%d/?at=", person), "at", "2031-06"},
			{fmt.Sprintf("co_groups/%d/?at=", group), "at", "June"},
			{fmt.Sprintf("co_groups/%d/members-at?date=", group), "date", "2031-06"},
			{"history_records/?from=", "from", "2031-06"},
			{"history_records/?until=", "until", "06/30"},
			{"history_records/?copersonid=", "copersonid", "Ada"},
			{"history_records/?cogroupid=", "cogroupid", "Readers"},
			{"history_records/?kind=cous&record=", "record", "x"},
			{"history_records/?record=", "record", "7"},
		} {
			want := 400
			if c.control == "date" {
				want = 200 // it is a form of its own, and nothing else is on the page
			}
			b.get(inCO(co, "%s", c.page+url.QueryEscape(c.typed)), want)
			if b.fault(c.control) == "" {
				t.Errorf("%s%s: nothing is said beside it", c.page, c.typed)
			}
			if got := attr(named(find(b.page.root, "main"), c.control), "value"); got != c.typed {
				t.Errorf("%s: what was typed became %q", c.page, got)
			}
		}
	})
}

// TestFormsWorkAsTheyCome fills in what each form says is required, and what a record hangs on, and
// nothing else.
func TestFormsWorkAsTheyCome(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		s := &permissionFixture{T: t, fixture: fx, base: fx.serve(t, nil).URL, co: fx.addCO(t)}
		b := signedIn(t, s.base, fx.operator)
		ids := s.bare(t, s.co)
		for _, sp := range examples {
			b.get(s.at(sp.resource)+"new", 200)
			form := postForm(b.page.root)
			stands, send := valuesOf(form), values{}
			for name, value := range s.placed(sp, ids) {
				required := attr(named(form, name), "aria-required") == "true" && stands.Get(name) == ""
				if required || strings.HasPrefix(name, "Person") || name == "CoPersonId" {
					send[name] = value
				}
			}
			b.submit(send, 200)
			if to := b.link("I have it"); to != "" {
				b.get(to, 200)
			}
			ids[sp.keep] = path.Base(b.at())
		}
		b.get(inCO(s.co, "co_group_members/%s/", ids["member"]), 200)
		b.says("MemberYes")
	})
}
