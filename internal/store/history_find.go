package store

import (
	"context"
	"fmt"
	"time"

	"comity"
)

// HistoryQuery narrows the history of a CO. What is empty narrows nothing.
type HistoryQuery struct {
	CoId                                 int64
	CoPersonId, OrgIdentityId, CoGroupId int64
	// Resource and RecordId name the resource, or one record, that was changed.
	Resource *comity.Resource
	RecordId int64
	// Actor is who did it, Operation what was done.
	Actor, Operation string
	// From and Until are when: from the first on and before the second.
	From, Until time.Time
	// Visible narrows it to what the caller may see of the history, nil where they may see all.
	Visible Condition
	// Before is the id of the last row of the page before.
	Before int64
	Limit  int
}

// HistoryRow is a row of the history.
type HistoryRow struct {
	// Record is the row as a HistoryRecord, which tells it in words.
	Record *comity.Record
	// Change is what was done, with the record as it was; of a note it is empty.
	Change comity.Change
}

// outOfOrder is by how much a row may be older than another with a lower id: a transaction takes its
// time when it begins and its ids as it writes.
const outOfOrder = time.Hour

// FindHistory returns up to the limit rows of a CO's history, newest first.
func (tx *Tx) FindHistory(ctx context.Context, q HistoryQuery) ([]HistoryRow, error) {
	var a args
	sql := "SELECT " + historyStatements.columns + " FROM " + historyStatements.from + " WHERE " + q.where(tx.dialect, &a)
	sql += " ORDER BY t.id DESC LIMIT " + a.put(int64(q.Limit))
	var rows []HistoryRow
	err := tx.conn.query(ctx, sql, a, func(row Row) (err error) {
		var found HistoryRow
		if found.Record, err = scanHistory(row); err != nil {
			return err
		}
		if row.Text(3) != comity.OpNote {
			found.Change, err = changeOf(row)
		}
		rows = append(rows, found)
		return err
	})
	return rows, err
}

func (q HistoryQuery) where(d dialect, a *args) string {
	co := a.put(q.CoId)
	sql := "t.co_id = " + co
	for column, id := range map[string]int64{"co_person_id": q.CoPersonId, "org_identity_id": q.OrgIdentityId, "co_group_id": q.CoGroupId} {
		if id != 0 {
			sql += " AND t." + column + " = " + a.put(id)
		}
	}
	if q.Resource != nil {
		sql += " AND t.resource = " + a.put(q.Resource.Singular)
	}
	if q.RecordId != 0 {
		sql += " AND t.record_id = " + a.put(q.RecordId)
	}
	if q.Actor != "" {
		sql += " AND t.actor = " + a.put(q.Actor)
	}
	switch q.Operation {
	case "":
	case comity.OpAdd, comity.OpEdit:
		sql += " AND t.operation = " + a.put(q.Operation)
	default:
		// Said in the words of the index, which is of these alone.
		sql += " AND t.operation = " + a.put(q.Operation) + " AND t.operation <> 'add' AND t.operation <> 'edit'"
	}
	// Ids follow the times, nearly: so a page is found where its time is, and not looked for from the
	// newest row on.
	if !q.From.IsZero() {
		sql += " AND t.since >= " + a.put(q.From.UnixMicro()) + fmt.Sprintf(
			` AND t.id > coalesce((SELECT b.id FROM history b WHERE b.co_id = %s AND b.since < %s ORDER BY b.since DESC LIMIT 1), 0)`,
			co, a.put(q.From.Add(-outOfOrder).UnixMicro()))
	}
	if !q.Until.IsZero() {
		sql += " AND t.since < " + a.put(q.Until.UnixMicro()) + fmt.Sprintf(
			` AND t.id < coalesce((SELECT b.id FROM history b WHERE b.co_id = %s AND b.since > %s ORDER BY b.since LIMIT 1), 9223372036854775807)`,
			co, a.put(q.Until.Add(outOfOrder).UnixMicro()))
	}
	if q.Before != 0 {
		sql += " AND t.id < " + a.put(q.Before)
	}
	if q.Visible != nil {
		sql += " AND " + q.Visible(d, a)
	}
	return sql
}
