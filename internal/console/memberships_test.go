package console_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"comity"
	"comity/internal/authz"
)

// joinFor adds somebody to a group from a time until another; the zero time is none.
func (fx *fixture) joinFor(t *testing.T, group, person int64, from, until time.Time) {
	t.Helper()
	f := comity.CoGroupMember
	fx.add(t, f.Resource, func(rec *comity.Record) {
		rec.SetInt(f.CoGroupId, group)
		rec.SetOwner(f.Person, comity.OwnerCO, person)
		rec.SetBool(f.Member, true)
		if !from.IsZero() {
			rec.Set(f.ValidFrom, comity.TimeCell(from))
		}
		if !until.IsZero() {
			rec.Set(f.ValidThrough, comity.TimeCell(until))
		}
	})
}

// tableRow is the text of the row of a table that begins with a name, "" where there is none.
func (b *browser) tableRow(name string) (text string) {
	each(find(b.page.root, "main"), func(n *html.Node) {
		if n.Data == "tr" && strings.HasPrefix(textOf(n), name+" ") {
			text = textOf(n)
		}
	})
	return text
}

// TestMembershipsThatDoNotCountAreNamed: a membership counts while the group is Active and the time lies
// within its validity, on the group's page, on the page of who was in it, and on the person's.
func TestMembershipsThatDoNotCountAreNamed(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		group := fx.addGroup(t, co, "Readers")
		at := func(year int) time.Time { return time.Date(year, 6, 30, 12, 0, 0, 0, time.UTC) }
		people := map[string]int64{}
		for name, validity := range map[string][2]time.Time{
			"Ada": {}, "Bob": {{}, at(2020)}, "Cyn": {at(2035), {}}, "Dan": {at(2020), at(2032)},
		} {
			people[name] = fx.addPerson(t, co, name, "")
			fx.joinFor(t, group, people[name], validity[0], validity[1])
		}
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		check := func(what string, states map[string]string) {
			t.Helper()
			for name, state := range states {
				row := b.tableRow(name)
				for _, word := range []string{"Expired", "Future", "Suspended"} {
					if strings.Contains(row, word) != (word == state) || row == "" {
						t.Errorf("%s: the row of %s is %q, want %q", what, name, row, state)
					}
				}
			}
		}
		page := inCO(co, "co_groups/%d/", group)
		b.get(page, 200)
		b.says("2 members, 0 owners, 2 expired or future")
		check("now", map[string]string{"Ada": "", "Bob": "Expired", "Cyn": "Future", "Dan": ""})
		for name, dates := range map[string]string{"Bob": "2020-06-30 12:00:00 UTC", "Cyn": "2035-06-30 12:00:00 UTC", "Dan": "2020-06-30 12:00:00 UTC 2032-06-30 12:00:00 UTC"} {
			if row := b.tableRow(name); !strings.Contains(row, dates) {
				t.Errorf("the row of %s is %q, want %s in it", name, row, dates)
			}
		}
		b.get(page+"members-at?date=2033-01-01", 200)
		check("in 2033", map[string]string{"Ada": "", "Bob": "Expired", "Cyn": "Future", "Dan": "Expired"})
		b.says("2020-06-30 12:00:00 UTC")
		b.get(page+"members-at?date=2035-06-30+11:59:59", 200)
		check("just before", map[string]string{"Cyn": "Future"})
		b.get(page+"members-at?date=2035-06-30", 200)
		check("at the day's end", map[string]string{"Cyn": ""})
		b.get(inCO(co, "co_people/%d/", people["Bob"]), 200)
		check("at the person", map[string]string{"Readers": "Expired"})
		b.get(inCO(co, "co_people/%d/?at=2033-01-01", people["Dan"]), 200)
		check("at the person in 2033", map[string]string{"Readers": "Expired"})

		f := comity.CoGroup
		in := comity.NewRecord(f.Resource)
		in.SetInt(f.CoId, co)
		in.SetText(f.Name, "Readers")
		in.SetText(f.Status, comity.Suspended)
		if err := fx.registry.Edit(t.Context(), authz.System("test"), f.Resource, group, comity.Input{Record: in}); err != nil {
			t.Fatal(err)
		}
		b.get(page, 200)
		b.says("0 members")
		b.says("nobody counts as its member")
		check("suspended", map[string]string{"Ada": "Suspended", "Bob": "Expired", "Cyn": "Future", "Dan": "Suspended"})
		b.get(page+"members-at?date=2033-01-01", 200)
		check("suspended, in 2033", map[string]string{"Ada": "Suspended", "Bob": "Expired"})
		b.get(inCO(co, "co_people/%d/", people["Ada"]), 200)
		check("suspended, at the person", map[string]string{"Readers": "Suspended"})
		b.get(fmt.Sprintf("%smembers-at?date=%s", page, time.Now().UTC().AddDate(-1, 0, 0).Format(time.DateOnly)), 200)
		b.says("Nobody was in it then.")
	})
}
