package openapi

import (
	"fmt"

	"comity"
)

// parameter is a parameter of a call other than its body.
type parameter struct {
	Name, In, Text string
	Required       bool
	schema         *schema
	// list is true if the parameter takes several values, separated by commas.
	list bool
	// shared is the name of the component that the document refers to, "" to write the parameter inline.
	shared string
}

// Type returns a description of the value's type for a reader.
func (p parameter) Type() string {
	switch kind := p.schema.Type[0]; {
	case p.list:
		return "list"
	case p.schema.Pattern != "":
		return "time"
	case kind == "string":
		return "text"
	default:
		return kind
	}
}

// maxLimit is the largest page of a list.
const maxLimit = 1000

var (
	idParameter = parameter{
		Name: "id", In: "path", Required: true, shared: "id", schema: number(1),
		Text: "The record's Id. One that is no number, or too large a one, is an unknown id.",
	}
	requestID = parameter{
		Name: "X-Request-Id", In: "header", shared: "X-Request-Id", schema: &schema{Type: types{"string"}, MaxLength: 64},
		Text: "A name for the request, given back in the answer and in the server's log. Without one the server makes it.",
	}
	ifMatch = parameter{
		Name: "If-Match", In: "header", shared: "If-Match", schema: &schema{Type: types{"string"}},
		Text: "The entity tag that the record was read with: if it has changed since, nothing is done and the answer is 412.",
	}
	ifNoneMatch = parameter{
		Name: "If-None-Match", In: "header", shared: "If-None-Match", schema: &schema{Type: types{"string"}},
		Text: "The entity tag of what the client has: if it is still that, the answer is 304 without a body. A list has one with `limit`.",
	}
	idempotencyKey = parameter{
		Name: "Idempotency-Key", In: "header", shared: "Idempotency-Key", schema: &schema{Type: types{"string"}, MaxLength: 255},
		Text: "A key of the client's own. The same request under the same key is carried out once and answered the same, for a day; what failed is tried anew. An API user is added each time, for its key is shown once.",
	}
	coidParameter = parameter{
		Name: "coid", In: "query", shared: "coid", schema: number(1),
		Text: "Only records of this CO. A caller of one CO names it, or a parent.",
	}
	paging = []parameter{
		{
			Name: "limit", In: "query", shared: "limit", schema: inRange(1, maxLimit),
			Text: fmt.Sprintf("One page of at most this many records, 1 to %d; a Link header names the next page.", maxLimit),
		},
		{
			Name: "after", In: "query", shared: "after", schema: number(0),
			Text: "Only records with a greater Id: give that of the last record of the previous page.",
		},
		{
			Name: "modifiedsince", In: "query", shared: "modifiedsince", schema: moment(),
			Text: "Only records added or changed since this time, to the microsecond if need be. The header Comity-Next-Since has the time to ask from next, so that nothing is missed.",
		},
		{
			Name: "deleted", In: "query", shared: "deleted", schema: &schema{Type: types{"boolean"}},
			Text: "`true`, with `modifiedsince`: also records that were deleted since, as they were when deleted. Goes with coid, copersonid, orgidentityid and cogroupid only, and with no search. For administrators of the CO.",
		},
	}
	pastParameters = []parameter{
		{
			Name: "revision", In: "query", shared: "revision", schema: number(0),
			Text: "The record as of that Revision, even if it was deleted since. For administrators of the CO.",
		},
		{
			Name: "at", In: "query", shared: "at", schema: moment(),
			Text: "The record as it was at this time, even if it was deleted since. For administrators of the CO.",
		},
	}
)

// searches describes the search parameters that do not stand for a field.
var searches = map[*comity.Resource][]parameter{
	comity.CoPerson.Resource: {
		search("given", "Match: the start of the primary name's given name, ignoring case. Under 3 characters it is ignored; if no usable criterion is left the list is empty."),
		search("family", "Match: the start of the primary name's family name, likewise."),
		search("mail", "Match: the start of an email address, likewise; one that is no email address is ignored."),
		search("search.identifier", "People with an identifier that contains this text, ignoring case; without `limit` exact matches come first. Also written `search_identifier`."),
		search("search.mail", "People with exactly this email address. Also written `search_mail`."),
		search("identifier", "People with exactly this identifier."),
		search("identifiertype", "With `identifier`: only one of this type."),
	},
	comity.OrgIdentity.Resource: {
		search("search.identifier", "Org identities with an identifier that contains this text, ignoring case; without `limit` exact matches come first. Also written `search_identifier`."),
		search("search.mail", "Org identities with exactly this email address. Also written `search_mail`."),
	},
	comity.CoGroup.Resource: {
		search("search.identifier", "Groups with an identifier that contains this text, ignoring case; without `limit` exact matches come first. Also written `search_identifier`."),
		search("name", "The group with exactly this name."),
	},
	comity.EmailAddress.Resource: {search("mail", "Email addresses that equal this text.")},
	comity.Identifier.Resource:   {search("identifier", "Identifiers that equal this text.")},
	comity.CoGroupMember.Resource: {{
		Name: "owner", In: "query", schema: &schema{Type: types{"boolean"}},
		Text: "`true` lists owners only, `false` leaves them out.",
	}},
}

func search(name, text string) parameter {
	return parameter{Name: name, In: "query", Text: text, schema: &schema{Type: types{"string"}}}
}

// listParameters returns the parameters that narrow and shape a list of the resource.
func listParameters(r *comity.Resource) []parameter {
	var out []parameter
	if r != comity.Co.Resource {
		out = append(out, coidParameter)
	}
	for _, p := range parents(r) {
		text := "Only those that name this " + p.resource.Singular + "."
		if p.about != "" {
			text = p.about
		}
		out = append(out, parameter{Name: p.key, In: "query", Text: text, schema: number(1)})
	}
	out = append(out, searches[r]...)
	if r == comity.CoGroupMember.Resource {
		out = append(out, parameter{
			Name: "at", In: "query", schema: moment(),
			Text: "With `cogroupid`: who was in the group at this time, by memberships within their validity then, and nobody while the group was not Active.",
		})
	}
	if names := children(r); len(names) > 0 {
		plurals := make([]string, len(names))
		for i, c := range names {
			plurals[i] = c.Plural
		}
		out = append(out, parameter{
			Name: "expand", In: "query", list: true,
			Text:   "Which of the records that hang on each are shown with it, with commas between: " + list(plurals) + ".",
			schema: &schema{Type: types{"array"}, Items: &schema{Type: types{"string"}, Enum: anyValues(plurals)}},
		})
	}
	out = append(out, paging...)
	return append(out, ifNoneMatch)
}

func number(least int64) *schema {
	return &schema{Type: types{"integer"}, Format: "int64", Minimum: &least}
}

func inRange(least, most int64) *schema {
	s := number(least)
	s.Maximum = &most
	return s
}

func moment() *schema { return &schema{Type: types{"string"}, Pattern: "^" + timeTakenPattern + "$"} }
