package storetest

import (
	"context"
	"sync"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testSnapshots reads several tables while transactions write to all of them: a snapshot is of one moment.
func testSnapshots(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	f, co := comity.CoPersonRole, fx.co(t)
	owner := fx.person(t, co)
	roles := fx.add(t, row(f.Resource, f.Person, owner, f.Ordr, 500), row(f.Resource, f.Person, owner, f.Ordr, 500))
	ended := make(chan struct{})
	var writers, readers sync.WaitGroup
	for range 2 {
		writers.Go(func() {
			for i := range 40 {
				// Moves an amount from one role to the other, and adds an address each time.
				err := fx.store.Write(t.Context(), func(tx *db.Tx) error {
					from, to := roles[i%2].Id, roles[1-i%2].Id
					if _, err := store.EnterCO(t.Context(), tx, co, true); err != nil {
						return err
					}
					for id, n := range map[int64]int64{from: -1, to: 1} {
						rec, err := store.Get(t.Context(), tx, f.Resource, id)
						if err != nil {
							return err
						}
						rec.SetInt(f.Ordr, rec.Int(f.Ordr)+n)
						if err := store.Update(t.Context(), tx, nil, rec, actor, db.Place{CoId: co, CoPersonId: owner.Id}); err != nil {
							return err
						}
					}
					return add(t.Context(), tx, row(comity.Address.Resource, comity.Address.Person, roles[0]))
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 3 {
		readers.Go(func() {
			for {
				if err := fx.store.Snapshot(t.Context(), func(tx *db.Tx) error { return oneMoment(t.Context(), t, tx, co, roles) }); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-ended:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(ended)
	readers.Wait()
}

// oneMoment reads the tables one by one, and the first one again, and checks that all are of one moment.
func oneMoment(ctx context.Context, t *testing.T, tx *db.Tx, co int64, roles []*comity.Record) error {
	f := comity.CoPersonRole
	addresses, err := store.List(ctx, tx, comity.Address.Resource, 0, 1000, store.Equal("co_id", co))
	if err != nil {
		return err
	}
	sum, changes := int64(0), int64(0)
	for _, role := range roles {
		rec, err := store.Get(ctx, tx, f.Resource, role.Id)
		if err != nil {
			return err
		}
		sum, changes = sum+rec.Int(f.Ordr), changes+rec.Revision
	}
	if sum != 1000 || changes != int64(2*len(addresses)) {
		t.Errorf("sum %d, %d changes, %d addresses: not of one moment", sum, changes, len(addresses))
	}
	again, err := store.List(ctx, tx, comity.Address.Resource, 0, 1000, store.Equal("co_id", co))
	if len(again) != len(addresses) {
		t.Errorf("%d addresses, then %d", len(addresses), len(again))
	}
	return err
}
