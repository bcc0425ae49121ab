package store

import (
	"strings"
	"unicode/utf8"

	"comity"
)

// storable refuses texts that not every database can hold, before a statement is run with them: what
// somebody asked for by a query, a path, a form or a header, which was no field that was read. PostgreSQL
// would answer with an error of its own, and SQLite would not.
func storable(args []any) error {
	for _, arg := range args {
		if text, is := arg.(string); is && (!utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0) {
			return comity.BadRequest("%q cannot be looked for or kept: it holds the character U+0000 or is not valid UTF-8", text)
		}
	}
	return nil
}
