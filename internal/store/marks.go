package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"comity"
)

// mark enqueues deliveries of the people whose ids the subquery selects to the targets of their CO in one of
// the modes. It also enqueues them to targets in enrolment mode that have nothing of the person and whose
// delivery rests, because the person may now have what was missing. Deliveries that rest or were refused are
// due now. Those that failed because the receiver is unreachable keep their next try, so that changes do
// not cause extra requests to it.
func (tx *Tx) mark(ctx context.Context, people string, a args, modes []string) error {
	now, err := tx.Now(ctx)
	if err != nil || len(modes) == 0 {
		return err
	}
	a = append(args(nil), a...)
	moment := castInt(a.put(now.UnixMicro()))
	sql := fmt.Sprintf(`INSERT INTO deliveries (%[4]s)
		SELECT t.id, 0, p.id, p.co_id, 1, %[1]s, false, %[1]s, 0, 0, 0, false, '', '[]', ''
		FROM co_people p JOIN co_provisioning_targets t ON t.co_id = p.co_id
		WHERE %[3]s AND (t.status IN %[2]s OR t.status = '%[6]s' AND EXISTS (SELECT 1 FROM deliveries d
			WHERE d.co_provisioning_target_id = t.id AND d.kind = 0 AND d.subject_id = p.id
				AND d.dead_lettered AND (d.delivered IS NULL OR d.identifier = '')))
		ORDER BY t.id, p.id
		%[5]s`, moment, list(&a, modes), tx.dialect.among("p.id", people), newDelivery, markAgain, comity.ModeEnrolment)
	return tx.conn.queue(ctx, sql, a)
}

// markAgain is the conflict clause that enqueues a delivery whose row exists.
const markAgain = `ON CONFLICT (` + sameDelivery + `) DO UPDATE SET
			version = deliveries.version + 1,
			due = CASE WHEN deliveries.claimed OR (deliveries.due IS NOT NULL AND deliveries.attempts > 0 AND deliveries.refusals = 0)
				THEN deliveries.due ELSE excluded.due END,
			since = coalesce(deliveries.since, excluded.since), refusals = 0, dead_lettered = false`

// MarkPeople enqueues deliveries of people to the targets of their CO in one of the modes: once for each
// person and transaction.
func (tx *Tx) MarkPeople(ctx context.Context, modes []string, ids ...int64) error {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool {
		key := fmt.Sprint(modes, id)
		already := tx.marked[key]
		tx.marked[key] = true
		return already
	})
	if len(ids) == 0 {
		return nil
	}
	var a args
	people := strings.Split(strings.Trim(list(&a, ids), "()"), ", ")
	for i, p := range people {
		people[i] = "(" + castInt(p) + ")"
	}
	return tx.mark(ctx, "VALUES "+strings.Join(people, ", "), a, modes)
}

// groupMark is a delivery of a group to a target of its CO that is to be enqueued.
type groupMark struct{ target, group, co int64 }

// markGroups enqueues deliveries of groups to the targets that receive groups. The subquery memberships
// selects the group and person of memberships that changed or whose message shows a value that changed; the
// person is 0 for a change of the group itself. A target that receives only the members of one group gets
// all groups of a person whose membership of that group changed. types, if there are any, select the
// targets that identify people by one of these types of identifier.
//
// The groups are queried now and enqueued at the end of the transaction (markFound).
func (tx *Tx) markGroups(ctx context.Context, memberships string, a args, modes, types []string) error {
	if !tx.includesGroups || len(modes) == 0 {
		return nil
	}
	a = append(args(nil), a...)
	// The expression keeps the index of all targets that receive groups from being scanned.
	receives := "coalesce(t.include_groups, false) AND t.status IN " + list(&a, modes)
	if len(types) > 0 {
		receives += " AND t.identifier_type IN " + list(&a, types)
	}
	// CROSS JOIN keeps SQLite from reading all targets before the changes.
	sql := fmt.Sprintf(`WITH changes (co_group_id, co_person_id) AS (%[1]s)
		SELECT t.id, g.id, t.co_id FROM co_provisioning_targets t
		JOIN co_groups g ON g.co_id = t.co_id
		WHERE %[2]s AND g.id IN (SELECT co_group_id FROM changes)
		UNION SELECT t.id, m.co_group_id, t.co_id FROM changes
		CROSS JOIN co_provisioning_targets t
		JOIN co_group_members m ON m.co_person_id = changes.co_person_id
		WHERE t.provision_co_group_id = changes.co_group_id AND %[2]s`, memberships, receives)
	if tx.groups == nil {
		tx.groups = map[groupMark]bool{}
	}
	return tx.conn.later(ctx, sql, a, func(r Row) error {
		tx.groups[groupMark{r.Int(0), r.Int(1), r.Int(2)}] = true
		return nil
	})
}

