package db

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// openFile makes and opens an SQLite file.
func openFile(t *testing.T, clock func() time.Time) *DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "comity.db")
	if _, err := Migrate(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Options{Database: path, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// writerOf returns the writer of a store, connectionOf the connection of a closure.
func writerOf(s *DB) *sqliteWriter { return s.backend.(*sqliteBackend).writer }

func connectionOf(tx *Tx) *sqliteConn { return tx.conn.(*sqliteConn) }

// addCO adds a CO of that name.
func addCO(ctx context.Context, tx *Tx, name string) error {
	now := tx.Now()
	return tx.Queue(ctx, `INSERT INTO cos (name, status, created, modified, revision, actor) VALUES ($1, 'Active', $2, $2, 0, 'tester')`, Args{name, now.UnixMicro()})
}

// names returns the names of all COs, in the order in which they were added.
func names(t *testing.T, s *DB) (all []string) {
	t.Helper()
	err := s.Read(t.Context(), func(tx *Tx) error {
		return tx.Query(t.Context(), `SELECT name FROM cos ORDER BY id`, nil, func(r *Row) error {
			all = append(all, r.Text())
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// batch queues writes behind another one, which ends when all are queued, and returns their errors.
func batch(t *testing.T, s *DB, writes ...func(*Tx) error) []error {
	t.Helper()
	errs := make([]error, len(writes))
	var all sync.WaitGroup
	w := writerOf(s)
	err := s.WriteAlone(t.Context(), func(*Tx) error {
		for i, fn := range writes {
			all.Go(func() { errs[i] = s.Write(t.Context(), fn) })
			for len(w.short) <= i {
				time.Sleep(time.Millisecond)
			}
		}
		return nil
	})
	all.Wait()
	if err != nil {
		t.Fatal(err)
	}
	return errs
}

// adds returns writes that add COs, each named by its index.
func adds(t *testing.T, n int) []func(*Tx) error {
	t.Helper()
	writes := make([]func(*Tx) error, n)
	for i := range writes {
		writes[i] = func(tx *Tx) error { return addCO(t.Context(), tx, fmt.Sprint(i)) }
	}
	return writes
}

func wantNames(t *testing.T, s *DB, want ...string) {
	t.Helper()
	if got := names(t, s); !slices.Equal(got, want) {
		t.Errorf("there are %v, want %v", got, want)
	}
}

func TestAFailureUndoesItselfAlone(t *testing.T) {
	t.Parallel()
	s := openFile(t, nil)
	failure := errors.New("a failure of the test's")
	writes := adds(t, 6)
	writes[1] = func(tx *Tx) error { return errors.Join(addCO(t.Context(), tx, "1"), failure) }
	writes[3] = func(tx *Tx) error {
		_ = addCO(t.Context(), tx, "3")
		panic(failure)
	}
	writes[4] = func(tx *Tx) error { return addCO(t.Context(), tx, "0") }
	errs := batch(t, s, writes...)
	for i, err := range errs {
		switch i {
		case 1:
			if !errors.Is(err, failure) {
				t.Errorf("the one that fails: %v", err)
			}
		case 3:
			if err == nil || !strings.Contains(err.Error(), failure.Error()) {
				t.Errorf("the one that panics: %v", err)
			}
		case 4:
			if !errors.Is(err, ErrConflict) {
				t.Errorf("the one that conflicts: %v", err)
			}
		default:
			if err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
	}
	wantNames(t, s, "0", "2", "5")
}

// A write that ends the transaction of its batch only causes the other writes to run again.
func TestATransactionThatEndsUnderAWrite(t *testing.T) {
	t.Parallel()
	t.Run("once", func(t *testing.T) {
		s := openFile(t, nil)
		writes, ended := adds(t, 5), false
		writes[2] = func(tx *Tx) error {
			if !ended {
				ended = true
				return connectionOf(tx).run("ROLLBACK")
			}
			return addCO(t.Context(), tx, "2")
		}
		if err := errors.Join(batch(t, s, writes...)...); err != nil {
			t.Error(err)
		}
		wantNames(t, s, "0", "1", "2", "3", "4")
	})
	t.Run("every time", func(t *testing.T) {
		s := openFile(t, nil)
		writes := adds(t, 5)
		writes[2] = func(tx *Tx) error { return connectionOf(tx).run("ROLLBACK") }
		errs := batch(t, s, writes...)
		if errs[2] == nil {
			t.Error("it was answered with success")
		}
		errs[2] = nil
		if err := errors.Join(errs...); err != nil {
			t.Error(err)
		}
		wantNames(t, s, "0", "1", "3", "4")
	})
}

func TestACommitThatFails(t *testing.T) {
	t.Parallel()
	s := openFile(t, nil)
	var commits, failures atomic.Int64
	hook := func(tx *Tx) error {
		connectionOf(tx).raw.CommitHook(func() bool {
			commits.Add(1)
			return failures.Add(-1) < 0
		})
		return nil
	}
	if err := s.WriteAlone(t.Context(), hook); err != nil {
		t.Fatal(err)
	}
	t.Run("once", func(t *testing.T) {
		writes := adds(t, 4)
		first := writes[0]
		writes[0] = func(tx *Tx) error {
			if commits.Load() == 2 { // those of the hook's own write and of the one that the batch waits for
				failures.Store(1)
			}
			return first(tx)
		}
		if err := errors.Join(batch(t, s, writes...)...); err != nil {
			t.Error(err)
		}
		wantNames(t, s, "0", "1", "2", "3")
	})
	t.Run("every time", func(t *testing.T) {
		failures.Store(1 << 40)
		for i := range 3 {
			err := s.Write(t.Context(), func(tx *Tx) error { return addCO(t.Context(), tx, fmt.Sprint("never ", i)) })
			if err == nil {
				t.Error("a write was answered with success that was not committed")
			}
		}
		failures.Store(0)
		if err := s.Write(t.Context(), func(tx *Tx) error { return addCO(t.Context(), tx, "4") }); err != nil {
			t.Error(err)
		}
		wantNames(t, s, "0", "1", "2", "3", "4")
	})
}

// With a full disk, writes that do not fit fail; once there is room again, all succeed.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	s := openFile(t, nil)
	limit := func(pages string) {
		t.Helper()
		err := s.WriteAlone(t.Context(), func(tx *Tx) error { return connectionOf(tx).run("PRAGMA max_page_count = " + pages) })
		if err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // SQLite raises it to the current number of pages
	big := strings.Repeat("x", 1<<20)
	writes := adds(t, 3)
	writes[1] = func(tx *Tx) error { return addCO(t.Context(), tx, big) }
	errs := batch(t, s, writes...)
	if errs[1] == nil {
		t.Error("what does not fit is written")
	}
	var want []string
	for _, i := range []int{0, 2} {
		if errs[i] == nil { // it may fit into a page that exists
			want = append(want, fmt.Sprint(i))
		}
	}
	wantNames(t, s, want...)
	limit("1000000")
	if err := s.Write(t.Context(), func(tx *Tx) error { return addCO(t.Context(), tx, big) }); err != nil {
		t.Error(err)
	}
	wantNames(t, s, append(want, big)...)
}

func TestTimeOfWritesNeverGoesBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.FixedZone("", 3600))
	s := openFile(t, func() time.Time {
		now = now.Add(-time.Hour) // only the writer calls it: nothing reads
		return now
	})
	var times []time.Time
	note := func(tx *Tx) error {
		times = append(times, tx.Now())
		return nil
	}
	batch(t, s, note, note, note)
	for range 3 {
		if err := s.WriteAlone(t.Context(), note); err != nil {
			t.Error(err)
		}
	}
	for i, at := range times {
		if i > 0 && !at.After(times[i-1]) {
			t.Errorf("%v after %v", at, times[i-1])
		}
		if at.Location() != time.UTC || !at.Equal(at.Truncate(time.Microsecond)) {
			t.Errorf("%v is not in UTC to the microsecond", at)
		}
	}
}

// The time of writes follows a clock that was ahead and was set back.
func TestTimeOfWritesFollowsAClockThatWasSetBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	s := openFile(t, func() time.Time { return now })
	at := func() (at time.Time) {
		err := s.Write(t.Context(), func(tx *Tx) error {
			at = tx.Now()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	at()
	for _, step := range []time.Duration{time.Hour, -time.Hour, 0, 24 * time.Hour, -time.Minute, -2 * time.Second} {
		now = now.Add(step)
		if got := at().Sub(now); got < 0 || got > time.Millisecond {
			t.Errorf("a step of %v: the time is %v ahead of the clock", step, got)
		}
	}
}

// A short write waits for at most one long one, whether or not that was known to be long.
func TestShortWritesComeBetweenLongOnes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		write func(*DB) func(context.Context, func(*Tx) error) error
		// yields says that the first run of a long write ends only when the writer ends it.
		yields bool
	}{
		{"known to be long", func(s *DB) func(context.Context, func(*Tx) error) error { return s.WriteAlone }, false},
		{"found to be long", func(s *DB) func(context.Context, func(*Tx) error) error { return s.Write }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := openFile(t, nil)
			w := writerOf(s)
			var order []string
			var all sync.WaitGroup
			put := func(name string, write func(context.Context, func(*Tx) error) error, yields bool) {
				before := len(w.short) + len(w.long)
				all.Go(func() {
					runs := 0
					err := write(t.Context(), func(tx *Tx) error {
						for runs++; yields && runs == 1; {
							if err := tx.Query(t.Context(), "SELECT 1", nil, func(*Row) error { return nil }); err != nil {
								return err
							}
						}
						order = append(order, name) // by the writer alone
						return nil
					})
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
				})
				for len(w.short)+len(w.long) == before {
					time.Sleep(time.Millisecond)
				}
			}
			err := s.WriteAlone(t.Context(), func(*Tx) error {
				put("long", tt.write(s), tt.yields)
				put("long", tt.write(s), tt.yields)
				put("short", s.Write, false)
				return nil
			})
			all.Wait()
			if err != nil || !slices.Equal(order, []string{"short", "long", "long"}) {
				t.Errorf("they come as %v, error %v", order, err)
			}
		})
	}
}
