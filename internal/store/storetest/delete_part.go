package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/admin"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

// testDeletePart deletes a CO a part at a time, where the database does so. After each part the rules hold,
// and the CO is not found.
func testDeletePart(t *testing.T, b Backend) {
	bed := b.bed(t)
	other, all := bed.estate(t), bed.estate(t)
	co, person := all[0].Id, int64(0)
	for _, rec := range slices.Concat(other, all) {
		if rec.Resource == comity.CoPerson.Resource {
			person = rec.Id // in the end the last one of the CO
			bed.mark(t, rec.CoId, person)
		}
	}
	enqueued := bed.marked(t, other[0].Id)
	part := func() (more bool) {
		bed.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
			if more, err = store.DeletePart(ctx, tx, co, 1, "deleter"); err != nil || !more {
				return errors.Join(err, store.DeleteCO(ctx, tx, co, "deleter"))
			}
			known, err := groups.LongChanges(ctx, tx, 10)
			if err != nil || len(known) > 0 {
				return err
			}
			return groups.Leave(ctx, tx, groups.LongChange{CoId: co, Task: "delete", Resource: comity.Co.Singular, RecordId: co, Actor: "deleter"})
		})
		return more
	}
	for n := 1; part(); n++ {
		if n > 2*len(all) {
			t.Fatalf("a CO of %d records is not deleted after %d parts", len(all), n)
		}
		bed.read(t, func(ctx context.Context, tx *db.Tx) error {
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
		bed.write(t, func(ctx context.Context, tx *db.Tx) error {
			there, err := store.EnterCO(ctx, tx, co, true)
			if there {
				t.Errorf("after part %d the CO is entered", n)
			}
			return err
		})
	}

	bed.holds(t, all, nil)
	bed.holds(t, other, other)
	for _, rec := range all {
		chain := bed.of(t, rec.Resource, rec.Id)
		checkChain(t, chain, false)
		if last := chain[len(chain)-1]; last.Actor != "deleter" {
			t.Errorf("%s %d was deleted by %s", rec.Resource.Singular, rec.Id, last.Actor)
		}
	}
	if after := bed.marked(t, other[0].Id); len(after) != len(enqueued) || len(enqueued) == 0 {
		t.Errorf("%d deliveries of people of another CO are pending, were %d", len(after), len(enqueued))
	}
}
