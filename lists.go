package comity

import (
	"slices"
	"strings"
)

// Parent is a resource whose records another one is listed by.
type Parent struct {
	// Key is the parameter that names the record: copersonid.
	Key string
	// Resource is the parent.
	Resource *Resource
	// Field is the field that names the parent, and Column the column that holds its id; nil and "" where
	// the two are tied by the records of a third resource (Resource.Tied).
	Field  *Field
	Column string
}

// Parents returns what the resource is listed by: its owners, the references that its table lists by,
// and what it is tied to.
func (r *Resource) Parents() []Parent {
	var parents []Parent
	for _, f := range r.Fields {
		if f.Kind == Reference && f.Listed && f != r.CoId() {
			parents = append(parents, Parent{f.ListKey(), f.Refers(), f, f.Column})
		}
		for _, o := range f.Owners {
			parents = append(parents, Parent{strings.ToLower(o.Name), ByName(o.Target), f, o.Column})
		}
	}
	if r.Tied != "" {
		parents = append(parents, Parent{strings.ToLower(r.Tied) + "id", ByName(r.Tied), nil, ""})
	}
	return parents
}

// Parent returns the parent that a parameter names a record of, if the resource is listed by it.
func (r *Resource) Parent(key string) (Parent, bool) {
	parents := r.Parents()
	i := slices.IndexFunc(parents, func(p Parent) bool { return p.Key == key })
	if i < 0 {
		return Parent{}, false
	}
	return parents[i], true
}

// ListKeys returns the parameters that narrow the resource's lists.
func (r *Resource) ListKeys() []string {
	var keys []string
	if r != Co.Resource {
		keys = append(keys, "coid")
	}
	for _, p := range r.Parents() {
		keys = append(keys, p.Key)
	}
	return append(keys, r.Queries...)
}

// NarrowsLists says whether a parameter narrows the lists of some resource: one that does means
// something to whoever gives it, so a list that it does not narrow must not pass over it.
func NarrowsLists(key string) bool {
	return slices.ContainsFunc(all, func(r *Resource) bool { return slices.Contains(r.ListKeys(), key) })
}
