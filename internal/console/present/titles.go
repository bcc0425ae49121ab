package present

import (
	"fmt"
	"strings"

	"comity"
	"comity/internal/authz"
)

// Titles returns the titles of records, and of the records that they refer to.
type Titles struct {
	// Found are the records that others refer to, as far as the caller may see them.
	Found  map[*comity.Resource]map[int64]*comity.Record
	Caller authz.Caller
}

// TitlesOfPerson returns the titles for a person who was read already, nil if the caller may not see them.
func (p Presenter) TitlesOfPerson(person *comity.Record) Titles {
	t := Titles{Found: map[*comity.Resource]map[int64]*comity.Record{}, Caller: p.Caller}
	if person != nil {
		t.Found[person.Resource] = map[int64]*comity.Record{person.Id: person}
	}
	return t
}

// Named returns the record that a reference or owner field refers to, by resource and id; 0 for none.
func Named(rec *comity.Record, f *comity.Field) (*comity.Resource, int64) {
	switch f.Kind {
	case comity.Reference:
		return f.Refers(), rec.Int(f)
	case comity.Owner:
		if o, ok := f.Owner(rec.Text(f)); ok {
			return comity.ByName(o.Target), rec.Int(f)
		}
	case comity.Text, comity.Integer, comity.Boolean, comity.Time, comity.Date, comity.Code, comity.Secret:
	}
	return nil, 0
}

// By returns the title of a record that another refers to, and whether the caller may see it. For a record that was
// not found, callers who may see all records of its kind get its number and "(deleted)", because the history finds
// it by the number. Others get a text without the number, which would be of no use to them.
func (t Titles) By(r *comity.Resource, id int64) (string, bool) {
	if rec := t.Found[r][id]; rec != nil {
		return t.Of(rec), true
	}
	if t.Caller.Through(authz.View, r)&authz.InCO != 0 {
		return fmt.Sprintf("%s (deleted)", numbered(r, id)), false
	}
	return WithArticle(r.One) + " you may not see", false
}

// numbered returns the title of a record without a name.
func numbered(r *comity.Resource, id int64) string {
	return fmt.Sprintf("%s %d", comity.Capitalize(r.One), id)
}

// Link returns the title of a record that another refers to, with the path of its page if the caller may see it.
func (p Presenter) Link(r *comity.Resource, id int64, t Titles) Link {
	text, ok := t.By(r, id)
	if !ok {
		return Link{Text: text}
	}
	return Link{Text: text, To: p.RecordPath(r, id)}
}

// Of returns the title of a record.
func (t Titles) Of(rec *comity.Record) string {
	if text := strings.TrimSpace(t.title(rec)); text != "" {
		return text
	}
	return numbered(rec.Resource, rec.Id)
}

// Under returns the title of a record in a table of the dependents of one record of the resource parent. It does not
// repeat that record.
func (t Titles) Under(rec *comity.Record, parent *comity.Resource) string {
	switch rec.Resource {
	case comity.CoGroupMember.Resource:
		if parent == comity.CoPerson.Resource {
			name, _ := t.By(comity.CoGroup.Resource, rec.Int(comity.CoGroupMember.CoGroupId))
			return name
		}
		if parent == comity.CoGroup.Resource {
			name, _ := t.By(comity.CoPerson.Resource, rec.OwnedBy(comity.OwnerCO))
			return name
		}
	case comity.CoOrgIdentityLink.Resource:
		if parent == comity.CoPerson.Resource {
			name, _ := t.By(comity.OrgIdentity.Resource, rec.Int(comity.CoOrgIdentityLink.OrgIdentityId))
			return name
		}
	}
	return t.Of(rec)
}

// nameFields returns the names of the fields that can be a title. The first one that has a value is.
func nameFields() []string {
	return []string{"Name", "Title", "DisplayName", "Username", "Identifier", "Mail", "Number", "Url", "Brokers", "Tag", "Description", "Comment", "IdentifierType", "O"}
}

func (t Titles) title(rec *comity.Record) string {
	switch rec.Resource {
	case comity.CoPerson.Resource:
		return t.person(rec)
	case comity.Name.Resource:
		return FullName(rec)
	case comity.Address.Resource:
		f := comity.Address
		return Join(", ", rec.Text(f.Street), rec.Text(f.Room), rec.Text(f.PostalCode)+" "+rec.Text(f.Locality), rec.Text(f.Country))
	case comity.CoPersonRole.Resource:
		f := comity.CoPersonRole
		text := Join(", ", rec.Text(f.Title), rec.Text(f.Affiliation))
		if rec.Has(f.CouId) {
			unit, _ := t.By(comity.Cou.Resource, rec.Int(f.CouId))
			text += " in " + unit
		}
		return text
	case comity.CoGroupMember.Resource:
		f := comity.CoGroupMember
		person, _ := t.By(comity.CoPerson.Resource, rec.OwnedBy(comity.OwnerCO))
		group, _ := t.By(comity.CoGroup.Resource, rec.Int(f.CoGroupId))
		return person + " in " + group
	case comity.CoGroupNesting.Resource:
		f := comity.CoGroupNesting
		nested, _ := t.By(comity.CoGroup.Resource, rec.Int(f.CoGroupId))
		target, _ := t.By(comity.CoGroup.Resource, rec.Int(f.TargetCoGroupId))
		return nested + " in " + target
	case comity.IdentityDocument.Resource:
		f := comity.IdentityDocument
		return Join(" ", f.DocumentType.WordLabel(rec.Text(f.DocumentType)), rec.Text(f.DocumentIdentifier))
	case comity.HttpServer.Resource:
		return rec.Text(comity.HttpServer.Serverurl)
	}
	if rec.Resource.Plugin != "" {
		target, _ := t.By(comity.CoProvisioningTarget.Resource, rec.Int(rec.Resource.TargetId()))
		return rec.Resource.One + " of " + target
	}
	for _, name := range nameFields() {
		if f := rec.Resource.Field(name); f != nil && f.Kind == comity.Text && rec.Text(f) != "" {
			return rec.Text(f)
		}
	}
	return ""
}

// person returns the primary name of a person, "" if they have none.
func (t Titles) person(rec *comity.Record) string {
	if found := t.Found[rec.Resource][rec.Id]; found != nil {
		rec = found
	}
	for _, e := range rec.Expanded {
		if e.Resource == comity.Name.Resource && len(e.Records) > 0 {
			return FullName(e.Records[0])
		}
	}
	return ""
}

// PersonName returns the title of a person with a primary name, nil for none.
func PersonName(id int64, name *comity.Record) string {
	if name == nil {
		return numbered(comity.CoPerson.Resource, id)
	}
	return FullName(name)
}

// FullName returns a name as one text.
func FullName(rec *comity.Record) string {
	f := comity.Name
	return Join(" ", rec.Text(f.Honorific), rec.Text(f.Given), rec.Text(f.Middle), rec.Text(f.Family), rec.Text(f.Suffix))
}

// Join joins the texts that are not blank by a separator.
func Join(separator string, texts ...string) string {
	var full []string
	for _, s := range texts {
		if s = strings.TrimSpace(s); s != "" {
			full = append(full, s)
		}
	}
	return strings.Join(full, separator)
}
