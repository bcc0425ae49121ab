package console

import (
	"iter"
	"strings"

	"comity"
	"comity/internal/console/present"
)

// page is one pattern of a path, and who answers it.
type page struct {
	// pattern is a method and a path below Root, as http.ServeMux reads it: "GET co/{co}/history/".
	// One with {co} is in a CO: v.co is there, and v.caller is who the reader is in it.
	pattern string
	handle  func(*visit) error
	// open pages need nobody to have signed in.
	open bool
}

// made lists the custom pages. One with the pattern of a generic page replaces it. A page is in the file of its
// subject, and its line is here.
func made() []func() []page {
	return []func() []page{
		signInPages,
		oidcPages,
		homePages,
		overviewPages,
		peoplePages,
		unitPages,
		groupPages,
		pickPages,
		extendedTypePages,
		serverPages,
		targetPages,
		apiUserPages,
		historyPages,
		searchPages,
	}
}

// part is a custom part of a record's generic page, shown above the record's dependents.
type part struct {
	// template is the name of a template of templates/parts, which is given what data returns.
	template string
	data     func(v *visit, rec *comity.Record) (any, error)
}

// parts returns the custom parts of the pages of a resource's records. The worked example is servers.go.
func parts(r *comity.Resource) []part {
	switch r {
	case comity.Server.Resource:
		return serverParts()
	case comity.CoProvisioningTarget.Resource:
		return targetParts()
	case comity.ApiUser.Resource:
		return apiUserParts()
	case comity.Cou.Resource:
		return unitParts()
	}
	return nil
}

// allPages yields all pages with their whole patterns: the custom ones, and the generic ones that no custom page
// replaces.
func (c *Console) allPages() iter.Seq2[string, page] {
	all := map[string]page{}
	add := func(pages []page) {
		for _, p := range pages {
			method, path, _ := strings.Cut(p.pattern, " ")
			all[method+" "+present.Root+path] = p
		}
	}
	for _, r := range comity.All() {
		add(drawn{r}.pages())
	}
	for _, pages := range made() {
		add(pages())
	}
	return func(yield func(string, page) bool) {
		for pattern, p := range all {
			if !yield(pattern, p) {
				return
			}
		}
	}
}
