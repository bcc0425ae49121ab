package store

import (
	"fmt"
	"strings"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/history"
)

// statements are the texts of the SQL statements of a resource.
type statements struct {
	// columns are the columns that scan reads, in its order, and from the table t with its joins.
	columns, from string
	scan          func(*db.Row) (*comity.Record, error)
	// insert has the parameters that values returns; insertID has the id after them.
	insert, insertID string
	// into is the table with the columns of insertID, for db.Tx.Insert.
	into string
	// update has the parameters that values returns, then the id.
	update string
}

// texts holds the statements of every resource.
var texts = func() map[*comity.Resource]statements {
	all := map[*comity.Resource]statements{}
	for _, r := range comity.Stored() {
		all[r] = newStatements(r)
	}
	all[comity.HistoryRecord.Resource] = statements{columns: history.RecordColumns, from: history.RecordFrom, scan: history.ScanRecord}
	return all
}()

func newStatements(r *comity.Resource) statements {
	write := []string{"created", "modified", "revision", "actor"}
	if r != comity.Co.Resource {
		write = append(write, "co_id")
	}
	var differs []string
	for _, f := range r.Fields {
		if f.Kind != comity.Secret && !f.Unsent {
			for i, c := range FieldColumns(f) {
				differs = append(differs, differsFrom(f, c, len(write)+i+1))
			}
		}
		if f.Kind != comity.Secret {
			write = append(write, FieldColumns(f)...)
		}
		if f.Folded {
			write = append(write, f.FoldedColumn())
		}
	}
	names := make([]string, len(write))
	var sets []string
	for i, c := range write {
		names[i] = fmt.Sprintf("$%d", i+1)
		sets = append(sets, c+" = "+names[i])
	}
	if r.Dated {
		sets = append(sets, keepChange(differs)...)
	}
	last := fmt.Sprintf("$%d", len(write)+1)
	into, values := strings.Join(write, ", "), strings.Join(names, ", ")
	return statements{
		columns:  strings.Join(scanColumns(r), ", "),
		from:     r.Table + " t",
		scan:     func(row *db.Row) (*comity.Record, error) { return scan(r, row), nil },
		insert:   fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) RETURNING id", r.Table, into, values),
		insertID: fmt.Sprintf("INSERT INTO %s (%s, id) VALUES (%s, %s) RETURNING id", r.Table, into, values, last),
		into:     fmt.Sprintf("%s (%s, id)", r.Table, into),
		update:   fmt.Sprintf("UPDATE %s SET %s WHERE id = %s", r.Table, strings.Join(sets, ", "), last),
	}
}

// changedColumns are the time and revision at which a value of a Dated record that messages show last changed.
// They are empty where that is the last revision.
var changedColumns = []string{"changed", "changed_revision"}

// keepChange returns the assignments of the changedColumns for an update, which changes a value that messages
// show if one of the conditions holds.
func keepChange(differs []string) []string {
	sets := make([]string, len(changedColumns))
	for i, was := range []string{"modified", "revision"} {
		sets[i] = fmt.Sprintf("%[1]s = CASE WHEN %[2]s THEN NULL ELSE coalesce(%[1]s, %[3]s) END",
			changedColumns[i], strings.Join(differs, " OR "), was)
	}
	return sets
}

// differsFrom returns the SQL condition that messages show another value for a column than for a parameter: an
// empty text is shown like no value.
func differsFrom(f *comity.Field, column string, parameter int) string {
	if f.Kind == comity.Text {
		return fmt.Sprintf("coalesce(%s, '') <> coalesce($%d, '')", column, parameter)
	}
	return fmt.Sprintf("%s IS DISTINCT FROM $%d", column, parameter)
}

// scanColumns returns the columns that scan reads, in its order.
func scanColumns(r *comity.Resource) []string {
	columns := []string{"id", "created", "modified", "revision", "actor"}
	if r != comity.Co.Resource {
		columns = append(columns, "co_id")
	}
	if r.Dated {
		columns = append(columns, changedColumns...)
	}
	for _, f := range r.Fields {
		if f.Kind != comity.Secret {
			columns = append(columns, FieldColumns(f)...)
		}
	}
	return columns
}

