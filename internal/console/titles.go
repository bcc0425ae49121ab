package console

import (
	"fmt"
	"strings"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/view"
)

// titles know what the records are called that others name.
type titles struct {
	found  view.Named
	caller authz.Caller
}

// titles looks up all that the records name, and the people among them, in a question for each resource.
func (v *visit) titles(lists ...[]*comity.Record) (titles, error) {
	wanted := map[*comity.Resource][]int64{}
	for _, records := range lists {
		for _, rec := range records {
			if rec.Resource == comity.CoPerson.Resource {
				wanted[rec.Resource] = append(wanted[rec.Resource], rec.Id)
			}
			for _, f := range rec.Resource.Fields {
				if target, id := named(rec, f); id != 0 && target != comity.Co.Resource {
					wanted[target] = append(wanted[target], id)
				}
			}
		}
	}
	found, err := v.View.Lookup(v.ctx(), v.caller, wanted)
	return titles{found, v.caller}, err
}

// titlesOfPerson are the titles of a person who was looked up already, nil where the reader may not see them.
func (v *visit) titlesOfPerson(person *comity.Record) titles {
	t := titles{view.Named{}, v.caller}
	if person != nil {
		t.found[person.Resource] = map[int64]*comity.Record{person.Id: person}
	}
	return t
}

// named is what a field of a record names: its resource and id, 0 for nothing.
func named(rec *comity.Record, f *comity.Field) (*comity.Resource, int64) {
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

// by returns the title of a record that another names, and whether the reader may see it. If it is not
// found, readers who may see all records of its kind get its number and "(deleted)", as the history finds it by
// the number. Others get a text without the number, which would be of no use to them.
func (t titles) by(r *comity.Resource, id int64) (string, bool) {
	if rec := t.found[r][id]; rec != nil {
		return t.of(rec), true
	}
	if t.caller.Through(authz.View, r)&authz.InCO != 0 {
		return fmt.Sprintf("%s (deleted)", numbered(r, id)), false
	}
	return a(r.One) + " you may not see", false
}

// numbered is what a record is called that has no name.
func numbered(r *comity.Resource, id int64) string {
	return fmt.Sprintf("%s %d", comity.Capitalize(r.One), id)
}

// linkTo is what a record that another names is called, and leads to it where the reader may see it.
func (v *visit) linkTo(r *comity.Resource, id int64, t titles) link {
	text, sees := t.by(r, id)
	if !sees {
		return link{Text: text}
	}
	return link{text, v.record(r, id)}
}

// of is what a record is called.
func (t titles) of(rec *comity.Record) string {
	if text := strings.TrimSpace(t.text(rec)); text != "" {
		return text
	}
	return numbered(rec.Resource, rec.Id)
}

// linkToOne is linkTo for a record that is looked up for it.
func (v *visit) linkToOne(r *comity.Resource, id int64) (link, error) {
	found, err := v.View.Lookup(v.ctx(), v.caller, map[*comity.Resource][]int64{r: {id}})
	return v.linkTo(r, id, titles{found, v.caller}), err
}

// under is what a record is called in a list of those that hang on one of a resource: what that is
// goes without saying.
func (t titles) under(rec *comity.Record, parent *comity.Resource) string {
	switch rec.Resource {
	case comity.CoGroupMember.Resource:
		if parent == comity.CoPerson.Resource {
			name, _ := t.by(comity.CoGroup.Resource, rec.Int(comity.CoGroupMember.CoGroupId))
			return name
		}
		if parent == comity.CoGroup.Resource {
			name, _ := t.by(comity.CoPerson.Resource, rec.OwnedBy(comity.OwnerCO))
			return name
		}
	case comity.CoOrgIdentityLink.Resource:
		if parent == comity.CoPerson.Resource {
			name, _ := t.by(comity.OrgIdentity.Resource, rec.Int(comity.CoOrgIdentityLink.OrgIdentityId))
			return name
		}
	}
	return t.of(rec)
}

// nameFields are the fields that a record is called by, the first that it has.
var nameFields = []string{"Name", "Title", "DisplayName", "Username", "Identifier", "Mail", "Number", "Url", "Brokers", "Tag", "Description", "Comment", "IdentifierType", "O"}

func (t titles) text(rec *comity.Record) string {
	switch rec.Resource {
	case comity.CoPerson.Resource:
		return t.person(rec)
	case comity.Name.Resource:
		return fullName(rec)
	case comity.Address.Resource:
		f := comity.Address
		return join(", ", rec.Text(f.Street), rec.Text(f.Room), rec.Text(f.PostalCode)+" "+rec.Text(f.Locality), rec.Text(f.Country))
	case comity.CoPersonRole.Resource:
		f := comity.CoPersonRole
		text := join(", ", rec.Text(f.Title), rec.Text(f.Affiliation))
		if rec.Has(f.CouId) {
			unit, _ := t.by(comity.Cou.Resource, rec.Int(f.CouId))
			text += " in " + unit
		}
		return text
	case comity.CoGroupMember.Resource:
		f := comity.CoGroupMember
		person, _ := t.by(comity.CoPerson.Resource, rec.OwnedBy(comity.OwnerCO))
		group, _ := t.by(comity.CoGroup.Resource, rec.Int(f.CoGroupId))
		return person + " in " + group
	case comity.CoGroupNesting.Resource:
		f := comity.CoGroupNesting
		nested, _ := t.by(comity.CoGroup.Resource, rec.Int(f.CoGroupId))
		target, _ := t.by(comity.CoGroup.Resource, rec.Int(f.TargetCoGroupId))
		return nested + " in " + target
	case comity.IdentityDocument.Resource:
		f := comity.IdentityDocument
		return join(" ", f.DocumentType.WordLabel(rec.Text(f.DocumentType)), rec.Text(f.DocumentIdentifier))
	case comity.HttpServer.Resource:
		return rec.Text(comity.HttpServer.Serverurl)
	case comity.CoApiProvisionerTarget.Resource:
		f := comity.CoApiProvisionerTarget
		target, _ := t.by(comity.CoProvisioningTarget.Resource, rec.Int(f.CoProvisioningTargetId))
		return "API provisioner of " + target
	}
	for _, name := range nameFields {
		if f := rec.Resource.Field(name); f != nil && f.Kind == comity.Text && rec.Text(f) != "" {
			return rec.Text(f)
		}
	}
	return ""
}

// person is the primary name of a person.
func (t titles) person(rec *comity.Record) string {
	if found := t.found[rec.Resource][rec.Id]; found != nil {
		rec = found
	}
	for _, e := range rec.Expanded {
		if e.Resource == comity.Name.Resource && len(e.Records) > 0 {
			return fullName(e.Records[0])
		}
	}
	return ""
}

// personName is what a person is called whom the reader sees and whose primary name is that, nil for none.
func personName(id int64, name *comity.Record) string {
	if name == nil {
		return numbered(comity.CoPerson.Resource, id)
	}
	return fullName(name)
}

func fullName(rec *comity.Record) string {
	f := comity.Name
	return join(" ", rec.Text(f.Honorific), rec.Text(f.Given), rec.Text(f.Middle), rec.Text(f.Family), rec.Text(f.Suffix))
}

// join puts together the texts that are not empty.
func join(by string, texts ...string) string {
	var full []string
	for _, s := range texts {
		if s = strings.TrimSpace(s); s != "" {
			full = append(full, s)
		}
	}
	return strings.Join(full, by)
}
