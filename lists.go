package comity

import (
	"slices"
	"strings"
)

// Parent is a resource by whose records another resource can be listed.
type Parent struct {
	// Key is the parameter that names the record: copersonid.
	Key string
	// Resource is the parent.
	Resource *Resource
	// Field is the field that names the parent, and Column the column with its id; nil and "" where the
	// records of a third resource connect the two (Resource.Tied).
	Field  *Field
	Column string
}

// Parents returns the resources by which this one can be listed: its owners, those of its Listed
// references, and the one that Tied names.
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

// Parent returns the parent with that query parameter, if the resource can be listed by it.
func (r *Resource) Parent(key string) (Parent, bool) {
	parents := r.Parents()
	i := slices.IndexFunc(parents, func(p Parent) bool { return p.Key == key })
	if i < 0 {
		return Parent{}, false
	}
	return parents[i], true
}

// ParentIn returns the parent of that resource which a column names, if the resource has one.
func (r *Resource) ParentIn(of *Resource) (Parent, bool) {
	parents := r.Parents()
	i := slices.IndexFunc(parents, func(p Parent) bool { return p.Resource == of && p.Column != "" })
	if i < 0 {
		return Parent{}, false
	}
	return parents[i], true
}

// ListKeys returns the query parameters that filter the resource's lists.
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

// NarrowsLists says whether a parameter filters the lists of some resource. A list that such a parameter
// does not filter must refuse it instead of ignoring it, since the caller expects a filter.
func NarrowsLists(key string) bool {
	return slices.ContainsFunc(all, func(r *Resource) bool { return slices.Contains(r.ListKeys(), key) })
}
