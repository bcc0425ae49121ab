// Package history keeps the table of revisions: a row for each state that a record had, with who made it and from
// when until when it was in force. The present state of each record is the one row without an end. A
// HistoryRecord of the API is a view of a row.
package history

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"comity"
	"comity/internal/store/db"
)

// Columns are the columns of an inserted revision.
const Columns = `resource, record_id, revision, operation, actor, since, until, co_id, co_person_id, org_identity_id, co_group_id, data`

// erasedFlag is the key in the data of a row whose values were erased.
const erasedFlag = "Erased"

const insertRevision = `INSERT INTO history (` + Columns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

// AddRevision adds the record as it is now to the history.
func AddRevision(tx *db.Tx, rec *comity.Record, op string, where db.Place) {
	person, org, group := shownAt(rec, where)
	tx.Append(`history (`+Columns+`)`, db.Args{
		rec.Resource.Singular, rec.Id, rec.Revision, op, rec.Actor, rec.Modified.UnixMicro(), nil,
		rec.CoId, person, org, group, Data(rec),
	})
}

// EndRevision sets the end of the record's newest revision to the time of the change.
func EndRevision(ctx context.Context, tx *db.Tx, rec *comity.Record) error {
	return tx.Queue(ctx, `UPDATE history SET until = $1 WHERE resource = $2 AND record_id = $3 AND until IS NULL`,
		db.Args{rec.Modified.UnixMicro(), rec.Resource.Singular, rec.Id})
}

// shownAt returns the ids of the person, org identity and group whose history shows a record's changes, nil
// for none.
func shownAt(rec *comity.Record, where db.Place) (person, org, group any) {
	if where.CoPersonId != 0 {
		person = where.CoPersonId
	}
	switch rec.Resource {
	case comity.CoPerson.Resource:
		person = rec.Id
	case comity.OrgIdentity.Resource:
		org = rec.Id
	case comity.CoGroup.Resource:
		group = rec.Id
	case comity.CoGroupMember.Resource:
		group = rec.Int(comity.CoGroupMember.CoGroupId)
	case comity.CoOrgIdentityLink.Resource:
		org = rec.Int(comity.CoOrgIdentityLink.OrgIdentityId)
	case comity.HistoryRecord.Resource:
		org, group = db.NumberOrNull(rec.Get(comity.HistoryRecord.OrgIdentityId)), db.NumberOrNull(rec.Get(comity.HistoryRecord.CoGroupId))
	}
	if id := rec.OwnedBy(comity.OwnerOrg); id != 0 {
		org = id
	}
	if id := rec.OwnedBy(comity.OwnerGroup); id != 0 {
		group = id
	}
	return person, org, group
}

// Data returns a record's values as the JSON that the history stores: an object of the fields that have a
// value, without secrets, with times in the format of the API.
func Data(rec *comity.Record) string {
	dst := []byte{'{'}
	for _, f := range rec.Resource.Fields {
		cell := rec.Get(f)
		if !cell.HasValue() || f.Kind == comity.Secret {
			continue
		}
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, f.Name), ':')
		switch f.Kind {
		case comity.Text, comity.Code, comity.Date:
			dst = appendText(dst, cell.Text())
		case comity.Integer, comity.Reference:
			dst = strconv.AppendInt(dst, cell.Int(), 10)
		case comity.Boolean:
			dst = strconv.AppendBool(dst, cell.Bool())
		case comity.Time:
			dst = appendText(dst, rec.Time(f).Format(comity.TimeLayout))
		case comity.Owner:
			dst = append(appendText(append(dst, `{"Type":`...), cell.Text()), `,"Id":`...)
			dst = append(strconv.AppendInt(dst, cell.Int(), 10), '}')
		case comity.Secret:
		}
	}
	return string(append(dst, '}'))
}

func appendText(dst []byte, s string) []byte {
	// A string always has a JSON form.
	quoted, _ := json.Marshal(s)
	return append(dst, quoted...)
}

// DeleteRecords deletes the records of a resource whose ids the subquery selects, and closes their history.
func DeleteRecords(ctx context.Context, tx *db.Tx, r *comity.Resource, ids, actor string, a db.Args) error {
	now := tx.Now()
	tx.CountChange(r)
	moment := now.UnixMicro()
	note := append(db.Args(nil), a...)
	sql := fmt.Sprintf(`INSERT INTO history (%s)
		SELECT resource, record_id, revision + 1, '%s', %s, %[4]s, %[4]s, co_id, co_person_id, org_identity_id, co_group_id, data
		FROM history WHERE resource = '%[5]s' AND until IS NULL AND %[6]s`,
		Columns, comity.OpDelete, db.AsText(note.Put(actor)), db.NotBefore("since", note.Put(moment)), r.Singular, tx.Dialect.Among("record_id", ids))
	if err := tx.Queue(ctx, sql, note); err != nil {
		return err
	}
	end := append(db.Args(nil), a...)
	sql = fmt.Sprintf(`UPDATE history SET until = %s WHERE resource = '%s' AND until IS NULL AND %s`,
		db.NotBefore("since", end.Put(moment)), r.Singular, tx.Dialect.Among("record_id", ids))
	if err := tx.Queue(ctx, sql, end); err != nil {
		return err
	}
	return tx.Queue(ctx, fmt.Sprintf(`DELETE FROM %s WHERE %s`, r.Table, tx.Dialect.Among("id", ids)), a)
}
