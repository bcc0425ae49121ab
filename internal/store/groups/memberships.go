package groups

import (
	"context"
	"fmt"
	"time"

	"comity/internal/store/db"
)

// PersonMembership is a person's current membership of one group.
type PersonMembership struct {
	CoPersonId, CoGroupId, CouId int64
	Name, GroupType              string
}

// MembershipsNow returns the memberships of people that are valid at the time, in groups with the status.
func MembershipsNow(ctx context.Context, tx *db.Tx, people []int64, status string, now time.Time) ([]PersonMembership, error) {
	if len(people) == 0 {
		return nil, nil
	}
	var found []PersonMembership
	var a db.Args
	sql := fmt.Sprintf(`SELECT DISTINCT m.co_person_id, g.id, coalesce(g.cou_id, 0), g.name, g.group_type FROM co_group_members m
		JOIN co_groups g ON g.id = m.co_group_id
		WHERE m.co_person_id IN %s AND m.member AND g.status = %s AND %s`, db.List(&a, people), a.Put(status), db.ValidAt("m", &a, now))
	err := tx.Query(ctx, sql, a, func(r *db.Row) error {
		found = append(found, PersonMembership{r.Int(), r.Int(), r.Int(), r.Text(), r.Text()})
		return nil
	})
	return found, err
}
