package outbox_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/outbox"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/registry/view"
)

// groupsSent returns the names of the groups that a receiver was sent since the last call, each once. names
// maps identifiers to names, for deletes.
func (r *receiver) groupsSent(t *testing.T, names map[string]string) (sent []string) {
	t.Helper()
	for _, a := range r.got() {
		if !strings.HasPrefix(a.id, "groups/") {
			continue
		}
		if a.deleted {
			sent = append(sent, names[a.id]+" deleted")
			continue
		}
		var m struct{ Group struct{ Name string } }
		if err := json.Unmarshal([]byte(a.body), &m); err != nil {
			t.Fatal(err)
		}
		names[a.id] = m.Group.Name
		sent = append(sent, m.Group.Name)
	}
	r.forget()
	slices.Sort(sent)
	return slices.Compact(sent)
}

// groupChanges are changes in the registry, with the groups that a target is then sent.
var groupChanges = []struct {
	name   string
	change func(s *profile)
	want   []string
}{
	{"group added", func(s *profile) { s.fixture.group("writers") }, []string{"writers"}},
	{"group edited", func(s *profile) {
		s.edit(comity.CoGroup.Resource, s.group, values{comity.CoGroup.Description: "Who may read"})
	}, []string{"readers"}},
	{"an edit that changes nothing", func(s *profile) { s.edit(comity.CoGroup.Resource, s.group, nil) }, nil},
	{"group renamed", func(s *profile) { s.edit(comity.CoGroup.Resource, s.group, values{comity.CoGroup.Name: "lectors"}) }, []string{"lectors"}},
	{"group suspended", func(s *profile) {
		s.edit(comity.CoGroup.Resource, s.group, values{comity.CoGroup.Status: comity.Suspended})
	}, []string{"lectors deleted"}},
	{"group active again", func(s *profile) {
		s.edit(comity.CoGroup.Resource, s.group, values{comity.CoGroup.Status: comity.Active})
	}, []string{"lectors"}},
	{"unit renamed", func(s *profile) { s.edit(comity.Cou.Resource, s.unit, values{comity.Cou.Name: "optics"}) }, []string{
		"CO:COU:optics:admins", "CO:COU:optics:approvers", "CO:COU:optics:members:active", "CO:COU:optics:members:all",
	}},
	{"member's name", func(s *profile) { s.edit(comity.Name.Resource, s.name, values{comity.Name.Given: "Amazing"}) }, nil},
	{"member's identifier of another type", func(s *profile) { s.add(comity.Identifier.Resource, s.badge("b1")) }, nil},
	{"member's identifier", func(s *profile) {
		s.edit(comity.Identifier.Resource, s.identifier, values{comity.Identifier.Identifier: "grace"})
	}, []string{"CO:COU:optics:members:active", "CO:COU:optics:members:all", "CO:members:active", "CO:members:all", "lectors"}},
	{"member suspended", func(s *profile) { s.status(comity.Suspended) }, []string{
		"CO:COU:optics:members:active", "CO:COU:optics:members:all", "CO:members:active", "CO:members:all", "lectors",
	}},
	{"member active again", func(s *profile) { s.status(comity.Active) }, []string{
		"CO:COU:optics:members:active", "CO:COU:optics:members:all", "CO:members:active", "CO:members:all", "lectors",
	}},
	{"role ends, and the memberships that come by it", func(s *profile) {
		s.edit(comity.CoPersonRole.Resource, s.role, values{comity.CoPersonRole.CouId: nil})
	}, []string{"CO:COU:optics:members:active", "CO:COU:optics:members:all"}},
	{"member becomes an owner", func(s *profile) {
		s.edit(comity.CoGroupMember.Resource, s.membership, values{comity.CoGroupMember.Owner: true})
	}, []string{"lectors"}},
	{"nested", func(s *profile) {
		f := comity.CoGroupNesting
		s.add(f.Resource, values{f.CoGroupId: s.group, f.TargetCoGroupId: s.fixture.group("nest")})
	}, []string{"nest"}},
	{"membership with an end, and in what it is nested", func(s *profile) {
		s.edit(comity.CoGroupMember.Resource, s.membership, values{comity.CoGroupMember.ValidThrough: s.clock.now().Add(time.Hour)})
	}, []string{"lectors"}},
	{"the end", func(s *profile) {
		s.later(2 * time.Hour)
		now, done := s.clock.now(), time.Time{}
		// A tick ends at the start of the oldest open transaction.
		eventually(s.t, "the clock has seen the end", func() bool {
			var err error
			if done, err = s.registry.Tick(s.t.Context(), done); err != nil {
				s.t.Fatal(err)
			}
			return done.After(now)
		})
	}, []string{"lectors", "nest"}},
	{"member leaves", func(s *profile) { s.delete(comity.CoGroupMember.Resource, s.membership) }, []string{"lectors"}},
	{"group deleted", func(s *profile) { s.delete(comity.CoGroup.Resource, s.group) }, []string{"lectors deleted"}},
	{"unit deleted", func(s *profile) { s.delete(comity.Cou.Resource, s.unit) }, []string{
		"CO:COU:optics:admins deleted", "CO:COU:optics:approvers deleted", "CO:COU:optics:members:active deleted", "CO:COU:optics:members:all deleted",
	}},
	{"person deleted", func(s *profile) {
		s.delete(comity.CoPersonRole.Resource, s.role)
		s.delete(comity.CoPerson.Resource, s.person)
	}, []string{"CO:members:active", "CO:members:all"}},
}

