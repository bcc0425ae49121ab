package present

import (
	"slices"

	"comity"
)

// Row is a record in a table. To is the path of its page, Values has a value for each column.
type Row struct {
	Title, To string
	Values    []Value
}

// Table returns the rows of records of the resource r, and the headings of the columns. A column is left out if no
// record has a value there. If the records are the dependents of one record, parent is the resource of that record,
// and the columns do not repeat it; otherwise parent is nil.
func (p Presenter) Table(records []*comity.Record, r, parent *comity.Resource, t Titles) (headings []string, rows []Row) {
	columns := slices.DeleteFunc(columnsOf(r, parent), func(f *comity.Field) bool {
		return !slices.ContainsFunc(records, func(rec *comity.Record) bool { return !p.Value(rec, f, t).Empty() })
	})
	// Of too many columns, optional fields go first, from the end of the table.
	for i := len(columns) - 1; i >= 0 && len(columns) > maxColumns; i-- {
		if !columns[i].Required {
			columns = slices.Delete(columns, i, i+1)
		}
	}
	columns = columns[:min(len(columns), maxColumns)]
	for _, f := range columns {
		headings = append(headings, f.Label)
	}
	for _, rec := range records {
		one := Row{Title: t.Under(rec, parent), To: p.RecordPath(rec.Resource, rec.Id)}
		for _, f := range columns {
			one.Values = append(one.Values, p.Value(rec, f, t))
		}
		rows = append(rows, one)
	}
	return headings, rows
}

// maxColumns is how many columns a table has besides the title.
const maxColumns = 5

// columnsOf returns the fields that distinguish the records of a table, without those in the title and those that
// all records have in common.
func columnsOf(r, parent *comity.Resource) []*comity.Field {
	var columns []*comity.Field
	titled := TitleField(r)
	for _, f := range r.Fields {
		switch {
		case f == r.CoId(), f == titled, f.Kind == comity.Secret, f.Max >= LongText, f.Name == "Ordr":
		case parent != nil && f.Kind == comity.Owner, parent != nil && f.Refers() == parent:
		case slices.Contains(titleFields(r), f):
		default:
			columns = append(columns, f)
		}
	}
	return columns
}

// TitleField returns the text field that is the title of the records of a resource, nil if there is none.
func TitleField(r *comity.Resource) *comity.Field {
	for _, name := range nameFields() {
		if f := r.Field(name); f != nil && f.Kind == comity.Text {
			return f
		}
	}
	return nil
}

// titleFields returns the fields that a title is composed of, nil if it is a single field.
func titleFields(r *comity.Resource) []*comity.Field {
	switch r {
	case comity.Name.Resource:
		f := comity.Name
		return []*comity.Field{f.Honorific, f.Given, f.Middle, f.Family, f.Suffix}
	case comity.Address.Resource:
		f := comity.Address
		return []*comity.Field{f.Street, f.Room, f.PostalCode, f.Locality, f.Country}
	case comity.HttpServer.Resource:
		return []*comity.Field{comity.HttpServer.Serverurl}
	case comity.CoGroupMember.Resource:
		return []*comity.Field{comity.CoGroupMember.Person, comity.CoGroupMember.CoGroupId}
	case comity.CoGroupNesting.Resource:
		return []*comity.Field{comity.CoGroupNesting.CoGroupId, comity.CoGroupNesting.TargetCoGroupId}
	}
	return nil
}
