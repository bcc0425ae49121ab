package store

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store/db"
)

// PeopleByUnit returns the number of people with a role in each unit of a CO that meets the conditions, by the
// unit's id.
func PeopleByUnit(ctx context.Context, tx *db.Tx, coID int64, conditions ...db.Condition) (map[int64]int64, error) {
	f := comity.CoPersonRole
	var a db.Args
	where := AllOf(append([]db.Condition{Equal("co_id", coID), IsSet(f.CouId.Column)}, conditions...)...)(tx.Dialect, &a)
	counts := map[int64]int64{}
	sql := fmt.Sprintf(`SELECT t.%[1]s, count(DISTINCT t.co_person_id) FROM %[2]s t WHERE %[3]s GROUP BY t.%[1]s`, f.CouId.Column, f.Table, where)
	err := tx.Query(ctx, sql, a, func(row *db.Row) error {
		counts[row.Int()] = row.Int()
		return nil
	})
	return counts, err
}
