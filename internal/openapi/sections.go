package openapi

import (
	"fmt"
	"strconv"
	"strings"

	"comity"
)

// section is a part of the introduction, which applies to all calls.
type section struct {
	Title      string
	Paragraphs []string
}

// sections are the introduction of the document and of the pages. Words of the API are between backquotes.
var sections = []section{
	{"Paths and formats", []string{
		"Paths are below the API root. The extension decides the format, `.json` or `.xml`; both are read and written, and an operation that answers by status alone needs it too. A path without an extension, another extension or a method that a path does not have is 404 `Unknown`. HEAD is GET without its body. `Content-Type` is not relied on; a body on GET or DELETE is ignored.",
	}},
	{"Logging in", []string{
		"HTTP Basic with the name and key of an API user, which must be Active, inside its validity and call from an address that its RemoteIp matches. A user of the platform CO (id 1, `COmanage`) administers everything, a privileged user of another CO that CO. For a CO's user another `coid` and viewing all of a kind without one are 401; a record of another CO answers 404, as one that does not exist. This document and these pages need no login.",
	}},
	{"Requests", []string{
		"`{\"RequestType\":\"Cous\",\"Version\":\"1.0\",\"Cous\":[{\"Version\":\"1.0\",\"CoId\":2,\"Name\":\"Physics\"}]}`: the plural name as RequestType and as key, and one element, whose Version must be there. The bare element is taken too. Unknown fields are ignored.",
		"In XML: `<Cous Version=\"1.0\"><Cou Version=\"1.0\"><CoId>2</CoId><Name>Physics</Name></Cou></Cous>`.",
		"An edit (PUT) is partial: fields that are not in the request keep their values; required ones must be there. null clears a field; so does an empty text (XML: an empty element), but a text field stores it as such. An edit that changes no value raises Revision all the same.",
	}},
	{"Values", []string{
		"Times are UTC, `YYYY-MM-DD HH:MM:SS`; ISO 8601 with `T` and `Z` is taken too. Dates are `YYYY-MM-DD`. Numbers, ids and booleans are taken as JSON values or as their text. Blanks around a text are trimmed; a text holds no control characters but tab and line feed, and `<` and `>` only where its field says so. Lengths are in characters. A word's short code is taken on input, and the word is given back.",
		"What hangs on one of several parents names it as `\"Person\":{\"Type\":\"CO\",\"Id\":7}`, or flat, as `\"CoPersonId\":7`.",
	}},
	{"Answers", []string{
		"A list is `{\"ResponseType\":\"Cous\",\"Version\":\"1.0\",\"Cous\":[…]}`; a view is a list of one. Fields without a value are left out. In XML booleans are 1 and 0, and each element has its Id as an attribute too. Numbers are numbers, or in JSON their text for an API user with StringIds.",
		"The reason phrase of the status line is part of the API, as in `403 Name In Use`. The body of an error says the same or more: `{\"ResponseType\":\"ErrorResponse\",\"Version\":\"1.0\",\"Id\":\"New\",\"Error\":\"Name In Use\"}`, or what is wrong with each field: `\"InvalidFields\":{\"name\":[\"A name must be provided\"]}`.",
	}},
	{"Lists in pages, and what changed", []string{
		"Lists are in order of Id. `limit` asks for one page, whose `Link` header names the next. `modifiedsince` lists what was added or changed since a time, and with `deleted=true` what was deleted; `Comity-Next-Since` is the time to ask from next. `expand` shows with each record those that hang on it. Parameters given together all hold. A parameter that narrows other lists and not this one is 400 `Bad Request`; one that means nothing anywhere is ignored, but on `co_people`, where it is 422.",
	}},
	{"Earlier states", []string{
		"A view takes `revision` or `at` for the record as it was, also when it has been deleted since.",
	}},
	{"Conditions and retries", []string{
		"A view's `ETag` is the tag of its bytes. `If-None-Match` spares a body that the client has, `If-Match` keeps an edit or delete from undoing what somebody else changed. `Idempotency-Key` makes an add that is sent again happen once. `X-Request-Id` is given back and in the server's log.",
	}},
	boundaries(),
}

// boundaries returns the section about limits, and how exceeding them is answered.
func boundaries() section {
	var b strings.Builder
	for _, bound := range comity.Bounds() {
		fmt.Fprintf(&b, "At most %s %s: beyond that, %d `%s` with `%s`. ", thousands(bound.Most), bound.What, bound.Status, bound.Phrase, bound.Text)
	}
	return section{"Bounds", []string{"The body of the answer says which bound it is. " + strings.TrimSpace(b.String())}}
}

// thousands formats a number with commas.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return thousands(n/1000) + fmt.Sprintf(",%03d", n%1000)
}

// markdown formats sections as the document's description.
func markdown(all []section) string {
	var b strings.Builder
	for _, s := range all {
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString("## " + s.Title)
		for _, p := range s.Paragraphs {
			b.WriteString("\n\n" + p)
		}
	}
	return b.String()
}
