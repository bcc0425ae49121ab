package db

import (
	"context"
	"fmt"
	"strings"
)

// maxTrigrams is the maximum number of trigrams of a text that are searched for, enough to find all but very
// similar texts.
const maxTrigrams = 128

// searchChanged selects a row if triggers have stored ids of people, identifiers or groups whose texts changed.
const searchChanged = `SELECT 1 WHERE EXISTS (SELECT 1 FROM people_search_changed) OR EXISTS (SELECT 1 FROM identifiers_search_changed)
	OR EXISTS (SELECT 1 FROM co_groups_search_changed)`

// updateSearchTexts are the statements that write these texts to the search tables and their indexes of trigrams.
var updateSearchTexts = []string{
	`UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id)
		WHERE id IN (SELECT id FROM people_search_changed)`,
	`DELETE FROM people_search_changed`,
	`INSERT OR REPLACE INTO identifiers_search (rowid, co, part)
		SELECT i.id, printf('%03x', i.co_id), i.identifier_folded FROM identifiers i WHERE i.id IN (SELECT id FROM identifiers_search_changed)`,
	`DELETE FROM identifiers_search_changed`,
	`INSERT OR REPLACE INTO co_groups_search (rowid, co, part)
		SELECT g.id, printf('%03x', g.co_id), lower(g.name) FROM co_groups g WHERE g.id IN (SELECT id FROM co_groups_search_changed)`,
	`DELETE FROM co_groups_search_changed`,
}

// updateSearch updates the search texts of all that the transaction changed. It runs once, after the last write of
// those that share the transaction: an FTS5 table writes what changed to the database at each savepoint.
func (c *sqliteConn) updateSearch() error {
	changed := false
	err := c.query(context.Background(), searchChanged, nil, func(*Row) error {
		changed = true
		return nil
	})
	if err != nil || !changed {
		return err
	}
	for _, sql := range updateSearchTexts {
		if err := c.run(sql); err != nil {
			return err
		}
	}
	return nil
}

// sqliteSearch returns the SQL condition, beginning with AND, that the trigram index finds the row with the
// id: it is true for all rows whose text contains the parts and for some others. It is "" where no part has a
// trigram.
func sqliteSearch(index, id string, parts []string, coID int64, a *Args) string {
	match := SqliteMatch(parts, coID)
	if match == "" {
		return ""
	}
	return fmt.Sprintf(" AND %s IN (SELECT rowid FROM %s WHERE %[2]s MATCH %[3]s)", id, index, a.Put(match))
}

// SqliteMatch returns the FTS5 query for the parts of a text in a CO (0: any), "" where no part has a trigram.
func SqliteMatch(parts []string, coID int64) string {
	var words []string
	for _, part := range parts {
		words = append(words, trigrams(part)...)
	}
	if len(words) == 0 {
		return ""
	}
	match := strings.Join(words, " ")
	if coID != 0 {
		// FTS5 advances all words of an AND in turns and so reads all rows of a large CO. The OR, with a
		// word that no text contains, keeps the CO apart: it is tested only for rows that contain the
		// words of the text.
		match = "(" + match + ` OR "` + strings.Repeat("\x1f", 3) + `") AND ` + strings.Join(trigrams(fmt.Sprintf("%03x", coID)), " AND ")
	}
	return match
}

// trigrams returns the sequences of three code points in a text, up to maxTrigrams, each quoted for FTS5.
func trigrams(text string) (quoted []string) {
	points := []rune(text)
	for i := 0; i+3 <= len(points) && i < maxTrigrams; i++ {
		quoted = append(quoted, `"`+strings.ReplaceAll(string(points[i:i+3]), `"`, `""`)+`"`)
	}
	return quoted
}
