package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"comity"
)

const historyColumns = `resource, record_id, revision, operation, actor, since, until, co_id, co_person_id, org_identity_id, co_group_id, data`

// erasedMark is the key in the data of a row whose values were erased.
const erasedMark = "Erased"

const insertRevision = `INSERT INTO history (` + historyColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

// addRevision adds the record as it is now to the history.
func (tx *Tx) addRevision(ctx context.Context, rec *comity.Record, op string, where Where) error {
	person, org, group := hangsOn(rec, where)
	return tx.conn.queue(ctx, insertRevision, args{
		rec.Resource.Singular, rec.Id, rec.Revision, op, rec.Actor, rec.Modified.UnixMicro(), nil,
		rec.CoId, person, org, group, dataOf(rec),
	})
}

// endRevision sets the end of the record's newest revision to the time of the change.
func (tx *Tx) endRevision(ctx context.Context, rec *comity.Record) error {
	return tx.conn.queue(ctx, `UPDATE history SET until = $1 WHERE resource = $2 AND record_id = $3 AND until IS NULL`,
		args{rec.Modified.UnixMicro(), rec.Resource.Singular, rec.Id})
}

// hangsOn returns the ids of the person, org identity and group whose history shows a record's changes, nil
// for none.
func hangsOn(rec *comity.Record, where Where) (person, org, group any) {
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
		org, group = number(rec.Get(comity.HistoryRecord.OrgIdentityId)), number(rec.Get(comity.HistoryRecord.CoGroupId))
	}
	if id := rec.OwnedBy(comity.OwnerOrg); id != 0 {
		org = id
	}
	if id := rec.OwnedBy(comity.OwnerGroup); id != 0 {
		group = id
	}
	return person, org, group
}

// dataOf returns a record's values as the JSON that the history stores: an object of the fields that have a
// value, without secrets, with times in the format of the API.
func dataOf(rec *comity.Record) string {
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

// deleteRows deletes the records of a resource whose ids the subquery selects, and closes their history.
func (tx *Tx) deleteRows(ctx context.Context, r *comity.Resource, ids, actor string, a args) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	tx.touch(r)
	if err := tx.clearTargetColumns(ctx, r, ids, a); err != nil {
		return err
	}
	moment := now.UnixMicro()
	note := append(args(nil), a...)
	sql := fmt.Sprintf(`INSERT INTO history (%s)
		SELECT resource, record_id, revision + 1, '%s', %s, %[4]s, %[4]s, co_id, co_person_id, org_identity_id, co_group_id, data
		FROM history WHERE resource = '%[5]s' AND until IS NULL AND %[6]s`,
		historyColumns, comity.OpDelete, castText(note.put(actor)), notBefore("since", note.put(moment)), r.Singular, tx.dialect.among("record_id", ids))
	if err := tx.conn.queue(ctx, sql, note); err != nil {
		return err
	}
	end := append(args(nil), a...)
	sql = fmt.Sprintf(`UPDATE history SET until = %s WHERE resource = '%s' AND until IS NULL AND %s`,
		notBefore("since", end.put(moment)), r.Singular, tx.dialect.among("record_id", ids))
	if err := tx.conn.queue(ctx, sql, end); err != nil {
		return err
	}
	return tx.conn.queue(ctx, fmt.Sprintf(`DELETE FROM %s WHERE %s`, r.Table, tx.dialect.among("id", ids)), a)
}

// notBefore returns the SQL expression of the later of a moment and a column's time. It keeps a revision
// from ending before it begins where the clock was set back or a transaction that began later committed
// first.
func notBefore(column, moment string) string {
	return fmt.Sprintf("CASE WHEN %[1]s > %[2]s THEN %[1]s ELSE %[2]s END", column, castInt(moment))
}

func castInt(s string) string  { return "CAST(" + s + " AS bigint)" }
func castText(s string) string { return "CAST(" + s + " AS text)" }
