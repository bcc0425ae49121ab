package store

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store/db"
)

// UnitCount is a number of people in a unit. AtLeast says that the unit has more than db.MaxCounted roles, of which
// these are counted.
type UnitCount struct {
	People  int64
	AtLeast bool
}

// PeopleByUnit returns the number of people with a role that meets the condition, nil for any, in each unit of a CO, by
// the unit's id.
func PeopleByUnit(ctx context.Context, tx *db.Tx, coID int64, role db.Condition) (map[int64]UnitCount, error) {
	f := comity.CoPersonRole
	a := db.Args{coID}
	where := "1 = 1"
	if role != nil {
		where = role(tx.Dialect, &a)
	}
	counts := map[int64]UnitCount{}
	// The index co_person_roles_counted alone is read.
	of := fmt.Sprintf("FROM %s t WHERE t.co_id = u.co_id AND t.cou_id = u.id LIMIT", f.Table)
	sql := fmt.Sprintf(`SELECT u.id, (SELECT count(DISTINCT t.co_person_id) FROM (SELECT t.cou_id, t.co_person_id %s %d) t WHERE %s),
		EXISTS (SELECT 1 %[1]s 1 OFFSET %[2]d) FROM %[4]s u WHERE u.co_id = $1`, of, db.MaxCounted, where, comity.Cou.Table)
	err := tx.Query(ctx, sql, a, func(row *db.Row) error {
		counts[row.Int()] = UnitCount{row.Int(), row.Bool()}
		return nil
	})
	return counts, err
}

// HasRoleAmong returns the condition that a person has one of the first roles in units, so many as limit.
func HasRoleAmong(units []int64, limit int) db.Condition {
	return func(d db.Dialect, a *db.Args) string {
		return d.Among("t.id", fmt.Sprintf("SELECT r.co_person_id FROM co_person_roles r WHERE r.cou_id IN %s LIMIT %d", db.List(a, units), limit))
	}
}
