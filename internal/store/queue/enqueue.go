package queue

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"comity"
	"comity/internal/store/db"
)

// enqueueAgain is the conflict clause that enqueues a delivery whose row exists. Deliveries that were refused or
// dead-lettered are due now. Those that failed because the receiver is unreachable keep their next try, so that
// changes cause no extra requests to it.
const enqueueAgain = `ON CONFLICT (` + sameDelivery + `) DO UPDATE SET
			version = deliveries.version + 1,
			due = CASE WHEN deliveries.claimed OR (deliveries.due IS NOT NULL AND deliveries.attempts > 0 AND deliveries.refusals = 0)
				THEN deliveries.due ELSE excluded.due END,
			since = coalesce(deliveries.since, excluded.since), refusals = 0, dead_lettered = false`

// Enqueue enqueues the deliveries of what a transaction changed, and empties the change set. It runs last in the
// transaction: all transactions lock deliveries of people before those of groups, and each kind in one order,
// without deadlocks.
func Enqueue(ctx context.Context, tx *db.Tx) error {
	c := db.Local[changeSet](tx)
	defer c.clear()
	if c.read {
		// The queued queries have added to the change set before this one returns.
		if err := tx.Query(ctx, `SELECT 1`, nil, func(*db.Row) error { return nil }); err != nil {
			return err
		}
	}
	if c.entered && !c.targets || c.isEmpty() {
		return nil
	}
	*MadeDue(tx) = true
	if err := c.enqueuePeople(ctx, tx); err != nil || c.entered && !c.groupTargets {
		return err
	}
	groups, err := c.findGroups(ctx, tx)
	if err != nil {
		return err
	}
	return enqueueGroups(ctx, tx, groups)
}

// modesOfChanges is the SQL list of the modes of targets that learn of every change.
const modesOfChanges = `('` + comity.ModeAutomatic + `', '` + comity.ModeQueue + `', '` + comity.ModeQueueOnError + `')`

// enqueuePeople enqueues the people that changed for the targets of their CO that learn of every change. A target in
// enrolment mode learns of a person who is Active for the first time. It also learns of a person whose first
// delivery was dead-lettered, because the person may now have what was missing.
func (c *changeSet) enqueuePeople(ctx context.Context, tx *db.Tx) error {
	for some := range slices.Chunk(c.rows(), db.MaxRows) {
		var a db.Args
		now, x := db.Bigint(a.Put(tx.Now().UnixMicro())), tx.Dialect.RowsOf(&a, some)
		sql := fmt.Sprintf(`INSERT INTO deliveries (%[1]s)
			WITH people (co_id, id, first) AS MATERIALIZED (SELECT %[3]s, %[4]s, %[5]s FROM %[6]s)
			SELECT t.id, 0, people.id, people.co_id, 1, %[2]s, false, %[2]s, 0, 0, 0, false, '', '[]', ''
			FROM people JOIN co_provisioning_targets t ON t.co_id = people.co_id
			WHERE t.status IN `+modesOfChanges+` OR t.status = '`+comity.ModeEnrolment+`' AND (people.first = 1 OR EXISTS (SELECT 1 FROM deliveries d
				WHERE d.co_provisioning_target_id = t.id AND d.kind = 0 AND d.subject_id = people.id
					AND d.dead_lettered AND (d.delivered IS NULL OR d.identifier = '')))
			ORDER BY t.id, people.id
			%[7]s`, newDelivery, now, db.Element(0), db.Element(1), db.Element(2), x, enqueueAgain)
		if err := tx.Queue(ctx, sql, a); err != nil {
			return err
		}
	}
	return nil
}

// groupDelivery is a delivery of a group to a target of its CO that is to be enqueued.
type groupDelivery struct{ target, group, co int64 }

// findGroups returns the deliveries of the groups that show a change, for each target that receives groups.
func (c *changeSet) findGroups(ctx context.Context, tx *db.Tx) ([]groupDelivery, error) {
	found := map[groupDelivery]bool{}
	find := func(changes string, a db.Args, identifierType string) error {
		// The expression keeps the index of all targets that receive groups from being scanned.
		receives := "coalesce(t.include_groups, false) AND t.status IN " + modesOfChanges
		if identifierType != "" {
			receives += " AND t.identifier_type = " + a.Put(identifierType)
		}
		// CROSS JOIN keeps SQLite from reading all targets before the changes.
		sql := fmt.Sprintf(`WITH changes (co_id, co_group_id, co_person_id) AS (%[1]s)
			SELECT t.id, changes.co_group_id, t.co_id FROM changes CROSS JOIN co_provisioning_targets t
			WHERE t.co_id = changes.co_id AND %[2]s
			UNION SELECT t.id, m.co_group_id, t.co_id FROM changes CROSS JOIN co_provisioning_targets t
			JOIN co_group_members m ON m.co_person_id = changes.co_person_id
			WHERE t.provision_co_group_id = changes.co_group_id AND %[2]s`, changes, receives)
		return tx.Query(ctx, sql, a, func(r *db.Row) error {
			found[groupDelivery{r.Int(), r.Int(), r.Int()}] = true
			return nil
		})
	}
	for some := range slices.Chunk(c.membershipRows(), db.MaxRows) {
		var a db.Args
		x := tx.Dialect.RowsOf(&a, some)
		if err := find(fmt.Sprintf("SELECT %s, %s, %s FROM %s", db.Element(0), db.Element(1), db.Element(2), x), a, ""); err != nil {
			return nil, err
		}
	}
	ofPeople := func(people map[int64]bool, and, identifierType string) error {
		for some := range slices.Chunk(slices.Sorted(maps.Keys(people)), db.MaxRows) {
			var a db.Args
			in := tx.Dialect.Among("m.co_person_id", tx.Dialect.IdsIn(&a, some))
			if err := find("SELECT m.co_id, m.co_group_id, m.co_person_id FROM co_group_members m WHERE "+in+and, a, identifierType); err != nil {
				return err
			}
		}
		return nil
	}
	for _, identifierType := range slices.Sorted(maps.Keys(c.groupsOf)) {
		if err := ofPeople(c.groupsOf[identifierType], "", identifierType); err != nil {
			return nil, err
		}
	}
	if err := ofPeople(c.dated, " AND (m.valid_from IS NOT NULL OR m.valid_through IS NOT NULL)", ""); err != nil {
		return nil, err
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b groupDelivery) int {
		return cmp.Or(cmp.Compare(a.target, b.target), cmp.Compare(a.group, b.group))
	}), nil
}

func enqueueGroups(ctx context.Context, tx *db.Tx, groups []groupDelivery) error {
	for some := range slices.Chunk(groups, db.MaxRows) {
		rows := make([][]int64, len(some))
		for i, g := range some {
			rows[i] = []int64{g.target, g.group, g.co}
		}
		var a db.Args
		now, x := db.Bigint(a.Put(tx.Now().UnixMicro())), tx.Dialect.RowsOf(&a, rows)
		sql := fmt.Sprintf(`INSERT INTO deliveries (%[1]s)
			SELECT %[3]s, 1, %[4]s, %[5]s, 1, %[2]s, false, %[2]s, 0, 0, 0, false, '', '[]', '' FROM %[6]s WHERE true ORDER BY 1, 3
			%[7]s`, newDelivery, now, db.Element(0), db.Element(1), db.Element(2), x, enqueueAgain)
		if err := tx.Queue(ctx, sql, a); err != nil {
			return err
		}
	}
	return nil
}
