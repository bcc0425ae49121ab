package store

import (
	"context"
	"fmt"

	"comity"
)

// Counts says of how many people a group has each kind of row.
type Counts struct{ Members, Owners int64 }

// CountMembers counts the people in groups: the members, however they are so, and the owners.
func (tx *Tx) CountMembers(ctx context.Context, groups []int64) (map[int64]Counts, error) {
	counts := map[int64]Counts{}
	if len(groups) == 0 {
		return counts, nil
	}
	var a args
	sql := `SELECT m.co_group_id, count(DISTINCT CASE WHEN m.member THEN m.co_person_id END), count(DISTINCT CASE WHEN m.owner THEN m.co_person_id END)
		FROM co_group_members m WHERE m.co_group_id IN ` + list(&a, groups) + ` GROUP BY m.co_group_id`
	err := tx.conn.query(ctx, sql, a, func(row Row) error {
		counts[row.Int(0)] = Counts{row.Int(1), row.Int(2)}
		return nil
	})
	return counts, err
}

// OfPeopleWith is the condition that a record's person has all words in the names, email addresses or
// identifiers, as SearchPeople finds them. Where they are few they are found first, else each record's
// person is looked at.
func (tx *Tx) OfPeopleWith(ctx context.Context, coID int64, words []string) (Condition, error) {
	q := PeopleQuery{CoId: coID, Words: words}
	few, err := tx.fewMatch(ctx, q)
	return func(d dialect, a *args) string {
		if few {
			// The bracket has a t of its own.
			return fmt.Sprintf("t.%s IN (SELECT t.id FROM people_search t WHERE %s)", comity.OwnerCO.Column, q.where(d, a, true))
		}
		sql := fmt.Sprintf("EXISTS (SELECT 1 FROM people_search s WHERE s.id = t.%s AND s.co_id = %s", comity.OwnerCO.Column, a.put(coID))
		for _, word := range words {
			sql += " AND s.words LIKE " + a.put("%"+escapeLike(wordPart(word))+"%") + ` ESCAPE '\'`
		}
		return sql + ")"
	}, err
}
