package view

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/history"
)

// resolvedQuery is a list query as conditions.
type resolvedQuery struct {
	ListQuery
	// of are the records that the listed ones must name, filters and conditions what else they must meet (store.Page).
	// changed, unless nil, are the ids of the records that were changed since ModifiedSince.
	of                  []store.Reference
	filters, conditions []db.Condition
	changed             []int64
	// co is the CO of the records, 0 for any.
	co int64
	// parts and exact are the conditions of SearchIdentifierPart: an identifier contains the text, and an
	// identifier equals it. exactRead is true when all exact matches have been read.
	parts, exact []db.Condition
	exactRead    bool
	// columns are the history's columns, and their values, that narrow a list of deleted records.
	columns map[string]int64
	filter  authz.Filter
	// none is the phrase to answer an empty list with; nothing is true if the list is empty because no search
	// criterion is usable.
	none    comity.Phrase
	nothing bool
}

// resolve makes the conditions of the query, and reports which of the records that it names do not exist.
func (q *resolvedQuery) resolve(ctx context.Context, tx *db.Tx, caller authz.Caller) error {
	if err := q.resolveCOs(ctx, tx); err != nil {
		return err
	}
	if q.byHidden() {
		caller = caller.Strictly()
	}
	filter, err := authz.NewFilter(tx, caller).Across(ctx, tx)
	if err != nil {
		return err
	}
	q.filter = filter
	q.conditions = q.filter.Seen(q.Resource, q.conditions...)
	if q.Deleted && !caller.Admin {
		return forbidPast()
	}
	for _, p := range q.Parents {
		if err := q.resolveParent(ctx, tx, p); err != nil {
			return err
		}
	}
	if q.Invalid != nil {
		return q.Invalid
	}
	if len(q.Search) > 0 {
		usable, err := q.search(ctx, tx)
		if err != nil {
			return err
		}
		q.nothing = !usable
	}
	q.order()
	if q.ModifiedSince.IsZero() {
		return nil
	}
	q.filters = append(q.filters, store.ModifiedSince(q.ModifiedSince))
	return q.findChanged(ctx, tx)
}

// findChanged reads which records were changed since ModifiedSince from the history, so that the list does not look
// at all others, unless they are very many or the records are found otherwise.
func (q *resolvedQuery) findChanged(ctx context.Context, tx *db.Tx) (err error) {
	column, id := "co_id", q.co
	if len(q.of) > 0 && q.of[0].Column == comity.CoGroupMember.CoGroupId.Column && q.Resource == comity.CoGroupMember.Resource {
		column, id = q.of[0].Column, q.of[0].Id
	}
	if id == 0 || len(q.of) == 0 || named(q.of[0]) == 0 {
		return nil
	}
	changed, all, err := history.Changed(ctx, tx, q.Resource, column, id, q.ModifiedSince, db.MaxRows)
	if all && err == nil {
		q.changed = append([]int64{}, changed...)
	}
	return err
}

func (q *resolvedQuery) resolveCOs(ctx context.Context, tx *db.Tx) error {
	for _, id := range q.CoIds {
		if _, err := store.Home(ctx, tx, comity.Co.Resource, id); errors.Is(err, db.ErrNotFound) {
			return comity.Missing(comity.PhraseCOUnknown)
		} else if err != nil {
			return err
		}
		q.of = append(q.of, store.Reference{Column: "co_id", Id: id})
		q.columns["co_id"] = id
		q.co = id
	}
	return nil
}

// resolveParent adds the conditions of a parent, which must exist and be seen by the caller.
func (q *resolvedQuery) resolveParent(ctx context.Context, tx *db.Tx, p ParentRecord) error {
	where, err := store.Home(ctx, tx, p.Resource, p.Id)
	if errors.Is(err, db.ErrNotFound) || err == nil && !q.filter.Caller.Knows(where.CoId) {
		return comity.Missing(p.Resource.UnknownParent())
	}
	if err != nil {
		return err
	}
	sees, err := authz.MaySee(ctx, tx, q.filter.Caller, p.Resource, p.Id)
	if err != nil {
		return err
	}
	if !sees {
		return comity.Missing(p.Resource.UnknownParent())
	}
	if q.Resource == comity.CoGroup.Resource && p.Column == "" {
		q.conditions = append(q.conditions, store.HasMemberNow(p.Id, q.filter.Now), store.Equal(comity.CoGroup.Status.Column, comity.Active))
		q.none = p.Resource.NoneOf(q.Resource)
		return nil
	}
	if p.Column == "" {
		q.conditions = append(q.conditions, store.LinkedTo(p.Id))
	} else {
		q.of = append(q.of, store.Reference{Column: p.Column, Id: p.Id})
		q.co = where.CoId
		q.columns[p.Column] = p.Id
	}
	q.none = p.Resource.NoneOf(q.Resource)
	return nil
}

