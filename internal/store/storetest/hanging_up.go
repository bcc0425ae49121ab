package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testHangingUp has clients hang up while their closures run and while others write.
func testHangingUp(t *testing.T, b Backend) {
	bed := b.bed(t)
	t.Run("in mid-write, while others write", func(t *testing.T) {
		co := bed.co(t)
		var all sync.WaitGroup
		// The others write until the last client has hung up.
		ended := make(chan struct{})
		others := make([]int, 4)
		for i := range others {
			all.Go(func() {
				for {
					err := bed.store.Write(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, person(co)) })
					if err != nil {
						t.Errorf("a write beside one whose client hung up: %v", err)
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
			bed.hangsUp(t)
		}
		close(ended)
		all.Wait()
		want := 0
		for _, n := range others {
			want += n
		}
		if got := len(bed.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); got != want {
			t.Errorf("the others wrote %d, there are %d", want, got)
		}
	})
	for name, read := range map[string]func(context.Context, func(*db.Tx) error) error{"read": bed.store.Read, "snapshot": bed.store.Snapshot} {
		t.Run("in the middle of a "+name, func(t *testing.T) {
			ctx, hangUp := context.WithCancel(t.Context())
			err := read(ctx, func(tx *db.Tx) error {
				if _, err := store.List(ctx, tx, comity.Co.Resource, 0, 10); err != nil {
					return err
				}
				hangUp()
				_, err := store.List(ctx, tx, comity.Co.Resource, 0, 10)
				return err
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want that the context is cancelled", err)
			}
			// The connection still works.
			for range 10 {
				bed.list(t, comity.Co.Resource)
			}
		})
	}
	t.Run("while a write waits", func(t *testing.T) {
		co := bed.co(t)
		ctx, hangUp := context.WithCancel(t.Context())
		errs := make([]error, 20)
		bed.behind(t, len(errs), func(i int) {
			if i == 0 {
				hangUp()
			}
			errs[i] = bed.store.Write(ctx, func(tx *db.Tx) error { return add(ctx, tx, person(co)) })
		})
		written := 0
		for _, err := range errs {
			if err == nil {
				written++
			}
		}
		if got := len(bed.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); got < written {
			t.Errorf("%d were answered with success, %d are there", written, got)
		}
	})
}

// hangsUp writes two records and hangs up between them: both or neither are stored, and both if the write
// returns nil.
func (b *bed) hangsUp(t *testing.T) {
	t.Helper()
	co := b.co(t)
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	err := b.store.Write(ctx, func(tx *db.Tx) error {
		if err := add(ctx, tx, person(co)); err != nil {
			return err
		}
		hangUp()
		return add(ctx, tx, person(co))
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that the context is cancelled", err)
	}
	n := len(b.list(t, comity.CoPerson.Resource, store.Equal("co_id", co)))
	if n == 1 || err == nil && n != 2 || err != nil && n != 0 {
		t.Errorf("error %v, and %d of 2 are there", err, n)
	}
}
