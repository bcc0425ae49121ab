package db

import (
	"context"
	"fmt"
	"strings"
)

// Collect runs a query and returns the results of scan for its rows.
func Collect[T any](ctx context.Context, tx *Tx, sql string, a Args, scan func(*Row) (T, error)) (all []T, err error) {
	err = tx.Query(ctx, sql, a, func(row *Row) error {
		one, err := scan(row)
		all = append(all, one)
		return err
	})
	return all, err
}

// Args are the parameters of a statement whose text is being built.
type Args []any

// Put adds a parameter and returns its name in the text.
func (a *Args) Put(v any) string {
	*a = append(*a, v)
	return fmt.Sprintf("$%d", len(*a))
}

// List adds parameters and returns them as a list for IN. It repeats the last one until the length is a power
// of 4, so that there are few different statements to prepare.
func List[T any](a *Args, values []T) string {
	n := 1
	for n < len(values) {
		n *= 4
	}
	names := make([]string, n)
	for i := range names {
		names[i] = a.Put(values[min(i, len(values)-1)])
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// Query runs a statement and calls each with every row.
func (tx *Tx) Query(ctx context.Context, sql string, a Args, each func(*Row) error) error {
	if err := tx.insertAll(ctx); err != nil {
		return err
	}
	tx.trace(sql, a)
	return tx.conn.query(ctx, sql, a, each)
}

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, sql string, a Args) (int64, error) {
	if err := tx.insertAll(ctx); err != nil {
		return 0, err
	}
	tx.trace(sql, a)
	return tx.conn.exec(ctx, sql, a)
}

// Queue runs a statement whose result is not needed: at once, or together with the next statement whose result
// is. Its error rolls the transaction back in both cases.
func (tx *Tx) Queue(ctx context.Context, sql string, a Args) error {
	if err := tx.insertAll(ctx); err != nil {
		return err
	}
	tx.trace(sql, a)
	return tx.conn.queue(ctx, sql, a)
}

// Later queues a query: each is called before any later statement returns its result.
func (tx *Tx) Later(ctx context.Context, sql string, a Args, each func(*Row) error) error {
	if err := tx.insertAll(ctx); err != nil {
		return err
	}
	tx.trace(sql, a)
	return tx.conn.later(ctx, sql, a, each)
}

// Flush runs what was queued: afterwards the rows of all queries of Later have been passed on.
func (tx *Tx) Flush(ctx context.Context) error {
	if err := tx.insertAll(ctx); err != nil {
		return err
	}
	return tx.conn.flush(ctx)
}
