package db

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/internal/pgtest"
)

// openGroups opens a new PostgreSQL database, in which no further group begins: jobs wait until group runs them.
func openGroups(t *testing.T) (*DB, *postgresGroups) {
	t.Helper()
	database := pgtest.URL(t)
	if _, err := Migrate(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Options{Database: database})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	g := s.backend.(*postgresBackend).groups
	g.running, g.open = maxRunning, time.Hour
	return s, g
}

// groupedJob is a write of a group: it adds a CO of its name and then runs fn.
func groupedJob(ctx context.Context, s *DB, name string, fn func(*Tx) error) *writeJob {
	return newWriteJob(ctx, false, s.whole(ctx, func(tx *Tx) error {
		if err := addCO(ctx, tx, name); err != nil {
			return err
		}
		return fn(tx)
	}))
}

func nothingMore(*Tx) error { return nil }

// runGroup runs jobs as one group, the first of which begins it.
func runGroup(g *postgresGroups, jobs ...*writeJob) {
	for _, job := range jobs {
		g.enter(job)
	}
	g.group(g.next(false))
}

func ended(job *writeJob) bool {
	select {
	case <-job.done:
		return true
	default:
		return false
	}
}

func TestGroupIsAnsweredAfterItsCommit(t *testing.T) {
	t.Parallel()
	s, g := openGroups(t)
	first := groupedJob(t.Context(), s, "first", nothingMore)
	var early bool
	var transaction [2]int64
	number := func(i int) func(*Tx) error {
		return func(tx *Tx) error {
			early = early || ended(first)
			return tx.Query(t.Context(), "SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)", nil, func(r *Row) error {
				transaction[i] = r.Int()
				return nil
			})
		}
	}
	second, third := groupedJob(t.Context(), s, "second", number(0)), groupedJob(t.Context(), s, "third", number(1))
	runGroup(g, first, second, third)
	if early {
		t.Error("the first was answered while others of its group ran")
	}
	for _, job := range []*writeJob{first, second, third} {
		if !ended(job) || job.err != nil {
			t.Errorf("ended %v, error %v", ended(job), job.err)
		}
	}
	if transaction[0] != transaction[1] {
		t.Errorf("they ran in the transactions %v, want one", transaction)
	}
	if got := names(t, s); !slices.Equal(got, []string{"first", "second", "third"}) {
		t.Errorf("there are %v", got)
	}
}

func TestRefusedWriteCostsItsGroupNothing(t *testing.T) {
	t.Parallel()
	s, g := openGroups(t)
	refusal := errors.New("a refusal in the test")
	refused := groupedJob(t.Context(), s, "refused", func(*Tx) error { return refusal })
	others := []*writeJob{groupedJob(t.Context(), s, "first", nothingMore), groupedJob(t.Context(), s, "last", nothingMore)}
	runGroup(g, others[0], refused, others[1])
	if !errors.Is(refused.err, refusal) {
		t.Errorf("the refused one: %v", refused.err)
	}
	for _, job := range others {
		if job.err != nil {
			t.Errorf("one of the others: %v", job.err)
		}
	}
	if got := names(t, s); !slices.Equal(got, []string{"first", "last"}) {
		t.Errorf("there are %v", got)
	}
}

func TestFailedGroupChangesNothing(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(ctx context.Context, leave func(), tx *Tx) error{
		"a refusal after its write was sent": func(ctx context.Context, _ func(), tx *Tx) error {
			return errors.Join(tx.Flush(ctx), errors.New("a failure in the test"))
		},
		"a failing statement": func(ctx context.Context, _ func(), tx *Tx) error {
			return tx.Queue(ctx, "INSERT INTO cos (id) VALUES (NULL)", nil)
		},
		"a panic after its write was sent": func(ctx context.Context, _ func(), tx *Tx) error {
			if err := tx.Flush(ctx); err != nil {
				return err
			}
			panic("in the test")
		},
		"a request that ends after its write was sent": func(ctx context.Context, leave func(), tx *Tx) error {
			if err := tx.Flush(ctx); err != nil {
				return err
			}
			leave()
			_, err := tx.Exec(ctx, "UPDATE probe SET filling = ''", nil)
			return err
		},
		"a closure that takes too long": func(ctx context.Context, _ func(), tx *Tx) error {
			time.Sleep(maxGrouped)
			_, err := tx.Exec(ctx, "UPDATE probe SET filling = ''", nil)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, g := openGroups(t)
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			jobs := []*writeJob{
				groupedJob(t.Context(), s, "first", nothingMore),
				groupedJob(ctx, s, "failing", func(tx *Tx) error { return fail(ctx, leave, tx) }),
				groupedJob(t.Context(), s, "last", nothingMore),
			}
			runGroup(g, jobs...)
			for i, job := range jobs[:2] {
				if !errors.Is(job.err, errYield) {
					t.Errorf("job %d does not run again: %v", i, job.err)
				}
			}
			if got := names(t, s); len(got) != 0 {
				t.Errorf("there are %v", got)
			}
		})
	}
}

