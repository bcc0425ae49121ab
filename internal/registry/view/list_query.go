package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/internal/authz"
)

// ListQuery says which records of a resource a list has: those that meet everything that it sets.
type ListQuery struct {
	Resource *comity.Resource
	// CoIds are COs that the records must be in.
	CoIds []int64
	// Parents are records to which the listed ones must belong or refer.
	Parents []ParentRecord
	// Search are the criteria that they must meet. If there are some and none is usable, the list is empty.
	Search []Criterion
	// ModifiedSince is a time since which they must have been changed; zero is no condition.
	ModifiedSince time.Time
	// Deleted adds the records that were deleted since ModifiedSince, which must be set. It works with CoIds
	// and with Parents that are people, org identities or groups, and with no Search.
	Deleted bool
	// At lists the memberships of a group, which must be one of Parents, that were effective at that time;
	// zero lists the present. It works with CoIds, Parents, SearchOwner, Limit and After only.
	At time.Time
	// Expand are the resources whose records, if they belong to a listed one, come with it in Expanded.
	Expand []*comity.Resource
	// Each, unless nil, is called with each record of a page instead of keeping it in Listing.Records. A record is
	// valid only during the call, so that those which nothing else looks at need no memory of their own.
	Each func(*comity.Record)
	// Limit makes the list one page of at most so many records; 0 lists all. After is the id after which it
	// begins.
	Limit int
	After int64
	// Invalid is what else is wrong with the query, nil for nothing. List returns it once it has found the
	// records that the query names, as a missing record is reported first.
	Invalid error
}

// ParentRecord is a record to which listed ones belong or refer.
type ParentRecord struct {
	comity.Parent
	Id int64
}

// Criterion is one search criterion.
type Criterion struct {
	Key SearchKey
	// Text is what to search for, without meaning for SearchOwner.
	Text string
	// Is is the value of SearchOwner.
	Is bool
}

// SearchKey says what a criterion compares. The keys of a resource are its Queries.
type SearchKey string

// The search keys. Comparisons ignore case.
const (
	// SearchGiven and SearchFamily find people by the beginning of a name.
	SearchGiven  SearchKey = "given"
	SearchFamily SearchKey = "family"
	// SearchMail finds people by the beginning of an email address, and email addresses by all of it.
	SearchMail SearchKey = "mail"
	// SearchIdentifier finds people and identifiers by an identifier; for people SearchIdentifierType narrows
	// it to those of a type.
	SearchIdentifier     SearchKey = "identifier"
	SearchIdentifierType SearchKey = "identifiertype"
	// SearchName finds groups by their name.
	SearchName SearchKey = "name"
	// SearchOwner finds memberships by whether they are owners.
	SearchOwner SearchKey = "owner"
	// SearchIdentifierPart finds records by a part of an identifier that belongs to them, those with the whole
	// identifier first. SearchWholeMail finds them by an email address.
	SearchIdentifierPart SearchKey = "search.identifier"
	SearchWholeMail      SearchKey = "search.mail"
)

// Of returns the query narrowed to the records that belong or refer to one of a resource.
func (q ListQuery) Of(parent *comity.Resource, id int64) ListQuery {
	of, ok := q.Resource.ParentIn(parent)
	if !ok {
		q.Invalid = fmt.Errorf("%s do not belong to a %s", q.Resource.Plural, parent.Singular)
		return q
	}
	q.Parents = append(slices.Clone(q.Parents), ParentRecord{of, id})
	return q
}

// Authorize returns an error if the caller may list no such records, or asks beyond the CO to which they are
// limited. A CO that follows from a parent is checked when the parent is looked up.
func (q ListQuery) Authorize(caller authz.Caller) error {
	switch {
	case !caller.May(authz.View, q.Resource):
		return comity.Forbid()
	case caller.Platform:
		return nil
	case len(q.CoIds) == 0 && len(q.Parents) == 0:
		return comity.Forbid()
	case slices.ContainsFunc(q.CoIds, func(id int64) bool { return !caller.Knows(id) }):
		return comity.Forbid()
	}
	return nil
}

// coID returns the CO that the query is limited to, 0 for all.
func (q ListQuery) coID() int64 {
	if len(q.CoIds) == 0 {
		return 0
	}
	return q.CoIds[0]
}

// text returns the text of the first criterion with a key, "" if there is none.
func (q ListQuery) text(key SearchKey) string {
	for _, c := range q.Search {
		if c.Key == key {
			return strings.TrimSpace(c.Text)
		}
	}
	return ""
}

// byHidden reports whether the query finds records by fields that the owner of a group is not shown: by
// identifiers, or by the time of any change.
func (q ListQuery) byHidden() bool {
	return !q.ModifiedSince.IsZero() || slices.ContainsFunc(q.Search, func(c Criterion) bool {
		return strings.Contains(string(c.Key), "identifier")
	})
}
