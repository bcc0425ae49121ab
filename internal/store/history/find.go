package history

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/search"
)

// Query selects rows of a CO's history. Zero values select nothing out.
type Query struct {
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
	Visible db.Condition
	// Before is the id of the last row of the previous page, 0 for the first page. Of rows of the same
	// time, the one with the higher id is newer.
	Before int64
	Limit  int
}

// Row is a row of the history.
type Row struct {
	// Record is the row as a HistoryRecord, which describes it in words.
	Record *comity.Record
	// Change is the change, with the record after and before it; the zero value for a note.
	Change comity.Change
}

// Page is a page of the history, newest first.
type Page struct {
	Rows []Row
	// Next is the Before of the next page, 0 if there is none.
	Next int64
}

// maxSearched is the maximum number of rows that an index finds for a page. If few of them meet the rest of the query,
// the page has less than q.Limit rows, or none, and the next one continues: so a page takes no longer in a large
// registry than in a small one.
const maxSearched = 2000

// Find returns up to q.Limit rows of a CO's history, newest first. The order is by time and not by
// id: where the clock was set back, older rows have higher ids, and a range of time includes them too.
func Find(ctx context.Context, tx *db.Tx, q Query) (page Page, err error) {
	err = tx.ByIndex(ctx, func() error {
		page, err = q.page(ctx, tx)
		return err
	})
	return page, err
}

func (q Query) page(ctx context.Context, tx *db.Tx) (page Page, err error) {
	filters := q.filters()
	by, err := narrowest(ctx, tx, q, filters)
	if err != nil {
		return page, err
	}
	ranges, err := ranges(ctx, tx, q)
	if err != nil {
		return page, err
	}
	for _, within := range ranges {
		searched, last, err := q.searched(ctx, tx, filters, by, within)
		if err != nil {
			return page, err
		}
		for _, within := range searched {
			found, err := findRange(ctx, tx, q, filters, by, within)
			if err != nil {
				return page, err
			}
			if page.Rows = append(page.Rows, found...); len(page.Rows) > q.Limit {
				page.Rows = page.Rows[:q.Limit]
				page.Next = page.Rows[q.Limit-1].Record.Id
				return page, nil
			}
		}
		if last != 0 {
			page.Next = last
			return page, nil
		}
	}
	return page, nil
}

// searched returns the part of a range that is searched for a page, in ranges as those of ranges, and the id of its last
// row, 0 if it is all of the range.
func (q Query) searched(ctx context.Context, tx *db.Tx, filters []filter, by filter, within timeRange) (some []timeRange, last int64, err error) {
	var a db.Args
	if !by.ordered() || q.rest(filters, by, tx.Dialect, &a) == "" {
		return []timeRange{within}, 0, nil
	}
	a = nil
	sql := "SELECT t.since, t.id FROM history t WHERE " + q.found(by, within, tx.Dialect, &a) +
		fmt.Sprintf(" ORDER BY t.since DESC, t.id DESC LIMIT 1 OFFSET %d", maxSearched-1)
	some = []timeRange{within}
	err = tx.Query(ctx, sql, a, func(row *db.Row) error {
		since := row.Int()
		last = row.Int()
		if within.at != nil {
			within.last = last
			some = []timeRange{within}
		} else {
			some = []timeRange{{from: since + 1, until: within.until}, {at: since, last: last}}
		}
		return nil
	})
	return some, last, err
}

// timeRange is a range of rows: from a time, if set, until before another; or, of the rows at one time,
// those before an id and not before the id last. nil sets no bound.
type timeRange struct {
	from, until      any
	at, before, last any
}

// timeRange returns the range of time of the query.
func (q Query) timeRange() (r timeRange) {
	if !q.From.IsZero() {
		r.from = q.From.UnixMicro()
	}
	if !q.Until.IsZero() {
		r.until = q.Until.UnixMicro()
	}
	return r
}

// ranges returns the ranges that a page is read from, in order. After a first page these are the
// remaining rows at the time of its last row, which can be many, and then the older rows. Each is one
// range of an index; a single condition for both would not be.
func ranges(ctx context.Context, tx *db.Tx, q Query) ([]timeRange, error) {
	all := q.timeRange()
	if q.Before == 0 {
		return []timeRange{all}, nil
	}
	var ranges []timeRange
	err := tx.Query(ctx, "SELECT h.since FROM history h WHERE h.id = $1", db.Args{q.Before}, func(row *db.Row) error {
		since := row.Int()
		ranges = []timeRange{{at: since, before: q.Before}, {from: all.from, until: since}}
		return nil
	})
	return ranges, err
}

// condition returns the SQL condition that a row is in the range. plus is a prefix of the columns that
// keeps an index from being used for them, "" for none.
func (r timeRange) condition(plus string, a *db.Args) (sql string) {
	for _, c := range []struct {
		value any
		is    string
	}{
		{r.from, plus + "t.since >= "}, {r.until, plus + "t.since < "}, {r.at, plus + "t.since = "}, {r.before, plus + "t.id < "}, {r.last, plus + "t.id >= "},
	} {
		if c.value != nil {
			sql += " AND " + c.is + a.Put(c.value)
		}
	}
	return sql
}

