package outbox_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/provisioning"
)

// snapshot returns the state of one person that a target should hold.
func (w *fixture) snapshot(to target, person int64) comity.Snapshot {
	w.t.Helper()
	_, snapshots, err := provisioning.NewSnapshots(w.store).Read(context.WithoutCancel(w.t.Context()), to.id, peopleAsSubjects(person))
	if err != nil {
		w.t.Fatal(err)
	}
	return snapshots[0]
}

// texts returns the values of one field of each record.
func texts(records []*comity.Record, f *comity.Field) []string {
	var all []string
	for _, rec := range records {
		all = append(all, rec.Text(f))
	}
	return all
}

// titles returns the titles of the roles, each with the streets and telephone numbers of the role.
func titles(s comity.Snapshot) []string {
	var all []string
	for _, r := range s.Roles {
		parts := append([]string{r.Role.Text(comity.CoPersonRole.Title)}, texts(r.Addresses, comity.Address.Street)...)
		all = append(all, strings.Join(append(parts, texts(r.TelephoneNumbers, comity.TelephoneNumber.Number)...), " "))
	}
	return all
}

func expect(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Rows are in order of Id, whatever was changed last; Suspended identifiers are left out.
func TestSnapshotRows(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		to := w.target(newReceiver(t), comity.ModeAutomatic)
		s := w.profile("ghopper")
		other := &profile{fixture: w, person: w.person("other")}
		w.add(comity.Name.Resource, other.aName("Other"))
		for _, n := range []string{"z", "a", "m"} {
			w.add(comity.Name.Resource, s.aName(n))
			w.add(comity.EmailAddress.Resource, s.aMail(n+"@example.org"))
			w.add(comity.Url.Resource, s.aUrl("https://example.org/"+n))
			w.add(comity.Identifier.Resource, s.badge(n))
		}
		f := comity.Identifier
		suspended := s.badge("suspended")
		suspended[f.Status] = comity.Suspended
		w.add(f.Resource, suspended)
		w.edit(comity.Name.Resource, s.name, values{comity.Name.Given: "Amazing"})
		w.edit(f.Resource, s.identifier, values{f.Login: true})

		got := w.snapshot(to, s.person)
		expect(t, "names", texts(got.Names, comity.Name.Given), []string{"Amazing", "z", "a", "m"})
		expect(t, "identifiers", texts(got.Identifiers, f.Identifier), []string{"ghopper", "z", "a", "m"})
		expect(t, "email addresses", texts(got.EmailAddresses, comity.EmailAddress.Mail),
			[]string{"grace@example.org", "z@example.org", "a@example.org", "m@example.org"})
		expect(t, "urls", texts(got.Urls, comity.Url.Url),
			[]string{"https://example.org/grace", "https://example.org/z", "https://example.org/a", "https://example.org/m"})
		expect(t, "titles", titles(got), []string{"Professor 1 Main St 1234567"})
		expect(t, "members", got.Members, []string{"CO:COU:lab:members:active", "CO:COU:lab:members:all", "CO:members:active", "CO:members:all", "readers"})
	})
}

// Roles are shown while Active or GracePeriod and inside their validity, by Ordr and then Id.
func TestSnapshotRoles(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		to := w.target(newReceiver(t), comity.ModeAutomatic)
		s := &profile{fixture: w, person: w.person("ghopper")}
		f := comity.CoPersonRole
		add := func(title, status string, more values) int64 {
			v := values{f.Title: title, f.Affiliation: "staff", f.Status: status, f.Person: of(comity.OwnerCO, s.person)}
			for field, value := range more {
				v[field] = value
			}
			return w.add(f.Resource, v)
		}
		for _, word := range f.Status.Words {
			add(word.Word, word.Word, values{f.Ordr: 50})
		}
		now := w.clock.now()
		add("lasts", comity.Active, values{f.Ordr: 3, f.ValidFrom: now.Add(-time.Hour), f.ValidThrough: now.Add(time.Hour)})
		add("begins", comity.GracePeriod, values{f.Ordr: 2, f.ValidFrom: now.Add(time.Hour)})
		last := add("last", comity.Active, nil)
		w.edit(f.Resource, last, values{f.Ordr: nil})
		first := add("first", comity.Active, values{f.Ordr: 1})
		add("also first", comity.Active, values{f.Ordr: 1})
		s.role = first
		w.add(comity.Address.Resource, s.anAddress("1 Main St"))
		w.add(comity.TelephoneNumber.Resource, s.aPhone("1234567"))
		w.add(comity.Address.Resource, s.anAddress("2 Side St"))
		w.add(comity.TelephoneNumber.Resource, s.aPhone("7654321"))

		firsts := []string{"first 1 Main St 2 Side St 1234567 7654321", "also first"}
		expect(t, "roles now", titles(w.snapshot(to, s.person)), append(slices.Clone(firsts), "lasts", comity.Active, comity.GracePeriod, "last"))
		w.later(2 * time.Hour)
		expect(t, "roles in two hours", titles(w.snapshot(to, s.person)), append(slices.Clone(firsts), "begins", comity.Active, comity.GracePeriod, "last"))
	})
}