// markFound enqueues the deliveries of groups that markGroups found. It runs last in a transaction, so that
// all transactions lock deliveries of people before those of groups, and these in one order, without
// deadlocks.
func (tx *Tx) markFound(ctx context.Context) error {
	if tx.groups == nil {
		return nil
	}
	// The queued queries of markGroups have their results before this one has.
	if err := tx.conn.query(ctx, `SELECT 1`, nil, func(Row) error { return nil }); err != nil {
		return err
	}
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	marks := slices.SortedFunc(maps.Keys(tx.groups), func(a, b groupMark) int {
		return cmp.Or(cmp.Compare(a.target, b.target), cmp.Compare(a.group, b.group))
	})
	for some := range slices.Chunk(marks, 256) {
		var a args
		moment := castInt(a.put(now.UnixMicro()))
		// As in list, so that the statements prepared are few.
		n := 1
		for n < len(some) {
			n *= 4
		}
		rows := make([]string, n)
		for i := range rows {
			m := some[min(i, len(some)-1)]
			rows[i] = "(" + castInt(a.put(m.target)) + ", " + castInt(a.put(m.group)) + ", " + castInt(a.put(m.co)) + ")"
		}
		sql := fmt.Sprintf(`INSERT INTO deliveries (%[1]s)
			SELECT DISTINCT x.target, 1, x.id, x.co_id, 1, %[2]s, false, %[2]s, 0, 0, 0, false, '', '[]', ''
			FROM (WITH x (target, id, co_id) AS (VALUES %[3]s) SELECT * FROM x) x WHERE true ORDER BY 1, 3
			%[4]s`, newDelivery, moment, strings.Join(rows, ", "), markAgain)
		if err := tx.conn.queue(ctx, sql, a); err != nil {
			return err
		}
	}
	return nil
}

// MarkGroups enqueues deliveries of groups whose own values or those of members changed.
func (tx *Tx) MarkGroups(ctx context.Context, modes []string, ids ...int64) error {
	var a args
	return tx.markGroups(ctx, "SELECT g.id, 0 FROM co_groups g WHERE g.id IN "+list(&a, ids), a, modes, nil)
}

// MarkMembership enqueues deliveries of a group for a change of a person's membership of it.
func (tx *Tx) MarkMembership(ctx context.Context, modes []string, group, person int64) error {
	return tx.markGroups(ctx, "SELECT CAST($1 AS bigint), CAST($2 AS bigint)", args{group, person}, modes, nil)
}

// MarkGroupsOf enqueues deliveries of all groups of a person to the targets that identify people by one of
// the types of identifier, or to all targets where no types are given.
func (tx *Tx) MarkGroupsOf(ctx context.Context, modes []string, person int64, types ...string) error {
	return tx.markGroups(ctx, "SELECT m.co_group_id, m.co_person_id FROM co_group_members m WHERE m.co_person_id = $1", args{person}, modes, types)
}

// MarkDatedGroupsOf enqueues deliveries of the groups in which the person has a membership with dates of
// validity.
func (tx *Tx) MarkDatedGroupsOf(ctx context.Context, modes []string, person int64) error {
	return tx.markGroups(ctx, `SELECT m.co_group_id, m.co_person_id FROM co_group_members m
		WHERE m.co_person_id = $1 AND (m.valid_from IS NOT NULL OR m.valid_through IS NOT NULL)`, args{person}, modes, nil)
}

// MarkMembers enqueues deliveries of people with a membership row in a group, and of the group.
func (tx *Tx) MarkMembers(ctx context.Context, modes []string, group int64, people []int64) error {
	var a args
	in := tx.dialect.idsIn(&a, people)
	changes := append(args(nil), a...)
	g := castInt(changes.put(group))
	if err := tx.markGroups(ctx, fmt.Sprintf("SELECT %[1]s, 0 UNION SELECT %[1]s, x.id FROM (%[2]s) x", g, in), changes, modes, nil); err != nil {
		return err
	}
	return tx.mark(ctx, in, a, modes)
}
