package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"comity"
	"comity/internal/store"
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
			bed.mark(t, []string{comity.ModeAutomatic, comity.ModeQueue}, person)
		}
	}
	enqueued := bed.marked(t, other[0].Id)
	part := func() (more bool) {
		bed.write(t, func(ctx context.Context, tx *store.Tx) (err error) {
			if more, err = tx.DeletePart(ctx, co, 1, "deleter"); err != nil || !more {
				return errors.Join(err, tx.DeleteCO(ctx, co, "deleter"))
			}
			known, err := tx.LongChanges(ctx, 10)
			if err != nil || len(known) > 0 {
				return err
			}
			return tx.Leave(ctx, store.LongChange{CoId: co, Task: "delete", Resource: comity.Co.Singular, RecordId: co, Actor: "deleter"})
		})
		return more
	}
	for n := 1; part(); n++ {
		if n > 2*len(all) {
			t.Fatalf("a CO of %d records is not deleted after %d parts", len(all), n)
		}
		bed.read(t, func(ctx context.Context, tx *store.Tx) error {
			for _, look := range []func(context.Context) ([]store.Problem, error){tx.CheckReferences, tx.CheckHistory, tx.CheckUniques} {
				problems, err := look(ctx)
				if err != nil {
					return err
				}
				if len(problems) > 0 {
					t.Errorf("after part %d: %v", n, problems)
				}
			}
			if _, err := tx.Get(ctx, comity.Co.Resource, co); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("after part %d the CO is found: %v", n, err)
			}
			if _, err := tx.Home(ctx, comity.CoPerson.Resource, person); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("after part %d a person in it is found: %v", n, err)
			}
			cos, err := tx.List(ctx, comity.Co.Resource, 0, 100)
			if slices.ContainsFunc(cos, func(rec *comity.Record) bool { return rec.Id == co }) {
				t.Errorf("after part %d the CO is listed", n)
			}
			return err
		})
		bed.write(t, func(ctx context.Context, tx *store.Tx) error {
			there, err := tx.EnterCO(ctx, co, true)
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
