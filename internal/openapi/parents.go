package openapi

import (
	"strings"

	"comity"
)

// parent is a resource that another one is listed by.
type parent struct {
	// key is the parameter that names it: copersonid.
	key      string
	resource *comity.Resource
	// none is the phrase of a list by one that has none, "" where that is an empty list.
	none string
	// expands says that lists of the parent show their children with expand.
	expands bool
}

// parents are those of a resource: what it hangs on, and the references that its table lists by.
func parents(r *comity.Resource) []parent {
	var out []parent
	add := func(key, target string) {
		p := parent{key: strings.ToLower(key), resource: comity.ByName(target), expands: true}
		if !r.EmptyLists {
			p.none = p.resource.Noun + " Has No " + r.Singular
		}
		out = append(out, p)
	}
	for _, f := range r.Fields {
		if f.Kind == comity.Reference && f.Listed && f != r.CoId() {
			add(f.Name, f.Target)
		}
		for _, o := range f.Owners {
			add(o.Name, o.Target)
		}
	}
	if r == comity.CoGroup.Resource {
		// Through its members: no field of a group names a person.
		out = append(out, parent{key: "copersonid", resource: comity.CoPerson.Resource, none: "CO Person Role Has No Groups"})
	}
	return out
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
