package storetest

import (
	"context"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testDeleteCO deletes a CO with records of every resource, and checks that nothing is left of it.
func testDeleteCO(t *testing.T, b Backend) {
	bed := b.bed(t)
	other, all := bed.estate(t), bed.estate(t)
	for _, records := range [][]*comity.Record{other, all} {
		for _, rec := range records {
			if rec.Resource == comity.CoPerson.Resource {
				bed.mark(t, rec.CoId, rec.Id)
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
			bed.edit(t, rec.Resource, rec.Id)
		}
	}
	bed.remove(t, deletedBefore.Resource, deletedBefore.Id)
	co := all[0].Id
	before := bed.history(t, `co_id = $1`, other[0].Id)
	enqueued := bed.marked(t, other[0].Id)

	now := bed.write(t, func(ctx context.Context, tx *db.Tx) error {
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
			if n := bed.count(t, `SELECT count(*) FROM `+table+` WHERE `+column+` = $1`, co); n != 0 {
				t.Errorf("%s has %d rows of it", table, n)
			}
		}
		bed.holds(t, all, nil)
	})
	t.Run("its history is closed", func(t *testing.T) {
		for _, rec := range all {
			chain := bed.of(t, rec.Resource, rec.Id)
			checkChain(t, chain, false)
			last := chain[len(chain)-1]
			if rec != deletedBefore && (last.Actor != "deleter" || !last.Since.Equal(now) || last.Co != co) {
				t.Errorf("%s %d was deleted by %s at %v", rec.Resource.Singular, rec.Id, last.Actor, last.Since)
			}
		}
	})
	t.Run("another CO is as it was", func(t *testing.T) {
		bed.holds(t, other, other)
		if after := bed.history(t, `co_id = $1`, other[0].Id); len(after) != len(before) {
			t.Errorf("its history has %d rows, had %d", len(after), len(before))
		}
		if after := bed.marked(t, other[0].Id); len(after) != len(enqueued) || len(enqueued) == 0 {
			t.Errorf("%d deliveries of its people are pending, were %d", len(after), len(enqueued))
		}
	})
	t.Run("what it had is free again", func(t *testing.T) {
		rec := all[0].Clone()
		rec.Id = 0
		bed.add(t, rec)
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
