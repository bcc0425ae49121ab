package openapi

import "comity"

// parent is a resource by which another one is listed.
type parent struct {
	// key is the parameter that names the parent: copersonid.
	key      string
	resource *comity.Resource
	// none is the phrase of the answer if the parent has no such records, "" if that is an empty list.
	none comity.Phrase
	// expands is true if lists of the parent can show these records with expand.
	expands bool
	// about describes what is listed if no field of the record names the parent.
	about string
}

// parents returns the parents of a resource: its owners, and the references by which its table lists.
func parents(r *comity.Resource) []parent {
	var out []parent
	for _, p := range r.Parents() {
		out = append(out, parent{key: p.Key, resource: p.Resource, none: p.Resource.NoneOf(r), expands: p.Column != "", about: parentRelations[r]})
	}
	return out
}

// parentRelations says which records of a resource are listed by a person though none of their fields names one.
var parentRelations = map[*comity.Resource]string{
	comity.CoGroup.Resource:     "Only active groups of which this CoPerson is a member or owner now.",
	comity.OrgIdentity.Resource: "Only those that are linked to this CoPerson.",
}

// children returns the resources that lists of a resource can show with each record.
func children(r *comity.Resource) []*comity.Resource {
	var out []*comity.Resource
	for _, other := range comity.All() {
		for _, p := range parents(other) {
			if p.resource == r && p.expands {
				out = append(out, other)
				break
			}
		}
	}
	return out
}

// deletedWith returns the resources whose records are deleted with one of r.
func deletedWith(r *comity.Resource) []string {
	var out []string
	seen := map[string]bool{}
	for _, l := range comity.LinksTo(r) {
		name := l.Field.Resource().Plural
		if l.Takes && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}
