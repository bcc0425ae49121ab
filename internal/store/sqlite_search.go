package store

import (
	"fmt"
	"strings"
)

// maxTrigrams is how many trigrams of a text are looked for: they find it among all but its like.
const maxTrigrams = 128

// inSearch is the condition on an identifier i that it is among those which identifiers_search, an
// index of trigrams, gives for a folded text: all that hold it, and some that do not. There is none
// for a text of fewer than three code points, which has no trigram.
func inSearch(part string, coID int64, a *args) string {
	words := trigrams(part)
	if len(words) == 0 {
		return ""
	}
	match := strings.Join(words, " ")
	if coID != 0 {
		// FTS5 looks for the next row that holds the words of one AND in turns, and goes through a
		// large CO while it does. The OR, with what no identifier holds, keeps the CO apart: it is
		// asked only about rows that hold the text's words.
		match = "(" + match + ` OR "` + strings.Repeat("\x1f", 3) + `") AND ` + strings.Join(trigrams(fmt.Sprintf("%03x", coID)), " AND ")
	}
	return " AND i.id IN (SELECT rowid FROM identifiers_search WHERE identifiers_search MATCH " + a.put(match) + ")"
}

// trigrams are the threes of code points in a text that follow each other, each quoted for FTS5.
func trigrams(text string) (quoted []string) {
	points := []rune(text)
	for i := 0; i+3 <= len(points) && i < maxTrigrams; i++ {
		quoted = append(quoted, `"`+strings.ReplaceAll(string(points[i:i+3]), `"`, `""`)+`"`)
	}
	return quoted
}
