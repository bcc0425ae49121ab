package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity"
)

// PeopleQuery is what people are searched and listed by.
type PeopleQuery struct {
	CoId int64
	// Words must all be found in a person's names, email addresses or identifiers: one of a letter or
	// two at the start of a word, a longer one anywhere.
	Words []string
	// Status, CouId and CoGroupId narrow it to those with that status, with a role in that unit, with a
	// row in that group; "" and 0 do not.
	Status           string
	CouId, CoGroupId int64
	// Visible narrows it to those whom the caller may see, nil where they may see all.
	Visible Condition
	// After is the last person of the page before.
	After Listed
	// Limit is the most people of a page.
	Limit int
}

// Listed is a person's place in a list of people, by family and given name.
type Listed struct {
	Sort string
	Id   int64
}

// Words are the words of a text that is searched for.
func Words(text string) []string {
	return strings.FieldsFunc(Plain(text), func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' || r == '\n' })
}

// fewPeople is up to how many people are found first and then put in order; where there are more, they
// are looked for in the order of the list, and a page is soon full.
const fewPeople = 2000

// SearchPeople returns people in order of their primary name, a page at a time.
func (tx *Tx) SearchPeople(ctx context.Context, q PeopleQuery) ([]Listed, error) {
	few, err := tx.fewMatch(ctx, q)
	if err != nil {
		return nil, err
	}
	var a args
	from, alias := "people_search t", "t"
	if few {
		// What stands in brackets is found by itself, before it is put in order.
		alias = "found"
		from = "(SELECT t.id, t.co_id, t.sort FROM people_search t WHERE " + q.where(tx.dialect, &a, true) + fmt.Sprintf(" LIMIT %d) found", fewPeople)
	}
	sql := fmt.Sprintf("SELECT %[1]s.id, %[1]s.sort FROM %[2]s WHERE %[1]s.co_id = %[3]s", alias, from, a.put(q.CoId))
	if !few {
		sql += " AND " + q.where(tx.dialect, &a, false)
	}
	if q.After.Id != 0 {
		sql += fmt.Sprintf(" AND (%[1]s.sort, %[1]s.id) > (%[2]s, %[3]s)", alias, a.put(q.After.Sort), castInt(a.put(q.After.Id)))
	}
	sql += fmt.Sprintf(" ORDER BY %[1]s.sort, %[1]s.id LIMIT %[2]s", alias, a.put(int64(q.Limit)))
	var people []Listed
	err = tx.conn.query(ctx, sql, a, func(row Row) error {
		people = append(people, Listed{Id: row.Int(0), Sort: row.Text(1)})
		return nil
	})
	return people, err
}

// fewMatch says whether something narrows the query to so few people that they are best found first.
func (tx *Tx) fewMatch(ctx context.Context, q PeopleQuery) (bool, error) {
	if len(q.Words) == 0 && q.CouId == 0 && q.CoGroupId == 0 && q.Visible == nil {
		return false, nil
	}
	var a args
	few := false
	var where string
	from := "people_search t"
	if match := q.match(tx.dialect); match != "" {
		// One after the other, until there are enough: IN would find all of them first.
		from = "people_search_words CROSS JOIN people_search t ON t.id = people_search_words.rowid"
		where = "people_search_words MATCH " + a.put(match) + " AND " + q.where(tx.dialect, &a, false)
	} else {
		where = q.where(tx.dialect, &a, true)
	}
	sql := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s LIMIT %d) x", from, where, fewPeople+1)
	err := tx.conn.query(ctx, sql, a, func(row Row) error {
		few = row.Int(0) <= fewPeople
		return nil
	})
	return few, err
}

// match is what SQLite's index of trigrams is asked for, "" where there is nothing to ask or no such index.
func (q PeopleQuery) match(d dialect) string {
	if d.inSearch == nil {
		return ""
	}
	parts := make([]string, len(q.Words))
	for i, word := range q.Words {
		parts[i] = wordPart(word)
	}
	return sqliteMatch(parts, q.CoId)
}

// where is the query's condition on a row t. By their words, unit or group people are found; else what
// the row is looked at for has to be cheap for each.
func (q PeopleQuery) where(d dialect, a *args, find bool) string {
	co := "t.co_id"
	if find && d.inSearch != nil {
		co = "+t.co_id" // SQLite is to find it by what is rare, not by the CO
	}
	all := []string{co + " = " + a.put(q.CoId)}
	if q.Status != "" {
		all = append(all, "t.status = "+a.put(q.Status))
	}
	parts := make([]string, len(q.Words))
	for i, word := range q.Words {
		parts[i] = wordPart(word)
		all = append(all, "t.words LIKE "+a.put("%"+escapeLike(parts[i])+"%")+` ESCAPE '\'`)
	}
	found := false
	if find && d.inSearch != nil {
		in := d.inSearch("people_search_words", "t.id", parts, q.CoId, a)
		found = in != ""
		all = append(all, strings.TrimPrefix(in, " AND "))
	}
	for _, of := range []struct {
		table, column string
		id            int64
	}{
		{comity.CoPersonRole.Table, comity.CoPersonRole.CouId.Column, q.CouId},
		{comity.CoGroupMember.Table, comity.CoGroupMember.CoGroupId.Column, q.CoGroupId},
	} {
		switch {
		case of.id == 0:
		case find && !found:
			all = append(all, fmt.Sprintf("t.id IN (SELECT x.co_person_id FROM %s x WHERE x.%s = %s)", of.table, of.column, a.put(of.id)))
			found = true
		default:
			all = append(all, fmt.Sprintf("EXISTS (SELECT 1 FROM %s x WHERE x.co_person_id = t.id AND x.%s = %s)", of.table, of.column, a.put(of.id)))
		}
	}
	if q.Visible != nil {
		all = append(all, q.Visible(d, a))
	}
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), " AND ")
}

// wordPart is what a person's words hold where they hold a word: each begins after two spaces.
func wordPart(word string) string {
	if len([]rune(word)) < 3 {
		return "  " + word
	}
	return word
}