// findRange returns the rows of a range that meet the filters, using the index of the filter by, and one more than the
// page has if there are so many. It selects the rows of the page before it joins what belongs to each.
func findRange(ctx context.Context, tx *db.Tx, q Query, filters []filter, by filter, within timeRange) (rows []Row, err error) {
	var a db.Args
	chosen := "(SELECT t.*, t.since AS modified FROM history t WHERE " + q.found(by, within, tx.Dialect, &a) + q.rest(filters, by, tx.Dialect, &a) +
		fmt.Sprintf(" ORDER BY %s DESC, t.id DESC LIMIT %s) t", by.inOrder(), a.Put(int64(q.Limit)+1))
	sql := "SELECT " + RecordColumns + " FROM " + chosen + recordJoins + " ORDER BY t.since DESC, t.id DESC"
	err = tx.Query(ctx, sql, a, func(row *db.Row) (err error) {
		var found Row
		l := scanLine(row)
		if found.Record, err = l.historyRecord(); err != nil {
			return err
		}
		if l.operation != comity.OpNote {
			found.Change, err = l.change()
		}
		rows = append(rows, found)
		return err
	})
	return rows, err
}

// filter is the condition that a column has a value; of is the rest of the WHERE clause of the
// column's index, with %[1]s for the column.
type filter struct {
	column string
	value  any
	of     string
}

// unordered are the columns of filters that few rows meet. Their indexes are not in order of time.
var unordered = []string{"record_id", "co_person_id", "org_identity_id"}

// inOrder returns the expression that rows are ordered by. For an unordered filter it keeps the index of
// times from being used, which would read all newer rows of others: few rows are sorted instead.
func (f filter) inOrder() string {
	if f.ordered() {
		return "t.since"
	}
	return "(t.since + 0)"
}

// ordered returns whether the filter's index is in order of time.
func (f filter) ordered() bool { return !slices.Contains(unordered, f.column) }

// filters returns the query's filters that have an index.
func (q Query) filters() (all []filter) {
	if q.RecordId != 0 {
		all = append(all, filter{column: "record_id", value: q.RecordId})
	}
	for _, of := range []struct {
		column string
		id     int64
	}{{"co_person_id", q.CoPersonId}, {"org_identity_id", q.OrgIdentityId}, {"co_group_id", q.CoGroupId}} {
		if of.id != 0 {
			all = append(all, filter{of.column, of.id, " AND %[1]s IS NOT NULL"})
		}
	}
	if q.Resource != nil {
		all = append(all, filter{column: "resource", value: q.Resource.Singular})
	}
	if q.Actor != "" {
		all = append(all, filter{column: "actor", value: q.Actor})
	}
	if q.Operation != "" && q.Operation != comity.OpAdd {
		all = append(all, filter{"operation", q.Operation, " AND %[1]s <> '" + comity.OpAdd + "'"})
	}
	return all
}

// narrowest returns the filter that the fewest rows meet; the filter on the CO where there is no other. Its
// index finds the rows.
func narrowest(ctx context.Context, tx *db.Tx, q Query, filters []filter) (filter, error) {
	if len(filters) == 0 {
		return filter{column: "co_id", value: q.CoId}, nil
	}
	if q.RecordId != 0 || len(filters) == 1 {
		return filters[0], nil
	}
	paths := make([]search.AccessPath, len(filters))
	for i, f := range filters {
		paths[i].Find = func(d db.Dialect, a *db.Args) string {
			sql := fmt.Sprintf("SELECT t.id FROM history t WHERE %s AND t.%s = %s%s%s", f.inCO("t", q.CoId, d, a), f.column, a.Put(f.value), f.rest("t"), f.when(q.timeRange(), d, a))
			if f.ordered() {
				sql += " ORDER BY t.since DESC, t.id DESC" // in the order of the index, only so many are read as are counted
			}
			return sql
		}
	}
	if err := search.CountFound(ctx, tx, paths); err != nil {
		return filter{}, err
	}
	return filters[search.Narrowest(paths)], nil
}

// inCO returns the SQL condition that a row is of a CO. The indexes on people, org identities, groups and
// records do not include the CO, so no index is used for it with these.
func (f filter) inCO(table string, coID int64, d db.Dialect, a *db.Args) string {
	sql := table + ".co_id = " + a.Put(coID)
	if strings.HasSuffix(f.column, "_id") && f.column != "co_id" {
		return d.Unindexed + sql
	}
	return sql
}

// rest returns the rest of the WHERE clause of the filter's index, in the words of that clause.
func (f filter) rest(table string) string {
	if f.of == "" {
		return ""
	}
	return fmt.Sprintf(f.of, table+"."+f.column)
}

// when returns the SQL condition that a row is in a range. The filter's index serves it if it is in order of
// time.
func (f filter) when(within timeRange, d db.Dialect, a *db.Args) string {
	if f.ordered() {
		return within.condition("", a)
	}
	return within.condition(d.Unindexed, a)
}

// found returns the SQL condition that the index of the filter by finds a row in the range.
func (q Query) found(by filter, within timeRange, d db.Dialect, a *db.Args) string {
	sql := by.inCO("t", q.CoId, d, a)
	if by.column != "co_id" {
		sql += " AND t." + by.column + " = " + a.Put(by.value)
	}
	if by.column == "record_id" {
		sql += " AND t.resource = " + a.Put(q.Resource.Singular)
	}
	return sql + by.rest("t") + by.when(within, d, a)
}

// rest returns the SQL condition, beginning with AND, of the query without the filter by; "" for none.
func (q Query) rest(filters []filter, by filter, d db.Dialect, a *db.Args) (sql string) {
	for _, f := range filters {
		if f.column != by.column && (by.column != "record_id" || f.column != "resource") {
			sql += " AND " + d.Unindexed + "t." + f.column + " = " + a.Put(f.value)
		}
	}
	if q.Operation == comity.OpAdd {
		sql += " AND " + d.Unindexed + "t.operation = " + a.Put(q.Operation)
	}
	if q.Visible != nil {
		sql += " AND " + q.Visible(d, a)
	}
	return sql
}
