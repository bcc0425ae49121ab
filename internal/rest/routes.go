package rest

import (
	"net/http"
	"strings"

	"comity"
	"comity/internal/wire"
)

// route is the handler, resource and id that a method and path select.
type route struct {
	// name is the kind of route, for metrics.
	name     string
	resource *comity.Resource
	id       string
	format   wire.Format
	handle   func(*call, route) error
}

// match returns the route of the request. If there is none, the route returned still has the format and id
// for the body of the error.
func (c *call) match() (route, bool) {
	path, below := strings.CutPrefix(c.r.URL.Path, c.Root)
	// A slash written %2F is part of a name, and no name contains one.
	if !below || strings.Contains(strings.ToUpper(c.r.URL.RawPath), "%2F") {
		return route{}, false
	}
	if rest, of := strings.CutPrefix(path, comity.CoProvisioningTarget.Path+"/"); of {
		if rt, ok := matchTarget(c.method(), rest); ok {
			return rt, true
		}
	}
	rest, format, ok := splitFormat(path)
	rt := route{format: format}
	if !ok {
		return rt, false
	}
	if res := resourceByPath(rest); res != nil {
		rt.resource = res
		return rt.of(rt.verb(collection, c.method()))
	}
	if rest == "caller" && c.method() == http.MethodGet {
		return rt.of(verb{"caller", (*call).describeCaller})
	}
	i := strings.LastIndexByte(rest, '/')
	if i < 0 {
		return rt, false
	}
	rt.resource, rt.id = resourceByPath(rest[:i]), rest[i+1:]
	switch {
	case c.method() == http.MethodPost && rt.resource != nil && rt.id == "bulk" && rt.format == wire.JSON:
		rt.id = ""
		return rt.of(verb{"bulk", (*call).bulk})
	case c.method() == http.MethodPost && rest == "identifiers/assign":
		rt.id = ""
		return rt.of(verb{"assign", (*call).assign})
	case c.method() == http.MethodPost && rest[:i] == "email_addresses/verify":
		return rt.of(verb{"verify", (*call).verify})
	case c.method() == http.MethodPost && rest[:i] == "cos/duplicate":
		rt.resource = comity.Co.Resource
		return rt.of(verb{"duplicate", (*call).duplicate})
	case c.method() == http.MethodPut && rest == "co_groups/reconcile":
		rt.id = ""
		return rt.of(verb{"reconcile", (*call).reconcileAll})
	case c.method() == http.MethodPost && rest[:i] == "co_groups/reconcile":
		return rt.of(verb{"reconcile", (*call).reconcileOne})
	case rt.resource == nil:
		rt.id = ""
		return rt, false
	}
	return rt.of(rt.verb(item, c.method()))
}

// verb returns what the method does to the route's resource; append-only resources have no edit or delete.
func (rt route) verb(verbs map[string]verb, method string) verb {
	if rt.resource.AppendOnly && (method == http.MethodPut || method == http.MethodDelete) {
		return verb{}
	}
	return verbs[method]
}

// method returns the request's method, GET for HEAD.
func (c *call) method() string {
	if c.r.Method == http.MethodHead {
		return http.MethodGet
	}
	return c.r.Method
}

// verb is the operation of a method at a path.
type verb struct {
	name   string
	handle func(*call, route) error
}

func (rt route) of(v verb) (route, bool) {
	rt.name, rt.handle = v.name, v.handle
	return rt, v.handle != nil
}

var collection = map[string]verb{
	http.MethodGet:    {"list", (*call).list},
	http.MethodPost:   {"add", (*call).add},
	http.MethodDelete: {"delete", (*call).deleteNothing},
}

var item = map[string]verb{
	http.MethodGet:    {"view", (*call).view},
	http.MethodPut:    {"edit", (*call).edit},
	http.MethodDelete: {"delete", (*call).delete},
}

// paths are the resources by path. It is not changed after initialization.
var paths = func() map[string]*comity.Resource {
	m := map[string]*comity.Resource{}
	for _, r := range comity.All() {
		m[r.Path] = r
	}
	return m
}()

// resourceByPath returns the resource of a path, nil if there is none.
func resourceByPath(path string) *comity.Resource { return paths[path] }
