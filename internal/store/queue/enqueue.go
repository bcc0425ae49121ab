package queue

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"comity"
	"comity/internal/store/db"
)

// enqueued is what a transaction has enqueued and will enqueue.
type enqueued struct {
	// people are those whose deliveries are enqueued, by modes and id.
	people map[string]bool
	// includesGroups says that a CO that was entered has a target that receives groups.
	includesGroups bool
	// groups are the deliveries of groups to be enqueued at the end, nil where EnqueueGroupsOf ran no query.
	groups map[groupDelivery]bool
}

// Entered registers that the transaction entered a CO, and whether one of its targets receives groups.
func Entered(tx *db.Tx, includesGroups bool) {
	m := db.Local[enqueued](tx)
	m.includesGroups = m.includesGroups || includesGroups
}

// EnqueuePeopleOf enqueues deliveries of the people whose ids the subquery selects to the targets of their CO in one of
// the modes. It also enqueues them to targets in enrolment mode that have nothing of the person and whose
// delivery rests, because the person may now have what was missing. Deliveries that rest or were refused are
// due now. Those that failed because the receiver is unreachable keep their next try, so that changes do
// not cause extra requests to it.
func EnqueuePeopleOf(ctx context.Context, tx *db.Tx, people string, a db.Args, modes []string) error {
	if len(modes) == 0 {
		return nil
	}
	now := tx.Now()
	a = append(db.Args(nil), a...)
	moment := db.Bigint(a.Put(now.UnixMicro()))
	sql := fmt.Sprintf(`INSERT INTO deliveries (%[4]s)
		SELECT t.id, 0, p.id, p.co_id, 1, %[1]s, false, %[1]s, 0, 0, 0, false, '', '[]', ''
		FROM co_people p JOIN co_provisioning_targets t ON t.co_id = p.co_id
		WHERE %[3]s AND (t.status IN %[2]s OR t.status = '%[6]s' AND EXISTS (SELECT 1 FROM deliveries d
			WHERE d.co_provisioning_target_id = t.id AND d.kind = 0 AND d.subject_id = p.id
				AND d.dead_lettered AND (d.delivered IS NULL OR d.identifier = '')))
		ORDER BY t.id, p.id
		%[5]s`, moment, db.List(&a, modes), tx.Dialect.Among("p.id", people), newDelivery, enqueueAgain, comity.ModeEnrolment)
	return tx.Queue(ctx, sql, a)
}

// enqueueAgain is the conflict clause that enqueues a delivery whose row exists.
const enqueueAgain = `ON CONFLICT (` + sameDelivery + `) DO UPDATE SET
			version = deliveries.version + 1,
			due = CASE WHEN deliveries.claimed OR (deliveries.due IS NOT NULL AND deliveries.attempts > 0 AND deliveries.refusals = 0)
				THEN deliveries.due ELSE excluded.due END,
			since = coalesce(deliveries.since, excluded.since), refusals = 0, dead_lettered = false`

// EnqueuePeople enqueues deliveries of people to the targets of their CO in one of the modes: once for each
// person and transaction.
func EnqueuePeople(ctx context.Context, tx *db.Tx, modes []string, ids ...int64) error {
	m := db.Local[enqueued](tx)
	if m.people == nil {
		m.people = map[string]bool{}
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool {
		key := fmt.Sprint(modes, id)
		already := m.people[key]
		m.people[key] = true
		return already
	})
	if len(ids) == 0 {
		return nil
	}
	var a db.Args
	people := strings.Split(strings.Trim(db.List(&a, ids), "()"), ", ")
	for i, p := range people {
		people[i] = "(" + db.Bigint(p) + ")"
	}
	return EnqueuePeopleOf(ctx, tx, "VALUES "+strings.Join(people, ", "), a, modes)
}

// groupDelivery is a delivery of a group to a target of its CO that is to be enqueued.
type groupDelivery struct{ target, group, co int64 }

