package queue_test

import (
	"testing"
	"time"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
	"comity/internal/store/storetest"
)

// With any plan of PostgreSQL, Claim claims no more than limit deliveries: a dispatcher has no room for more.
func TestClaimTakesNoMoreThanAskedFor(t *testing.T) {
	t.Parallel()
	f := comity.CoProvisioningTarget
	s := storetest.Databases(t)["PostgreSQL"]
	co := storetest.Add(t, s, comity.Co.Resource)
	target := storetest.Add(t, s, f.Resource, f.CoId, co, f.Plugin, comity.PluginAPI, f.Status, comity.ModeAutomatic)
	err := s.Write(t.Context(), func(tx *db.Tx) error {
		for person := range int64(1000) {
			queue.PersonChanged(tx, co.Id, person+1)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Write(t.Context(), func(tx *db.Tx) error {
		for _, plan := range []string{"hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize", "bitmapscan"} {
			if _, err := tx.Exec(t.Context(), "SET LOCAL enable_"+plan+" = off", nil); err != nil {
				return err
			}
		}
		claimed, err := queue.Claim(t.Context(), tx, target.Id, 10, time.Minute)
		if len(claimed) != 10 {
			t.Errorf("%d were claimed, want 10", len(claimed))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
