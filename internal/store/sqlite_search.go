package store

import (
	"fmt"
	"strings"
)

// maxTrigrams is how many trigrams of a text are looked for: they find it among all but its like.
const maxTrigrams = 128

// sqliteSearch is how SQLite finds a text by its parts: by the rows of an index of trigrams, all that
// hold the parts and some that do not. There is nothing to find it by where no part has a trigram.
func sqliteSearch(index, id string, parts []string, coID int64, a *args) string {
	match := sqliteMatch(parts, coID)
	if match == "" {
		return ""
	}
	return fmt.Sprintf(" AND %s IN (SELECT rowid FROM %s WHERE %[2]s MATCH %[3]s)", id, index, a.put(match))
}

// sqliteMatch is what FTS5 is asked for, "" where no part has a trigram.
func sqliteMatch(parts []string, coID int64) string {
	var words []string
	for _, part := range parts {
		words = append(words, trigrams(part)...)
	}
	if len(words) == 0 {
		return ""
	}
	match := strings.Join(words, " ")
	if coID != 0 {
		// FTS5 looks for the next row that holds the words of one AND in turns, and goes through a
		// large CO while it does. The OR, with what no text holds, keeps the CO apart: it is asked
		// only about rows that hold the text's words.
		match = "(" + match + ` OR "` + strings.Repeat("\x1f", 3) + `") AND ` + strings.Join(trigrams(fmt.Sprintf("%03x", coID)), " AND ")
	}
	return match
}

// trigrams are the threes of code points in a text that follow each other, each quoted for FTS5.
func trigrams(text string) (quoted []string) {
	points := []rune(text)
	for i := 0; i+3 <= len(points) && i < maxTrigrams; i++ {
		quoted = append(quoted, `"`+strings.ReplaceAll(string(points[i:i+3]), `"`, `""`)+`"`)
	}
	return quoted
}
