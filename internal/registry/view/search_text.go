package view

import "strings"

// maxSearchLength is the length to which a search text is cut, in bytes.
const maxSearchLength = 256

// storable returns a text without the characters that no database stores.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}

// searched returns a search text, cut to maxSearchLength.
func searched(text string) string {
	return strings.TrimSpace(storable(text[:min(len(text), maxSearchLength)]))
}