func TestGroupsAreProvisioned(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r, names := newReceiver(t), map[string]string{}
		to := w.target(r, comity.ModeAutomatic, withGroups)
		silent := newReceiver(t)
		without := w.target(silent, comity.ModeAutomatic)
		q, _ := w.start(outbox.Options{})
		s := w.profile("ghopper")
		w.startFullSync(q, to, false, false)
		w.awaitFullSync(q, to)
		w.expectPresent(t, to, r)
		r.groupsSent(t, names)
		for _, tt := range groupChanges {
			tt.change(s)
			w.awaitDelivered(to)
			if diff := cmp.Diff(tt.want, r.groupsSent(t, names)); diff != "" {
				t.Errorf("%s: the groups that were sent (-want +got):\n%s", tt.name, diff)
			}
			if tt.want != nil { // an edit that changes nothing has a time all the same
				w.expectPresent(t, to, r)
			}
		}
		w.awaitDelivered(without)
		if sent := silent.groupsSent(t, names); sent != nil {
			t.Errorf("a target that does not receive groups was sent %q", sent)
		}
		if n := w.count(`SELECT count(*) FROM deliveries WHERE kind = 1 AND co_provisioning_target_id = ` + fmt.Sprint(without.id)); n != 0 {
			t.Errorf("%d deliveries of groups to a target that does not receive them", n)
		}
	})
}

// count asks the database for a number.
func (w *fixture) count(sql string) (n int) {
	w.t.Helper()
	if err := w.sql().QueryRowContext(w.t.Context(), sql).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// A person who leaves the target's ProvisionCoGroupId leaves all groups at the target.
func TestGroupsOfAProvisionedGroup(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		s := w.profile("ghopper")
		only, membership := s.joins("staff")
		r, names := newReceiver(t), map[string]string{}
		to := w.target(r, comity.ModeAutomatic, withGroups, values{comity.CoProvisioningTarget.ProvisionCoGroupId: only})
		q, _ := w.start(outbox.Options{})
		w.startFullSync(q, to, false, false)
		w.awaitFullSync(q, to)
		w.expectPresent(t, to, r)
		r.groupsSent(t, names)
		all := []string{"CO:COU:lab:members:active", "CO:COU:lab:members:all", "CO:members:active", "CO:members:all", "readers", "staff"}
		for _, tt := range []struct {
			name   string
			change func()
			want   []string
		}{
			{"left", func() { w.delete(comity.CoGroupMember.Resource, membership) }, all},
			{"joined", func() { w.add(comity.CoGroupMember.Resource, s.aMembership(only)) }, all},
			{"suspended", func() {
				w.edit(comity.CoGroup.Resource, only, values{comity.CoGroup.Status: comity.Suspended})
			}, append(slices.Clone(all[:5]), "staff deleted")},
		} {
			tt.change()
			w.awaitDelivered(to)
			if diff := cmp.Diff(tt.want, r.groupsSent(t, names)); diff != "" {
				t.Errorf("%s: the groups that were sent (-want +got):\n%s", tt.name, diff)
			}
			w.expectPresent(t, to, r)
		}
	})
}

