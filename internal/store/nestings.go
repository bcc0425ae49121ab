package store

import (
	"context"
	"fmt"
	"time"
)

// Nesting is one edge of the graph of groups: members of Group count as members of Target.
type Nesting struct{ Id, Group, Target int64 }

// Nestings returns the nestings of a CO. They are configuration: few, whatever the CO's size.
func (tx *Tx) Nestings(ctx context.Context, coID int64) ([]Nesting, error) {
	var all []Nesting
	sql := `SELECT id, co_group_id, target_co_group_id FROM co_group_nestings WHERE co_id = $1 ORDER BY id`
	err := tx.conn.query(ctx, sql, args{coID}, func(r Row) error {
		all = append(all, Nesting{r.Int(0), r.Int(1), r.Int(2)})
		return nil
	})
	return all, err
}

// SyncNested makes the derived memberships of some target groups what their nestings say, from the
// memberships of the nested groups as they are: the targets' own targets come after them. It looks
// at one person, or at all for 0.
func (tx *Tx) SyncNested(ctx context.Context, targets []int64, person int64, active, actor string, modes []string) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	return tx.settle(ctx, nestedDifference(targets, person, active, now), actor, modes)
}

func nestedDifference(targets []int64, person int64, active string, now time.Time) difference {
	var a args
	in := list(&a, targets)
	scope, whom := "m.co_group_nesting_id IS NOT NULL AND m.co_group_id IN "+in, ""
	if person != 0 {
		whom = " AND m.co_person_id = " + a.put(person)
		scope += whom
	}
	scopeArgs := len(a)
	counts := func(member, group string) string {
		return fmt.Sprintf("%[2]s.status = %[3]s AND %[1]s.member AND %[4]s", member, group, a.put(active), validNow(member, &a, now))
	}
	// A member of some group that is nested with Negate is kept out; with NestingModeAll so is who
	// is not a member of every other one.
	should := fmt.Sprintf(`SELECT DISTINCT n.target_co_group_id AS co_group_id, m.co_person_id, n.id AS co_group_nesting_id
		FROM co_group_nestings n
		JOIN co_groups t ON t.id = n.target_co_group_id
		JOIN co_groups g ON g.id = n.co_group_id
		JOIN co_group_members m ON m.co_group_id = g.id
		WHERE n.target_co_group_id IN %[1]s AND NOT n.negate%[2]s AND %[3]s
		AND NOT EXISTS (SELECT 1 FROM co_group_nestings xn
			JOIN co_groups xg ON xg.id = xn.co_group_id
			JOIN co_group_members xm ON xm.co_group_id = xg.id AND xm.co_person_id = m.co_person_id
			WHERE xn.target_co_group_id = n.target_co_group_id AND xn.negate AND %[4]s)
		AND (NOT t.nesting_mode_all OR NOT EXISTS (SELECT 1 FROM co_group_nestings yn
			WHERE yn.target_co_group_id = n.target_co_group_id AND NOT yn.negate
			AND NOT EXISTS (SELECT 1 FROM co_groups yg
				JOIN co_group_members ym ON ym.co_group_id = yg.id AND ym.co_person_id = m.co_person_id
				WHERE yg.id = yn.co_group_id AND %[5]s)))`,
		in, whom, counts("m", "g"), counts("xm", "xg"), counts("ym", "yg"))
	is := "SELECT m.co_group_id, m.co_person_id, m.co_group_nesting_id FROM co_group_members m WHERE " + scope
	return difference{should: should, is: is, scope: scope, scopeArgs: scopeArgs, nested: true, person: person, args: a}
}
