package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testDeletes deletes each record of a CO with records of every resource in turn, and checks the rest: records
// that refer to a deleted one in a required field are deleted too, at any depth, optional references are
// cleared, and all else is unchanged.
func testDeletes(t *testing.T, b Backend) {
	bed := b.bed(t)
	untouched, leaves := bed.estate(t), bed.estate(t)
	left := leaves
	for i, rec := range untouched {
		named := len(comity.LinksTo(rec.Resource)) > 0
		if rec.Resource == comity.Co.Resource || !named && i%2 == 1 {
			continue
		}
		t.Run(rec.Resource.Singular, func(t *testing.T) {
			if named {
				all := bed.estate(t)
				bed.removes(t, all, all[i])
				return
			}
			// A record without references to it is deleted alone, the next one from the rest.
			left = bed.removes(t, left, leaves[i])
		})
	}
	t.Run("what is not there", func(t *testing.T) {
		all := bed.estate(t)
		rec := all[len(all)-1].Clone()
		rec.Id = 1 << 40
		bed.write(t, func(ctx context.Context, tx *db.Tx) error { return store.Delete(ctx, tx, rec, actor) })
		bed.holds(t, all, all)
	})
	bed.holds(t, untouched, untouched)
}

// removes deletes a record, compares its CO with the records that should be left, and returns these.
func (b *bed) removes(t *testing.T, all []*comity.Record, root *comity.Record) []*comity.Record {
	t.Helper()
	b.clearDeliveries(t, root.CoId)
	personOf := hangs(all)
	now := b.write(t, func(ctx context.Context, tx *db.Tx) error {
		return store.Delete(ctx, tx, root.Clone(), "deleter")
	})

	deleted, left := fall(all, root)
	for _, rec := range left {
		if cleared := clearOf(rec, deleted); cleared > 0 {
			rec.Revision += int64(cleared)
			rec.Modified, rec.Actor = now, "deleter"
		}
	}
	b.holds(t, all, left)
	for _, rec := range deleted {
		chain := b.of(t, rec.Resource, rec.Id)
		checkChain(t, chain, false)
		last := chain[len(chain)-1]
		if last.Actor != "deleter" || !last.Since.Equal(now) {
			t.Errorf("the delete of %s %d is by %s of %v", rec.Resource.Singular, rec.Id, last.Actor, last.Since)
		}
	}

	var marked []pair
	for _, target := range left {
		if target.Resource != comity.CoProvisioningTarget.Resource || !slices.Contains(modes, target.Text(comity.CoProvisioningTarget.Status)) {
			continue
		}
		for _, rec := range deleted {
			if person := personOf(rec); rec.Resource.Provisioned && person != 0 {
				marked = append(marked, pair{target.Id, person})
			}
		}
	}
	slices.SortFunc(marked, pair.compare)
	if diff := cmp.Diff(slices.Compact(marked), b.marked(t, root.CoId), cmp.AllowUnexported(pair{})); diff != "" {
		t.Errorf("enqueued (-want +got):\n%s", diff)
	}
	return left
}

// fall divides records into those that are deleted with a root and those that are left.
func fall(all []*comity.Record, root *comity.Record) (deleted, left []*comity.Record) {
	deleted = []*comity.Record{root}
	left = slices.DeleteFunc(slices.Clone(all), func(rec *comity.Record) bool { return rec == root })
	for n := 0; n < len(deleted); n++ {
		left = slices.DeleteFunc(left, func(rec *comity.Record) bool {
			takes := slices.ContainsFunc(rec.Resource.Fields, func(f *comity.Field) bool {
				return (f.Required || f.Owned) && names(rec, f, deleted[n])
			})
			if takes {
				deleted = append(deleted, rec)
			}
			return takes
		})
	}
	return deleted, left
}

// names returns whether a record's field refers to another record.
func names(rec *comity.Record, f *comity.Field, other *comity.Record) bool {
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

// clearOf clears the fields of a record that refer to deleted ones and returns how many there were.
func clearOf(rec *comity.Record, deleted []*comity.Record) (n int) {
	for _, f := range rec.Resource.Fields {
		if slices.ContainsFunc(deleted, func(other *comity.Record) bool { return names(rec, f, other) }) {
			rec.Set(f, comity.Cell{})
			n++
		}
	}
	return n
}

// hangs returns a function that returns the person that a record of the list belongs to.
func hangs(all []*comity.Record) func(*comity.Record) int64 {
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

// holds fails the test unless, of all records of a CO, exactly those in left exist, with the same values.
func (b *bed) holds(t *testing.T, all, left []*comity.Record) {
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
		sameAll(t, want, b.list(t, r, store.Equal(column, co)))
	}
	for _, rec := range all {
		if slices.Contains(left, rec) {
			continue
		}
		err := b.store.Read(t.Context(), func(tx *db.Tx) error {
			_, err := store.Get(t.Context(), tx, rec.Resource, rec.Id)
			return err
		})
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%s %d: error %v, want ErrNotFound", rec.Resource.Singular, rec.Id, err)
		}
	}
}
