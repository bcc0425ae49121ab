package db

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"comity"
)

// ValidAt returns the SQL condition that a row is valid at the time.
func ValidAt(table string, a *Args, now time.Time) string {
	p := a.Put(now.Unix())
	return fmt.Sprintf("(%[1]s.valid_from IS NULL OR %[1]s.valid_from <= %[2]s) AND (%[1]s.valid_through IS NULL OR %[1]s.valid_through >= %[2]s)", table, p)
}

// EscapeLike returns a text as a pattern of LIKE that matches the text itself, with \ as the escape character.
func EscapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// NotBefore returns the SQL expression of the later of a moment and a column's time. It keeps a revision
// from ending before it begins where the clock was set back or a transaction that began later committed
// first.
func NotBefore(column, moment string) string {
	return fmt.Sprintf("CASE WHEN %[1]s > %[2]s THEN %[1]s ELSE %[2]s END", column, Bigint(moment))
}

// Bigint returns an SQL expression cast to a number.
func Bigint(s string) string { return "CAST(" + s + " AS bigint)" }

// AsText returns an SQL expression cast to a text.
func AsText(s string) string { return "CAST(" + s + " AS text)" }

// ReserveIDs queues a query of the next n ids of a resource's table. They come with the result of the next statement,
// and TakeID and DrawIDs return them first.
func (tx *Tx) ReserveIDs(ctx context.Context, r *comity.Resource, n int) error {
	return tx.Later(ctx, fmt.Sprintf(tx.Dialect.nextIDs, r.Table), Args{int64(n)}, func(row *Row) error {
		tx.ids[r] = append(tx.ids[r], row.Int())
		return nil
	})
}

// TakeID returns an id that was reserved; false where none is left.
func (tx *Tx) TakeID(r *comity.Resource) (id int64, found bool) {
	if len(tx.ids[r]) == 0 {
		return 0, false
	}
	id, tx.ids[r] = tx.ids[r][0], tx.ids[r][1:]
	return id, true
}

// HasID returns whether an id is reserved.
func (tx *Tx) HasID(r *comity.Resource) bool { return len(tx.ids[r]) > 0 }

// DrawIDs returns the next n ids of a table: those that were reserved, and where these are too few, new ones.
func (tx *Tx) DrawIDs(ctx context.Context, r *comity.Resource, n int) ([]int64, error) {
	if len(tx.ids[r]) < n {
		tx.ids[r] = nil
		err := tx.ReserveIDs(ctx, r, n)
		if err == nil {
			err = tx.Flush(ctx)
		}
		if err != nil {
			return nil, err
		}
	}
	ids := tx.ids[r][:min(n, len(tx.ids[r]))]
	tx.ids[r] = tx.ids[r][len(ids):]
	if len(ids) != n {
		return nil, fmt.Errorf("%d ids of %s were drawn, not %d", len(ids), r.Table, n)
	}
	return ids, nil
}

// MaxCounted is the maximum number of rows that are counted for a page: an exact number of very many would take longer
// than the rest of the page.
const MaxCounted = 2000

// MaxRows is the maximum number of rows that one statement of a set operation handles.
const MaxRows = 5000

// RowsOf adds rows of numbers as one JSON parameter and returns the table expression of these rows; element
// reads their columns. The statement is the same for any number of rows, and is planned for a few rows that
// are found by their ids.
func (d Dialect) RowsOf(a *Args, rows [][]int64) string { return d.ValuesOf(a, rows) }

// ValuesOf is RowsOf for a [][]any of numbers, texts and truth values; ElementLike reads their columns.
func (d Dialect) ValuesOf(a *Args, rows any) string {
	text, _ := json.Marshal(rows) // all of these have a JSON form
	return fmt.Sprintf(d.elements, a.Put(string(text)))
}

// IdsIn adds ids as one parameter and returns a subquery that selects them.
func (d Dialect) IdsIn(a *Args, ids []int64) string {
	rows := make([][]int64, len(ids))
	for i, id := range ids {
		rows[i] = []int64{id}
	}
	return "SELECT " + Element(0) + " AS id FROM " + d.RowsOf(a, rows)
}

// Among returns the SQL condition that a column has one of the values that a subquery selects. On PostgreSQL
// it is an array, so that the subquery runs once and each value is looked up by an index: with a join, wrong
// statistics can make the planner run through the subquery's rows for each row of the table.
func (d Dialect) Among(column, ids string) string {
	if d.Shared {
		return column + " IN (" + ids + ")"
	}
	return column + " = ANY (ARRAY(" + ids + "))"
}

// Element returns the expression of column i of a row of rowsOf, as a number.
func Element(i int) string { return Bigint(fmt.Sprintf("value ->> %d", i)) }

// ElementLike returns the expression of column i of a row of ValuesOf, as a value of the same type as v.
func ElementLike(i int, v any) string {
	switch v.(type) {
	case int64:
		return Element(i)
	case bool:
		return fmt.Sprintf("CAST(value ->> %d AS boolean)", i)
	}
	return fmt.Sprintf("value ->> %d", i)
}

