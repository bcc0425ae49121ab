// Package search finds people by the words of their names, email addresses and identifiers, and chooses access
// paths: which filter of a query has the index that finds the fewest rows.
package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"comity"
	"comity/internal/store/db"
)

// Update updates the search texts of the people whose names, email addresses or identifiers the
// transaction changed. Triggers have stored their ids, each once.
func Update(ctx context.Context, tx *db.Tx) error {
	if tx.Changes(comity.Name.Resource, comity.EmailAddress.Resource, comity.Identifier.Resource) == 0 {
		return nil
	}
	for _, sql := range tx.Dialect.UpdateSearch {
		if err := tx.Queue(ctx, sql, nil); err != nil {
			return err
		}
	}
	return nil
}

// Query selects the people of a search or list.
type Query struct {
	CoId int64
	// Words must all be found in a person's names, email addresses or identifiers: one of one or two
	// letters at the start of a word, a longer one anywhere. If very many people meet the query, one of one or two
	// letters is searched for at the start of the name that they are sorted by: those who have it elsewhere are
	// spread over all pages.
	Words []string
	// Status, CouId and CoGroupId select people with that status, with a role in that unit, with a row in
	// that group; "" and 0 select all.
	Status           string
	CouId, CoGroupId int64
	// Visible is the filter of the people that the caller may see, nil for all. Few says that few people
	// meet it, so that it is an access path.
	Visible db.Condition
	Few     bool
	// After is the last person of the previous page, zero for the first page.
	After Position
	// Limit is the maximum number of people on a page.
	Limit int
}

// Position is a person's place in a list of people, by family and given name.
type Position struct {
	Sort string
	Id   int64
}

