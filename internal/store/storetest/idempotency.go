package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"comity/internal/store"
	"comity/internal/store/db"
)

// testForgetIdempotencyKeys deletes old idempotency keys, a few at a time.
func testForgetIdempotencyKeys(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	claim := func(key string) (now time.Time) {
		return fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, _, err := store.ClaimIdempotencyKey(ctx, tx, "ada", key, "request", time.Time{})
			return err
		})
	}
	for i := range 5 {
		claim(fmt.Sprint("old ", i))
	}
	before := claim("new")
	for _, want := range []int64{2, 2, 1, 0} {
		fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			n, err := store.ForgetIdempotencyKeys(ctx, tx, before, 2)
			if n != want {
				t.Errorf("%d keys were deleted, want %d", n, want)
			}
			return err
		})
	}
	if n := fx.count(t, `SELECT count(*) FROM idempotency_keys WHERE key = 'new'`); n != 1 {
		t.Errorf("the new key is there %d times", n)
	}
}
