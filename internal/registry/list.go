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
	"comity/internal/access"
	"comity/internal/store"
)

// MaxPage is how many records of a list are read at a time, and asked for at most.
const MaxPage = 1000

// Listing is a list under way. It holds one page at a time.
type Listing struct {
	// Records are the first page.
	Records []*comity.Record
	// None is the phrase of a list by a parent that has none; "" where the list is a list, if empty.
	None string
	// Limited says that the query asked for one page; More is then the id after which the next
	// begins, 0 if there is none.
	Limited bool
	More    int64
	// NextSince is from when on a query by modifiedsince misses nothing that this one does not show;
	// zero where the query was not by it.
	NextSince time.Time

	registry *Registry
	resource *comity.Resource
	caller   access.Caller
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

// Full says whether a page is as long as a page can be, so that another may follow.
func (l *Listing) Full(records []*comity.Record) bool { return !l.Limited && len(records) == MaxPage }

// List returns the records that meet all the parameters of a query, in order of Id.
func (r *Registry) List(ctx context.Context, caller access.Caller, res *comity.Resource, query map[string][]string) (*Listing, error) {
	q, err := parseQuery(res, query)
	if !caller.May(access.View, res) || !q.mayAsk(caller) {
		return nil, comity.Forbid()
	}
	if err != nil {
		return nil, err
	}
	l := &Listing{registry: r, resource: res, caller: caller}
	if !q.since.IsZero() {
		// Asked before the snapshot is taken, so that nothing falls between the two.
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

// limit makes it a page of so many records, of which one more was read; 0 does not.
func (l *Listing) limit(n int) {
	l.Limited = n > 0
	if l.Limited && len(l.Records) > n {
		l.Records = l.Records[:n]
		l.More = l.Records[n-1].Id
	}
}

// query is a list's parameters on their way to conditions.
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
	// parts and exact are the conditions of search.identifier: that a record has an identifier with that
	// text in it, and that it has exactly that. exactRead says that the latter are all read.
	parts, exact []store.Condition
	exactRead    bool
	// hangs are the columns of the history that narrow a list of what was deleted.
	hangs map[string]int64
	// reach is what the caller may see.
	reach reach
	// none is the phrase of an empty list, nothing says that it is empty for want of a usable key.
	none    string
	nothing bool
}

// parent is a parameter that names a record which the listed ones hang on or refer to.
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

// maxParameters bounds the conditions of a list. Its keys are fewer, but each may be given again.
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

// meansToNarrow says whether who gives a parameter that this list does not know wants a part of it:
// elsewhere it narrows, or it searches. Passing over it would answer with all there is.
func (q *query) meansToNarrow(name string) bool {
	return comity.NarrowsLists(name) || name == "at" || !q.resource.StrictQuery && strings.HasPrefix(name, "search.")
}

func refuseEmpty(name, value string) error {
	if value == "" {
		return comity.BadRequest("%s is empty, it must be an id", name)
	}
	return nil
}

// mayAsk says whether a caller who is limited to a CO asks for nothing beyond it. What a parent
// hides is found when it is looked up.
func (q *query) mayAsk(caller access.Caller) bool {
	if caller.Platform {
		return true
	}
	if len(q.coIDs) == 0 && len(q.parents) == 0 {
		return false
	}
	return !slices.ContainsFunc(q.coIDs, func(id int64) bool { return !caller.Knows(id) })
}

// resolve turns the parameters into conditions, and says which of the records they name is not there.
func (q *query) resolve(ctx context.Context, tx *store.Tx, caller access.Caller) error {
	for _, id := range q.coIDs {
		if _, err := tx.Home(ctx, comity.Co.Resource, id); errors.Is(err, store.ErrNotFound) {
			return comity.Missing("CO Unknown")
		} else if err != nil {
			return err
		}
		q.conditions = append(q.conditions, store.Equal("co_id", id))
		q.hangs["co_id"] = id
	}
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	if q.byHidden() {
		caller = caller.Strictly()
	}
	if q.reach, err = (reach{caller: caller, now: now}).across(ctx, tx); err != nil {
		return err
	}
	if c := q.reach.visible(q.resource); c != nil {
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
		sees, err := maySee(ctx, tx, caller, p.Resource, p.id)
		if err != nil {
			return err
		}
		if !sees {
			return comity.Missing(unknown)
		}
		q.byParent(p, now)
	}
	if len(q.unknown) > 0 && q.resource.StrictQuery {
		return &comity.Error{
			Code: comity.NoSuchSearch, Phrase: "Unprocessable Entity",
			Detail: fmt.Sprintf("There is no search key %q; there are coid, %s", q.unknown[0], strings.Join(q.resource.Queries, ", ")),
		}
	}
	q.nothing = len(q.keys) > 0 && !q.search()
	if !q.since.IsZero() {
		q.conditions = append(q.conditions, store.ModifiedSince(q.since))
	}
	return q.checkDeleted()
}

// byHidden says whether the query finds records by what the owner of a group is not shown of people: by
// their identifiers, or when anything of them was changed.
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

// value is the value of a key, "" where the query does not have it.
func (q *query) value(name string) string {
	for _, k := range q.keys {
		if k.name == name {
			return strings.TrimSpace(k.value)
		}
	}
	return ""
}

// minCriterion is the least length of a criterion that Match looks at, in code points.
const minCriterion = 3

// maxCriterion is the greatest length of a criterion, in bytes: more than any text is long that is
// searched in, however it folds.
const maxCriterion = 8192

// search adds the conditions of the keys, and says whether the value of any is usable.
func (q *query) search() (usable bool) {
	for _, k := range q.keys {
		value := strings.TrimSpace(k.value)
		var c store.Condition
		switch {
		case !utf8.ValidString(value) || strings.ContainsRune(value, 0) || len(value) > maxCriterion:
			c = store.NoRecord() // no record holds such a text
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

// owner is the column of an owner field that names a record of the query's resource.
func (q *query) owner(f *comity.Field) string {
	i := slices.IndexFunc(f.Owners, func(o comity.OwnerType) bool { return o.Target == q.resource.Singular })
	return f.Owners[i].Column
}

// coID is the CO that the query is about, 0 for all.
func (q *query) coID() int64 {
	if len(q.coIDs) == 0 {
		return 0
	}
	return q.coIDs[0]
}

// condition is the condition of a key, nil where its value is not usable.
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
		// It says something only together with an identifier.
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