// Words returns the words of a search text, normalized by db.Normalize.
func Words(text string) []string {
	return strings.FieldsFunc(db.Normalize(text), func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' || r == '\n' })
}

// People returns a page of people in order of their primary name. Where an access path finds few of
// them, it reads these and sorts them. Otherwise it reads people in the order of the list, in which a page
// fills up soon; of a word of one or two letters, only those whose name begins with it.
func People(ctx context.Context, tx *db.Tx, q Query) (people []Position, err error) {
	err = tx.ByIndex(ctx, func() error {
		people, err = q.page(ctx, tx)
		return err
	})
	return people, err
}

func (q Query) page(ctx context.Context, tx *db.Tx) ([]Position, error) {
	paths, err := accessPaths(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	var a db.Args
	from, alias, where := "people_search t", "t", "1 = 1"
	if few := fewest(paths); few != nil {
		alias = "found"
		from = "(SELECT t.id, t.sort FROM people_search t WHERE " + q.found(*few, tx.Dialect, &a) + fmt.Sprintf(" LIMIT %d) found", fewFound)
	} else {
		where = q.where("t.co_id", tx.Dialect, &a) + q.start(&a)
	}
	sql := fmt.Sprintf("SELECT %[1]s.id, %[1]s.sort FROM %[2]s WHERE %[3]s", alias, from, where)
	if q.After.Id != 0 {
		sql += fmt.Sprintf(" AND (%[1]s.sort, %[1]s.id) > (%[2]s, %[3]s)", alias, a.Put(q.After.Sort), db.Bigint(a.Put(q.After.Id)))
	}
	sql += fmt.Sprintf(" ORDER BY %[1]s.sort, %[1]s.id LIMIT %[2]s", alias, a.Put(int64(q.Limit)))
	var people []Position
	err = tx.Query(ctx, sql, a, func(row *db.Row) error {
		people = append(people, Position{Id: row.Int(), Sort: row.Text()})
		return nil
	})
	return people, err
}

// accessPaths returns the access paths of the query, with their counts: by words, and by each other filter that
// has an index. People that an access path finds need not meet the rest of the query.
func accessPaths(ctx context.Context, tx *db.Tx, q Query) ([]AccessPath, error) {
	var paths []AccessPath
	if len(q.Words) > 0 {
		paths = append(paths, AccessPath{Find: func(d db.Dialect, a *db.Args) string {
			if d.InSearch != nil {
				return "SELECT rowid AS id FROM people_search_words WHERE people_search_words MATCH " + a.Put(db.SqliteMatch(q.parts(), q.CoId))
			}
			return "SELECT t.id FROM people_search t WHERE t.co_id = " + a.Put(q.CoId) + q.like(a)
		}})
	}
	if q.Status != "" {
		paths = append(paths, AccessPath{Find: func(_ db.Dialect, a *db.Args) string {
			return fmt.Sprintf("SELECT t.id FROM people_search t WHERE t.co_id = %s AND t.status = %s", a.Put(q.CoId), a.Put(q.Status))
		}})
	}
	for _, of := range q.in() {
		paths = append(paths, AccessPath{Find: func(_ db.Dialect, a *db.Args) string {
			return fmt.Sprintf("SELECT x.co_person_id AS id FROM %s x WHERE x.%s = %s", of.table, of.column, a.Put(of.id))
		}})
	}
	if q.Few {
		paths = append(paths, AccessPath{Find: func(d db.Dialect, a *db.Args) string {
			return fmt.Sprintf("SELECT t.id FROM people_search t WHERE %st.co_id = %s AND %s", d.Unindexed, a.Put(q.CoId), q.Visible(d, a))
		}})
	}
	return paths, CountFound(ctx, tx, paths)
}

// found returns the SQL condition on a row t that the access path finds it and it meets the query.
func (q Query) found(by AccessPath, d db.Dialect, a *db.Args) string {
	return d.Among("t.id", by.Find(d, a)+fmt.Sprintf(" LIMIT %d", fewFound)) + " AND " + q.where(d.Unindexed+"t.co_id", d, a)
}

// where returns the SQL condition on a row t that it meets the query, to be tested for each row; co is the
// expression of the row's CO.
func (q Query) where(co string, d db.Dialect, a *db.Args) string {
	sql := co + " = " + a.Put(q.CoId) + q.like(a)
	if q.Status != "" {
		sql += " AND t.status = " + a.Put(q.Status)
	}
	for _, of := range q.in() {
		sql += fmt.Sprintf(" AND EXISTS (SELECT 1 FROM %s x WHERE x.co_person_id = t.id AND x.%s = %s)", of.table, of.column, a.Put(of.id))
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

func (q Query) in() []membership {
	return slices.DeleteFunc([]membership{
		{comity.CoPersonRole.Table, comity.CoPersonRole.CouId.Column, q.CouId},
		{comity.CoGroupMember.Table, comity.CoGroupMember.CoGroupId.Column, q.CoGroupId},
	}, func(m membership) bool { return m.id == 0 })
}

// like returns the SQL condition, beginning with AND, that a row t has all words.
func (q Query) like(a *db.Args) (sql string) {
	for _, part := range q.parts() {
		sql += " AND t.words LIKE " + a.Put("%"+db.EscapeLike(part)+"%") + ` ESCAPE '\'`
	}
	return sql
}

// start returns the SQL condition, beginning with AND, that the name by which a row t is sorted begins with the first word
// of one or two letters, "" if there is none.
func (q Query) start(a *db.Args) string {
	i := slices.IndexFunc(q.Words, short)
	if i < 0 {
		return ""
	}
	return fmt.Sprintf(" AND t.sort >= %s AND t.sort < %s", a.Put(q.Words[i]), a.Put(q.Words[i]+"\U0010FFFF"))
}

// parts returns the texts that are searched for in the stored words of people.
func (q Query) parts() []string {
	parts := make([]string, len(q.Words))
	for i, word := range q.Words {
		parts[i] = wordPart(word)
	}
	return parts
}

// HasWords returns whether all words are found in the texts, in the way in which People finds people.
func HasWords(texts, words []string) bool {
	all := "  " + strings.ReplaceAll(db.Normalize(strings.Join(texts, " ")), " ", "  ")
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(all, wordPart(word)) })
}

// wordPart returns the text to search for in stored words, each of which begins after two spaces. A word of
// less than three letters is searched for at the start of words only.
func wordPart(word string) string {
	if short(word) {
		return "  " + word
	}
	return word
}

// short returns whether a word is searched for at the start of words only.
func short(word string) bool { return len([]rune(word)) < 3 }

// MembersWith returns the condition that the person of a membership row has all words in their names, email
// addresses or identifiers, as People finds them. Where few people have them, a subquery selects
// these people; otherwise the person of each row is tested.
func MembersWith(ctx context.Context, tx *db.Tx, coID, group int64, words []string) (db.Condition, error) {
	q := Query{CoId: coID, Words: words}
	paths, err := accessPaths(ctx, tx, q)
	return func(d db.Dialect, a *db.Args) string {
		if few := fewest(paths); few != nil {
			// The subquery in brackets has its own t.
			return fmt.Sprintf(`t.id IN (SELECT m.id FROM co_group_members m WHERE m.co_group_id = %s
				AND m.co_person_id IN (SELECT t.id FROM people_search t WHERE %s))`, a.Put(group), q.found(*few, d, a))
		}
		sql := fmt.Sprintf("EXISTS (SELECT 1 FROM people_search s WHERE s.id = t.%s AND s.co_id = %s", comity.OwnerCO.Column, a.Put(coID))
		for _, word := range words {
			sql += " AND s.words LIKE " + a.Put("%"+db.EscapeLike(wordPart(word))+"%") + ` ESCAPE '\'`
		}
		return sql + ")"
	}, err
}