// FieldColumns returns the columns that hold a field: several for an owner, none for the CO, because every
// row has co_id anyway.
func FieldColumns(f *comity.Field) []string {
	if f == f.Resource().CoId() {
		return nil
	}
	if f.Kind != comity.Owner {
		return []string{f.Column}
	}
	columns := make([]string, len(f.Owners))
	for i, o := range f.Owners {
		columns[i] = o.Column
	}
	return columns
}

// scan reads the columns of statements.columns into a new record.
func scan(r *comity.Resource, row *db.Row) *comity.Record {
	rec := comity.NewRecord(r)
	scanInto(rec, row)
	return rec
}

// scanInto reads the columns of statements.columns into a record, in place of the values that it has.
func scanInto(rec *comity.Record, row *db.Row) {
	r := rec.Resource
	rec.Id, rec.Created, rec.Modified, rec.Revision, rec.Actor = row.Int(), row.Time(), row.Time(), row.Int(), row.TextLike(rec.Actor)
	rec.CoId = rec.Id
	if r != comity.Co.Resource {
		rec.CoId = row.Int()
	}
	if r.Dated {
		rec.ChangedAt, rec.ChangedAs = row.Time(), row.Int()
	}
	for _, f := range r.Fields {
		switch {
		case f == r.CoId():
			rec.SetInt(f, rec.CoId)
		case f.Kind == comity.Owner:
			rec.Set(f, comity.Cell{})
			for _, o := range f.Owners {
				if id := row.Int(); id != 0 {
					rec.SetOwner(f, o, id)
				}
			}
		case f.Kind != comity.Secret:
			scanField(rec, f, row)
		}
	}
}

// scanField reads the column of a field, and leaves the field without a value for NULL.
func scanField(rec *comity.Record, f *comity.Field, row *db.Row) {
	if row.IsNull() {
		row.Skip()
		rec.Set(f, comity.Cell{})
		return
	}
	switch f.Kind {
	case comity.Text, comity.Code, comity.Date:
		rec.SetText(f, row.TextLike(rec.Text(f)))
	case comity.Boolean:
		rec.SetBool(f, row.Bool())
	case comity.Integer, comity.Time, comity.Reference:
		rec.SetInt(f, row.Int())
	case comity.Owner, comity.Secret: // they are not read from one column
	}
}

// values returns the parameters of an insert or update of a record.
func values(rec *comity.Record) db.Args {
	a := db.Args{rec.Created.UnixMicro(), rec.Modified.UnixMicro(), rec.Revision, rec.Actor}
	if rec.Resource != comity.Co.Resource {
		a = append(a, rec.CoId)
	}
	for _, f := range rec.Resource.Fields {
		if f != rec.Resource.CoId() {
			a = appendValue(a, f, rec.Get(f))
		}
	}
	return a
}

// appendValue appends the parameters of a field's columns.
func appendValue(a db.Args, f *comity.Field, cell comity.Cell) db.Args {
	switch f.Kind {
	case comity.Text, comity.Code, comity.Date:
		a = append(a, text(cell))
		if f.Folded {
			a = append(a, folded(cell))
		}
	case comity.Boolean:
		if cell.HasValue() || !f.Default.IsAbsent() {
			return append(a, cell.Bool())
		}
		return append(a, nil)
	case comity.Integer, comity.Time, comity.Reference:
		return append(a, db.NumberOrNull(cell))
	case comity.Owner:
		for _, o := range f.Owners {
			if cell.HasValue() && cell.Text() == o.Word {
				a = append(a, cell.Int())
			} else {
				a = append(a, nil)
			}
		}
	case comity.Secret: // they are sealed, and written apart
	}
	return a
}

func text(c comity.Cell) any {
	if !c.HasValue() {
		return nil
	}
	return c.Text()
}

func folded(c comity.Cell) any {
	if !c.HasValue() {
		return nil
	}
	return db.Fold(c.Text())
}
