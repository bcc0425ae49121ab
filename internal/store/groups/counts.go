package groups

import (
	"context"
	"fmt"
	"time"

	"comity/internal/store/db"
)

// Counts is the number of people with a valid row as member or owner in a group, and of those with a row
// that is not valid. AtLeast says that the group has more than db.MaxCounted rows, of which these are counted.
type Counts struct {
	Members, Owners, Others int64
	AtLeast                 bool
}

// CountMembers counts the people in a group at a time: members, whether direct or derived, and owners.
func CountMembers(ctx context.Context, tx *db.Tx, group int64, now time.Time) (c Counts, err error) {
	a := db.Args{group}
	valid := db.ValidAt("m", &a, now)
	const columns = "m.co_person_id, m.member, m.valid_from, m.valid_through"
	people := func(condition string) string {
		return "count(DISTINCT CASE WHEN " + condition + " THEN m.co_person_id END)"
	}
	sql := fmt.Sprintf(`SELECT %s, (SELECT %s FROM (SELECT %s FROM co_group_members m WHERE m.co_group_id = $1 AND m.owner AND m.owner = true AND m.id > 0 LIMIT %d) m),
		%s, EXISTS (SELECT 1 FROM co_group_members m WHERE m.co_group_id = $1 LIMIT 1 OFFSET %[4]d)
		FROM (SELECT %[3]s FROM co_group_members m WHERE m.co_group_id = $1 LIMIT %[4]d) m`,
		people("m.member AND "+valid), people(valid), columns, db.MaxCounted, people("NOT ("+valid+")"))
	err = tx.Query(ctx, sql, a, func(row *db.Row) error {
		c = Counts{row.Int(), row.Int(), row.Int(), row.Bool()}
		return nil
	})
	return c, err
}

// Owns returns the condition that a membership row is an owner's. It repeats the column: once as in the
// WHERE clause of the index of owners, once as a column of that index.
func Owns() db.Condition {
	return func(db.Dialect, *db.Args) string { return "t.owner AND t.owner = true" }
}
