package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// testTransactions commits transactions and rolls them back, alone and beside others.
func testTransactions(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	kinds := map[string]func(context.Context, func(*db.Tx) error) error{"Write": fx.store.Write, "WriteGrouped": fx.store.WriteGrouped, "WriteAlone": fx.store.WriteAlone}
	readings := map[string]func(context.Context, func(*db.Tx) error) error{"Read": fx.store.Read, "Snapshot": fx.store.Snapshot}
	for name, write := range kinds {
		t.Run(name+" that fails is undone", func(t *testing.T) {
			co, failure := fx.co(t), errors.New("a failure in the test")
			err := write(t.Context(), func(tx *db.Tx) error {
				queue.PersonChanged(tx, co, 1)
				return errors.Join(add(t.Context(), tx, person(co)), failure)
			})
			if !errors.Is(err, failure) || len(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))) > 0 {
				t.Errorf("error %v; what it did is there", err)
			}
		})
		t.Run(name+" that panics is undone", func(t *testing.T) {
			co := fx.co(t)
			err := write(t.Context(), func(tx *db.Tx) error {
				if err := add(t.Context(), tx, person(co)); err != nil {
					return err
				}
				panic("a panic in the test")
			})
			if err == nil || !strings.Contains(err.Error(), "a panic in the test") {
				t.Errorf("error %v does not say what happened", err)
			}
			if len(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))) > 0 {
				t.Error("what it did is there")
			}
		})
		t.Run(name+" that does nothing", func(t *testing.T) {
			if err := write(t.Context(), func(*db.Tx) error { return nil }); err != nil {
				t.Error(err)
			}
			failure := errors.New("a failure in the test")
			if err := write(t.Context(), func(*db.Tx) error { return failure }); !errors.Is(err, failure) {
				t.Errorf("error %v, want the closure's", err)
			}
		})
	}
	for name, read := range readings {
		t.Run(name+" that fails", func(t *testing.T) {
			failure := errors.New("a failure in the test")
			if err := read(t.Context(), func(*db.Tx) error { return failure }); !errors.Is(err, failure) {
				t.Errorf("error %v, want the closure's", err)
			}
			fx.co(t)
		})
	}
	for name, run := range map[string]func(context.Context, func(*db.Tx) error) error{
		"Write": fx.store.Write, "WriteGrouped": fx.store.WriteGrouped, "WriteAlone": fx.store.WriteAlone, "Read": fx.store.Read, "Snapshot": fx.store.Snapshot,
	} {
		t.Run(name+" with a context that is cancelled before it starts", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			for range 20 { // enough to find a failure that depends on chance
				err := run(ctx, func(*db.Tx) error {
					t.Error("the closure is run")
					return nil
				})
				if !errors.Is(err, context.Canceled) {
					t.Errorf("error %v, want that the context is cancelled", err)
				}
			}
		})
	}
	t.Run("Snapshot does not write", func(t *testing.T) {
		co := fx.co(t)
		err := fx.store.Snapshot(t.Context(), func(tx *db.Tx) error {
			return store.Insert(t.Context(), tx, person(co), actor, db.Place{CoId: co})
		})
		if err == nil || len(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))) > 0 {
			t.Errorf("error %v; what it wrote is there", err)
		}
	})
	t.Run("Check", func(t *testing.T) {
		if err := fx.store.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("beside others", func(t *testing.T) { testIndependentOutcomes(t, fx) })
}

// person returns a new person of a CO, not stored.
func person(co int64) *comity.Record {
	return row(comity.CoPerson.Resource, comity.CoPerson.CoId, co)
}

// queuedWrites starts writes while another is running, which ends when all have been started, and waits for
// all of them.
func (fx *fixture) queuedWrites(t *testing.T, writes int, write func(i int)) {
	t.Helper()
	started := make(chan struct{}, writes)
	var all sync.WaitGroup
	err := fx.store.Write(t.Context(), func(*db.Tx) error {
		for i := range writes {
			all.Go(func() {
				started <- struct{}{}
				write(i)
			})
		}
		for range writes {
			<-started
		}
		return nil
	})
	all.Wait()
	if err != nil {
		t.Error(err)
	}
}

// testIndependentOutcomes has writes that succeed, fail, panic or are cancelled wait for the same commit: each has its
// own outcome.
func testIndependentOutcomes(t *testing.T, fx *fixture) {
	const writes = 60
	co := fx.co(t)
	taken := fx.insert(t, comity.CoGroup.Resource, comity.CoGroup.CoId, co)
	failure := errors.New("a failure in the test")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	outcomes := []struct {
		name string
		ctx  context.Context
		end  func(*db.Tx) error
		is   func(error) bool
	}{
		{"succeeds", t.Context(), func(*db.Tx) error { return nil }, func(err error) bool { return err == nil }},
		{"fails", t.Context(), func(*db.Tx) error { return failure }, func(err error) bool { return errors.Is(err, failure) }},
		{"panics", t.Context(), func(*db.Tx) error { panic(failure) }, func(err error) bool {
			return err != nil && strings.Contains(err.Error(), failure.Error())
		}},
		{"conflicts", t.Context(), func(tx *db.Tx) error {
			return add(t.Context(), tx, row(taken.Resource, comity.CoGroup.CoId, co, comity.CoGroup.Name, taken.Text(comity.CoGroup.Name)))
		}, func(err error) bool { return errors.Is(err, db.ErrConflict) }},
		{"refers to nothing", t.Context(), func(tx *db.Tx) error {
			return add(t.Context(), tx, row(taken.Resource, comity.CoGroup.CoId, co, comity.CoGroup.CouId, 1<<40))
		}, func(err error) bool { return errors.Is(err, db.ErrConflict) }},
		{"is cancelled", cancelled, func(*db.Tx) error { return nil }, func(err error) bool { return errors.Is(err, context.Canceled) }},
	}
	errs := make([]error, writes)
	fx.queuedWrites(t, writes, func(i int) {
		outcome, write := outcomes[i%len(outcomes)], fx.store.WriteGrouped
		switch i % 7 {
		case 0:
			write = fx.store.WriteAlone
		case 1, 2:
			write = fx.store.Write
		}
		errs[i] = write(outcome.ctx, func(tx *db.Tx) error {
			// Two records: both are stored, or neither.
			for _, part := range []string{"first", "second"} {
				err := add(t.Context(), tx, row(comity.CoPerson.Resource, comity.CoPerson.CoId, co, comity.CoPerson.Timezone, fmt.Sprint(i, " ", part)))
				if err != nil {
					return err
				}
			}
			return outcome.end(tx)
		})
	})
	want := map[string]int{}
	for i, err := range errs {
		outcome := outcomes[i%len(outcomes)]
		if !outcome.is(err) {
			t.Errorf("one that %s: error %v", outcome.name, err)
		}
		if outcome.name == "succeeds" {
			want[fmt.Sprint(i, " first")]++
			want[fmt.Sprint(i, " second")]++
		}
	}
	got := map[string]int{}
	for _, rec := range fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co)) {
		got[rec.Text(comity.CoPerson.Timezone)]++
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}

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
			"Write": open.Write, "WriteGrouped": open.WriteGrouped, "WriteAlone": open.WriteAlone, "Read": open.Read, "Snapshot": open.Snapshot,
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
