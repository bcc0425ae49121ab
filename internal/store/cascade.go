package store

import (
	"context"
	"fmt"
	"strings"

	"comity"
)

// Delete deletes a record with its dependents: records that refer to it in a required field are deleted
// too, an optional field that refers to it is cleared. The number of statements does not depend on the
// number of dependents. Deliveries of the people and groups whose messages showed a dependent are enqueued
// for the targets in the given modes.
func (tx *Tx) Delete(ctx context.Context, rec *comity.Record, actor string, modes []string) error {
	clear(tx.nestings)
	id, a := "SELECT CAST($1 AS bigint)", args{rec.Id}
	if err := tx.releaseLinks(ctx, rec.Resource, id, actor, a, modes); err != nil {
		return err
	}
	return tx.deleteRows(ctx, rec.Resource, id, actor, a)
}

// releaseLinks deletes or clears the references to the records whose ids the subquery selects.
func (tx *Tx) releaseLinks(ctx context.Context, r *comity.Resource, ids, actor string, a args, modes []string) error {
	for _, link := range comity.LinksTo(r) {
		child := link.Field.Resource()
		named := fmt.Sprintf("SELECT id FROM %s WHERE %s", child.Table, tx.dialect.among(link.Column, ids))
		var err error
		if link.Takes {
			err = tx.deleteSet(ctx, child, named, actor, a, modes)
		} else {
			err = tx.clearSet(ctx, link, named, actor, a, modes)
		}
		if err != nil {
			return fmt.Errorf("what names a deleted %s in %s.%s: %w", r.Singular, child.Singular, link.Field.Name, err)
		}
	}
	if r != comity.CoProvisioningTarget.Resource {
		return nil
	}
	for _, table := range ofTargets {
		if err := tx.conn.queue(ctx, fmt.Sprintf(`DELETE FROM %s WHERE %s`, table, tx.dialect.among("co_provisioning_target_id", ids)), a); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) deleteSet(ctx context.Context, r *comity.Resource, ids, actor string, a args, modes []string) error {
	if err := tx.releaseLinks(ctx, r, ids, actor, a, modes); err != nil {
		return err
	}
	if err := tx.markGroupsIn(ctx, r, ids, a, modes); err != nil {
		return err
	}
	if r.Provisioned {
		people := fmt.Sprintf(`SELECT co_person_id FROM history
			WHERE resource = '%s' AND until IS NULL AND co_person_id IS NOT NULL AND %s`, r.Singular, tx.dialect.among("record_id", ids))
		if err := tx.mark(ctx, people, a, modes); err != nil {
			return err
		}
	}
	return tx.deleteRows(ctx, r, ids, actor, a)
}

// markGroupsIn enqueues deliveries of the groups that show records of the resource whose ids the subquery
// selects.
func (tx *Tx) markGroupsIn(ctx context.Context, r *comity.Resource, ids string, a args, modes []string) error {
	switch r {
	case comity.CoGroup.Resource:
		return tx.markGroups(ctx, "SELECT g.id, 0 FROM co_groups g WHERE "+tx.dialect.among("g.id", ids), a, modes, nil)
	case comity.CoGroupMember.Resource:
		return tx.markGroups(ctx, "SELECT m.co_group_id, m.co_person_id FROM co_group_members m WHERE "+tx.dialect.among("m.id", ids), a, modes, nil)
	}
	return nil
}

// clearSet clears a field of the records whose ids the subquery selects, as a new revision of each.
func (tx *Tx) clearSet(ctx context.Context, link comity.Link, ids, actor string, a args, modes []string) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	tx.touch(link.Field.Resource())
	if err := tx.markGroupsIn(ctx, link.Field.Resource(), ids, a, modes); err != nil {
		return err
	}
	r, moment := link.Field.Resource(), now.UnixMicro()
	note := append(args(nil), a...)
	sql := fmt.Sprintf(`INSERT INTO history (%s)
		SELECT h.resource, h.record_id, h.revision + 1, '%s', %s, %s, NULL, h.co_id, h.co_person_id, h.org_identity_id, h.co_group_id, %s
		FROM history h JOIN %s t ON t.id = h.record_id AND t.revision = h.revision WHERE h.resource = '%s' AND %s`,
		historyColumns, comity.OpEdit, castText(note.put(actor)), notBefore("h.since", note.put(moment)),
		fmt.Sprintf(tx.dialect.jsonWithout, "h.data", link.Field.Name), r.Table, r.Singular, tx.dialect.among("t.id", ids))
	if err := tx.conn.queue(ctx, sql, note); err != nil {
		return err
	}
	end := append(args(nil), a...)
	sql = fmt.Sprintf(`UPDATE history SET until = %s WHERE resource = '%s' AND until IS NULL AND %s
		AND revision = (SELECT t.revision FROM %s t WHERE t.id = history.record_id)`, notBefore("since", end.put(moment)), r.Singular, tx.dialect.among("record_id", ids), r.Table)
	if err := tx.conn.queue(ctx, sql, end); err != nil {
		return err
	}
	update := append(args(nil), a...)
	p, who := notBefore("modified", update.put(moment)), update.put(actor)
	kept := ""
	if r.Dated {
		differs := []string{"true"}
		if link.Field.Unsent {
			differs[0] = "false" // messages do not show the field, so what they show stays as it is
		}
		kept = strings.Join(keepChange(differs), ", ") + ", "
	}
	return tx.conn.queue(ctx, fmt.Sprintf(`UPDATE %s SET %s%s = NULL, revision = revision + 1, modified = %s, actor = %s WHERE %s`,
		r.Table, kept, link.Column, p, who, tx.dialect.among("id", ids)), update)
}