// A write that must be apart ends its group, and runs by itself where it is not the first.
func TestWriteApartIsNotShared(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		place   int
		yields  bool
		written []string
	}{
		"the first of its group": {0, false, []string{"apart"}},
		"a later one":            {1, true, []string{"first"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, g := openGroups(t)
			job := newWriteJob(t.Context(), false, s.whole(t.Context(), func(tx *Tx) error {
				if err := tx.Apart(); err != nil {
					return err
				}
				return addCO(t.Context(), tx, "apart")
			}))
			other := groupedJob(t.Context(), s, "first", nothingMore)
			jobs := []*writeJob{job, other}
			if tt.place == 1 {
				jobs = []*writeJob{other, job}
			}
			runGroup(g, jobs...)
			if errors.Is(job.err, errYield) != tt.yields || !ended(job) {
				t.Errorf("ended %v, error %v", ended(job), job.err)
			}
			if got := names(t, s); !slices.Equal(got, tt.written) {
				t.Errorf("there are %v, want %v", got, tt.written)
			}
			if err := s.WriteGrouped(t.Context(), func(tx *Tx) error { return addCO(t.Context(), tx, "next") }); err != nil {
				t.Errorf("the next one: %v", err)
			}
		})
	}
}

// A group waits for nobody's lock for long: its writes run by themselves, and those that need no lock are not held up.
func TestGroupDoesNotWaitForLocks(t *testing.T) {
	t.Parallel()
	s, _ := openGroups(t)
	g := s.backend.(*postgresBackend).groups
	g.running = 0
	var waits error
	err := s.WriteAlone(t.Context(), func(tx *Tx) error {
		if err := addCO(t.Context(), tx, "held"); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), "UPDATE probe SET filling = 'held'", nil); err != nil {
			return err
		}
		held, free := make(chan struct{}), make(chan error, 1)
		waiting, leave := context.WithCancel(t.Context())
		go func() {
			defer close(held)
			waits = s.WriteGrouped(waiting, func(tx *Tx) error {
				_, err := tx.Exec(waiting, "UPDATE probe SET filling = 'waits'", nil)
				return err
			})
		}()
		go func() {
			free <- s.WriteGrouped(t.Context(), func(tx *Tx) error { return addCO(t.Context(), tx, "free") })
		}()
		err := <-free
		leave()
		<-held
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if !errors.Is(waits, context.Canceled) {
		t.Errorf("the one that waited for the lock: %v", waits)
	}
	if got := names(t, s); !slices.Contains(got, "free") {
		t.Errorf("there are %v", got)
	}
}

// A query of Later may refuse a write: then nothing of it is stored, although its statements were queued together.
func TestLateRefusal(t *testing.T) {
	t.Parallel()
	s, _ := openGroups(t)
	s.backend.(*postgresBackend).groups.running = 0
	refusal := errors.New("a refusal in the test")
	for name, write := range map[string]func(context.Context, func(*Tx) error) error{"Write": s.Write, "WriteGrouped": s.WriteGrouped, "WriteAlone": s.WriteAlone} {
		err := write(t.Context(), func(tx *Tx) error {
			if err := tx.Later(t.Context(), "SELECT 1", nil, func(*Row) error { return refusal }); err != nil {
				return err
			}
			return addCO(t.Context(), tx, "refused")
		})
		if !errors.Is(err, refusal) || strings.Contains(err.Error(), "panic") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := names(t, s); len(got) > 0 {
		t.Errorf("there are %v", got)
	}
}
