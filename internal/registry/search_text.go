package registry

import "strings"

// maxSearchLength is how much of a text that is searched for is looked at, in bytes.
const maxSearchLength = 256

// storable is a text without what no database holds.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}

// searched is a text that somebody searches for, as far as it is looked at.
func searched(text string) string {
	return strings.TrimSpace(storable(text[:min(len(text), maxSearchLength)]))
}
