package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testHistory reads the history that changes of records leave.
func testHistory(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	t.Run("an add, an edit and a delete", func(t *testing.T) {
		each(t, func(t *testing.T, r *comity.Resource) { testAddEditDelete(t, fx, r) })
	})
	t.Run("whose history a change is in", func(t *testing.T) { testHistoryOwner(t, fx) })
	t.Run("an edit that changes nothing", func(t *testing.T) {
		person := fx.person(t, fx.co(t))
		fx.edit(t, person.Resource, person.Id)
		chain := fx.revisionsOf(t, person.Resource, person.Id)
		if len(chain) != 2 || chain[1].Operation != "edit" || !cmp.Equal(chain[0].Data, chain[1].Data) {
			t.Errorf("history %+v, want an edit of the same data", chain)
		}
	})
	t.Run("two edits in one transaction", func(t *testing.T) {
		f := comity.CoPerson
		person := fx.person(t, fx.co(t))
		fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			for _, s := range []string{comity.Suspended, comity.Expired} {
				if _, err := edit(ctx, tx, f.Resource, person.Id, f.Status, s); err != nil {
					return err
				}
			}
			return nil
		})
		chain := fx.revisionsOf(t, f.Resource, person.Id)
		checkChain(t, chain, true)
		if len(chain) != 3 || chain[1].Data[f.Status.Name] != comity.Suspended || chain[2].Data[f.Status.Name] != comity.Expired {
			t.Errorf("history %+v, want both edits", chain)
		}
	})
	t.Run("a change that is undone", func(t *testing.T) {
		person := fx.person(t, fx.co(t))
		undone := context.DeadlineExceeded
		err := fx.store.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := edit(t.Context(), tx, person.Resource, person.Id); err != nil {
				return err
			}
			return undone
		})
		if err == nil || len(fx.revisionsOf(t, person.Resource, person.Id)) != 1 {
			t.Errorf("error %v; a change that was undone is in the history", err)
		}
	})
	t.Run("references that are cleared", func(t *testing.T) { testCleared(t, fx) })
}

// testAddEditDelete adds, edits and deletes a record of a resource, each by another actor.
func testAddEditDelete(t *testing.T, fx *fixture, r *comity.Resource) {
	rec := full(r)
	fx.complete(t, fx.co(t), rec, true)
	var first, second *comity.Record
	added := fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		first = rec.Clone()
		where, err := enter(ctx, tx, first)
		if err != nil {
			return err
		}
		return store.Insert(ctx, tx, first, "adder", where)
	})
	edited := fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		second = later(first)
		where, err := store.Enter(ctx, tx, r, first.Id, false)
		if err != nil {
			return err
		}
		return store.Update(ctx, tx, first, second, "editor", where)
	})
	want := []revision{
		{Operation: "add", Actor: "adder", Since: added, Until: edited, Data: data(first)},
		{Operation: "edit", Actor: "editor", Since: edited, Data: data(second)},
	}
	check := func() {
		t.Helper()
		got := fx.revisionsOf(t, r, first.Id)
		for i := range want {
			want[i].Resource, want[i].Record, want[i].Revision, want[i].Co = r.Singular, first.Id, int64(i), first.CoId
			if i < len(got) {
				want[i].Person, want[i].Org, want[i].Group = got[i].Person, got[i].Org, got[i].Group
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("history (-want +got):\n%s", diff)
		}
	}
	check()
	if r == comity.Co.Resource {
		return // testDeleteCO deletes a CO
	}
	deleted := fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		return store.Delete(ctx, tx, second.Clone(), "deleter")
	})
	want[1].Until = deleted
	want = append(want, revision{Operation: "delete", Actor: "deleter", Since: deleted, Until: deleted, Data: data(second)})
	check()
}

// later returns a copy of a record with other texts and numbers, without references.
func later(rec *comity.Record) *comity.Record {
	rec = rec.Clone()
	for _, f := range rec.Resource.Fields {
		switch f.Kind {
		case comity.Text:
			rec.SetText(f, unique("later"))
		case comity.Integer, comity.Time:
			rec.SetInt(f, 7)
		case comity.Boolean:
			rec.SetBool(f, !rec.Bool(f))
		case comity.Date:
			rec.Set(f, comity.EmptyCell())
		case comity.Code, comity.Reference, comity.Owner, comity.Secret:
		}
	}
	return rec
}