// order puts that of the records which the listed ones must name first which the fewest name: a person or an org
// identity, then any other, then the CO. A search finds its records by itself, so for it they are conditions.
func (q *resolvedQuery) order() {
	if len(q.Search) > 0 {
		for _, of := range q.of {
			q.conditions = append(q.conditions, store.Equal(of.Column, of.Id))
		}
		q.of = nil
	}
	slices.SortStableFunc(q.of, func(a, b store.Reference) int { return cmp.Compare(named(a), named(b)) })
}

// named returns the rank of a record by how many name it.
func named(of store.Reference) int {
	switch of.Column {
	case comity.OwnerCO.Column, comity.OwnerOrg.Column:
		return 0
	case "co_id":
		return 2
	}
	return 1
}

// minCriterion is the minimum length of a criterion that Match uses, in code points.
const minCriterion = 3

// maxCriterion is the maximum length of a criterion, in bytes: longer than any searchable text, folded or
// not.
const maxCriterion = 8192

// search adds the conditions of the criteria, and returns whether any of them is usable.
func (q *resolvedQuery) search(ctx context.Context, tx *db.Tx) (usable bool, err error) {
	var starts []store.NameStart
	for _, one := range q.Search {
		text := strings.TrimSpace(one.Text)
		var c db.Condition
		switch {
		case !utf8.ValidString(text) || strings.ContainsRune(text, 0) || len(text) > maxCriterion:
			c = store.NoRecord() // no record can contain such a text
		case one.Key == SearchIdentifierPart && text != "":
			owner := q.owner(comity.Identifier.Person)
			part, err := store.WithIdentifierPart(ctx, tx, owner, q.coID(), text)
			if err != nil {
				return false, err
			}
			q.parts = append(q.parts, part)
			q.exact = append(q.exact, store.HasIdentifier(owner, q.coID(), text, ""))
			usable = true
			continue
		case one.Key == SearchGiven || one.Key == SearchFamily:
			if utf8.RuneCountInString(text) >= minCriterion {
				starts = append(starts, store.NameStart{Column: string(one.Key), Start: text})
			}
			continue
		default:
			c = q.condition(one, text)
		}
		if c != nil {
			q.conditions = append(q.conditions, c)
			usable = true
		}
	}
	if len(starts) > 0 {
		called, err := store.WithNameStarts(ctx, tx, q.coID(), starts)
		if err != nil {
			return false, err
		}
		q.conditions = append(q.conditions, called)
	}
	return usable || len(starts) > 0, nil
}

// owner returns the column of an owner field that names a record of the query's resource.
func (q *resolvedQuery) owner(f *comity.Field) string {
	i := slices.IndexFunc(f.Owners, func(o comity.OwnerType) bool { return o.Target == q.Resource.Singular })
	return f.Owners[i].Column
}

// condition returns the condition of a criterion with a trimmed text, nil if the text is not usable.
func (q *resolvedQuery) condition(one Criterion, text string) db.Condition {
	coID := q.coID()
	long := utf8.RuneCountInString(text) >= minCriterion
	switch one.Key {
	case SearchOwner:
		return store.Equal(comity.CoGroupMember.Owner.Column, one.Is)
	case SearchMail:
		if q.Resource != comity.CoPerson.Resource {
			return store.Exactly(comity.EmailAddress.Mail, text)
		}
		if long && comity.IsEmailAddress(text) {
			return store.HasMailStart(coID, text)
		}
	case SearchIdentifier:
		if q.Resource != comity.CoPerson.Resource {
			return store.Exactly(comity.Identifier.Identifier, text)
		}
		return store.HasIdentifier(comity.OwnerCO.Column, coID, text, q.text(SearchIdentifierType))
	case SearchIdentifierType:
		return store.All() // it has an effect only together with an identifier
	case SearchName:
		return store.Exactly(comity.CoGroup.Name, text)
	case SearchWholeMail:
		if text != "" {
			return store.HasMail(q.owner(comity.EmailAddress.Person), coID, text)
		}
	case SearchGiven, SearchFamily, SearchIdentifierPart: // they are found together, or by their own conditions
	}
	return nil
}