// IDs returns the numbers that a query selects, in the order of an index (InOrder).
func (tx *Tx) IDs(ctx context.Context, sql string, a Args) ([]int64, error) {
	var ids []int64
	err := tx.InOrder(ctx, sql, a, func(r *Row) error {
		ids = append(ids, r.Int())
		return nil
	})
	return ids, err
}

// Exists returns whether a query has a row.
func (tx *Tx) Exists(ctx context.Context, sql string, a Args) (bool, error) {
	found := false
	err := tx.Query(ctx, sql+" LIMIT 1", a, func(*Row) error {
		found = true
		return nil
	})
	return found, err
}

// Micros returns a time as it is stored, nil for the zero time.
func Micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// ByIndex runs a closure whose queries are planned for the values of their parameters, and find rows by indexes. A
// plan for any values is many times slower for those that nearly all rows have; and a scan of a table that is to
// end soon, because nearly all rows are expected to meet the query, reads all those of other COs before.
func (tx *Tx) ByIndex(ctx context.Context, fn func() error) error {
	if tx.byIndex {
		return fn()
	}
	tx.byIndex = true
	defer func() { tx.byIndex = false }()
	for _, sql := range tx.Dialect.byIndex {
		if err := tx.Queue(ctx, sql, nil); err != nil {
			return err
		}
	}
	if err := fn(); err != nil {
		return err
	}
	for _, sql := range tx.Dialect.anyPlan {
		if err := tx.Queue(ctx, sql, nil); err != nil {
			return err
		}
	}
	return nil
}

// InOrder runs a query that reads the first rows of an index in its order, with a plan that reads no more than
// these.
func (tx *Tx) InOrder(ctx context.Context, sql string, a Args, each func(*Row) error) error {
	if tx.Dialect.inOrder == "" {
		return tx.Query(ctx, sql, a, each)
	}
	if err := tx.Queue(ctx, tx.Dialect.inOrder, nil); err != nil {
		return err
	}
	if err := tx.Query(ctx, sql, a, each); err != nil {
		return err
	}
	return tx.Queue(ctx, tx.Dialect.anyOrder, nil)
}

// Within returns the SQL condition that a row of a table has the value in a column and an id after another, and the
// order of such rows by id. On PostgreSQL only an index on (column, id) has that order: with an equality the primary
// key would have it too, and be used where the statistics make the rows with the value look many.
func (d Dialect) Within(table, column, value, after string) (where, order string) {
	where, order = "%[1]s.%[2]s = %[3]s AND %[1]s.id > %[4]s", "%[1]s.%[2]s, %[1]s.id"
	if !d.Shared {
		where = "(%[1]s.%[2]s, %[1]s.id) > (%[3]s, %[4]s) AND %[1]s.%[2]s >= %[3]s AND %[1]s.%[2]s <= %[3]s"
	}
	return fmt.Sprintf(where, table, column, value, after), fmt.Sprintf(order, table, column)
}

// InKeyOrder runs a query of rows within an index (Within) with a plan that reads them in its order and no more than
// its limit, and sorts nothing, whatever the statistics are.
func (tx *Tx) InKeyOrder(ctx context.Context, sql string, a Args, each func(*Row) error) error {
	if tx.Dialect.inKeyOrder == "" {
		return tx.Query(ctx, sql, a, each)
	}
	if err := tx.conn.queue(ctx, tx.Dialect.inKeyOrder, nil); err != nil {
		return err
	}
	if err := tx.Query(ctx, sql, a, each); err != nil {
		return err
	}
	return tx.conn.queue(ctx, tx.Dialect.sorted, nil)
}

// ByKey runs a statement that finds rows one by one by an index, or reads the first rows of one in its order, with a
// plan that does so whatever the statistics are. With nil for each it is queued.
func (tx *Tx) ByKey(ctx context.Context, sql string, a Args, each func(*Row) error) error {
	run := func() error { return tx.Queue(ctx, sql, a) }
	if each != nil {
		run = func() error { return tx.Query(ctx, sql, a, each) }
	}
	if tx.Dialect.byKey == "" {
		return run()
	}
	if err := tx.Queue(ctx, tx.Dialect.byKey, nil); err != nil {
		return err
	}
	if err := run(); err != nil {
		return err
	}
	return tx.Queue(ctx, tx.Dialect.byAnything, nil)
}

// ParameterRows adds rows of parameters of SQL types, at most 64, and returns the query of them. Rows of NULL are added
// until there are a power of 4, so that there are few different statements to prepare.
func (d Dialect) ParameterRows(a *Args, types []string, rows [][]any) string {
	n := 1
	for n < len(rows) {
		n *= 4
	}
	lines := make([]string, n)
	for i := range lines {
		names := make([]string, len(types))
		for k, kind := range types {
			var v any
			if i < len(rows) {
				v = rows[i][k]
			}
			names[k] = a.Put(v)
			if i == 0 && !d.Shared {
				names[k] = "CAST(" + names[k] + " AS " + kind + ")"
			}
		}
		lines[i] = "(" + strings.Join(names, ", ") + ")"
	}
	return "VALUES " + strings.Join(lines, ", ")
}

// NumberOrNull returns a cell's number as a parameter, nil for no value.
func NumberOrNull(c comity.Cell) any {
	if !c.HasValue() {
		return nil
	}
	return c.Int()
}
