package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity"
)

// HistoryQuery selects rows of a CO's history. Zero values select nothing out.
type HistoryQuery struct {
	CoId                                 int64
	CoPersonId, OrgIdentityId, CoGroupId int64
	// Resource is the resource that was changed, RecordId one record of it.
	Resource *comity.Resource
	RecordId int64
	// Actor is who made the change, Operation its kind.
	Actor, Operation string
	// From and Until are the range of time, including From and excluding Until.
	From, Until time.Time
	// Visible is the filter of the rows that the caller may see, nil for all rows.
	Visible Condition
	// Before is the id of the last row of the previous page, 0 for the first page. Of rows of the same
	// time, the one with the higher id is newer.
	Before int64
	Limit  int
}

// HistoryRow is a row of the history.
type HistoryRow struct {
	// Record is the row as a HistoryRecord, which describes it in words.
	Record *comity.Record
	// Change is the change, with the record after and before it; the zero value for a note.
	Change comity.Change
}

// FindHistory returns up to q.Limit rows of a CO's history, newest first. The order is by time and not by
// id: where the clock was set back, older rows have higher ids, and a range of time includes them too.
func (tx *Tx) FindHistory(ctx context.Context, q HistoryQuery) ([]HistoryRow, error) {
	filters := q.filters()
	by, err := tx.narrowest(ctx, q, filters)
	if err != nil {
		return nil, err
	}
	ranges, err := tx.historyRanges(ctx, q)
	if err != nil {
		return nil, err
	}
	var rows []HistoryRow
	for _, within := range ranges {
		found, err := tx.findHistory(ctx, q, filters, by, within)
		if err != nil {
			return nil, err
		}
		if rows = append(rows, found...); len(rows) >= q.Limit {
			return rows[:q.Limit], nil
		}
	}
	return rows, nil
}

// historyRange is a range of rows: from a time, if set, until before another; or, of the rows at one time,
// those before an id. nil sets no bound.
type historyRange struct {
	from, until any
	at, before  any
}

// asked returns the range of time of the query.
func (q HistoryQuery) asked() (r historyRange) {
	if !q.From.IsZero() {
		r.from = q.From.UnixMicro()
	}
	if !q.Until.IsZero() {
		r.until = q.Until.UnixMicro()
	}
	return r
}

// historyRanges returns the ranges that a page is read from, in order. After a first page these are the
// remaining rows at the time of its last row, which can be many, and then the older rows. Each is one
// range of an index; a single condition for both would not be.
func (tx *Tx) historyRanges(ctx context.Context, q HistoryQuery) ([]historyRange, error) {
	all := q.asked()
	if q.Before == 0 {
		return []historyRange{all}, nil
	}
	var ranges []historyRange
	err := tx.conn.query(ctx, "SELECT h.since FROM history h WHERE h.id = $1", args{q.Before}, func(row Row) error {
		since := row.Int(0)
		ranges = []historyRange{{at: since, before: q.Before}, {from: all.from, until: since}}
		return nil
	})
	return ranges, err
}

// condition returns the SQL condition that a row is in the range. plus is a prefix of the columns that
// keeps an index from being used for them, "" for none.
func (r historyRange) condition(plus string, a *args) (sql string) {
	for _, c := range []struct {
		value any
		is    string
	}{
		{r.from, plus + "t.since >= "}, {r.until, plus + "t.since < "}, {r.at, plus + "t.since = "}, {r.before, plus + "t.id < "},
	} {
		if c.value != nil {
			sql += " AND " + c.is + a.put(c.value)
		}
	}
	return sql
}

// findHistory returns the rows of a range that meet the filters, using the index of the filter by. It
// selects the rows of the page before it joins what belongs to each.
func (tx *Tx) findHistory(ctx context.Context, q HistoryQuery, filters []historyFilter, by historyFilter, within historyRange) (rows []HistoryRow, err error) {
	var a args
	chosen := "(SELECT t.*, t.since AS modified FROM history t WHERE " + q.where(filters, by, within, tx.dialect, &a) +
		fmt.Sprintf(" ORDER BY %s DESC, t.id DESC LIMIT %s) t", by.inOrder(), a.put(int64(q.Limit)))
	sql := "SELECT " + historyStatements.columns + " FROM " + chosen + historyJoins + " ORDER BY t.since DESC, t.id DESC"
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

// historyFilter is the condition that a column has a value; of is the rest of the WHERE clause of the
// column's index, with %[1]s for the column.
type historyFilter struct {
	column string
	value  any
	of     string
}

// unordered are the columns of filters that few rows meet. Their indexes are not in order of time.
var unordered = []string{"record_id", "co_person_id", "org_identity_id"}

// inOrder returns the expression that rows are ordered by. For an unordered filter it keeps the index of
// times from being used, which would read all newer rows of others: few rows are sorted instead.
func (f historyFilter) inOrder() string {
	if slices.Contains(unordered, f.column) {
		return "(t.since + 0)"
	}
	return "t.since"
}

// filters returns the query's filters that have an index.
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

// narrowest returns the filter that the fewest rows meet; the filter on the CO where there is no other. Its
// index finds the rows.
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
			return fmt.Sprintf("SELECT t.id FROM history t WHERE %s AND t.%s = %s%s%s", f.inCO("t", q.CoId, d, a), f.column, a.put(f.value), f.rest("t"), f.when(q.asked(), d, a))
		}
	}
	if err := tx.countWays(ctx, ways); err != nil {
		return historyFilter{}, err
	}
	return filters[least(ways)], nil
}

// inCO returns the SQL condition that a row is of a CO. The indexes on people, org identities, groups and
// records do not include the CO, so no index is used for it with these.
func (f historyFilter) inCO(table string, coID int64, d dialect, a *args) string {
	sql := table + ".co_id = " + a.put(coID)
	if strings.HasSuffix(f.column, "_id") && f.column != "co_id" {
		return d.unindexed + sql
	}
	return sql
}

// rest returns the rest of the WHERE clause of the filter's index, in the words of that clause.
func (f historyFilter) rest(table string) string {
	if f.of == "" {
		return ""
	}
	return fmt.Sprintf(f.of, table+"."+f.column)
}

// when returns the SQL condition that a row is in a range. The filter's index serves it if it is in order of
// time.
func (f historyFilter) when(within historyRange, d dialect, a *args) string {
	if slices.Contains(unordered, f.column) {
		return within.condition(d.unindexed, a)
	}
	return within.condition("", a)
}

// where returns the SQL condition of the query, such that the index of the filter by serves it.
func (q HistoryQuery) where(filters []historyFilter, by historyFilter, within historyRange, d dialect, a *args) string {
	sql := by.inCO("t", q.CoId, d, a)
	if by.column != "co_id" {
		sql += " AND t." + by.column + " = " + a.put(by.value)
	}
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
	sql += by.rest("t") + by.when(within, d, a)
	if q.Visible != nil {
		sql += " AND " + q.Visible(d, a)
	}
	return sql
}
