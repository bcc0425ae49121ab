package view

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
)

// LineMatch is an input line with the people that it matches.
type LineMatch struct {
	Line string
	// People is empty if the line matches nobody whom the caller may see, and has several if it is ambiguous;
	// it is cut to the first maxLinePeople.
	People []PersonFound
}

const (
	// maxLinePeople is the largest number of people returned for a line.
	maxLinePeople = 10
	// maxMatches is how many identifiers, addresses or names the lines may match all together.
	maxMatches = 20_000
	// maxNameWords is the largest number of words in a line that is tried as a name.
	maxNameWords = 8
)

// MatchPeople matches lines with people: each line is an identifier or email address, or else a name, as "Given
// Family" or "Family, Given", ignoring case. Empty lines are skipped. It takes a fixed number of queries.
func (r *Reader) MatchPeople(ctx context.Context, caller authz.Caller, coID int64, lines []string) (all []LineMatch, err error) {
	for _, line := range lines {
		if line = strings.Join(strings.Fields(storable(line)), " "); line != "" {
			all = append(all, LineMatch{Line: line})
		}
	}
	if len(all) > comity.MaxBulk {
		return nil, comity.BadRequest("There are %d lines, at most %d are taken at once", len(all), comity.MaxBulk)
	}
	err = r.read(ctx, caller, func(in reading) error {
		if err := in.co(ctx, coID); err != nil || len(all) == 0 {
			return err
		}
		return in.match(ctx, coID, all)
	})
	if err != nil {
		return nil, fmt.Errorf("match people of CO %d: %w", coID, err)
	}
	return all, nil
}

// match adds to each line the people whom it matches and whom the caller may see.
func (r reading) match(ctx context.Context, coID int64, lines []LineMatch) error {
	matched, err := r.matchedIds(ctx, coID, lines)
	if err != nil {
		return err
	}
	people, err := r.describe(ctx, distinct(slices.Concat(matched...)), nil)
	if err != nil {
		return err
	}
	seen := map[int64]PersonFound{}
	for _, p := range people {
		seen[p.Person.Id] = p
	}
	for i, ids := range matched {
		for _, id := range ids {
			if p, sees := seen[id]; sees {
				lines[i].People = append(lines[i].People, p)
			}
		}
	}
	return nil
}

// matchedIds returns the ids of the people that each line matches; names are tried only for lines that are no
// identifier or address.
func (r reading) matchedIds(ctx context.Context, coID int64, lines []LineMatch) ([][]int64, error) {
	i, e, n := comity.Identifier, comity.EmailAddress, comity.Name
	var folded []string
	var names [][2]string
	for _, line := range lines {
		folded = append(folded, db.Fold(line.Line))
		names = append(names, namesIn(line.Line)...)
	}
	known, err := r.peopleBy(ctx, i.Resource, func(rec *comity.Record) string { return db.Fold(rec.Text(i.Identifier)) },
		store.HasFolded(i.Identifier, coID, folded), store.Equal(i.Status.Column, comity.Active))
	if err != nil {
		return nil, err
	}
	mailed, err := r.peopleBy(ctx, e.Resource, func(rec *comity.Record) string { return db.Fold(rec.Text(e.Mail)) },
		store.HasFolded(e.Mail, coID, folded))
	if err != nil {
		return nil, err
	}
	called := map[string][]int64{}
	if len(names) > 0 {
		called, err = r.peopleBy(ctx, n.Resource, func(rec *comity.Record) string { return nameKey(rec.Text(n.Given), rec.Text(n.Family)) },
			store.IsCalled(coID, names))
		if err != nil {
			return nil, err
		}
	}
	matched := make([][]int64, len(lines))
	for at, line := range lines {
		ids := slices.Concat(known[folded[at]], mailed[folded[at]])
		if len(ids) == 0 {
			for _, name := range namesIn(line.Line) {
				ids = append(ids, called[nameKey(name[0], name[1])]...)
			}
		}
		ids = distinct(ids)
		matched[at] = ids[:min(len(ids), maxLinePeople)]
	}
	return matched, nil
}

// peopleBy returns, by the key of the records that the caller may see, the people to whom the records belong.
func (r reading) peopleBy(ctx context.Context, res *comity.Resource, key func(*comity.Record) string, conditions ...db.Condition) (map[string][]int64, error) {
	conditions = append(conditions, store.IsSet(comity.OwnerCO.Column))
	records, err := r.list(ctx, res, maxMatches+1, conditions...)
	if err != nil {
		return nil, err
	}
	if len(records) > maxMatches {
		return nil, comity.BadRequest("Too many people are called so: take fewer lines at once")
	}
	people := map[string][]int64{}
	for _, rec := range records {
		people[key(rec)] = append(people[key(rec)], rec.OwnedBy(comity.OwnerCO))
	}
	return people, nil
}

// namesIn returns the folded given and family names that a line may stand for.
func namesIn(line string) (names [][2]string) {
	if family, given, ok := strings.Cut(line, ","); ok {
		return [][2]string{{db.Fold(strings.TrimSpace(given)), db.Fold(strings.TrimSpace(family))}}
	}
	words := strings.Fields(db.Fold(line))
	if len(words) > maxNameWords {
		return nil
	}
	for i := 1; i < len(words); i++ {
		names = append(names, [2]string{strings.Join(words[:i], " "), strings.Join(words[i:], " ")})
	}
	return names
}

func nameKey(given, family string) string { return db.Fold(given) + "\n" + db.Fold(family) }

// InGroup returns which of the people have a row of their own in a group, as far as the caller may see.
func (r *Reader) InGroup(ctx context.Context, caller authz.Caller, group int64, people []int64) (map[int64]bool, error) {
	f := comity.CoGroupMember
	there := map[int64]bool{}
	err := r.read(ctx, caller, func(in reading) error {
		rows, err := in.listBy(ctx, f.Resource, comity.OwnerCO.Column, distinct(people), store.Equal(f.CoGroupId.Column, group), store.IsNull(f.CoGroupNestingId.Column))
		for person := range rows {
			there[person] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read who is in group %d: %w", group, err)
	}
	return there, nil
}
