package connector

import (
	"bytes"
	_ "embed"
)

//go:embed message.schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of all messages, for authors of receivers.
func Schema() []byte { return bytes.Clone(schema) }
