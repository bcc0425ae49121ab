package console

import (
	"comity"
	"comity/internal/console/present"
)

// extendedTypePages are the custom pages of extended types.
func extendedTypePages() []page {
	return []page{{pattern: "GET co/{co}/" + present.Segment(comity.CoExtendedType.Resource) + "/{$}", handle: (*visit).extendedTypes}}
}

// typesPage are the types of a CO, by what they are types of.
type typesPage struct {
	Purpose string
	Of      []typesOf
}

type typesOf struct {
	Name, Add string
	Columns   []string
	Rows      []present.Row
}

// maxTypes is how many types are shown; no CO has nearly as many.
const maxTypes = 1000

func (v *visit) extendedTypes() error {
	f := comity.CoExtendedType
	l, err := v.View.List(v.ctx(), v.caller, v.listOf(f.Resource, maxTypes))
	if err != nil {
		return err
	}
	by := map[string][]*comity.Record{}
	for _, rec := range l.Records {
		by[rec.Text(f.Attribute)] = append(by[rec.Text(f.Attribute)], rec)
	}
	p := typesPage{Purpose: f.Resource.Purpose}
	for _, w := range f.Attribute.Words {
		of := typesOf{Name: f.Attribute.WordLabel(w.Word), Add: v.present.AddPathIfAllowed(f.Resource, f.Attribute.Name, w.Word), Columns: []string{f.Name.Label, f.Status.Label}}
		for _, rec := range by[w.Word] {
			of.Rows = append(of.Rows, present.Row{
				Title: rec.Text(f.DisplayName), To: v.present.RecordPath(f.Resource, rec.Id),
				Values: []present.Value{v.present.Value(rec, f.Name, present.Titles{}), v.present.Value(rec, f.Status, present.Titles{})},
			})
		}
		p.Of = append(p.Of, of)
	}
	return v.show("extended_types.html", comity.Capitalize(f.Resource.Many), p, present.Link{Text: comity.Capitalize(f.Resource.Many)})
}
