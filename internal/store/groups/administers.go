package groups

import (
	"context"

	"comity/internal/store/db"
)

// Administers returns whether a person administers the CO now, and the ids of the units that they
// administer, including all units below. The person is a member of administrator groups, which have the
// group type and status given.
func Administers(ctx context.Context, tx *db.Tx, person int64, groupType, status string) (co bool, units []int64, err error) {
	now := tx.Now()
	var a db.Args
	sql := `WITH RECURSIVE administered (cou_id) AS (
			SELECT g.cou_id FROM co_group_members m JOIN co_groups g ON g.id = m.co_group_id
			WHERE m.co_person_id = ` + a.Put(person) + ` AND m.member AND g.group_type = ` + a.Put(groupType) + `
				AND g.status = ` + a.Put(status) + ` AND ` + db.ValidAt("m", &a, now) + `
			UNION SELECT c.id FROM cous c JOIN administered b ON c.parent_id = b.cou_id)
		SELECT cou_id FROM administered`
	err = tx.Query(ctx, sql, a, func(row *db.Row) error {
		if row.IsNull() {
			co = true
		} else {
			units = append(units, row.Int())
		}
		return nil
	})
	return co, units, err
}
