package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testEnding cancels writes in every state: the error they return matches their outcome.
func testEnding(t *testing.T, b Backend) {
	bed := b.bed(t)
	t.Run("a long write ends, and is undone", func(t *testing.T) {
		for name, write := range map[string]func(context.Context, func(*db.Tx) error) error{"Write": bed.store.Write, "WriteAlone": bed.store.WriteAlone} {
			co := bed.co(t)
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
			if n := len(bed.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); n != 0 {
				t.Errorf("%s: %d are there, want that all is undone", name, n)
			}
		}
	})
	t.Run("a write that has not begun is left at once", func(t *testing.T) {
		co := bed.co(t)
		ctx, end := context.WithCancel(t.Context())
		var err error
		left := make(chan struct{})
		bed.behindUntil(t, co, left, func() {
			go func() {
				defer close(left)
				err = bed.store.Write(ctx, func(tx *db.Tx) error {
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
		if n := len(bed.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); n != 0 {
			t.Errorf("%d are there, want none", n)
		}
	})
	t.Run("at any moment", func(t *testing.T) {
		undone := 0
		for range 60 {
			co := bed.co(t)
			ctx, end := context.WithTimeout(t.Context(), time.Duration(rand.Int64N(int64(12*time.Millisecond))))
			err := bed.store.Write(ctx, func(tx *db.Tx) error {
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
			if n := len(bed.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); n != want {
				t.Errorf("error %v, and %d of 3 are there", err, n)
			}
		}
		t.Logf("%d of 60 were undone", undone)
	})
}

// behindUntil runs a function while another write has the CO's lock, which ends when a channel is closed.
func (b *bed) behindUntil(t *testing.T, co int64, left <-chan struct{}, run func()) {
	t.Helper()
	err := b.store.WriteAlone(t.Context(), func(tx *db.Tx) error {
		if _, err := store.EnterCO(t.Context(), tx, co, true); err != nil {
			return err
		}
		// This runs once: a write is run again only if it fails.
		run()
		select {
		case <-left:
			return nil
		case <-time.After(time.Minute):
			return errors.New("who waits is not let go")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
