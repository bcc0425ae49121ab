package db

import (
	"strings"
	"unicode/utf8"

	"comity"
)

// storable returns an error if an argument is a text that PostgreSQL cannot store. Such a text comes from a
// query, path, form or header, which is not validated as a field is. Without the check, PostgreSQL returns
// an error of its own and SQLite none.
func storable(args []any) error {
	for _, arg := range args {
		if text, is := arg.(string); is && (!utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0) {
			return comity.BadRequest("%q cannot be looked for or kept: it holds the character U+0000 or is not valid UTF-8", text)
		}
	}
	return nil
}
