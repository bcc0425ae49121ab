package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testCancelledRequests cancels the contexts of closures while they run and while others write.
func testCancelledRequests(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	t.Run("in mid-write, while others write", func(t *testing.T) {
		co := fx.co(t)
		var all sync.WaitGroup
		// The others write until the last context has been cancelled.
		ended := make(chan struct{})
		others := make([]int, 4)
		for i := range others {
			all.Go(func() {
				for {
					err := fx.store.Write(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, person(co)) })
					if err != nil {
						t.Errorf("a write beside one that was cancelled: %v", err)
						return
					}
					others[i]++
					select {
					case <-ended:
						return
					default:
					}
				}
			})
		}
		for range 20 {
			fx.cancelMidWrite(t)
		}
		close(ended)
		all.Wait()
		want := 0
		for _, n := range others {
			want += n
		}
		if got := len(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); got != want {
			t.Errorf("the others wrote %d, there are %d", want, got)
		}
	})
	for name, read := range map[string]func(context.Context, func(*db.Tx) error) error{"read": fx.store.Read, "snapshot": fx.store.Snapshot} {
		t.Run("in the middle of a "+name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			err := read(ctx, func(tx *db.Tx) error {
				if _, err := store.List(ctx, tx, comity.Co.Resource, 0, 10); err != nil {
					return err
				}
				cancel()
				_, err := store.List(ctx, tx, comity.Co.Resource, 0, 10)
				return err
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want that the context is cancelled", err)
			}
			// The connection still works.
			for range 10 {
				fx.list(t, comity.Co.Resource)
			}
		})
	}
	t.Run("while a write waits", func(t *testing.T) {
		co := fx.co(t)
		ctx, cancel := context.WithCancel(t.Context())
		errs := make([]error, 20)
		fx.queuedWrites(t, len(errs), func(i int) {
			if i == 0 {
				cancel()
			}
			errs[i] = fx.store.Write(ctx, func(tx *db.Tx) error { return add(ctx, tx, person(co)) })
		})
		written := 0
		for _, err := range errs {
			if err == nil {
				written++
			}
		}
		if got := len(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); got < written {
			t.Errorf("%d were answered with success, %d are there", written, got)
		}
	})
}

// cancelMidWrite writes two records and cancels its context between them: both or neither are stored, and both
// if the write returns nil.
func (fx *fixture) cancelMidWrite(t *testing.T) {
	t.Helper()
	co := fx.co(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := fx.store.Write(ctx, func(tx *db.Tx) error {
		if err := add(ctx, tx, person(co)); err != nil {
			return err
		}
		cancel()
		return add(ctx, tx, person(co))
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that the context is cancelled", err)
	}
	n := len(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co)))
	if n == 1 || err == nil && n != 2 || err != nil && n != 0 {
		t.Errorf("error %v, and %d of 2 are there", err, n)
	}
}

// testCancelledWrites cancels writes in every state: the error they return matches their outcome.
func testCancelledWrites(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	t.Run("a long write ends and is undone", func(t *testing.T) {
		for name, write := range map[string]func(context.Context, func(*db.Tx) error) error{"Write": fx.store.Write, "WriteGrouped": fx.store.WriteGrouped, "WriteAlone": fx.store.WriteAlone} {
			co := fx.co(t)
			ctx, end := context.WithCancel(t.Context())
			n := 0
			err := write(ctx, func(tx *db.Tx) error {
				for {
					if n++; n == 10 {
						end()
					}
					// The loop ends only by the cancellation.
					if err := add(ctx, tx, person(co)); err != nil {
						return err
					}
					if _, err := store.List(ctx, tx, comity.Co.Resource, 0, 10); err != nil {
						return err
					}
				}
			})
			end()
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: error %v, want that the context is cancelled", name, err)
			}
			if n := len(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); n != 0 {
				t.Errorf("%s: %d are there, want that all is undone", name, n)
			}
		}
	})
	t.Run("a write that waits for a lock returns at once", func(t *testing.T) {
		co := fx.co(t)
		ctx, end := context.WithCancel(t.Context())
		var err error
		left := make(chan struct{})
		fx.whileLocked(t, co, left, func() {
			go func() {
				defer close(left)
				err = fx.store.Write(ctx, func(tx *db.Tx) error {
					if _, err := store.EnterCO(ctx, tx, co, true); err != nil {
						return err
					}
					return add(ctx, tx, person(co))
				})
			}()
			end()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that the context is cancelled", err)
		}
		if n := len(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); n != 0 {
			t.Errorf("%d are there, want none", n)
		}
	})
	t.Run("at any moment", func(t *testing.T) {
		undone := 0
		for range 60 {
			co := fx.co(t)
			ctx, end := context.WithTimeout(t.Context(), time.Duration(rand.Int64N(int64(12*time.Millisecond))))
			err := fx.store.Write(ctx, func(tx *db.Tx) error {
				if _, err := store.EnterCO(ctx, tx, co, false); err != nil {
					return err
				}
				for range 3 {
					if err := add(ctx, tx, person(co)); err != nil {
						return err
					}
				}
				return nil
			})
			end()
			want := 3
			if err != nil {
				want = 0
				undone++
			}
			if n := len(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); n != want {
				t.Errorf("error %v, and %d of 3 are there", err, n)
			}
		}
		t.Logf("%d of 60 were undone", undone)
	})
}

// whileLocked runs a function while another write has the CO's lock, which ends when a channel is closed.
func (fx *fixture) whileLocked(t *testing.T, co int64, left <-chan struct{}, run func()) {
	t.Helper()
	err := fx.store.WriteAlone(t.Context(), func(tx *db.Tx) error {
		if _, err := store.EnterCO(t.Context(), tx, co, true); err != nil {
			return err
		}
		// This runs once: a write is run again only if it fails.
		run()
		select {
		case <-left:
			return nil
		case <-time.After(time.Minute):
			return errors.New("the waiting write does not return")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
