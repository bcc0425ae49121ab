package store

import (
	"context"
	"fmt"
	"slices"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/groups"
	"comity/internal/store/history"
	"comity/internal/store/queue"
)

// DeleteCO deletes a CO and everything in it. It deletes the deliveries of its targets first, so that
// nothing is sent to the receivers.
func DeleteCO(ctx context.Context, tx *db.Tx, id int64, actor string) error {
	now := tx.Now()
	moment := now.UnixMicro()
	tx.CountChange(comity.Name.Resource)
	for _, table := range queue.StateTables {
		sql := `DELETE FROM ` + table + ` WHERE co_provisioning_target_id IN (SELECT id FROM co_provisioning_targets WHERE co_id = $1)`
		if err := tx.Queue(ctx, sql, db.Args{id}); err != nil {
			return err
		}
	}
	note := fmt.Sprintf(`INSERT INTO history (%s)
		SELECT resource, record_id, revision + 1, '%[2]s', CAST($2 AS text), %[3]s, %[3]s,
			co_id, co_person_id, org_identity_id, co_group_id, data
		FROM history WHERE co_id = $1 AND until IS NULL`, history.Columns, comity.OpDelete, db.NotBefore("since", "$3"))
	if err := tx.Queue(ctx, note, db.Args{id, actor, moment}); err != nil {
		return err
	}
	err := tx.Queue(ctx, `UPDATE history SET until = `+db.NotBefore("since", "$1")+` WHERE co_id = $2 AND until IS NULL`, db.Args{moment, id})
	if err != nil {
		return err
	}
	all := comity.Stored()
	for i := len(all) - 1; i >= 0; i-- {
		column := "co_id"
		if all[i] == comity.Co.Resource {
			column = "id"
		}
		if err := tx.Queue(ctx, `DELETE FROM `+all[i].Table+` WHERE `+column+` = $1`, db.Args{id}); err != nil {
			return err
		}
	}
	return nil
}

// DeletePart deletes up to n records of a CO, with their dependents, and returns whether there may be more.
// On PostgreSQL, where writers do not wait for each other, it does nothing and returns false: DeleteCO
// deletes everything at once. Once the long change is stored (StoreLongChange), the CO no longer exists for
// reads and writes.
func DeletePart(ctx context.Context, tx *db.Tx, id int64, n int, actor string) (more bool, err error) {
	if !tx.Dialect.Shared {
		return false, nil
	}
	for _, r := range partByPart {
		if r == comity.CoProvisioningTarget.Resource {
			// First the deliveries of the targets, so that nothing is sent to the receivers.
			if more, err := deleteDeliveries(ctx, tx, id, n); more || err != nil {
				return more, err
			}
		}
		where, order := tx.Dialect.Within("t", "co_id", "$1", "0")
		ids, err := tx.IDs(ctx, "SELECT t.id FROM "+r.Table+" t WHERE "+where+" ORDER BY "+order+" LIMIT $2", db.Args{id, int64(n)})
		if err != nil {
			return false, err
		}
		if len(ids) > 0 {
			var a db.Args
			return true, deleteSet(ctx, tx, r, tx.Dialect.IdsIn(&a, ids), actor, a)
		}
	}
	return false, nil
}

func deleteDeliveries(ctx context.Context, tx *db.Tx, id int64, n int) (more bool, err error) {
	deleted, err := tx.Exec(ctx, `DELETE FROM deliveries WHERE (co_provisioning_target_id, kind, subject_id) IN (
		SELECT d.co_provisioning_target_id, d.kind, d.subject_id FROM deliveries d
		WHERE d.co_provisioning_target_id IN (SELECT t.id FROM co_provisioning_targets t WHERE t.co_id = $1) LIMIT $2)`, db.Args{id, int64(n)})
	return deleted > 0, err
}

// partByPart is the order in which a CO's records are deleted a part at a time: first API users and
// provisioning targets, then optional dependents of people and other records, so that few records cascade
// with each of these. The records that are left satisfy the rules at any time.
var partByPart = func() []*comity.Resource {
	first := []*comity.Resource{comity.ApiUser.Resource, comity.CoProvisioningTarget.Resource}
	people := []*comity.Resource{comity.CoPerson.Resource, comity.OrgIdentity.Resource}
	withPeople := []*comity.Resource{comity.Name.Resource, comity.CoPersonRole.Resource, comity.CoGroupMember.Resource}
	var hanging, others []*comity.Resource
	all := comity.Stored()
	for i := len(all) - 1; i >= 0; i-- {
		r := all[i]
		switch {
		case r == comity.Co.Resource || slices.Contains(slices.Concat(first, people, withPeople), r):
		case r.Owner() != nil:
			hanging = append(hanging, r)
		default:
			others = append(others, r)
		}
	}
	return slices.Concat(first, hanging, people, withPeople, others)
}()

// notDeleted returns the SQL condition, beginning with AND, that a CO is not being deleted part by part; co
// is an expression of its id. It is "" on PostgreSQL, which deletes no CO in parts.
func notDeleted(tx *db.Tx, co string) string {
	if !tx.Dialect.Shared {
		return ""
	}
	return fmt.Sprintf(` AND NOT EXISTS (SELECT 1 FROM long_changes l WHERE l.co_id = %s AND l.resource = '%s' AND l.task = '%s')`,
		co, comity.Co.Singular, groups.TaskDelete)
}
