package store

import (
	"context"
	"fmt"
	"strings"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/history"
	"comity/internal/store/queue"
)

// Delete deletes a record with its dependents: records that refer to it in a required field are deleted
// too, an optional field that refers to it is cleared. The number of statements does not depend on the
// number of dependents. The people and groups whose messages showed the record or a dependent are added to the
// change set.
func Delete(ctx context.Context, tx *db.Tx, rec *comity.Record, actor string) error {
	tx.CountChange(comity.CoGroupNesting.Resource)
	if rec.Resource == comity.Identifier.Resource {
		addToChanges(tx, nil, rec, db.Place{CoId: rec.CoId, CoPersonId: rec.OwnedBy(comity.OwnerCO)})
	}
	id, a := "SELECT CAST($1 AS bigint)", db.Args{rec.Id}
	return deleteSet(ctx, tx, rec.Resource, id, actor, a)
}

// releaseLinks deletes or clears the references to the records whose ids the subquery selects.
func releaseLinks(ctx context.Context, tx *db.Tx, r *comity.Resource, ids, actor string, a db.Args) error {
	for _, link := range comity.LinksTo(r) {
		child := link.Field.Resource()
		named := fmt.Sprintf("SELECT id FROM %s WHERE %s", child.Table, tx.Dialect.Among(link.Column, ids))
		var err error
		if link.Takes {
			err = deleteSet(ctx, tx, child, named, actor, a)
		} else {
			err = clearSet(ctx, tx, link, named, actor, a)
		}
		if err != nil {
			return fmt.Errorf("what names a deleted %s in %s.%s: %w", r.Singular, child.Singular, link.Field.Name, err)
		}
	}
	if r != comity.CoProvisioningTarget.Resource {
		return nil
	}
	for _, table := range queue.StateTables {
		if err := tx.Queue(ctx, fmt.Sprintf(`DELETE FROM %s WHERE %s`, table, tx.Dialect.Among("co_provisioning_target_id", ids)), a); err != nil {
			return err
		}
	}
	return nil
}

// deleteSet deletes the records of a resource whose ids the subquery selects, with their dependents, and adds the
// people and groups that show them to the change set.
func deleteSet(ctx context.Context, tx *db.Tx, r *comity.Resource, ids, actor string, a db.Args) error {
	if err := releaseLinks(ctx, tx, r, ids, actor, a); err != nil {
		return err
	}
	if err := queue.GroupsIn(ctx, tx, r, ids, a); err != nil {
		return err
	}
	if r.Provisioned {
		if err := queue.PeopleIn(ctx, tx, r, ids, a); err != nil {
			return err
		}
	}
	return deleteRecords(ctx, tx, r, ids, actor, a)
}

// clearSet clears a field of the records whose ids the subquery selects, as a new revision of each.
func clearSet(ctx context.Context, tx *db.Tx, link comity.Link, ids, actor string, a db.Args) error {
	now := tx.Now()
	tx.CountChange(link.Field.Resource())
	if err := queue.GroupsIn(ctx, tx, link.Field.Resource(), ids, a); err != nil {
		return err
	}
	r, moment := link.Field.Resource(), now.UnixMicro()
	note := append(db.Args(nil), a...)
	sql := fmt.Sprintf(`INSERT INTO history (%s)
		SELECT h.resource, h.record_id, h.revision + 1, '%s', %s, %s, NULL, h.co_id, h.co_person_id, h.org_identity_id, h.co_group_id, %s
		FROM history h JOIN %s t ON t.id = h.record_id AND t.revision = h.revision WHERE h.resource = '%s' AND %s`,
		history.Columns, comity.OpEdit, db.AsText(note.Put(actor)), db.NotBefore("h.since", note.Put(moment)),
		fmt.Sprintf(tx.Dialect.JsonWithout, "h.data", link.Field.Name), r.Table, r.Singular, tx.Dialect.Among("t.id", ids))
	if err := tx.Queue(ctx, sql, note); err != nil {
		return err
	}
	end := append(db.Args(nil), a...)
	sql = fmt.Sprintf(`UPDATE history SET until = %s WHERE resource = '%s' AND until IS NULL AND %s
		AND revision = (SELECT t.revision FROM %s t WHERE t.id = history.record_id)`, db.NotBefore("since", end.Put(moment)), r.Singular, tx.Dialect.Among("record_id", ids), r.Table)
	if err := tx.Queue(ctx, sql, end); err != nil {
		return err
	}
	update := append(db.Args(nil), a...)
	p, who := db.NotBefore("modified", update.Put(moment)), update.Put(actor)
	kept := ""
	if r.Dated {
		differs := []string{"true"}
		if link.Field.Unsent {
			differs[0] = "false" // messages do not show the field, so what they show stays as it is
		}
		kept = strings.Join(keepChange(differs), ", ") + ", "
	}
	return tx.Queue(ctx, fmt.Sprintf(`UPDATE %s SET %s%s = NULL, revision = revision + 1, modified = %s, actor = %s WHERE %s`,
		r.Table, kept, link.Column, p, who, tx.Dialect.Among("id", ids)), update)
}

// deleteRecords deletes the records of a resource whose ids the subquery selects, and closes their history.
func deleteRecords(ctx context.Context, tx *db.Tx, r *comity.Resource, ids, actor string, a db.Args) error {
	if err := clearTargetColumns(ctx, tx, r, ids, a); err != nil {
		return err
	}
	return history.DeleteRecords(ctx, tx, r, ids, actor, a)
}
