package store

import (
	"context"
	"fmt"

	"comity"
)

// PeopleByUnit returns the number of people with a role in each unit of a CO that meets the conditions, by the
// unit's id.
func (tx *Tx) PeopleByUnit(ctx context.Context, coID int64, conditions ...Condition) (map[int64]int64, error) {
	f := comity.CoPersonRole
	var a args
	where := AllOf(append([]Condition{Equal("co_id", coID), IsSet(f.CouId.Column)}, conditions...)...)(tx.dialect, &a)
	counts := map[int64]int64{}
	sql := fmt.Sprintf(`SELECT t.%[1]s, count(DISTINCT t.co_person_id) FROM %[2]s t WHERE %[3]s GROUP BY t.%[1]s`, f.CouId.Column, f.Table, where)
	err := tx.conn.query(ctx, sql, a, func(row Row) error {
		counts[row.Int(0)] = row.Int(1)
		return nil
	})
	return counts, err
}
