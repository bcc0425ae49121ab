package store

import (
	"context"
	"fmt"
	"time"

	"comity"
)

// Counts is the number of people with a valid row as member or owner in a group, and of those with a row
// that is not valid.
type Counts struct{ Members, Owners, Others int64 }

// CountMembers counts the people in a group at a time: members, whether direct or derived, and owners.
func (tx *Tx) CountMembers(ctx context.Context, group int64, now time.Time) (c Counts, err error) {
	a := args{group}
	valid := validNow("m", &a, now)
	of := `(SELECT count(DISTINCT m.co_person_id) FROM co_group_members m WHERE m.co_group_id = $1 AND `
	sql := `SELECT ` + of + `m.member AND ` + valid + `), ` +
		of + `m.owner AND m.owner = true AND m.id > 0 AND ` + valid + `), ` +
		of + `NOT (` + valid + `))`
	err = tx.conn.query(ctx, sql, a, func(row Row) error {
		c = Counts{row.Int(0), row.Int(1), row.Int(2)}
		return nil
	})
	return c, err
}

// Owns returns the condition that a membership row is an owner's. It repeats the column: once as in the
// WHERE clause of the index of owners, once as a column of that index.
func Owns() Condition { return func(dialect, *args) string { return "t.owner AND t.owner = true" } }

// MembersWith returns the condition that the person of a membership row has all words in their names, email
// addresses or identifiers, as SearchPeople finds them. Where few people have them, a subquery selects
// these people; otherwise the person of each row is tested.
func (tx *Tx) MembersWith(ctx context.Context, coID, group int64, words []string) (Condition, error) {
	q := PeopleQuery{CoId: coID, Words: words}
	ways, err := tx.waysOf(ctx, q)
	return func(d dialect, a *args) string {
		if few := fewest(ways); few != nil {
			// The subquery in brackets has its own t.
			return fmt.Sprintf(`t.id IN (SELECT m.id FROM co_group_members m WHERE m.co_group_id = %s
				AND m.co_person_id IN (SELECT t.id FROM people_search t WHERE %s))`, a.put(group), q.found(*few, d, a))
		}
		sql := fmt.Sprintf("EXISTS (SELECT 1 FROM people_search s WHERE s.id = t.%s AND s.co_id = %s", comity.OwnerCO.Column, a.put(coID))
		for _, word := range words {
			sql += " AND s.words LIKE " + a.put("%"+escapeLike(wordPart(word))+"%") + ` ESCAPE '\'`
		}
		return sql + ")"
	}, err
}
