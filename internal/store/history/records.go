package history

import (
	"context"
	"fmt"
	"time"

	"comity"
	"comity/internal/store/db"
)

// A HistoryRecord is a row of the history: a note as it was written, or a change described in words.

// RecordColumns and RecordFrom select HistoryRecords as ScanRecord reads them. They join to each row the revision
// before it, whose values an edit changed, and the API user with the actor's username, unless that API user was
// created later.
const (
	RecordColumns = `t.id, t.resource, t.record_id, t.operation, t.actor, t.since, t.co_id, t.co_person_id, t.org_identity_id, t.co_group_id,
		t.data, p.data, u.id, CASE WHEN u.modified <= t.since THEN u.co_person_id END`
	RecordWidth = 14
	RecordFrom  = `(SELECT h.*, h.since AS modified FROM history h) t` + recordJoins
)

// recordJoins joins to each row t of the history the columns that RecordColumns has of others.
const recordJoins = `
		LEFT JOIN history p ON t.operation = '` + comity.OpEdit + `' AND p.resource = t.resource AND p.record_id = t.record_id
			AND p.revision = t.revision - 1
		LEFT JOIN api_users u ON u.username = t.actor AND u.created <= t.since`

// ScanRecord reads the columns of RecordColumns as a HistoryRecord.
func ScanRecord(row db.Row) (*comity.Record, error) {
	f := comity.HistoryRecord
	rec := comity.NewRecord(f.Resource)
	rec.Id, rec.Actor, rec.CoId = row.Int(0), row.Text(4), row.Int(6)
	rec.Created = time.UnixMicro(row.Int(5)).UTC()
	rec.Modified = rec.Created
	if err := readChange(rec, row); err != nil {
		return nil, fmt.Errorf("row %d of the history: %w", rec.Id, err)
	}
	for column, field := range map[int]*comity.Field{7: f.CoPersonId, 8: f.OrgIdentityId, 9: f.CoGroupId} {
		if !row.Null(column) {
			rec.SetInt(field, row.Int(column))
		}
	}
	if rec.Has(f.ActorApiUserId) || rec.Has(f.ActorCoPersonId) {
		return rec, nil // a note may name the actor itself
	}
	if !row.Null(12) {
		rec.SetInt(f.ActorApiUserId, row.Int(12))
	}
	if !row.Null(13) {
		rec.SetInt(f.ActorCoPersonId, row.Int(13))
	}
	return rec, nil
}

// readChange sets a HistoryRecord's fields from a row: a note, or a change of a record in words.
func readChange(rec *comity.Record, row db.Row) (err error) {
	f := comity.HistoryRecord
	if row.Text(3) == comity.OpNote {
		erased, err := ReadData(rec, row.Text(10))
		if erased {
			rec.SetText(f.Comment, "(erased)")
		}
		return err
	}
	change, err := changeOf(row)
	if err != nil {
		return err
	}
	for r, field := range map[*comity.Resource]*comity.Field{
		comity.CoPersonRole.Resource: f.CoPersonRoleId, comity.CoEmailList.Resource: f.CoEmailListId, comity.CoService.Resource: f.CoServiceId,
	} {
		if r == change.After.Resource {
			rec.SetInt(field, change.After.Id)
		}
	}
	rec.SetText(f.Action, change.Action())
	rec.SetText(f.Comment, change.Words())
	return nil
}

// changeOf returns the change of a record that a row of the history holds.
func changeOf(row db.Row) (change comity.Change, err error) {
	change.Operation = row.Text(3)
	if change.After, change.Erased, err = readRow(row.Text(1), row.Text(10)); err != nil {
		return change, err
	}
	change.After.Id = row.Int(2)
	if !row.Null(11) {
		change.Before, change.ErasedBefore, err = readRow(row.Text(1), row.Text(11))
	}
	return change, err
}

// readRow reads the data of a row as a record, and returns whether its values were erased.
func readRow(resource, data string) (rec *comity.Record, erased bool, err error) {
	r := comity.ByName(resource)
	if r == nil {
		r = &comity.Resource{Singular: resource} // a resource of a newer program
	}
	rec = comity.NewRecord(r)
	erased, err = ReadData(rec, data)
	return rec, erased, err
}

// InsertNote returns the statement that adds a note to the history; values are its columns from actor on,
// from continues the FROM clause. The record's id is the id of the row.
func InsertNote(tx *db.Tx, values, from string) string {
	return `INSERT INTO history (` + Columns + `, id)
		SELECT '` + comity.HistoryRecord.Singular + `', next.id, 0, '` + comity.OpNote + `', ` + values + `, next.id FROM (` + tx.Dialect.NextOfHistory + `) next` + from
}

// AddNote adds a HistoryRecord about something other than a change of a record, in the history of the person
// in where. It sets the record's Id to the id of the row.
func AddNote(ctx context.Context, tx *db.Tx, rec *comity.Record, actor string, where db.Place) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	rec.Created, rec.Modified, rec.Revision, rec.Actor = now, now, 0, actor
	person, org, group := shownAt(rec, where)
	a := db.Args{actor, now.UnixMicro(), rec.CoId, person, org, group, Data(rec)}
	return tx.Query(ctx, InsertNote(tx, `$1, $2, $2, $3, $4, $5, $6, $7`, ``)+` RETURNING id`, a, func(row db.Row) error {
		rec.Id = row.Int(0)
		return nil
	})
}
