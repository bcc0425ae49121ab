package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
)

// MaxPage is the largest page: how many records of a list are read at a time, and may be asked for.
const MaxPage = 1000

// Listing is a list that is being read. It holds one page at a time.
type Listing struct {
	// Records are the first page.
	Records []*comity.Record
	// None is the phrase to answer with if the list's parent has no such records; "" to answer with a list,
	// which may be empty.
	None string
	// Limited is true if the query asked for one page; More is then the id after which the next page begins,
	// 0 if there is none.
	Limited bool
	More    int64
	// NextSince is the modifiedsince of the next query, with which it misses nothing that this one does not
	// show; zero if the query did not use modifiedsince.
	NextSince time.Time

	registry *Registry
	resource *comity.Resource
	caller   authz.Caller
	next     func(ctx context.Context, tx *store.Tx, after int64, limit int) ([]*comity.Record, error)
}

// Next returns the page after a record, empty at the end.
func (l *Listing) Next(ctx context.Context, after int64) (records []*comity.Record, err error) {
	err = l.registry.snapshot(ctx, l.caller, func(tx *store.Tx) error {
		records, err = l.next(ctx, tx, after, MaxPage)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %s after %d: %w", l.resource.Plural, after, err)
	}
	return records, nil
}

// Full says whether a page is as long as possible, so that another may follow.
func (l *Listing) Full(records []*comity.Record) bool { return !l.Limited && len(records) == MaxPage }

// List returns the records that meet all the parameters of a query, in order of Id.
func (r *Registry) List(ctx context.Context, caller authz.Caller, res *comity.Resource, query map[string][]string) (*Listing, error) {
	q, err := parseQuery(res, query)
	if !caller.May(authz.View, res) || !q.mayAsk(caller) {
		return nil, comity.Forbid()
	}
	if err != nil {
		return nil, err
	}
	l := &Listing{registry: r, resource: res, caller: caller}
	if !q.since.IsZero() {
		// Read before the snapshot is taken, so that no change falls between the two.
		settled, err := r.store.Settled(ctx)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", res.Plural, err)
		}
		l.NextSince = settled.Time
	}
	err = r.snapshot(ctx, caller, func(tx *store.Tx) error {
		if err := q.resolve(ctx, tx, caller); err != nil {
			return err
		}
		if q.nothing {
			return nil
		}
		l.next = q.page
		size := MaxPage
		if q.limit > 0 {
			size = q.limit + 1
		}
		l.Records, err = q.page(ctx, tx, q.after, size)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", res.Plural, err)
	}
	l.limit(q.limit)
	if len(l.Records) == 0 && q.after == 0 {
		l.None = q.none
	}
	return l, nil
}

// limit cuts the list to a page of n records, of which one more was read; 0 does nothing.
func (l *Listing) limit(n int) {
	l.Limited = n > 0
	if l.Limited && len(l.Records) > n {
		l.Records = l.Records[:n]
		l.More = l.Records[n-1].Id
	}
}

// query is the parameters of a list on their way to conditions.
type query struct {
	resource *comity.Resource
	coIDs    []int64
	parents  []parent
	keys     []key
	limit    int
	after    int64
	since    time.Time
	deleted  bool
	expand   []*comity.Resource
	unknown  []string

	conditions []store.Condition
	// parts and exact are the conditions of search.identifier: an identifier contains the text, and an
	// identifier equals it. exactRead is true when all exact matches have been read.
	parts, exact []store.Condition
	exactRead    bool
	// hangs are the history's columns, and their values, that narrow a list of deleted records.
	hangs map[string]int64
	// filter is the caller's.
	filter authz.Filter
	// none is the phrase to answer an empty list with; nothing is true if the list is empty because no search
	// key is usable.
	none    string
	nothing bool
}

// parent is a parameter that names a record to which the listed ones belong or refer.
type parent struct {
	comity.Parent
	id int64
}

type key struct{ name, value string }

func parseQuery(res *comity.Resource, values map[string][]string) (*query, error) {
	q := &query{resource: res, hangs: map[string]int64{}}
	var err error
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range values[name] {
			if e := q.add(name, value); e != nil && err == nil {
				err = e
			}
		}
	}
	if q.has("identifiertype") && !q.has("identifier") && err == nil {
		err = comity.BadRequest("identifiertype narrows a look-up by identifier, and is nothing without it")
	}
	if n := len(q.coIDs) + len(q.parents) + len(q.keys); n > maxParameters {
		err = comity.BadRequest("The query has %d parameters, at most %d are taken", n, maxParameters)
	}
	return q, err
}

