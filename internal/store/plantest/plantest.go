// Package plantest checks the plans of the statements that the tests of a package run: none reads a whole table
// that grows, rows of other COs, or sorts more than a page, in a registry of any size and with any statistics.
//
// Tests open their databases with Statements.Trace, and TestMain ends with Statements.Check. So every statement
// that a test runs is checked, and none has to be listed by hand.
package plantest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"comity/internal/store/db"
)

// Statements are the distinct statements that tests run on databases of both kinds.
type Statements struct {
	mu               sync.Mutex
	sqlite, postgres map[statement][]any
	// seen are the statements that were traced, by where they were run.
	seen sync.Map
}

// traced is a statement that is run at a place of the program.
type traced struct {
	postgres bool
	sql      string
	callers  [maxCallers]uintptr
}

const maxCallers = 64

// statement is the text of a statement. inOrder, inKeyOrder and byIndex say that it is run by these methods of db.Tx.
type statement struct {
	sql                          string
	inOrder, inKeyOrder, byIndex bool
}

// New returns an empty set.
func New() *Statements {
	return &Statements{sqlite: map[statement][]any{}, postgres: map[statement][]any{}}
}

// Trace returns db.Options.Trace for a database: it adds the statements that are run there.
func (s *Statements) Trace(database string) func(sql string, args []any) {
	all, postgres := s.sqlite, db.IsPostgres(database)
	if postgres {
		all = s.postgres
	}
	return func(sql string, args []any) {
		here := traced{postgres: postgres, sql: sql}
		n := runtime.Callers(2, here.callers[:])
		if _, known := s.seen.LoadOrStore(here, true); known || !planned(sql) {
			return
		}
		by := names(here.callers[:n])
		if slices.ContainsFunc(by, readsAll) {
			return
		}
		const tx = "comity/internal/store/db.(*Tx)."
		key := statement{sql, slices.Contains(by, tx+"InOrder"), slices.Contains(by, tx+"InKeyOrder"), slices.Contains(by, tx+"ByIndex")}
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, known := all[key]; !known {
			all[key] = slices.Clone(args)
		}
	}
}

// planned returns whether a statement has a plan.
func planned(sql string) bool {
	verb, _, _ := strings.Cut(strings.TrimSpace(sql), " ")
	return slices.Contains([]string{"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"}, strings.TrimSpace(verb))
}

// readsAll returns whether a function reads everything: those of a backup, a restore or a check do.
func readsAll(name string) bool {
	return strings.Contains(name, "store/admin.") || strings.Contains(name, "registry.(*Registry).Check") || strings.Contains(name, "storetest.(*fixture).checkDerived")
}

// names returns the names of the functions that called.
func names(callers []uintptr) (names []string) {
	frames := runtime.CallersFrames(callers)
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		names = append(names, frame.Function)
	}
	return names
}

// Check returns an error that names the statements whose plan breaks a rule, nil for none. Where only some tests of
// the package were run, it checks nothing.
func (s *Statements) Check(ctx context.Context) error {
	if f := flag.Lookup("test.run"); f != nil && f.Value.String() != "" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found findings
	if err := errors.Join(checkSQLite(ctx, s.sqlite, &found), checkPostgres(ctx, s.postgres, &found)); err != nil {
		return fmt.Errorf("check the plans: %w", err)
	}
	return found.err()
}

// finding is a step of a plan that breaks a rule, in a registry of that kind and statistics.
type finding struct{ registry, rule, step, sql string }

// findings are the steps that break a rule, one for each statement and rule.
type findings struct{ all []finding }

func (f *findings) add(registry, rule, step, sql string) {
	if permitted(rule, sql) || slices.ContainsFunc(f.all, func(o finding) bool { return o.sql == sql && o.rule == rule }) {
		return
	}
	f.all = append(f.all, finding{registry, rule, step, sql})
}

func (f *findings) err() error {
	all := make([]error, len(f.all))
	for i, one := range f.all {
		all[i] = fmt.Errorf("%s: it %s: %s\n\t%s", one.registry, one.rule, one.step, strings.Join(strings.Fields(one.sql), " "))
	}
	return errors.Join(all...)
}

// ordered returns the statements in order of their texts.
func ordered(all map[statement][]any) []statement {
	return slices.SortedFunc(maps.Keys(all), func(a, b statement) int { return strings.Compare(a.sql, b.sql) })
}