// Memberships are shown while the person is Active or GracePeriod, the group Active and the membership
// inside its validity; the membership in all members of the CO is always shown.
func TestSnapshotMembers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		to := w.target(newReceiver(t), comity.ModeAutomatic)
		s := w.profile("ghopper")
		f := comity.CoGroupMember
		now := w.clock.now()
		join := func(group string, more values) int64 {
			id := w.group(group)
			v := s.aMembership(id)
			for field, value := range more {
				v[field] = value
			}
			w.add(f.Resource, v)
			return id
		}
		join("Zebras", nil)
		join("owners", values{f.Member: false, f.Owner: true})
		join("both", values{f.Owner: true})
		join("lasts", values{f.ValidFrom: now.Add(-time.Hour), f.ValidThrough: now.Add(time.Hour)})
		join("begins", values{f.ValidFrom: now.Add(time.Hour)})
		join("is over", values{f.ValidThrough: now.Add(-time.Hour)})
		w.edit(comity.CoGroup.Resource, join("suspended", nil), values{comity.CoGroup.Status: comity.Suspended})

		unit := []string{"CO:COU:lab:members:active", "CO:COU:lab:members:all"}
		all := append(slices.Clone(unit), "CO:members:active", "CO:members:all", "Zebras", "both", "lasts", "readers")
		expect(t, "of an Active person", w.snapshot(to, s.person).Members, all)
		w.later(2 * time.Hour)
		all = append(slices.Clone(unit), "CO:members:active", "CO:members:all", "Zebras", "begins", "both", "readers")
		expect(t, "in two hours", w.snapshot(to, s.person).Members, all)
		for status, want := range map[string][]string{
			comity.GracePeriod: all,
			comity.Expired:     {"CO:members:all"}, comity.Suspended: {"CO:members:all"}, comity.Locked: {"CO:members:all"},
		} {
			s.status(status)
			got := w.snapshot(to, s.person)
			expect(t, "of a person in status "+status, got.Members, want)
			if got.Gone {
				t.Errorf("a person in status %s is gone", status)
			}
		}
		for _, status := range []string{comity.Pending, comity.Deleted} {
			s.status(status)
			if got := w.snapshot(to, s.person); !got.Gone || len(got.Members) > 0 || got.Person != nil {
				t.Errorf("a person in status %s is %+v", status, got)
			}
		}
	})
}

// With ProvisionCoGroupId only the members of that group are provisioned; leaving it sends a delete.
func TestSnapshotOfOneGroup(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		s := w.profile("ghopper")
		to := w.target(newReceiver(t), comity.ModeAutomatic, values{comity.CoProvisioningTarget.ProvisionCoGroupId: s.group})
		f := comity.CoGroupMember
		here := func(want bool, when string) {
			t.Helper()
			if got := w.snapshot(to, s.person); got.Gone == want {
				t.Errorf("%s: gone %t", when, got.Gone)
			}
		}
		here(true, "a member")
		w.edit(f.Resource, s.membership, values{f.Owner: true, f.Member: false})
		here(false, "an owner")
		w.edit(f.Resource, s.membership, values{f.Member: true})
		here(true, "a member again")
		w.edit(comity.CoGroup.Resource, s.group, values{comity.CoGroup.Status: comity.Suspended})
		here(false, "of a suspended group")
		w.edit(comity.CoGroup.Resource, s.group, values{comity.CoGroup.Status: comity.Active, comity.CoGroup.Name: "writers"})
		here(true, "of a renamed group")
		w.edit(f.Resource, s.membership, values{f.ValidThrough: w.clock.now().Add(time.Hour)})
		here(true, "for an hour")
		w.later(2 * time.Hour)
		here(false, "after that")
		w.edit(f.Resource, s.membership, values{f.ValidThrough: nil})
		here(true, "for good")
		w.delete(f.Resource, s.membership)
		here(false, "no member any more")
	})
}

// Snapshots come in the requested order; unknown people and those of another CO are gone.
func TestSnapshotsOfMany(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		to := w.target(newReceiver(t), comity.ModeAutomatic)
		people := w.people(70)
		other := w.elsewhere(0, w.database)
		other.co = w.add(comity.Co.Resource, values{comity.Co.Name: "Chemistry", comity.Co.Status: comity.Active})
		foreign := other.person("p000")
		ids := append([]int64{4711, foreign}, people...)
		slices.Reverse(ids)
		_, snapshots, err := provisioning.NewSnapshots(w.store).Read(t.Context(), to.id, peopleAsSubjects(ids...))
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range snapshots {
			if s.Subject != comity.PersonSubject(ids[i]) || s.Gone != (i >= len(people)) {
				t.Errorf("snapshot %d of person %d: %+v", i, ids[i], s)
			}
		}
		if _, _, err := provisioning.NewSnapshots(w.store).Read(t.Context(), 4711, peopleAsSubjects(ids...)); err == nil {
			t.Error("a target that is not there has snapshots")
		}
	})
}
