package store

import (
	"context"
	"fmt"
	"slices"

	"comity"
)

// PersonWas returns the id of a person's CO, whether or not the person still exists; ErrNotFound where there
// never was one with the id.
func (tx *Tx) PersonWas(ctx context.Context, id int64) (coID int64, err error) {
	err = ErrNotFound
	queryErr := tx.conn.query(ctx, `SELECT co_id FROM history WHERE resource = $1 AND record_id = $2 AND revision = 0`,
		args{comity.CoPerson.Singular, id}, func(row Row) error {
			coID, err = row.Int(0), nil
			return nil
		})
	if queryErr != nil {
		err = queryErr
	}
	return coID, err
}

// OrgIdentitiesOf returns the ids of the org identities that were ever linked to the person and to no other.
func (tx *Tx) OrgIdentitiesOf(ctx context.Context, person int64) (ids []int64, err error) {
	err = tx.conn.query(ctx, `SELECT DISTINCT h.org_identity_id FROM history h
		WHERE h.co_person_id = $1 AND h.resource = $2 AND h.org_identity_id IS NOT NULL AND NOT EXISTS (
			SELECT 1 FROM history o WHERE o.org_identity_id = h.org_identity_id AND o.resource = $2 AND o.co_person_id <> $1)
		ORDER BY h.org_identity_id`, args{person, comity.CoOrgIdentityLink.Singular}, func(row Row) error {
		ids = append(ids, row.Int(0))
		return nil
	})
	return ids, err
}

// emptied is a row of the history with its data after erasure.
type emptied struct {
	id   int64
	data string
}

// EraseHistory erases the values in the history of a deleted person, of records of the person's roles, and
// of deleted org identities, and returns how many rows it erased. Ids stay. It adds a history row that
// records the erasure.
func (tx *Tx) EraseHistory(ctx context.Context, person, coID int64, orgs []int64, actor string) (erased int64, err error) {
	roles, holders, err := tx.lastRoles(ctx, person)
	if err != nil {
		return 0, err
	}
	var rows []emptied
	collect := func(all bool, column string, ids []int64) error {
		var a args
		// A revision in force belongs to another person: it moved to them with a role.
		sql := `SELECT t.id, t.resource, t.data FROM history t WHERE t.until IS NOT NULL AND ` + In(column, ids)(tx.dialect, &a)
		return tx.conn.query(ctx, sql, a, func(r Row) error {
			rec, erased, err := readRow(r.Text(1), r.Text(2))
			if err == nil && !erased && (all || slices.Contains(roles, rec.OwnedBy(comity.OwnerRole))) {
				rows = append(rows, emptied{r.Int(0), erasedData(rec)})
			}
			return err
		})
	}
	if err := collect(true, "co_person_id", []int64{person}); err != nil {
		return 0, err
	}
	if err := collect(true, "org_identity_id", orgs); err != nil {
		return 0, err
	}
	if err := collect(false, "co_person_id", holders); err != nil {
		return 0, err
	}
	// A link hangs on both a person and an org identity.
	slices.SortFunc(rows, func(a, b emptied) int { return int(a.id - b.id) })
	rows = slices.CompactFunc(rows, func(a, b emptied) bool { return a.id == b.id })
	for _, r := range rows {
		if err := tx.conn.queue(ctx, `UPDATE history SET data = $1 WHERE id = $2`, args{r.data, r.id}); err != nil {
			return 0, err
		}
	}
	for _, sql := range tx.dialect.forgetSearch {
		if err := tx.conn.queue(ctx, sql, nil); err != nil {
			return 0, err
		}
	}
	return int64(len(rows)), tx.noteErased(ctx, person, coID, actor)
}

// lastRoles returns the ids of the roles that a person had when they were deleted, and of the other people
// who had these roles before.
func (tx *Tx) lastRoles(ctx context.Context, person int64) (roles, holders []int64, err error) {
	err = tx.conn.query(ctx, `SELECT DISTINCT h.record_id, o.co_person_id FROM history h
			JOIN history o ON o.resource = h.resource AND o.record_id = h.record_id
		WHERE h.co_person_id = $1 AND h.resource = $2 AND h.operation = $3`,
		args{person, comity.CoPersonRole.Singular, comity.OpDelete}, func(row Row) error {
			roles = append(roles, row.Int(0))
			if holder := row.Int(1); holder != person {
				holders = append(holders, holder)
			}
			return nil
		})
	return roles, holders, err
}

