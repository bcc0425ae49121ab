package groups

import (
	"context"
	"time"

	"comity/internal/store/db"
)

// Counts is the number of people with a valid row as member or owner in a group, and of those with a row
// that is not valid.
type Counts struct{ Members, Owners, Others int64 }

// CountMembers counts the people in a group at a time: members, whether direct or derived, and owners.
func CountMembers(ctx context.Context, tx *db.Tx, group int64, now time.Time) (c Counts, err error) {
	a := db.Args{group}
	valid := db.ValidAt("m", &a, now)
	of := `(SELECT count(DISTINCT m.co_person_id) FROM co_group_members m WHERE m.co_group_id = $1 AND `
	sql := `SELECT ` + of + `m.member AND ` + valid + `), ` +
		of + `m.owner AND m.owner = true AND m.id > 0 AND ` + valid + `), ` +
		of + `NOT (` + valid + `))`
	err = tx.Query(ctx, sql, a, func(row *db.Row) error {
		c = Counts{row.Int(), row.Int(), row.Int()}
		return nil
	})
	return c, err
}

// Owns returns the condition that a membership row is an owner's. It repeats the column: once as in the
// WHERE clause of the index of owners, once as a column of that index.
func Owns() db.Condition {
	return func(db.Dialect, *db.Args) string { return "t.owner AND t.owner = true" }
}
