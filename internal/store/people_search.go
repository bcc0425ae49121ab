package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity"
)

// research puts right what people are searched by whose names, email addresses or identifiers the
// transaction changed, whom triggers have noted: each once, however many they are.
func (tx *Tx) research(ctx context.Context) error {
	if !tx.searched {
		return nil
	}
	for _, sql := range tx.dialect.research {
		if err := tx.conn.queue(ctx, sql, nil); err != nil {
			return err
		}
	}
	return nil
}

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
	// Visible narrows it to those whom the caller may see, nil where they may see all. Few says that
	// these are so few that they are found by it.
	Visible Condition
	Few     bool
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

// SearchPeople returns people in order of their primary name, a page at a time. Where what they are
// searched by finds few of them, they are found by it and then put in order; else they are looked for
// in the order of the list, and a page is soon full.
func (tx *Tx) SearchPeople(ctx context.Context, q PeopleQuery) ([]Listed, error) {
	ways, err := tx.waysOf(ctx, q)
	if err != nil {
		return nil, err
	}
	var a args
	from, alias, where := "people_search t", "t", "1 = 1"
	if few := fewest(ways); few != nil {
		alias = "found"
		from = "(SELECT t.id, t.sort FROM people_search t WHERE " + q.found(*few, tx.dialect, &a) + fmt.Sprintf(" LIMIT %d) found", fewFound)
	} else {
		where = q.where("t.co_id", tx.dialect, &a)
	}
	sql := fmt.Sprintf("SELECT %[1]s.id, %[1]s.sort FROM %[2]s WHERE %[3]s", alias, from, where)
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

// waysOf are the ways in which an index finds people whom the query is about: by their words, and by
// each of what else narrows it. What a way finds need not meet the rest of the query.
func (tx *Tx) waysOf(ctx context.Context, q PeopleQuery) ([]way, error) {
	var ways []way
	if len(q.Words) > 0 {
		ways = append(ways, way{find: func(d dialect, a *args) string {
			if d.inSearch != nil {
				return "SELECT rowid AS id FROM people_search_words WHERE people_search_words MATCH " + a.put(sqliteMatch(q.parts(), q.CoId))
			}
			return "SELECT t.id FROM people_search t WHERE t.co_id = " + a.put(q.CoId) + q.like(a)
		}})
	}
	if q.Status != "" {
		ways = append(ways, way{find: func(_ dialect, a *args) string {
			return fmt.Sprintf("SELECT t.id FROM people_search t WHERE t.co_id = %s AND t.status = %s", a.put(q.CoId), a.put(q.Status))
		}})
	}
	for _, of := range q.in() {
		ways = append(ways, way{find: func(_ dialect, a *args) string {
			return fmt.Sprintf("SELECT x.co_person_id AS id FROM %s x WHERE x.%s = %s", of.table, of.column, a.put(of.id))
		}})
	}
	if q.Few {
		ways = append(ways, way{find: func(d dialect, a *args) string {
			return fmt.Sprintf("SELECT t.id FROM people_search t WHERE %st.co_id = %s AND %s", d.unindexed, a.put(q.CoId), q.Visible(d, a))
		}})
	}
	return ways, tx.countWays(ctx, ways)
}

// found is the condition on a row t of those whom a way finds and the query is about.
func (q PeopleQuery) found(by way, d dialect, a *args) string {
	return "t.id IN (" + by.find(d, a) + ") AND " + q.where(d.unindexed+"t.co_id", d, a)
}

// where is the query's condition on a row t, by what is looked at in each; co is how the CO is named.
func (q PeopleQuery) where(co string, d dialect, a *args) string {
	sql := co + " = " + a.put(q.CoId) + q.like(a)
	if q.Status != "" {
		sql += " AND t.status = " + a.put(q.Status)
	}
	for _, of := range q.in() {
		sql += fmt.Sprintf(" AND EXISTS (SELECT 1 FROM %s x WHERE x.co_person_id = t.id AND x.%s = %s)", of.table, of.column, a.put(of.id))
	}
	if q.Visible != nil {
		sql += " AND " + q.Visible(d, a)
	}
	return sql
}

// membership is what people are in: rows of a table that name them and, in a column, something.
type membership struct {
	table, column string
	id            int64
}

func (q PeopleQuery) in() []membership {
	return slices.DeleteFunc([]membership{
		{comity.CoPersonRole.Table, comity.CoPersonRole.CouId.Column, q.CouId},
		{comity.CoGroupMember.Table, comity.CoGroupMember.CoGroupId.Column, q.CoGroupId},
	}, func(m membership) bool { return m.id == 0 })
}

// like is the condition that a row t has all words.
func (q PeopleQuery) like(a *args) (sql string) {
	for _, part := range q.parts() {
		sql += " AND t.words LIKE " + a.put("%"+escapeLike(part)+"%") + ` ESCAPE '\'`
	}
	return sql
}

// parts are what is looked for in people's words.
func (q PeopleQuery) parts() []string {
	parts := make([]string, len(q.Words))
	for i, word := range q.Words {
		parts[i] = wordPart(word)
	}
	return parts
}

// HasWords says whether all words are found in texts, as SearchPeople finds them in what is kept of people.
func HasWords(texts, words []string) bool {
	all := "  " + strings.ReplaceAll(Plain(strings.Join(texts, " ")), " ", "  ")
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(all, wordPart(word)) })
}

// wordPart is what a person's words hold where they hold a word: each begins after two spaces.
func wordPart(word string) string {
	if len([]rune(word)) < 3 {
		return "  " + word
	}
	return word
}
