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
func (fx *fixture) settled(t *testing.T) (s db.Settled, before, after time.Time) {
	t.Helper()
	now := func() (now time.Time) {
		err := fx.store.Read(t.Context(), func(tx *db.Tx) error {
			now = tx.Now()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	before = now()
	s, err := fx.store.Settled(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, before, now()
}

// testSettled calls Settled while others have transactions open.
func testSettled(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	current := func(when string) {
		t.Helper()
		if s, before, after := fx.settled(t); s.Time.Before(before) || s.Time.After(after) {
			t.Errorf("%s: settled at %v, read from %v to %v, %+v", when, s.Time, before, after, s.Writing)
		}
	}
	current("nobody writes")
	if !db.IsPostgres(fx.name) {
		return
	}
	connect := func(statements ...string) func() {
		t.Helper()
		config, err := pgx.ParseConfig(fx.name)
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
	s, before, _ := fx.settled(t)
	if s.Time.After(before) || s.Writing == nil || s.Writing.Ignored || !strings.Contains(s.Writing.By, "psql") {
		t.Errorf("somebody writes: settled at %v, read after %v, %+v", s.Time, before, s.Writing)
	}
	// A transaction that is ignored is reported all the same.
	impatient, err := store.Open(t.Context(), db.Options{Database: fx.name, Patience: time.Microsecond, Connections: b.Connections})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = impatient.Close() }()
	patient := fx.store
	fx.store = impatient
	current("somebody who has written for longer than is waited")
	if s, _, _ := fx.settled(t); s.Writing == nil || !s.Writing.Ignored {
		t.Errorf("it is not reported as ignored: %+v", s.Writing)
	}
	fx.store = patient
	end()
	for s, _, _ := fx.settled(t); s.Writing != nil; s, _, _ = fx.settled(t) {
		if t.Context().Err() != nil {
			t.Fatal("a transaction that has ended is still waited for")
		}
	}

	if b.Connections == 1 {
		return // which the transaction that follows would use
	}
	// The store's own transactions hold the time back from before they have their time, whether or not they
	// have written.
	fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		now := tx.Now()
		if s, _, _ := fx.settled(t); s.Time.After(now) {
			t.Errorf("a write of %v is under way, and all is settled at %v", now, s.Time)
		}
		return nil
	})
	current("it has ended")
}
