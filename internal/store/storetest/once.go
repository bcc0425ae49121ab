package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"comity/internal/store"
	"comity/internal/store/db"
)

// testForgetOnce deletes old idempotency keys, a few at a time.
func testForgetOnce(t *testing.T, b Backend) {
	bed := b.bed(t)
	claim := func(key string) (now time.Time) {
		return bed.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, _, err := store.ClaimIdempotencyKey(ctx, tx, "ada", key, "request", time.Time{})
			return err
		})
	}
	for i := range 5 {
		claim(fmt.Sprint("old ", i))
	}
	before := claim("new")
	for _, want := range []int64{2, 2, 1, 0} {
		bed.write(t, func(ctx context.Context, tx *db.Tx) error {
			n, err := store.ForgetIdempotencyKeys(ctx, tx, before, 2)
			if n != want {
				t.Errorf("%d keys were dropped, want %d", n, want)
			}
			return err
		})
	}
	if n := bed.count(t, `SELECT count(*) FROM idempotency_keys WHERE key = 'new'`); n != 1 {
		t.Errorf("the new key is there %d times", n)
	}
}
