package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store"
	"comity/internal/store/admin"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

// testDeletes deletes each record of a CO with records of every resource in turn, and checks what is left: records
// that refer to a deleted one in a required field are deleted too, at any depth, optional references are
// cleared, and all else is unchanged.
func testDeletes(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	untouched, leaves := fx.fullCO(t), fx.fullCO(t)
	left := leaves
	for i, rec := range untouched {
		named := len(comity.LinksTo(rec.Resource)) > 0
		if rec.Resource == comity.Co.Resource || !named && i%2 == 1 {
			continue
		}
		t.Run(rec.Resource.Singular, func(t *testing.T) {
			if named {
				all := fx.fullCO(t)
				fx.checkDelete(t, all, all[i])
				return
			}
			// A record without references to it is deleted alone, the next one from the rest.
			left = fx.checkDelete(t, left, leaves[i])
		})
	}
	t.Run("what is not there", func(t *testing.T) {
		all := fx.fullCO(t)
		rec := all[len(all)-1].Clone()
		rec.Id = 1 << 40
		fx.write(t, func(ctx context.Context, tx *db.Tx) error { return store.Delete(ctx, tx, rec, actor) })
		fx.checkRecords(t, all, all)
	})
	fx.checkRecords(t, untouched, untouched)
}

// checkDelete deletes a record, compares its CO with the records that should be left, and returns these.
func (fx *fixture) checkDelete(t *testing.T, all []*comity.Record, root *comity.Record) []*comity.Record {
	t.Helper()
	fx.clearDeliveries(t, root.CoId)
	personOf := peopleOf(all)
	now := fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		return store.Delete(ctx, tx, root.Clone(), "deleter")
	})

	deleted, left := cascade(all, root)
	for _, rec := range left {
		if cleared := clearReferences(rec, deleted); cleared > 0 {
			rec.Revision += int64(cleared)
			rec.Modified, rec.Actor = now, "deleter"
		}
	}
	fx.checkRecords(t, all, left)
	for _, rec := range deleted {
		chain := fx.revisionsOf(t, rec.Resource, rec.Id)
		checkChain(t, chain, false)
		last := chain[len(chain)-1]
		if last.Actor != "deleter" || !last.Since.Equal(now) {
			t.Errorf("the delete of %s %d is by %s of %v", rec.Resource.Singular, rec.Id, last.Actor, last.Since)
		}
	}

	var enqueued []pair
	for _, target := range left {
		if target.Resource != comity.CoProvisioningTarget.Resource || !slices.Contains(modes, target.Text(comity.CoProvisioningTarget.Status)) {
			continue
		}
		for _, rec := range deleted {
			if person := personOf(rec); rec.Resource.Provisioned && person != 0 {
				enqueued = append(enqueued, pair{target.Id, person})
			}
		}
	}
	slices.SortFunc(enqueued, pair.compare)
	if diff := cmp.Diff(slices.Compact(enqueued), fx.pending(t, root.CoId), cmp.AllowUnexported(pair{})); diff != "" {
		t.Errorf("enqueued (-want +got):\n%s", diff)
	}
	return left
}

// cascade divides records into those that are deleted with a root and those that are left.
func cascade(all []*comity.Record, root *comity.Record) (deleted, left []*comity.Record) {
	deleted = []*comity.Record{root}
	left = slices.DeleteFunc(slices.Clone(all), func(rec *comity.Record) bool { return rec == root })
	for n := 0; n < len(deleted); n++ {
		left = slices.DeleteFunc(left, func(rec *comity.Record) bool {
			takes := slices.ContainsFunc(rec.Resource.Fields, func(f *comity.Field) bool {
				return (f.Required || f.Owned) && refersTo(rec, f, deleted[n])
			})
			if takes {
				deleted = append(deleted, rec)
			}
			return takes
		})
	}
	return deleted, left
}

// refersTo returns whether a record's field refers to another record.
func refersTo(rec *comity.Record, f *comity.Field, other *comity.Record) bool {
	if !rec.Has(f) || rec.Int(f) != other.Id {
		return false
	}
	switch f.Kind {
	case comity.Reference:
		return f.Refers() == other.Resource
	case comity.Owner:
		o, _ := f.Owner(rec.Text(f))
		return o.Target == other.Resource.Singular
	case comity.Text, comity.Integer, comity.Boolean, comity.Time, comity.Date, comity.Code, comity.Secret:
	}
	return false
}

