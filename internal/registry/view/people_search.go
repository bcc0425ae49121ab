package view

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/search"
)

// PeopleFilter narrows a search of people: by status, by a role in a unit, by a row in a group. A field that
// is "" or 0 does not narrow it.
type PeopleFilter struct {
	Status           string
	CouId, CoGroupId int64
}

// PersonFound is what a list shows of a person. Fields are nil if there is no such record or the caller may
// not see it.
type PersonFound struct {
	Person, Name, EmailAddress, Identifier *comity.Record
	// Units are the units that the person has a role in.
	Units []*comity.Record
}

// PeoplePage is a page of people, in order of their family and given names.
type PeoplePage struct {
	People []PersonFound
	// Next is the value of after for the next page, "" if there is none.
	Next string
}

const (
	maxPeoplePage  = 200
	maxSearchWords = 8
)

// SearchPeople finds the people of a CO whose names, email addresses and identifiers contain all words of a
// text, ignoring order, case and accents; an empty text finds everybody. after is "" or the Next of the page
// before.
func (r *Reader) SearchPeople(ctx context.Context, caller authz.Caller, coID int64, text string, filter PeopleFilter, after string, limit int) (PeoplePage, error) {
	var page PeoplePage
	q := search.Query{CoId: coID, Status: filter.Status, CouId: filter.CouId, CoGroupId: filter.CoGroupId}
	q.Words = searchedWords(text)
	q.Limit = min(max(limit, 1), maxPeoplePage) + 1
	q.After = readListed(after)
	if q.Status != "" || q.CoGroupId != 0 {
		caller = caller.Strictly() // owners of groups are not shown what the filter looks at
	}
	err := r.read(ctx, caller, func(in reading) error {
		wide, err := in.inCO(ctx, coID)
		if err != nil {
			return err
		}
		q.Visible = wide.Visible(comity.CoPerson.Resource)
		q.Few = q.Visible != nil && wide.PeopleFirst
		found, err := search.People(ctx, in.tx, q)
		if err != nil {
			return err
		}
		if len(found) == q.Limit {
			found = found[:q.Limit-1]
			page.Next = writeListed(found[len(found)-1])
		}
		ids := make([]int64, len(found))
		for i, p := range found {
			ids[i] = p.Id
		}
		if page.People, err = in.describe(ctx, ids, q.Words); err != nil {
			return err
		}
		page.People, err = in.withoutHiddenMatches(ctx, page.People, q.Words)
		return err
	})
	if err != nil {
		return PeoplePage{}, fmt.Errorf("search the people of CO %d: %w", coID, err)
	}
	return page, nil
}

// searchedWords returns the folded words of a search text.
func searchedWords(text string) []string {
	words := search.Words(searched(text))
	return words[:min(len(words), maxSearchWords)]
}

// A position in the list is written as the person's id and sort key.
func writeListed(l search.Position) string { return strconv.FormatInt(l.Id, 10) + " " + l.Sort }

func readListed(s string) search.Position {
	id, sort, _ := strings.Cut(s, " ")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < 0 {
		return search.Position{}
	}
	return search.Position{Id: n, Sort: storable(sort)}
}

// describe reads what a list shows of people, in a fixed number of queries. Of several addresses or
// identifiers it shows one that contains a word of the search.
func (r reading) describe(ctx context.Context, ids []int64, words []string) ([]PersonFound, error) {
	people, err := r.byID(ctx, comity.CoPerson.Resource, ids)
	if err != nil {
		return nil, err
	}
	names, err := r.primaryNames(ctx, ids)
	if err != nil {
		return nil, err
	}
	mails, err := r.listBy(ctx, comity.EmailAddress.Resource, comity.OwnerCO.Column, ids)
	if err != nil {
		return nil, err
	}
	identifiers, err := r.listBy(ctx, comity.Identifier.Resource, comity.OwnerCO.Column, ids)
	if err != nil {
		return nil, err
	}
	units, err := r.unitsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	var found []PersonFound
	for _, id := range ids {
		if people[id] == nil {
			continue
		}
		found = append(found, PersonFound{
			Person: people[id], Name: names[id], Units: units[id],
			EmailAddress: firstWith(mails[id], comity.EmailAddress.Mail, words),
			Identifier:   firstWith(identifiers[id], comity.Identifier.Identifier, words),
		})
	}
	return found, nil
}

// firstWith returns the first record whose text contains one of the words, else the first, nil if there are
// none.
func firstWith(records []*comity.Record, f *comity.Field, words []string) *comity.Record {
	if len(records) == 0 {
		return nil
	}
	i := slices.IndexFunc(records, func(rec *comity.Record) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(db.Normalize(rec.Text(f)), word) })
	})
	return records[max(i, 0)]
}

// unitsOf returns the units in which people have a role, in order of name.
func (r reading) unitsOf(ctx context.Context, people []int64) (map[int64][]*comity.Record, error) {
	f := comity.CoPersonRole
	roles, err := r.listBy(ctx, f.Resource, comity.OwnerCO.Column, people, store.IsSet(f.CouId.Column))
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, of := range roles {
		for _, role := range of {
			ids = append(ids, role.Int(f.CouId))
		}
	}
	units, err := r.byID(ctx, comity.Cou.Resource, ids)
	if err != nil {
		return nil, err
	}
	found := map[int64][]*comity.Record{}
	for person, of := range roles {
		for _, role := range of {
			if unit := units[role.Int(f.CouId)]; unit != nil && !slices.Contains(found[person], unit) {
				found[person] = append(found[person], unit)
			}
		}
		slices.SortFunc(found[person], byText(comity.Cou.Name))
	}
	return found, nil
}

// byText returns a function that compares records by a text field.
func byText(f *comity.Field) func(a, b *comity.Record) int {
	return func(a, b *comity.Record) int {
		return strings.Compare(db.Fold(a.Text(f)), db.Fold(b.Text(f)))
	}
}