// EnqueueGroupsOf enqueues deliveries of groups to the targets that receive groups. The subquery memberships
// selects the group and person of memberships that changed or whose message shows a value that changed; the
// person is 0 for a change of the group itself. A target that receives only the members of one group gets
// all groups of a person whose membership of that group changed. types, if there are any, select the
// targets that identify people by one of these types of identifier.
//
// The groups are queried now and enqueued at the end of the transaction (EnqueueFound).
func EnqueueGroupsOf(ctx context.Context, tx *db.Tx, memberships string, a db.Args, modes, types []string) error {
	if !db.Local[enqueued](tx).includesGroups || len(modes) == 0 {
		return nil
	}
	a = append(db.Args(nil), a...)
	// The expression keeps the index of all targets that receive groups from being scanned.
	receives := "coalesce(t.include_groups, false) AND t.status IN " + db.List(&a, modes)
	if len(types) > 0 {
		receives += " AND t.identifier_type IN " + db.List(&a, types)
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
	m := db.Local[enqueued](tx)
	if m.groups == nil {
		m.groups = map[groupDelivery]bool{}
	}
	return tx.Later(ctx, sql, a, func(r *db.Row) error {
		m.groups[groupDelivery{r.Int(), r.Int(), r.Int()}] = true
		return nil
	})
}

// EnqueueFound enqueues the deliveries of groups that EnqueueGroupsOf found. It runs last in a transaction, so that
// all transactions lock deliveries of people before those of groups, and these in one order, without
// deadlocks.
func EnqueueFound(ctx context.Context, tx *db.Tx) error {
	groups := db.Local[enqueued](tx).groups
	if groups == nil {
		return nil
	}
	// The queued queries of EnqueueGroupsOf have their results before this one has.
	if err := tx.Query(ctx, `SELECT 1`, nil, func(*db.Row) error { return nil }); err != nil {
		return err
	}
	now := tx.Now()
	marks := slices.SortedFunc(maps.Keys(groups), func(a, b groupDelivery) int {
		return cmp.Or(cmp.Compare(a.target, b.target), cmp.Compare(a.group, b.group))
	})
	for some := range slices.Chunk(marks, 256) {
		var a db.Args
		moment := db.Bigint(a.Put(now.UnixMicro()))
		// As in list, so that the statements prepared are few.
		n := 1
		for n < len(some) {
			n *= 4
		}
		rows := make([]string, n)
		for i := range rows {
			m := some[min(i, len(some)-1)]
			rows[i] = "(" + db.Bigint(a.Put(m.target)) + ", " + db.Bigint(a.Put(m.group)) + ", " + db.Bigint(a.Put(m.co)) + ")"
		}
		sql := fmt.Sprintf(`INSERT INTO deliveries (%[1]s)
			SELECT DISTINCT x.target, 1, x.id, x.co_id, 1, %[2]s, false, %[2]s, 0, 0, 0, false, '', '[]', ''
			FROM (WITH x (target, id, co_id) AS (VALUES %[3]s) SELECT * FROM x) x WHERE true ORDER BY 1, 3
			%[4]s`, newDelivery, moment, strings.Join(rows, ", "), enqueueAgain)
		if err := tx.Queue(ctx, sql, a); err != nil {
			return err
		}
	}
	return nil
}

// EnqueueGroups enqueues deliveries of groups whose own values or those of members changed.
func EnqueueGroups(ctx context.Context, tx *db.Tx, modes []string, ids ...int64) error {
	var a db.Args
	return EnqueueGroupsOf(ctx, tx, "SELECT g.id, 0 FROM co_groups g WHERE g.id IN "+db.List(&a, ids), a, modes, nil)
}

// EnqueueMembership enqueues deliveries of a group for a change of a person's membership of it.
func EnqueueMembership(ctx context.Context, tx *db.Tx, modes []string, group, person int64) error {
	return EnqueueGroupsOf(ctx, tx, "SELECT CAST($1 AS bigint), CAST($2 AS bigint)", db.Args{group, person}, modes, nil)
}

// EnqueueGroupsOfPerson enqueues deliveries of all groups of a person to the targets that identify people by one of
// the types of identifier, or to all targets where no types are given.
func EnqueueGroupsOfPerson(ctx context.Context, tx *db.Tx, modes []string, person int64, types ...string) error {
	return EnqueueGroupsOf(ctx, tx, "SELECT m.co_group_id, m.co_person_id FROM co_group_members m WHERE m.co_person_id = $1", db.Args{person}, modes, types)
}

// EnqueueDatedGroups enqueues deliveries of the groups in which the person has a membership with dates of
// validity.
func EnqueueDatedGroups(ctx context.Context, tx *db.Tx, modes []string, person int64) error {
	return EnqueueGroupsOf(ctx, tx, `SELECT m.co_group_id, m.co_person_id FROM co_group_members m
		WHERE m.co_person_id = $1 AND (m.valid_from IS NOT NULL OR m.valid_through IS NOT NULL)`, db.Args{person}, modes, nil)
}

// EnqueueMembers enqueues deliveries of people with a membership row in a group, and of the group.
func EnqueueMembers(ctx context.Context, tx *db.Tx, modes []string, group int64, people []int64) error {
	var a db.Args
	in := tx.Dialect.IdsIn(&a, people)
	changes := append(db.Args(nil), a...)
	g := db.Bigint(changes.Put(group))
	if err := EnqueueGroupsOf(ctx, tx, fmt.Sprintf("SELECT %[1]s, 0 UNION SELECT %[1]s, x.id FROM (%[2]s) x", g, in), changes, modes, nil); err != nil {
		return err
	}
	return EnqueuePeopleOf(ctx, tx, in, a, modes)
}