// clearReferences clears the fields of a record that refer to deleted ones and returns how many there were.
func clearReferences(rec *comity.Record, deleted []*comity.Record) (n int) {
	for _, f := range rec.Resource.Fields {
		if slices.ContainsFunc(deleted, func(other *comity.Record) bool { return refersTo(rec, f, other) }) {
			rec.Set(f, comity.Cell{})
			n++
		}
	}
	return n
}

// peopleOf returns a function that returns the person that a record of the list belongs to.
func peopleOf(all []*comity.Record) func(*comity.Record) int64 {
	people := map[*comity.Record]int64{}
	for _, rec := range all {
		switch {
		case rec.Resource == comity.CoPerson.Resource:
			people[rec] = rec.Id
		case rec.Resource == comity.CoOrgIdentityLink.Resource:
			people[rec] = rec.Int(comity.CoOrgIdentityLink.CoPersonId)
		case rec.OwnedBy(comity.OwnerRole) != 0:
			i := slices.IndexFunc(all, func(role *comity.Record) bool {
				return role.Resource == comity.CoPersonRole.Resource && role.Id == rec.OwnedBy(comity.OwnerRole)
			})
			people[rec] = all[i].OwnedBy(comity.OwnerCO)
		default:
			people[rec] = rec.OwnedBy(comity.OwnerCO)
		}
	}
	return func(rec *comity.Record) int64 { return people[rec] }
}

// checkRecords fails the test unless, of all records of a CO, exactly those in left exist, with the same values.
func (fx *fixture) checkRecords(t *testing.T, all, left []*comity.Record) {
	t.Helper()
	co := all[0].Id
	for _, r := range comity.Stored() {
		var want []*comity.Record
		for _, rec := range left {
			if rec.Resource == r {
				want = append(want, rec)
			}
		}
		column := "co_id"
		if r == comity.Co.Resource {
			column = "id"
		}
		sameAll(t, want, fx.list(t, r, store.Equal(column, co)))
	}
	for _, rec := range all {
		if slices.Contains(left, rec) {
			continue
		}
		err := fx.store.Read(t.Context(), func(tx *db.Tx) error {
			_, err := store.Get(t.Context(), tx, rec.Resource, rec.Id)
			return err
		})
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%s %d: error %v, want ErrNotFound", rec.Resource.Singular, rec.Id, err)
		}
	}
}

// testDeleteCO deletes a CO with records of every resource, and checks that nothing is left of it.
func testDeleteCO(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	other, all := fx.fullCO(t), fx.fullCO(t)
	for _, records := range [][]*comity.Record{other, all} {
		for _, rec := range records {
			if rec.Resource == comity.CoPerson.Resource {
				fx.enqueue(t, rec.CoId, rec.Id)
			}
		}
	}
	// Some records have been edited, one has been deleted before.
	var deletedBefore *comity.Record
	for _, rec := range all {
		switch rec.Resource {
		case comity.Url.Resource:
			deletedBefore = rec
		case comity.Name.Resource:
			fx.edit(t, rec.Resource, rec.Id)
		}
	}
	fx.remove(t, deletedBefore.Resource, deletedBefore.Id)
	co := all[0].Id
	before := fx.history(t, `co_id = $1`, other[0].Id)
	enqueued := fx.pending(t, other[0].Id)

	now := fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		if _, err := store.EnterCO(ctx, tx, co, true); err != nil {
			return err
		}
		return store.DeleteCO(ctx, tx, co, "deleter")
	})

	t.Run("nothing of it is left in any table but the history", func(t *testing.T) {
		for _, table := range tables() {
			column := "co_id"
			switch table {
			case comity.Co.Table:
				column = "id"
			case "history":
				continue
			}
			if n := fx.count(t, `SELECT count(*) FROM `+table+` WHERE `+column+` = $1`, co); n != 0 {
				t.Errorf("%s has %d rows of it", table, n)
			}
		}
		fx.checkRecords(t, all, nil)
	})
	t.Run("its history is closed", func(t *testing.T) {
		for _, rec := range all {
			chain := fx.revisionsOf(t, rec.Resource, rec.Id)
			checkChain(t, chain, false)
			last := chain[len(chain)-1]
			if rec != deletedBefore && (last.Actor != "deleter" || !last.Since.Equal(now) || last.Co != co) {
				t.Errorf("%s %d was deleted by %s at %v", rec.Resource.Singular, rec.Id, last.Actor, last.Since)
			}
		}
	})
	t.Run("another CO is as it was", func(t *testing.T) {
		fx.checkRecords(t, other, other)
		if after := fx.history(t, `co_id = $1`, other[0].Id); len(after) != len(before) {
			t.Errorf("its history has %d rows, had %d", len(after), len(before))
		}
		if after := fx.pending(t, other[0].Id); len(after) != len(enqueued) || len(enqueued) == 0 {
			t.Errorf("%d deliveries of its people are pending, were %d", len(after), len(enqueued))
		}
	})
	t.Run("what it had is free again", func(t *testing.T) {
		rec := all[0].Clone()
		rec.Id = 0
		fx.add(t, rec)
	})
}

