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
	RecordFrom = `(SELECT h.*, h.since AS modified FROM history h) t` + recordJoins
)

// recordJoins joins to each row t of the history the columns that RecordColumns has of others.
const recordJoins = `
		LEFT JOIN history p ON t.operation = '` + comity.OpEdit + `' AND p.resource = t.resource AND p.record_id = t.record_id
			AND p.revision = t.revision - 1
		LEFT JOIN api_users u ON u.username = t.actor AND u.created <= t.since`

// line is a row of the history with what recordJoins joins to it. Ids are 0 and texts empty where it has none.
type line struct {
	id                     int64
	resource               string
	record                 int64
	operation, actor       string
	since                  time.Time
	co, person, org, group int64
	data, before           string
	actorUser, actorPerson int64
}

// scanLine reads the columns of RecordColumns.
func scanLine(row *db.Row) line {
	return line{
		row.Int(), row.Text(), row.Int(), row.Text(), row.Text(), row.Time(), row.Int(), row.Int(), row.Int(), row.Int(),
		row.Text(), row.Text(), row.Int(), row.Int(),
	}
}

// ScanRecord reads the columns of RecordColumns as a HistoryRecord.
func ScanRecord(row *db.Row) (*comity.Record, error) { return scanLine(row).historyRecord() }

// historyRecord returns the row as a HistoryRecord.
func (l line) historyRecord() (*comity.Record, error) {
	f := comity.HistoryRecord
	rec := comity.NewRecord(f.Resource)
	rec.Id, rec.Actor, rec.CoId, rec.Created, rec.Modified = l.id, l.actor, l.co, l.since, l.since
	if err := l.describe(rec); err != nil {
		return nil, fmt.Errorf("row %d of the history: %w", rec.Id, err)
	}
	set := func(f *comity.Field, id int64) {
		if id != 0 {
			rec.SetInt(f, id)
		}
	}
	set(f.CoPersonId, l.person)
	set(f.OrgIdentityId, l.org)
	set(f.CoGroupId, l.group)
	if rec.Has(f.ActorApiUserId) || rec.Has(f.ActorCoPersonId) {
		return rec, nil // a note may name the actor itself
	}
	set(f.ActorApiUserId, l.actorUser)
	set(f.ActorCoPersonId, l.actorPerson)
	return rec, nil
}

// describe sets the fields of a HistoryRecord that say what happened: those of a note, or a change in words.
func (l line) describe(rec *comity.Record) error {
	f := comity.HistoryRecord
	if l.operation == comity.OpNote {
		erased, err := ReadData(rec, l.data)
		if erased {
			rec.SetText(f.Comment, "(erased)")
		}
		return err
	}
	change, err := l.change()
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

// change returns the change of a record that the row is; it is no note.
func (l line) change() (change comity.Change, err error) {
	change.Operation = l.operation
	if change.After, change.Erased, err = readRow(l.resource, l.data); err != nil {
		return change, err
	}
	change.After.Id = l.record
	if l.before != "" {
		change.Before, change.ErasedBefore, err = readRow(l.resource, l.before)
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

// InsertNotes returns the statement that adds notes to the history; of is the query of their actor, time, co_id,
// co_person_id, org_identity_id, co_group_id and data, before it perhaps the start of a WITH. The record's id is the id
// of the row.
func InsertNotes(tx *db.Tx, with, of string) string {
	return `INSERT INTO history (` + Columns + `, id) ` + with + `
		SELECT '` + comity.HistoryRecord.Singular + `', n.id, 0, '` + comity.OpNote + `', n.actor, n.at, n.at, n.co_id, n.co_person_id, n.org_identity_id, n.co_group_id, ` + fmt.Sprintf(tx.Dialect.AsJson, "n.data") + `, n.id
		FROM (SELECT ` + tx.Dialect.NextOfHistory + ` AS id, x.* FROM (` + of + `) x) n`
}

const addedNote = `SELECT CAST($1 AS text) AS actor, CAST($2 AS bigint) AS at, CAST($3 AS bigint) AS co_id, CAST($4 AS bigint) AS co_person_id,
	CAST($5 AS bigint) AS org_identity_id, CAST($6 AS bigint) AS co_group_id, CAST($7 AS text) AS data`

// AddNote adds a HistoryRecord about something other than a change of a record, in the history of the person
// in where. It sets the record's Id to the id of the row.
func AddNote(ctx context.Context, tx *db.Tx, rec *comity.Record, actor string, where db.Place) error {
	now := tx.Now()
	rec.Created, rec.Modified, rec.Revision, rec.Actor = now, now, 0, actor
	person, org, group := shownAt(rec, where)
	a := db.Args{actor, now.UnixMicro(), rec.CoId, person, org, group, Data(rec)}
	return tx.Query(ctx, InsertNotes(tx, "", addedNote)+` RETURNING id`, a, func(row *db.Row) error {
		rec.Id = row.Int()
		return nil
	})
}
