package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity"
)

// research updates the search texts of the people whose names, email addresses or identifiers the
// transaction changed. Triggers have stored their ids, each once.
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

// PeopleQuery selects the people of a search or list.
type PeopleQuery struct {
	CoId int64
	// Words must all be found in a person's names, email addresses or identifiers: one of one or two
	// letters at the start of a word, a longer one anywhere.
	Words []string
	// Status, CouId and CoGroupId select people with that status, with a role in that unit, with a row in
	// that group; "" and 0 select all.
	Status           string
	CouId, CoGroupId int64
	// Visible is the filter of the people that the caller may see, nil for all. Few says that few people
	// meet it, so that it is an access path.
	Visible Condition
	Few     bool
	// After is the last person of the previous page, zero for the first page.
	After Listed
	// Limit is the maximum number of people on a page.
	Limit int
}

// Listed is a person's place in a list of people, by family and given name.
type Listed struct {
	Sort string
	Id   int64
}

// Words returns the words of a search text, normalized by Plain.
func Words(text string) []string {
	return strings.FieldsFunc(Plain(text), func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' || r == '\n' })
}

// SearchPeople returns a page of people in order of their primary name. Where an access path finds few of
// them, it reads these and sorts them. Otherwise it reads people in the order of the list, in which a page
// fills up soon.
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

// waysOf returns the access paths of the query, with their counts: by words, and by each other filter that
// has an index. People that an access path finds need not meet the rest of the query.
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

// found returns the SQL condition on a row t that the access path finds it and it meets the query.
func (q PeopleQuery) found(by way, d dialect, a *args) string {
	return "t.id IN (" + by.find(d, a) + ") AND " + q.where(d.unindexed+"t.co_id", d, a)
}

// where returns the SQL condition on a row t that it meets the query, to be tested for each row; co is the
// expression of the row's CO.
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

// membership is a filter of people: they have a row in the table whose column has the id.
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

// like returns the SQL condition, beginning with AND, that a row t has all words.
func (q PeopleQuery) like(a *args) (sql string) {
	for _, part := range q.parts() {
		sql += " AND t.words LIKE " + a.put("%"+escapeLike(part)+"%") + ` ESCAPE '\'`
	}
	return sql
}

// parts returns the texts that are searched for in the stored words of people.
func (q PeopleQuery) parts() []string {
	parts := make([]string, len(q.Words))
	for i, word := range q.Words {
		parts[i] = wordPart(word)
	}
	return parts
}

// HasWords returns whether all words are found in the texts, in the way in which SearchPeople finds people.
func HasWords(texts, words []string) bool {
	all := "  " + strings.ReplaceAll(Plain(strings.Join(texts, " ")), " ", "  ")
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(all, wordPart(word)) })
}

// wordPart returns the text to search for in stored words, each of which begins after two spaces. A word of
// less than three letters is searched for at the start of words only.
func wordPart(word string) string {
	if len([]rune(word)) < 3 {
		return "  " + word
	}
	return word
}
