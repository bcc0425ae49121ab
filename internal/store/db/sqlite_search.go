package db

import (
	"fmt"
	"strings"
)

// maxTrigrams is the maximum number of trigrams of a text that are searched for, enough to find all but very
// similar texts.
const maxTrigrams = 128

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