// maxParameters bounds the conditions of a list. There are fewer keys, but each may be repeated.
const maxParameters = 20

func (q *query) add(name, value string) error {
	if name == "coid" && q.resource != comity.Co.Resource {
		q.coIDs = append(q.coIDs, comity.ParseId(value))
		return refuseEmpty(name, value)
	}
	if p, ok := q.resource.Parent(name); ok {
		q.parents = append(q.parents, parent{p, comity.ParseId(value)})
		return refuseEmpty(name, value)
	}
	if read, ok := additions[name]; ok {
		return read(q, value)
	}
	dotted := strings.Replace(name, "search_", "search.", 1)
	if slices.Contains(q.resource.Queries, dotted) {
		q.keys = append(q.keys, key{dotted, value})
		if dotted == "owner" {
			_, err := ParseBoolean(dotted, value)
			return err
		}
		return nil
	}
	if q.meansToNarrow(dotted) || !q.resource.StrictQuery && q.meansToNarrow(strings.ToLower(dotted)) {
		return comity.BadRequest("%s does not narrow a list of %s; what does is %s", name, q.resource.Plural, strings.Join(q.resource.ListKeys(), ", "))
	}
	q.unknown = append(q.unknown, name)
	return nil
}

// meansToNarrow says whether an unknown parameter was probably meant to narrow the list, as it does elsewhere
// or by being a search: ignoring it would return everything.
func (q *query) meansToNarrow(name string) bool {
	return comity.NarrowsLists(name) || name == "at" || !q.resource.StrictQuery && strings.HasPrefix(name, "search.")
}

func refuseEmpty(name, value string) error {
	if value == "" {
		return comity.BadRequest("%s is empty, it must be an id", name)
	}
	return nil
}

// mayAsk says whether a caller who is limited to a CO asks only within it. A CO that follows from a parent is
// checked when the parent is looked up.
func (q *query) mayAsk(caller authz.Caller) bool {
	if caller.Platform {
		return true
	}
	if len(q.coIDs) == 0 && len(q.parents) == 0 {
		return false
	}
	return !slices.ContainsFunc(q.coIDs, func(id int64) bool { return !caller.Knows(id) })
}

// resolve turns the parameters into conditions, and reports which of the records they name do not exist.
func (q *query) resolve(ctx context.Context, tx *store.Tx, caller authz.Caller) error {
	for _, id := range q.coIDs {
		if _, err := tx.Home(ctx, comity.Co.Resource, id); errors.Is(err, store.ErrNotFound) {
			return comity.Missing("CO Unknown")
		} else if err != nil {
			return err
		}
		q.conditions = append(q.conditions, store.Equal("co_id", id))
		q.hangs["co_id"] = id
	}
	if q.byHidden() {
		caller = caller.Strictly()
	}
	filter, err := authz.NewFilter(ctx, tx, caller)
	if err != nil {
		return err
	}
	if q.filter, err = filter.Across(ctx, tx); err != nil {
		return err
	}
	if c := q.filter.Visible(q.resource); c != nil {
		q.conditions = append(q.conditions, c)
	}
	if q.deleted && !caller.Admin {
		return forbidPast()
	}
	for _, p := range q.parents {
		unknown := p.Resource.Noun + " Unknown"
		where, err := tx.Home(ctx, p.Resource, p.id)
		if errors.Is(err, store.ErrNotFound) || err == nil && !caller.Knows(where.CoId) {
			return comity.Missing(unknown)
		}
		if err != nil {
			return err
		}
		sees, err := authz.MaySee(ctx, tx, caller, p.Resource, p.id)
		if err != nil {
			return err
		}
		if !sees {
			return comity.Missing(unknown)
		}
		q.byParent(p, filter.Now)
	}
	if len(q.unknown) > 0 && q.resource.StrictQuery {
		return &comity.Error{
			Code: comity.Unprocessable, Phrase: "Unprocessable Entity",
			Detail: fmt.Sprintf("There is no search key %q; there are coid, %s", q.unknown[0], strings.Join(q.resource.Queries, ", ")),
		}
	}
	q.nothing = len(q.keys) > 0 && !q.search()
	if !q.since.IsZero() {
		q.conditions = append(q.conditions, store.ModifiedSince(q.since))
	}
	return q.checkDeleted()
}

