package history

import (
	"context"
	"slices"
	"time"

	"comity"
	"comity/internal/store/db"
)

// Changed returns the ids, in order, of the records of a resource that were changed at the time since or later,
// including those that are deleted by now; all is false if there are more than most changes, and there are no ids
// then. column is that of the CO, co_id, or for memberships that of the group, co_group_id.
func Changed(ctx context.Context, tx *db.Tx, r *comity.Resource, column string, id int64, since time.Time, most int) (ids []int64, all bool, err error) {
	a := db.Args{id, since.UnixMicro()}
	record, of := "h.id", ""
	if !r.InHistory {
		record, of = "h.record_id", " AND h.resource = "+a.Put(r.Singular)
	}
	sql := "SELECT " + record + " FROM history h WHERE h." + column + " = $1 AND h.since >= $2" + of + " ORDER BY h.since LIMIT " + a.Put(int64(most+1))
	err = tx.InKeyOrder(ctx, sql, a, func(row *db.Row) error {
		ids = append(ids, row.Int())
		return nil
	})
	if err != nil || len(ids) > most {
		return nil, false, err
	}
	slices.Sort(ids)
	return slices.Compact(ids), true, nil
}
