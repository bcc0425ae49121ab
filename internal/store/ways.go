package store

import (
	"context"
	"fmt"
	"strings"
)

// way is one of the access paths of a query: an index serves one of its filters.
type way struct {
	// find returns the query of the ids that the access path finds.
	find func(dialect, *args) string
	// count is the number of these ids, at most fewFound + 1.
	count int64
}

// fewFound is the maximum number of rows that are read by an access path and then filtered and sorted. If
// there are more, rows are read in the order of the result.
const fewFound = 2000

// countWays sets the count of each access path. The databases' own estimates choose a wrong path where a
// filter selects nearly everybody.
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

// fewest returns the access path that finds the fewest rows, nil where all find more than fewFound.
func fewest(ways []way) *way {
	if len(ways) == 0 || ways[least(ways)].count > fewFound {
		return nil
	}
	return &ways[least(ways)]
}

// least returns the index of the access path that finds the fewest rows, the first of several.
func least(ways []way) (which int) {
	for i, w := range ways {
		if w.count < ways[which].count {
			which = i
		}
	}
	return which
}

// planAnew has the rest of the transaction's statements planned for the values of their parameters. A generic
// plan is many times slower for values that nearly all rows have.
func (tx *Tx) planAnew(ctx context.Context) error {
	if tx.dialect.planAnew == "" {
		return nil
	}
	return tx.conn.queue(ctx, tx.dialect.planAnew, nil)
}

// inOrder runs a query that reads the first rows of an index in its order, with a plan that reads no more than
// these.
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
