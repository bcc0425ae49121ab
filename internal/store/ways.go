package store

import (
	"context"
	"fmt"
	"strings"
)

// way is one of several ways to find what a query is about: by one thing that it asks for, which an
// index serves.
type way struct {
	// find is a query of the ids of what is found so.
	find func(dialect, *args) string
	// count is how many that are, up to one more than are few.
	count int64
}

// fewFound is up to how many rows are found first and then narrowed and put in order. Where there are
// more, they are looked for in the order in which they are shown.
const fewFound = 2000

// countWays counts what each way finds, until it is not few any more. A database that only guesses
// that takes the wrong way where what is asked for has to do with nearly everybody.
func (tx *Tx) countWays(ctx context.Context, ways []way) error {
	if len(ways) == 0 {
		return nil
	}
	var a args
	counts := make([]string, len(ways))
	for i, w := range ways {
		counts[i] = fmt.Sprintf("(SELECT count(*) FROM (%s LIMIT %d) x)", w.find(tx.dialect, &a), fewFound+1)
	}
	if err := tx.planAnew(ctx); err != nil {
		return err
	}
	return tx.conn.query(ctx, "SELECT "+strings.Join(counts, ", "), a, func(row Row) error {
		for i := range ways {
			ways[i].count = row.Int(i)
		}
		return nil
	})
}

// fewest is the way that finds the fewest, nil where none finds few.
func fewest(ways []way) *way {
	if len(ways) == 0 || ways[least(ways)].count > fewFound {
		return nil
	}
	return &ways[least(ways)]
}

// least is which way finds the fewest, the first of several.
func least(ways []way) (which int) {
	for i, w := range ways {
		if w.count < ways[which].count {
			which = i
		}
	}
	return which
}

// planAnew has the rest of the transaction's statements planned for what they ask for. A plan that is
// kept for any text or person is many times slower for those that nearly everything has to do with.
func (tx *Tx) planAnew(ctx context.Context) error {
	if tx.dialect.planAnew == "" {
		return nil
	}
	return tx.conn.queue(ctx, tx.dialect.planAnew, nil)
}

// inOrder runs a query that reads the first of what an index has in order, and has no more read than these.
func (tx *Tx) inOrder(ctx context.Context, sql string, a args, each func(Row) error) error {
	if tx.dialect.inOrder == "" {
		return tx.conn.query(ctx, sql, a, each)
	}
	if err := tx.conn.queue(ctx, tx.dialect.inOrder, nil); err != nil {
		return err
	}
	if err := tx.conn.query(ctx, sql, a, each); err != nil {
		return err
	}
	return tx.conn.queue(ctx, tx.dialect.anyOrder, nil)
}
