package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"comity/internal/store"
	"comity/internal/store/db"
)

// settled returns the result of Settled, and the time of the clock before and after.
func (b *bed) settled(t *testing.T) (s db.Settled, before, after time.Time) {
	t.Helper()
	now := func() (now time.Time) {
		err := b.store.Read(t.Context(), func(tx *db.Tx) error {
			now = tx.Now()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	before = now()
	s, err := b.store.Settled(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, before, now()
}

// testSettled calls Settled while others have transactions open.
func testSettled(t *testing.T, b Backend) {
	bed := b.bed(t)
	current := func(when string) {
		t.Helper()
		if s, before, after := bed.settled(t); s.Time.Before(before) || s.Time.After(after) {
			t.Errorf("%s: settled at %v, asked from %v to %v, %+v", when, s.Time, before, after, s.Writing)
		}
	}
	current("nobody is there")
	if !db.IsPostgres(bed.name) {
		return
	}
	connect := func(statements ...string) func() {
		t.Helper()
		config, err := pgx.ParseConfig(bed.name)
		if err != nil {
			t.Fatal(err)
		}
		config.RuntimeParams["application_name"] = "psql"
		c, err := pgx.ConnectConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		for _, sql := range statements {
			if _, err := c.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		end := func() { _ = c.Close(context.WithoutCancel(t.Context())) }
		t.Cleanup(end)
		return end
	}
	defer connect("BEGIN", "SELECT 1")()
	defer connect("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SELECT count(*) FROM cos")()
	current("others only read")

	end := connect("CREATE TABLE other (id int)", "BEGIN", "INSERT INTO other VALUES (1)")
	s, before, _ := bed.settled(t)
	if s.Time.After(before) || s.Writing == nil || s.Writing.Ignored || !strings.Contains(s.Writing.By, "psql") {
		t.Errorf("somebody writes: settled at %v, asked after %v, %+v", s.Time, before, s.Writing)
	}
	// A transaction that is ignored is reported all the same.
	hasty, err := store.Open(t.Context(), db.Options{Database: bed.name, Patience: time.Microsecond, Connections: b.Connections})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hasty.Close() }()
	patient := bed.store
	bed.store = hasty
	current("somebody who has written for longer than is waited")
	if s, _, _ := bed.settled(t); s.Writing == nil || !s.Writing.Ignored {
		t.Errorf("it is not reported as ignored: %+v", s.Writing)
	}
	bed.store = patient
	end()
	for s, _, _ := bed.settled(t); s.Writing != nil; s, _, _ = bed.settled(t) {
		if t.Context().Err() != nil {
			t.Fatal("a transaction that has ended is still waited for")
		}
	}

	if b.Connections == 1 {
		return // which the transaction that follows would use
	}
	// The store's own transactions hold the time back from before they have their time, whether or not they
	// have written.
	bed.write(t, func(ctx context.Context, tx *db.Tx) error {
		now := tx.Now()
		if s, _, _ := bed.settled(t); s.Time.After(now) {
			t.Errorf("a write of %v is under way, and all is settled at %v", now, s.Time)
		}
		return nil
	})
	current("it has ended")
}
