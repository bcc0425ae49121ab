package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"comity/internal/store/admin"
	"comity/internal/store/groups"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

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
			return groups.Leave(ctx, tx, groups.LongChange{CoId: co, Task: "delete", Resource: comity.Co.Singular, RecordId: co, Actor: "deleter"})
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