// byHidden says whether the query finds records by fields that the owner of a group is not shown: by
// identifiers, or by the time of any change.
func (q *query) byHidden() bool {
	return !q.since.IsZero() || slices.ContainsFunc(q.keys, func(k key) bool { return strings.Contains(k.name, "identifier") })
}

func (q *query) byParent(p parent, now time.Time) {
	if q.resource == comity.CoGroup.Resource && p.Column == "" {
		q.conditions = append(q.conditions, store.HasMemberNow(p.id, now), store.Equal(comity.CoGroup.Status.Column, comity.Active))
		q.none = "CO Person Role Has No Groups"
		return
	}
	if p.Column == "" {
		q.conditions = append(q.conditions, store.LinkedTo(p.id))
	} else {
		q.conditions = append(q.conditions, store.Equal(p.Column, p.id))
		q.hangs[p.Column] = p.id
	}
	if !q.resource.EmptyLists {
		q.none = p.Resource.Noun + " Has No " + q.resource.Singular
	}
}

func (q *query) has(name string) bool {
	return slices.ContainsFunc(q.keys, func(k key) bool { return k.name == name })
}

// value returns the value of a key, "" if the query does not have it.
func (q *query) value(name string) string {
	for _, k := range q.keys {
		if k.name == name {
			return strings.TrimSpace(k.value)
		}
	}
	return ""
}

// minCriterion is the minimum length of a criterion that Match uses, in code points.
const minCriterion = 3

// maxCriterion is the maximum length of a criterion, in bytes: longer than any searchable text, folded or
// not.
const maxCriterion = 8192

// search adds the conditions of the search keys, and returns whether any of them has a usable value.
func (q *query) search() (usable bool) {
	for _, k := range q.keys {
		value := strings.TrimSpace(k.value)
		var c store.Condition
		switch {
		case !utf8.ValidString(value) || strings.ContainsRune(value, 0) || len(value) > maxCriterion:
			c = store.NoRecord() // no record can contain such a text
		case k.name == searchIdentifier && value != "":
			owner := q.owner(comity.Identifier.Person)
			q.parts = append(q.parts, store.HasIdentifierPart(owner, q.coID(), value))
			q.exact = append(q.exact, store.HasIdentifier(owner, q.coID(), value, ""))
			usable = true
			continue
		default:
			c = q.condition(k.name, value)
		}
		if c != nil {
			q.conditions = append(q.conditions, c)
			usable = true
		}
	}
	return usable
}

const searchIdentifier = "search.identifier"

// owner returns the column of an owner field that names a record of the query's resource.
func (q *query) owner(f *comity.Field) string {
	i := slices.IndexFunc(f.Owners, func(o comity.OwnerType) bool { return o.Target == q.resource.Singular })
	return f.Owners[i].Column
}

// coID returns the CO that the query is limited to, 0 for all.
func (q *query) coID() int64 {
	if len(q.coIDs) == 0 {
		return 0
	}
	return q.coIDs[0]
}

// condition returns the condition of a key, nil if its value is not usable.
func (q *query) condition(name, value string) store.Condition {
	coID := q.coID()
	long := utf8.RuneCountInString(value) >= minCriterion
	switch name {
	case "owner":
		return store.Equal(comity.CoGroupMember.Owner.Column, value == "true")
	case "given", "family":
		if long {
			return store.HasNameStart(name, coID, value)
		}
	case "mail":
		if q.resource != comity.CoPerson.Resource {
			return store.Exactly(comity.EmailAddress.Mail, value)
		}
		if long && comity.IsEmailAddress(value) {
			return store.HasMailStart(coID, value)
		}
	case "identifier":
		if q.resource != comity.CoPerson.Resource {
			return store.Exactly(comity.Identifier.Identifier, value)
		}
		return store.HasIdentifier(comity.OwnerCO.Column, coID, value, q.value("identifiertype"))
	case "identifiertype":
		// It has an effect only together with an identifier.
		return store.All()
	case "name":
		return store.Exactly(comity.CoGroup.Name, value)
	case "search.mail":
		if value != "" {
			return store.HasMail(q.owner(comity.EmailAddress.Person), coID, value)
		}
	}
	return nil
}
