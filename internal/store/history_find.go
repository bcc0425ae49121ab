package store

import (
	"context"
	"fmt"
	"slices"
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
	// Before is the id of the last row of the page before: of what was done at the same time, the higher
	// id is the newer.
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

// FindHistory returns up to the limit rows of a CO's history, newest first. That is in order of time and
// not of id: a clock that is set back makes older rows of higher ids, and a range of time has to find
// them wherever they are.
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

// historyRange is a range of rows: from a time on, where it is set, and before another; or of what was
// done at one time those before an id.
type historyRange struct {
	from, until any
	at, before  any
}

// asked is the range that the query asks for.
func (q HistoryQuery) asked() (r historyRange) {
	if !q.From.IsZero() {
		r.from = q.From.UnixMicro()
	}
	if !q.Until.IsZero() {
		r.until = q.Until.UnixMicro()
	}
	return r
}

// historyRanges are what a page is looked for in, one after the other. After a page it is the rest of
// what was done at its last row's time, which may be very much, and then what was done before. Each is
// one range of an index; the two together would not be.
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

// condition is the condition that a row is in the range. plus keeps an index from being taken for it.
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

// findHistory returns the rows of a range that meet the filters, which are found by one of these. The
// rows of the page are chosen before it is looked up what belongs to each.
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

// historyFilter is a column that the rows have a value in, and what its index is of besides.
type historyFilter struct {
	column string
	value  any
	of     string
}

// unordered are the filters whose rows are so few that their indexes are not in order of time.
var unordered = []string{"record_id", "co_person_id", "org_identity_id"}

// inOrder is what rows are put in order of. Those of few are sorted: by an index of times all that
// others did since would be looked at.
func (f historyFilter) inOrder() string {
	if slices.Contains(unordered, f.column) {
		return "(t.since + 0)"
	}
	return "t.since"
}

// filters are what the query is narrowed by, each of which has an index.
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
			return fmt.Sprintf("SELECT t.id FROM history t WHERE %s AND t.%s = %s%s%s", f.inCO("t", q.CoId, d, a), f.column, a.put(f.value), f.rest("t"), f.when(q.asked(), d, a))
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

// when is the condition that a row is in a range, which the filter's index finds if it is in order of time.
func (f historyFilter) when(within historyRange, d dialect, a *args) string {
	if slices.Contains(unordered, f.column) {
		return within.condition(d.unindexed, a)
	}
	return within.condition("", a)
}

// where is the query's condition, which is found by one of the filters.
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
