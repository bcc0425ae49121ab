package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testTime checks the times of transactions.
func testTime(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	t.Run("is one within a transaction", func(t *testing.T) {
		co := fx.co(t)
		for name, run := range map[string]func(context.Context, func(*db.Tx) error) error{
			"Write": fx.store.Write, "WriteGrouped": fx.store.WriteGrouped, "WriteAlone": fx.store.WriteAlone, "Snapshot": fx.store.Snapshot, "Read": fx.store.Read,
		} {
			var first time.Time
			err := run(t.Context(), func(tx *db.Tx) error {
				first = tx.Now()
				for range 3 {
					if _, err := store.List(t.Context(), tx, comity.Co.Resource, 0, 10); err != nil {
						return err
					}
					if now := tx.Now(); !now.Equal(first) {
						t.Errorf("%s: time %v, then %v", name, first, now)
					}
				}
				return nil
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if !first.Equal(first.Truncate(time.Microsecond)) || first.Location() != time.UTC {
				t.Errorf("%s: time %v, want UTC to the microsecond", name, first)
			}
		}
		var now time.Time
		var rec *comity.Record
		fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			rec = person(co)
			now = tx.Now()
			return add(ctx, tx, rec)
		})
		if !rec.Created.Equal(now) {
			t.Errorf("written at %v in a transaction of %v", rec.Created, now)
		}
	})
	t.Run("goes on from write to write", func(t *testing.T) {
		var last time.Time
		for range 50 {
			now := fx.write(t, func(context.Context, *db.Tx) error { return nil })
			if now.Before(last) {
				t.Errorf("time %v after %v", now, last)
			}
			last = now
		}
	})
	t.Run("is that of the clock which was handed in", func(t *testing.T) {
		c := newClock()
		set := b.newFixtureWith(t, db.Options{Clock: c.Now})
		for range 3 {
			c.move(time.Hour)
			for name, run := range map[string]func(context.Context, func(*db.Tx) error) error{
				"Write": set.store.Write, "Snapshot": set.store.Snapshot, "Read": set.store.Read,
			} {
				err := run(t.Context(), func(tx *db.Tx) error {
					now := tx.Now()
					// Of two writes in the same moment one may be a little later.
					if d := now.Sub(c.Now()); d < 0 || d > time.Millisecond {
						t.Errorf("%s: time %v, the clock says %v", name, now, c.Now())
					}
					return nil
				})
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	})
	t.Run("set back", func(t *testing.T) { testSetBack(t, b) })
}

// testSetBack changes records after the clock was set back. The revisions of their histories are still in
// order, also after the program was started again; the check at the end of the test finds where not.
func testSetBack(t *testing.T, b Backend) {
	c := newClock()
	fx := b.newFixtureWith(t, db.Options{Clock: c.Now})
	all := fx.fullCO(t)
	role := comity.CoPersonRole
	boss := fx.person(t, all[0].Id)
	named := fx.insert(t, role.Resource, role.Person, boss, role.ManagerCoPersonId, boss)
	other := fx.fullCO(t)
	c.move(-time.Hour)
	changes := func() {
		for _, rec := range all {
			if rec.Resource == comity.Name.Resource {
				fx.edit(t, rec.Resource, rec.Id)
			}
		}
		edited := fx.edit(t, role.Resource, named.Id)
		if edited.Modified.Before(edited.Created) {
			t.Errorf("changed at %v, made at %v", edited.Modified, edited.Created)
		}
	}
	changes()
	if err := fx.store.Close(); err != nil {
		t.Fatal(err)
	}
	c.move(-time.Hour)
	fx.store = b.start(t, fx.name, db.Options{Clock: c.Now})
	changes()
	fx.remove(t, boss.Resource, boss.Id)
	for _, rec := range all {
		if rec.Resource == comity.Server.Resource || rec.Resource == comity.Cou.Resource {
			fx.write(t, func(ctx context.Context, tx *db.Tx) error { return store.Delete(ctx, tx, rec.Clone(), actor) })
		}
	}
	fx.write(t, func(ctx context.Context, tx *db.Tx) error { return store.DeleteCO(ctx, tx, other[0].Id, actor) })
}

// commitHorizon returns the result of CommitHorizon, and the time of the clock before and after.
func (fx *fixture) commitHorizon(t *testing.T) (s db.CommitHorizon, before, after time.Time) {
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
	s, err := fx.store.CommitHorizon(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, before, now()
}

// testCommitHorizon calls CommitHorizon while others have transactions open.
func testCommitHorizon(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	current := func(when string) {
		t.Helper()
		if s, before, after := fx.commitHorizon(t); s.Time.Before(before) || s.Time.After(after) {
			t.Errorf("%s: horizon %v, read from %v to %v, %+v", when, s.Time, before, after, s.Writing)
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
	s, before, _ := fx.commitHorizon(t)
	if s.Time.After(before) || s.Writing == nil || s.Writing.Ignored || !strings.Contains(s.Writing.By, "psql") {
		t.Errorf("somebody writes: horizon %v, read after %v, %+v", s.Time, before, s.Writing)
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
	if s, _, _ := fx.commitHorizon(t); s.Writing == nil || !s.Writing.Ignored {
		t.Errorf("it is not reported as ignored: %+v", s.Writing)
	}
	fx.store = patient
	end()
	for s, _, _ := fx.commitHorizon(t); s.Writing != nil; s, _, _ = fx.commitHorizon(t) {
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
		if s, _, _ := fx.commitHorizon(t); s.Time.After(now) {
			t.Errorf("a write of %v is under way, and the commit horizon is %v", now, s.Time)
		}
		return nil
	})
	current("it has ended")
}
