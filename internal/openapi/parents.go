package openapi

import "comity"

// parent is a resource that another one is listed by.
type parent struct {
	// key is the parameter that names it: copersonid.
	key      string
	resource *comity.Resource
	// none is the phrase of a list by one that has none, "" where that is an empty list.
	none string
	// expands says that lists of the parent show their children with expand.
	expands bool
	// about says what is listed where no field of it names the parent.
	about string
}

// parents are those of a resource: what it hangs on, and the references that its table lists by.
func parents(r *comity.Resource) []parent {
	var out []parent
	for _, p := range r.Parents() {
		one := parent{key: p.Key, resource: p.Resource, expands: p.Column != "", about: ties[r]}
		switch {
		case r == comity.CoGroup.Resource:
			one.none = "CO Person Role Has No Groups"
		case !r.EmptyLists:
			one.none = p.Resource.Noun + " Has No " + r.Singular
		}
		out = append(out, one)
	}
	return out
}

// ties say which records of a resource are listed by a person whom no field of theirs names.
var ties = map[*comity.Resource]string{
	comity.CoGroup.Resource:     "Only active groups of which this CoPerson is a member or owner now.",
	comity.OrgIdentity.Resource: "Only those that are linked to this CoPerson.",
}

// children are the resources that lists of a resource can show with each record.
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

// deletedWith are the resources whose records are deleted with one of r.
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
