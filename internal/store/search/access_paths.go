package search

import (
	"context"
	"fmt"
	"strings"

	"comity/internal/store/db"
)

// AccessPath is one of the access paths of a query: an index serves one of its filters.
type AccessPath struct {
	// Find returns the query of the ids that the access path finds.
	Find func(db.Dialect, *db.Args) string
	// count is the number of these ids, at most fewFound + 1.
	count int64
}

// fewFound is the maximum number of rows that are read by an access path and then filtered and sorted. If
// there are more, rows are read in the order of the result.
const fewFound = 2000

// CountFound sets the count of each access path. The databases' own estimates choose a wrong path where a
// filter selects nearly everybody.
func CountFound(ctx context.Context, tx *db.Tx, paths []AccessPath) error {
	if len(paths) == 0 {
		return nil
	}
	var a db.Args
	counts := make([]string, len(paths))
	for i, w := range paths {
		counts[i] = fmt.Sprintf("(SELECT count(*) FROM (%s LIMIT %d) x)", w.Find(tx.Dialect, &a), fewFound+1)
	}
	return tx.ByIndex(ctx, func() error {
		return tx.Query(ctx, "SELECT "+strings.Join(counts, ", "), a, func(row *db.Row) error {
			for i := range paths {
				paths[i].count = row.Int()
			}
			return nil
		})
	})
}

// fewest returns the access path that finds the fewest rows, nil where all find more than fewFound.
func fewest(paths []AccessPath) *AccessPath {
	if len(paths) == 0 || paths[Narrowest(paths)].count > fewFound {
		return nil
	}
	return &paths[Narrowest(paths)]
}

// Narrowest returns the index of the access path that finds the fewest rows, the first of several.
func Narrowest(paths []AccessPath) (which int) {
	for i, w := range paths {
		if w.count < paths[which].count {
			which = i
		}
	}
	return which
}
