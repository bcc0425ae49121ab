package store_test

import (
	"testing"
	"time"

	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// With any plan of PostgreSQL, Claim claims no more than limit deliveries: a dispatcher has no room for more.
func TestClaimTakesNoMoreThanAskedFor(t *testing.T) {
	t.Parallel()
	s := openRecorded(t, migratedDatabase(t))
	crowd(t, s)
	err := s.Write(t.Context(), func(tx *db.Tx) error {
		for _, way := range []string{"hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize", "bitmapscan"} {
			if _, err := tx.Exec(t.Context(), "SET LOCAL enable_"+way+" = off", nil); err != nil {
				return err
			}
		}
		claimed, err := queue.Claim(t.Context(), tx, 1, 10, time.Minute)
		if len(claimed) != 10 {
			t.Errorf("%d were claimed, want 10", len(claimed))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
