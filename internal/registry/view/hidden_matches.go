package view

import (
	"context"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store/search"
)

// withoutHiddenMatches drops from the people found those whom the caller sees only as the owner of a group and
// whose visible fields do not contain all words: otherwise a search would reveal the hidden fields.
func (r reading) withoutHiddenMatches(ctx context.Context, people []PersonFound, words []string) ([]PersonFound, error) {
	if !r.Caller.OwnsGroup || len(words) == 0 || len(people) == 0 || r.all(comity.CoPerson.Resource) {
		return people, nil
	}
	records := make([]*comity.Record, len(people))
	ids := make([]int64, len(people))
	for i, p := range people {
		records[i], ids[i] = p.Person, p.Person.Id
	}
	redacted, err := authz.Redacted(ctx, r.tx, r.Caller, comity.CoPerson.Resource, records)
	if err != nil || len(redacted) == 0 {
		return people, err
	}
	mails, err := r.listBy(ctx, comity.EmailAddress.Resource, comity.OwnerCO.Column, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(people, func(p PersonFound) bool {
		if !slices.Contains(redacted, p.Person) {
			return false
		}
		var texts []string
		for _, rec := range append(slices.Clone(mails[p.Person.Id]), p.Name) {
			if rec == nil {
				continue
			}
			for _, f := range rec.Resource.Fields {
				if f.Kind == comity.Text {
					texts = append(texts, rec.Text(f))
				}
			}
		}
		return !search.HasWords(texts, words)
	}), nil
}

// rowsWithoutHiddenMatches is withoutHiddenMatches for the rows of a group, applied to the people in them.
func (r reading) rowsWithoutHiddenMatches(ctx context.Context, rows []*comity.Record, words []string) ([]*comity.Record, error) {
	if !r.Caller.OwnsGroup || len(words) == 0 {
		return rows, nil
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.OwnedBy(comity.OwnerCO)
	}
	people, err := r.describe(ctx, distinct(ids), words)
	if err != nil {
		return nil, err
	}
	if people, err = r.withoutHiddenMatches(ctx, people, words); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(row *comity.Record) bool {
		return !slices.ContainsFunc(people, func(p PersonFound) bool { return p.Person.Id == row.OwnedBy(comity.OwnerCO) })
	}), nil
}