// testHistoryOwner checks in whose history the changes of a record are shown.
func testHistoryOwner(t *testing.T, fx *fixture) {
	co := fx.co(t)
	person := fx.person(t, co)
	role := fx.insert(t, comity.CoPersonRole.Resource, comity.CoPersonRole.Person, person)
	org := fx.insert(t, comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co)
	group := fx.insert(t, comity.CoGroup.Resource, comity.CoGroup.CoId, co)
	type owner struct{ person, org, group int64 }
	department := fx.insert(t, comity.CoDepartment.Resource, comity.CoDepartment.CoId, co)
	organization := fx.insert(t, comity.Organization.Resource, comity.Organization.CoId, co)
	// Records of a department or an organization are in the CO's history only.
	of := map[string]owner{
		comity.OwnerCO.Word: {person: person.Id}, comity.OwnerRole.Word: {person: person.Id},
		comity.OwnerOrg.Word: {org: org.Id}, comity.OwnerGroup.Word: {group: group.Id},
	}
	parents := map[string]*comity.Record{
		comity.OwnerCO.Word: person, comity.OwnerRole.Word: role, comity.OwnerOrg.Word: org, comity.OwnerGroup.Word: group,
		comity.OwnerDept.Word: department, comity.OwnerOrganization.Word: organization,
	}
	check := func(rec *comity.Record, want owner) {
		t.Helper()
		fx.edit(t, rec.Resource, rec.Id)
		if rec.Resource != comity.Co.Resource {
			fx.remove(t, rec.Resource, rec.Id)
		}
		for _, r := range fx.revisionsOf(t, rec.Resource, rec.Id) {
			if got := (owner{r.Person, r.Org, r.Group}); got != want || r.Co != rec.CoId {
				t.Errorf("the %s of %s %d is in the history of %+v in CO %d, want %+v in CO %d", r.Operation, r.Resource, r.Record, got, r.Co, want, rec.CoId)
			}
		}
	}
	for _, r := range comity.Stored() {
		for _, o := range parentKinds(r) {
			rec, want := row(r), of[o.Word]
			if o.Word != "" {
				rec.Set(r.Owner(), naming(r.Owner(), parents[o.Word]))
			}
			switch r {
			case comity.CoGroupMember.Resource:
				set(rec, comity.CoGroupMember.CoGroupId, group)
				want.group = group.Id
			case comity.CoOrgIdentityLink.Resource:
				set(rec, comity.CoOrgIdentityLink.CoPersonId, person)
				set(rec, comity.CoOrgIdentityLink.OrgIdentityId, org)
				want = owner{person: person.Id, org: org.Id}
			case comity.ApiUser.Resource:
				set(rec, comity.ApiUser.CoPersonId, person) // its changes are in the CO's history only
			}
			fx.complete(t, co, rec, false)
			rec = fx.add(t, rec)[0]
			switch r {
			case comity.CoPerson.Resource:
				want.person = rec.Id
			case comity.OrgIdentity.Resource:
				want.org = rec.Id
			case comity.CoGroup.Resource:
				want.group = rec.Id
			}
			check(rec, want)
		}
	}
	t.Run("before and after a change of the owner", func(t *testing.T) {
		f := comity.Name
		other := fx.person(t, co)
		name := fx.insert(t, f.Resource, f.Person, person)
		fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			rec, err := store.GetForUpdate(ctx, tx, f.Resource, name.Id)
			if err != nil {
				return err
			}
			set(rec, f.Person, other)
			return store.Update(ctx, tx, nil, rec, actor, db.Place{CoId: co, CoPersonId: other.Id})
		})
		fx.remove(t, f.Resource, name.Id)
		var got []int64
		for _, r := range fx.revisionsOf(t, f.Resource, name.Id) {
			got = append(got, r.Person)
		}
		if diff := cmp.Diff([]int64{person.Id, other.Id, other.Id}, got); diff != "" {
			t.Errorf("people (-want +got):\n%s", diff)
		}
	})
}

