package store

import (
	"cmp"
	"context"
	"fmt"
	"strings"
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
	filters := q.filters()
	by, err := tx.narrowest(ctx, q, filters)
	if err != nil {
		return nil, err
	}
	var a args
	sql := "SELECT " + historyStatements.columns + " FROM " + historyStatements.from + " WHERE " + q.where(filters, by, tx.dialect, &a)
	sql += fmt.Sprintf(" ORDER BY t.%s DESC, t.id DESC LIMIT %s", by.column, a.put(int64(q.Limit)))
	var rows []HistoryRow
	err = tx.conn.query(ctx, sql, a, func(row Row) (err error) {
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

// historyFilter is a column that the rows have a value in, and what its index is of besides.
type historyFilter struct {
	column string
	value  any
	of     string
}

// filters are what the query is narrowed by, each of which has an index that is in order of id.
func (q HistoryQuery) filters() (all []historyFilter) {
	if q.RecordId != 0 {
		all = append(all, historyFilter{column: "record_id", value: q.RecordId})
	}
	for _, of := range []struct {
		column string
		id     int64
	}{{"co_person_id", q.CoPersonId}, {"org_identity_id", q.OrgIdentityId}, {"co_group_id", q.CoGroupId}} {
		if of.id != 0 {
			all = append(all, historyFilter{of.column, of.id, " AND %[1]s IS NOT NULL"})
		}
	}
	if q.Resource != nil {
		all = append(all, historyFilter{column: "resource", value: q.Resource.Singular})
	}
	if q.Actor != "" {
		all = append(all, historyFilter{column: "actor", value: q.Actor})
	}
	if q.Operation != "" && q.Operation != comity.OpAdd {
		all = append(all, historyFilter{"operation", q.Operation, " AND %[1]s <> '" + comity.OpAdd + "'"})
	}
	return all
}

// narrowest is the filter that fewest rows meet: by its index they are found, in order.
func (tx *Tx) narrowest(ctx context.Context, q HistoryQuery, filters []historyFilter) (historyFilter, error) {
	if len(filters) == 0 {
		return historyFilter{column: "co_id", value: q.CoId}, tx.planAnew(ctx)
	}
	if q.RecordId != 0 || len(filters) == 1 {
		return filters[0], tx.planAnew(ctx)
	}
	ways := make([]way, len(filters))
	for i, f := range filters {
		ways[i].find = func(d dialect, a *args) string {
			return fmt.Sprintf("SELECT h.id FROM history h WHERE %s AND h.%s = %s%s", f.inCO("h", q.CoId, d, a), f.column, a.put(f.value), f.rest("h"))
		}
	}
	if err := tx.countWays(ctx, ways); err != nil {
		return historyFilter{}, err
	}
	return filters[least(ways)], nil
}

// inCO is the condition that a row is of a CO. The indexes of what rows hang on are not of the CO.
func (f historyFilter) inCO(table string, coID int64, d dialect, a *args) string {
	sql := table + ".co_id = " + a.put(coID)
	if strings.HasSuffix(f.column, "_id") && f.column != "co_id" {
		return d.unindexed + sql
	}
	return sql
}

// rest is what the filter's index is of besides, in its words.
func (f historyFilter) rest(table string) string {
	if f.of == "" {
		return ""
	}
	return fmt.Sprintf(f.of, table+"."+f.column)
}

// where is the query's condition, which is found by one of the filters.
func (q HistoryQuery) where(filters []historyFilter, by historyFilter, d dialect, a *args) string {
	sql := by.inCO("t", q.CoId, d, a)
	for _, f := range filters {
		switch {
		case by.column == "record_id" && f.column == "resource":
			sql += " AND t.resource = " + a.put(f.value)
		case f.column != by.column:
			sql += " AND " + d.unindexed + "t." + f.column + " = " + a.put(f.value)
		}
	}
	if q.Operation == comity.OpAdd {
		sql += " AND " + d.unindexed + "t.operation = " + a.put(q.Operation)
	}
	low, high := "", ""
	if !q.From.IsZero() {
		low = q.nearby("<", q.From.Add(-outOfOrder), " DESC", "0", a)
		sql += " AND " + d.unindexed + "t.since >= " + a.put(q.From.UnixMicro())
	}
	if !q.Until.IsZero() {
		high = q.nearby(">", q.Until.Add(outOfOrder), "", endOfIds, a)
		sql += " AND " + d.unindexed + "t.since < " + a.put(q.Until.UnixMicro())
	}
	if q.Before != 0 {
		high = castInt(a.put(q.Before))
	}
	sql += by.rest("t") + " AND " + by.between(low, high, d, a)
	if q.Visible != nil {
		sql += " AND " + q.Visible(d, a)
	}
	return sql
}

// between is the condition that a row meets the filter and its id is between two. PostgreSQL is told it
// as a range of both: else it may take the index of ids, which has the order, and look at all that
// others did since.
func (f historyFilter) between(low, high string, d dialect, a *args) string {
	value := a.put(f.value)
	ofTime := f.column == "co_id" && cmp.Or(low, high) != "" // there is an index of times
	if d.unindexed == "" && f.column != "record_id" && !ofTime {
		return fmt.Sprintf("(t.%[1]s, t.id) > (%[2]s, %[3]s) AND (t.%[1]s, t.id) < (%[2]s, %[4]s)", f.column, value, cmp.Or(low, "0"), cmp.Or(high, endOfIds))
	}
	sql := "t." + f.column + " = " + value
	if low != "" {
		id := "t.id"
		if f.column != "co_id" {
			id = d.unindexed + id // between two ids SQLite would look at all of the CO
		}
		sql += " AND " + id + " > " + low
	}
	if high != "" {
		sql += " AND t.id < " + high
	}
	return sql
}

// endOfIds is more than any id.
const endOfIds = "9223372036854775807"

// nearby is the id of a row near a time, or another where there is none: ids follow the times, nearly,
// so a page is found where its time is, and not looked for from the newest row on.
func (q HistoryQuery) nearby(than string, t time.Time, order, otherwise string, a *args) string {
	return fmt.Sprintf("coalesce((SELECT b.id FROM history b WHERE b.co_id = %s AND b.since %s %s ORDER BY b.since%s LIMIT 1), %s)",
		a.put(q.CoId), than, a.put(t.UnixMicro()), order, otherwise)
}
