package storetest

import (
	"context"
	"sync"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testClose closes a database that is in use, and uses one that is closed.
func testClose(t *testing.T, b Backend) {
	t.Run("while writes wait", func(t *testing.T) {
		fx := b.newFixture(t)
		co := fx.co(t)
		open := b.open(t, fx.name, db.Options{})
		errs := make([]error, 30)
		running, started := make(chan struct{}), make(chan struct{}, len(errs))
		var all sync.WaitGroup
		all.Go(func() {
			err := open.Write(t.Context(), func(tx *db.Tx) error {
				close(running)
				for range errs {
					<-started
				}
				return add(t.Context(), tx, person(co))
			})
			if err != nil {
				t.Errorf("a write that was running: %v", err)
			}
		})
		<-running
		for i := range errs {
			all.Go(func() {
				started <- struct{}{}
				errs[i] = open.Write(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, person(co)) })
			})
		}
		if err := open.Close(); err != nil {
			t.Error(err)
		}
		all.Wait()
		want := 1
		for _, err := range errs {
			if err == nil {
				want++
			}
		}
		if got := len(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); got != want {
			t.Errorf("%d were answered with success, %d are there", want, got)
		}
	})
	t.Run("twice, and use of a closed one", func(t *testing.T) {
		fx := b.newFixture(t)
		open := b.open(t, fx.name, db.Options{})
		for range 2 {
			if err := open.Close(); err != nil {
				t.Error(err)
			}
		}
		for name, run := range map[string]func(context.Context, func(*db.Tx) error) error{
			"Write": open.Write, "WriteAlone": open.WriteAlone, "Read": open.Read, "Snapshot": open.Snapshot,
		} {
			err := run(t.Context(), func(*db.Tx) error {
				t.Errorf("%s runs its closure", name)
				return nil
			})
			if err == nil {
				t.Errorf("%s succeeds", name)
			}
		}
		if err := open.Check(t.Context()); err == nil {
			t.Error("Check succeeds")
		}
	})
}