// testCleared deletes records that others refer to in optional fields.
func testCleared(t *testing.T, fx *fixture) {
	f, co := comity.CoPersonRole, fx.co(t)
	type was struct{ sponsor, manager int64 }
	check := func(t *testing.T, role *comity.Record, moments []time.Time, want ...was) {
		t.Helper()
		chain := fx.revisionsOf(t, f.Resource, role.Id)
		checkChain(t, chain, true)
		var got []was
		for _, r := range chain {
			number := func(f *comity.Field) int64 {
				n, ok := r.Data[f.Name].(interface{ Int64() (int64, error) })
				if !ok {
					return 0
				}
				id, _ := n.Int64()
				return id
			}
			got = append(got, was{number(f.SponsorCoPersonId), number(f.ManagerCoPersonId)})
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(was{})); diff != "" {
			t.Errorf("named (-want +got):\n%s", diff)
		}
		now := fx.get(t, f.Resource, role.Id)
		checkPresent(t, now, chain)
		if now.Has(f.SponsorCoPersonId) || now.Has(f.ManagerCoPersonId) || now.Actor != actor {
			t.Errorf("the role is %v", stored(now))
		}
		for i, m := range moments {
			if r := chain[len(chain)-len(moments)+i]; !r.Since.Equal(m) || r.Operation != "edit" || r.Actor != actor {
				t.Errorf("revision %d is an %s by %s of %v, want an edit by %s of %v", r.Revision, r.Operation, r.Actor, r.Since, actor, m)
			}
		}
	}
	t.Run("one record that names the deleted one twice", func(t *testing.T) {
		person, boss := fx.person(t, co), fx.person(t, co)
		role := fx.insert(t, f.Resource, f.Person, person, f.SponsorCoPersonId, boss, f.ManagerCoPersonId, boss)
		now := fx.remove(t, boss.Resource, boss.Id)
		check(t, role, []time.Time{now, now}, was{boss.Id, boss.Id}, was{0, boss.Id}, was{})
	})
	t.Run("two that it names, one after the other", func(t *testing.T) {
		person, sponsor, manager := fx.person(t, co), fx.person(t, co), fx.person(t, co)
		role := fx.insert(t, f.Resource, f.Person, person, f.SponsorCoPersonId, sponsor, f.ManagerCoPersonId, manager)
		first := fx.remove(t, manager.Resource, manager.Id)
		fx.edit(t, f.Resource, role.Id, f.Title, "Professor")
		second := fx.remove(t, sponsor.Resource, sponsor.Id)
		check(t, role, []time.Time{second}, was{sponsor.Id, manager.Id}, was{sponsor.Id, 0}, was{sponsor.Id, 0}, was{})
		if chain := fx.revisionsOf(t, f.Resource, role.Id); !chain[1].Since.Equal(first) {
			t.Errorf("the first was cleared at %v, want %v", chain[1].Since, first)
		}
	})
	t.Run("two that it names, at once", func(t *testing.T) {
		person, sponsor, manager := fx.person(t, co), fx.person(t, co), fx.person(t, co)
		role := fx.insert(t, f.Resource, f.Person, person, f.SponsorCoPersonId, sponsor, f.ManagerCoPersonId, manager)
		now := fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			if err := remove(ctx, tx, sponsor.Resource, sponsor.Id); err != nil {
				return err
			}
			return remove(ctx, tx, manager.Resource, manager.Id)
		})
		check(t, role, []time.Time{now, now}, was{sponsor.Id, manager.Id}, was{0, manager.Id}, was{})
	})
	t.Run("many at once", func(t *testing.T) {
		boss := fx.person(t, co)
		var roles []*comity.Record
		for range 20 {
			roles = append(roles, row(f.Resource, f.Person, fx.person(t, co), f.ManagerCoPersonId, boss))
		}
		roles = fx.add(t, roles...)
		now := fx.remove(t, boss.Resource, boss.Id)
		for _, role := range roles {
			check(t, role, []time.Time{now}, was{0, boss.Id}, was{})
		}
	})
	t.Run("texts that look like what is cleared stay", func(t *testing.T) {
		person, boss := fx.person(t, co), fx.person(t, co)
		role := fx.insert(t, f.Resource, f.Person, person, f.ManagerCoPersonId, boss,
			f.Title, `","ManagerCoPersonId":7}`, f.O, "ünï \\ \" ' 😀 <&>", f.Ou, "", f.ValidFrom, time.Unix(0, 0))
		fx.remove(t, boss.Resource, boss.Id)
		check(t, role, nil, was{0, boss.Id}, was{})
	})
}