// tables returns the names of the tables with rows that belong to a CO.
func tables() []string {
	names := []string{"history", "deliveries"}
	for _, r := range comity.Stored() {
		names = append(names, r.Table)
	}
	return names
}

// testDeletePart deletes a CO a part at a time, where the database does so. After each part the rules hold,
// and the CO is not found.
func testDeletePart(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	other, all := fx.fullCO(t), fx.fullCO(t)
	co, person := all[0].Id, int64(0)
	for _, rec := range slices.Concat(other, all) {
		if rec.Resource == comity.CoPerson.Resource {
			person = rec.Id // in the end the last one of the CO
			fx.enqueue(t, rec.CoId, person)
		}
	}
	enqueued := fx.pending(t, other[0].Id)
	part := func() (more bool) {
		fx.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
			if more, err = store.DeletePart(ctx, tx, co, 1, "deleter"); err != nil || !more {
				return errors.Join(err, store.DeleteCO(ctx, tx, co, "deleter"))
			}
			known, err := groups.LongChanges(ctx, tx, 10)
			if err != nil || len(known) > 0 {
				return err
			}
			return groups.StoreLongChange(ctx, tx, groups.LongChange{CoId: co, Task: "delete", Resource: comity.Co.Singular, RecordId: co, Actor: "deleter"})
		})
		return more
	}
	for n := 1; part(); n++ {
		if n > 2*len(all) {
			t.Fatalf("a CO of %d records is not deleted after %d parts", len(all), n)
		}
		fx.read(t, func(ctx context.Context, tx *db.Tx) error {
			for _, look := range []func(context.Context, *db.Tx) ([]admin.Problem, error){admin.CheckReferences, admin.CheckHistory, admin.CheckUniques} {
				problems, err := look(ctx, tx)
				if err != nil {
					return err
				}
				if len(problems) > 0 {
					t.Errorf("after part %d: %v", n, problems)
				}
			}
			if _, err := store.Get(ctx, tx, comity.Co.Resource, co); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("after part %d the CO is found: %v", n, err)
			}
			if _, err := store.Home(ctx, tx, comity.CoPerson.Resource, person); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("after part %d a person in it is found: %v", n, err)
			}
			cos, err := store.List(ctx, tx, comity.Co.Resource, 0, 100)
			if slices.ContainsFunc(cos, func(rec *comity.Record) bool { return rec.Id == co }) {
				t.Errorf("after part %d the CO is listed", n)
			}
			return err
		})
		fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			there, err := store.EnterCO(ctx, tx, co, true)
			if there {
				t.Errorf("after part %d the CO is entered", n)
			}
			return err
		})
	}

	fx.checkRecords(t, all, nil)
	fx.checkRecords(t, other, other)
	for _, rec := range all {
		chain := fx.revisionsOf(t, rec.Resource, rec.Id)
		checkChain(t, chain, false)
		if last := chain[len(chain)-1]; last.Actor != "deleter" {
			t.Errorf("%s %d was deleted by %s", rec.Resource.Singular, rec.Id, last.Actor)
		}
	}
	if after := fx.pending(t, other[0].Id); len(after) != len(enqueued) || len(enqueued) == 0 {
		t.Errorf("%d deliveries of people of another CO are pending, were %d", len(after), len(enqueued))
	}
}