// A large group is sent in pages. They are sent again from the first when one of them fails, and deleted
// when the group shrinks.
func TestPagesOfAGroup(t *testing.T) {
	w := onSQLite(t)
	r := newReadable(t)
	to := w.readableTarget(r, comity.ModeManual, withGroups)
	var inputs []comity.Input
	for range 2001 {
		rec := comity.NewRecord(comity.CoPerson.Resource)
		values{comity.CoPerson.CoId: w.co, comity.CoPerson.Status: comity.Active}.fill(rec)
		inputs = append(inputs, comity.Input{Record: rec})
	}
	people := w.addAll(comity.CoPerson.Resource, inputs)
	inputs = nil
	for i, person := range people {
		rec := comity.NewRecord(comity.Identifier.Resource)
		uidOf(person, fmt.Sprintf("p%04d", i)).fill(rec)
		inputs = append(inputs, comity.Input{Record: rec})
	}
	identifiers := w.addAll(comity.Identifier.Resource, inputs)
	group := w.ownGroup("CO:members:all")
	path := fmt.Sprintf("groups/%d", group)

	r.reacts(func(a arrival) reaction {
		if a.id == path+"-2" {
			return reaction{status: 500}
		}
		return reaction{}
	})
	q := w.queue(outbox.Options{})
	if _, err := w.provisionRecord(q, to, comity.CoGroup.Resource, group); err == nil {
		t.Error("a page was refused, and the call says nothing of it")
	}
	r.expectLines(t, "PUT "+path, "PUT "+path+"-2")
	r.forget()
	r.reacts(nil)
	send := func() {
		t.Helper()
		if _, err := w.provisionRecord(q, to, comity.CoGroup.Resource, group); err != nil {
			t.Fatal(err)
		}
	}
	send()
	r.expectLines(t, "PUT "+path, "PUT "+path+"-2", "PUT "+path+"-3")
	var third struct {
		Group struct {
			Meta struct {
				Page struct{ Of, Number, Count any }
			}
			Members []string
		}
	}
	if err := json.Unmarshal([]byte(r.entry(path+"-3")), &third); err != nil {
		t.Fatal(err)
	}
	if p := third.Group.Meta.Page; fmt.Sprint(p) != fmt.Sprintf("{%d 3 3}", group) || !slices.Equal(third.Group.Members, []string{"p2000"}) {
		t.Errorf("the third page is %+v", third)
	}
	if s, err := q.Preview(t.Context(), caller, to.id, comity.GroupSubject(group)); err != nil || len(s.Requests) != 3 || len(s.Differences) != 0 {
		t.Errorf("%d requests, the differences %+v, %v", len(s.Requests), s.Differences, err)
	}
	r.forget()
	w.delete(comity.Identifier.Resource, identifiers[0])
	send()
	r.expectLines(t, "PUT "+path, "PUT "+path+"-2", "DELETE "+path+"-3 deleted")

	// Each page is compared.
	r.has(path+"-2", "")
	look := provisioning.VerifyOptions{Span: provisioning.Span{One: comity.GroupSubject(group)}, Repair: true}
	v, err := q.Verify(t.Context(), caller, to.id, look)
	if err != nil {
		t.Fatal(err)
	}
	expectFound(t, "of a page that is not there", linesOf(v.Subjects[0]), fmt.Sprintf("missing %d-2", group), provisioning.Repaired)
}

// addAll adds many records, in several batches.
func (w *fixture) addAll(r *comity.Resource, inputs []comity.Input) (ids []int64) {
	w.t.Helper()
	for some := range slices.Chunk(inputs, 500) {
		added, err := w.registry.AddAll(w.t.Context(), caller, r, some, registry.Idempotency{})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, a := range added {
			ids = append(ids, a.Id)
		}
	}
	return ids
}

// ownGroup returns the id of the group of the CO with a name.
func (w *fixture) ownGroup(name string) int64 {
	w.t.Helper()
	groups, err := w.reader.List(w.t.Context(), caller, view.ListQuery{Resource: comity.CoGroup.Resource, CoIds: []int64{w.co}})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, g := range groups.Records {
		if g.Text(comity.CoGroup.Name) == name {
			return g.Id
		}
	}
	w.t.Fatalf("there is no group %s", name)
	return 0
}

// The stored part of a group's message contains no identifier of a person, so erasing a person need not
// change it.
func TestNobodyIsKeptInAGroup(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic, withGroups)
		q, _ := w.start(outbox.Options{})
		w.profile("ghopper")
		w.startFullSync(q, to, false, false)
		w.awaitFullSync(q, to)
		group := comity.GroupSubject(w.ownGroup("CO:members:all"))
		p, err := q.Preview(t.Context(), caller, to.id, group)
		if err != nil || len(p.Requests) != 1 || !strings.Contains(string(p.Requests[0].Body), `"members":["ghopper"]`) || len(p.Differences) != 0 {
			t.Fatalf("the preview is %+v, %v", p, err)
		}
		w.setMode(to, comity.ModeDisabled)
		w.person("grace")
		p, err = q.Preview(t.Context(), caller, to.id, group)
		if err != nil || len(p.Differences) != 1 || p.Differences[0].Path != "/group/members" || strings.Contains(fmt.Sprint(p.Differences), "ghopper") {
			t.Errorf("the differences are %+v, %v", p.Differences, err)
		}
	})
}

// A full sync goes through all people and then all groups: groups that were sent and are gone are deleted,
// and unchanged ones can be left out.
func TestFullSyncIncludesGroups(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r, names := newReceiver(t), map[string]string{}
		to := w.target(r, comity.ModeManual, withGroups)
		s := w.profile("ghopper")
		gone := w.group("gone")
		q, _ := w.start(outbox.Options{Width: 1})
		w.startFullSync(q, to, false, false)
		if s := w.awaitFullSync(q, to); s.Taken != 11 || s.Last.Kind != comity.KindGroup {
			t.Errorf("the full sync ends as %+v", s)
		}
		w.expectPresent(t, to, r)
		if got := r.lines(); got[0] != "PUT ghopper" {
			t.Errorf("people come first, not %q", got)
		}
		r.groupsSent(t, names)
		w.delete(comity.CoGroup.Resource, gone)
		w.edit(comity.CoGroup.Resource, s.group, values{comity.CoGroup.Description: "Who may read"})
		w.startFullSync(q, to, true, false)
		w.awaitFullSync(q, to)
		if diff := cmp.Diff([]string{"gone deleted", "readers"}, r.groupsSent(t, names)); diff != "" {
			t.Error(diff)
		}
		w.expectPresent(t, to, r)
	})
}
