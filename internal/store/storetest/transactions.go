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
	bed := b.bed(t)
	kinds := map[string]func(context.Context, func(*db.Tx) error) error{"Write": bed.store.Write, "WriteAlone": bed.store.WriteAlone}
	readings := map[string]func(context.Context, func(*db.Tx) error) error{"Read": bed.store.Read, "Snapshot": bed.store.Snapshot}
	for name, write := range kinds {
		t.Run(name+" that fails is undone", func(t *testing.T) {
			co, failure := bed.co(t), errors.New("a failure of the test's")
			err := write(t.Context(), func(tx *db.Tx) error {
				queue.PersonChanged(tx, co, 1)
				return errors.Join(add(t.Context(), tx, person(co)), failure)
			})
			if !errors.Is(err, failure) || len(bed.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))) > 0 {
				t.Errorf("error %v; what it did is there", err)
			}
		})
		t.Run(name+" that panics is undone", func(t *testing.T) {
			co := bed.co(t)
			err := write(t.Context(), func(tx *db.Tx) error {
				if err := add(t.Context(), tx, person(co)); err != nil {
					return err
				}
				panic("a panic of the test's")
			})
			if err == nil || !strings.Contains(err.Error(), "a panic of the test's") {
				t.Errorf("error %v does not say what happened", err)
			}
			if len(bed.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))) > 0 {
				t.Error("what it did is there")
			}
		})
		t.Run(name+" that does nothing", func(t *testing.T) {
			if err := write(t.Context(), func(*db.Tx) error { return nil }); err != nil {
				t.Error(err)
			}
			failure := errors.New("a failure of the test's")
			if err := write(t.Context(), func(*db.Tx) error { return failure }); !errors.Is(err, failure) {
				t.Errorf("error %v, want the closure's", err)
			}
		})
	}
	for name, read := range readings {
		t.Run(name+" that fails", func(t *testing.T) {
			failure := errors.New("a failure of the test's")
			if err := read(t.Context(), func(*db.Tx) error { return failure }); !errors.Is(err, failure) {
				t.Errorf("error %v, want the closure's", err)
			}
			bed.co(t)
		})
	}
	for name, run := range map[string]func(context.Context, func(*db.Tx) error) error{
		"Write": bed.store.Write, "WriteAlone": bed.store.WriteAlone, "Read": bed.store.Read, "Snapshot": bed.store.Snapshot,
	} {
		t.Run(name+" of a client that is gone before it starts", func(t *testing.T) {
			ctx, hangUp := context.WithCancel(t.Context())
			hangUp()
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
		co := bed.co(t)
		err := bed.store.Snapshot(t.Context(), func(tx *db.Tx) error {
			return store.Insert(t.Context(), tx, person(co), actor, db.Place{CoId: co})
		})
		if err == nil || len(bed.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))) > 0 {
			t.Errorf("error %v; what it wrote is there", err)
		}
	})
	t.Run("Ping", func(t *testing.T) {
		if err := bed.store.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("beside others", func(t *testing.T) { testNeighbours(t, bed) })
}

func person(co int64) *comity.Record {
	return row(comity.CoPerson.Resource, comity.CoPerson.CoId, co)
}

// behind runs a write that lasts until the other writes have started, so that these run all at once, and waits
// for all of them.
func (b *bed) behind(t *testing.T, writes int, write func(i int)) {
	t.Helper()
	asked := make(chan struct{}, writes)
	var all sync.WaitGroup
	err := b.store.Write(t.Context(), func(*db.Tx) error {
		for i := range writes {
			all.Go(func() {
				asked <- struct{}{}
				write(i)
			})
		}
		for range writes {
			<-asked
		}
		return nil
	})
	all.Wait()
	if err != nil {
		t.Error(err)
	}
}

// testNeighbours has writes that succeed, fail, panic or are cancelled wait for the same commit: each has its
// own outcome.
func testNeighbours(t *testing.T, bed *bed) {
	const writes = 60
	co := bed.co(t)
	taken := bed.insert(t, comity.CoGroup.Resource, comity.CoGroup.CoId, co)
	failure := errors.New("a failure of the test's")
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	fates := []struct {
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
		{"names nothing", t.Context(), func(tx *db.Tx) error {
			return add(t.Context(), tx, row(taken.Resource, comity.CoGroup.CoId, co, comity.CoGroup.CouId, 1<<40))
		}, func(err error) bool { return errors.Is(err, db.ErrConflict) }},
		{"is gone", gone, func(*db.Tx) error { return nil }, func(err error) bool { return errors.Is(err, context.Canceled) }},
	}
	errs := make([]error, writes)
	bed.behind(t, writes, func(i int) {
		fate, write := fates[i%len(fates)], bed.store.Write
		if i%7 == 0 {
			write = bed.store.WriteAlone
		}
		errs[i] = write(fate.ctx, func(tx *db.Tx) error {
			// Two records, before and after: never is only one of them stored.
			for _, part := range []string{"first", "second"} {
				err := add(t.Context(), tx, row(comity.CoPerson.Resource, comity.CoPerson.CoId, co, comity.CoPerson.Timezone, fmt.Sprint(i, " ", part)))
				if err != nil {
					return err
				}
			}
			return fate.end(tx)
		})
	})
	want := map[string]int{}
	for i, err := range errs {
		fate := fates[i%len(fates)]
		if !fate.is(err) {
			t.Errorf("one that %s: error %v", fate.name, err)
		}
		if fate.name == "succeeds" {
			want[fmt.Sprint(i, " first")]++
			want[fmt.Sprint(i, " second")]++
		}
	}
	got := map[string]int{}
	for _, rec := range bed.list(t, comity.CoPerson.Resource, store.Equal("co_id", co)) {
		got[rec.Text(comity.CoPerson.Timezone)]++
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}