// erasedData returns a record's history data without its values: references and a note's Action stay.
func erasedData(rec *comity.Record) string {
	kept := comity.NewRecord(rec.Resource)
	for _, f := range rec.Resource.Fields {
		if f.Kind == comity.Reference || f.Kind == comity.Owner || f == comity.HistoryRecord.Action {
			kept.Set(f, rec.Get(f))
		}
	}
	mark, data := `{"`+erasedMark+`":true`, dataOf(kept)
	if data == "{}" {
		return mark + "}"
	}
	return mark + "," + data[1:]
}

func (tx *Tx) noteErased(ctx context.Context, person, coID int64, actor string) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	last := int64(0)
	err = tx.conn.query(ctx, `SELECT max(revision) FROM history WHERE resource = $1 AND record_id = $2`,
		args{comity.CoPerson.Singular, person}, func(row Row) error {
			last = row.Int(0)
			return nil
		})
	if err != nil {
		return err
	}
	rec := comity.NewRecord(comity.CoPerson.Resource)
	rec.SetInt(comity.CoPerson.CoId, coID)
	moment := now.UnixMicro()
	return tx.conn.queue(ctx, insertRevision, args{
		rec.Resource.Singular, person, last + 1, comity.OpErase, actor, moment, moment, coID, person, nil, nil, erasedData(rec),
	})
}

// Known is the identifiers that a target may have for a person.
type Known struct {
	Target int64
	// Identifiers are those that the target was sent the person under.
	Identifiers []string
	// Waiting says that the delivery of the person's delete is pending, in flight or resting.
	Waiting bool
}

// ForgetProvisioned erases what is stored about deliveries of a deleted person and returns the targets that
// may have identifiers of the person. Where the delivery of the delete is still pending, its identifiers
// stay until it is delivered, because the message needs them; a resting delivery is made due now.
func (tx *Tx) ForgetProvisioned(ctx context.Context, person int64) ([]Known, error) {
	now, err := tx.Now(ctx)
	if err != nil {
		return nil, err
	}
	var known []Known
	err = tx.conn.query(ctx, `SELECT co_provisioning_target_id, identifier, obsolete, due IS NOT NULL OR claimed OR dead_lettered FROM deliveries
		WHERE kind = 0 AND subject_id = $1 ORDER BY co_provisioning_target_id`+tx.dialect.forUpdate, args{person}, func(row Row) (err error) {
		k := Known{Target: row.Int(0), Waiting: row.Bool(3)}
		if k.Identifiers, err = obsoleteOf(row.Text(2)); err != nil {
			return fmt.Errorf("person %d at target %d: %w", person, k.Target, err)
		}
		if row.Text(1) != "" {
			k.Identifiers = append(k.Identifiers, row.Text(1))
		}
		if len(k.Identifiers) > 0 {
			known = append(known, k)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = tx.conn.queue(ctx, `UPDATE deliveries SET answer = '', sent = NULL, refusals = 0, dead_lettered = false, due = CASE WHEN dead_lettered THEN $1 ELSE due END
		WHERE kind = 0 AND subject_id = $2 AND (due IS NOT NULL OR claimed OR dead_lettered)`, args{now.UnixMicro(), person})
	if err != nil {
		return nil, err
	}
	err = tx.conn.queue(ctx, `UPDATE deliveries SET answer = '', sent = NULL, identifier = '', obsolete = '[]'
		WHERE kind = 0 AND subject_id = $1 AND due IS NULL AND NOT claimed AND NOT dead_lettered`, args{person})
	if err != nil {
		return nil, err
	}
	// What endpoints answered to messages about the person's groups may name the person.
	return known, tx.conn.queue(ctx, `UPDATE deliveries SET answer = '', sent = NULL
		WHERE kind = 1 AND subject_id IN (SELECT h.co_group_id FROM history h WHERE h.co_person_id = $1 AND h.co_group_id IS NOT NULL)`, args{person})
}
