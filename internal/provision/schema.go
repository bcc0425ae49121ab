package provision

import (
	"bytes"
	_ "embed"
)

//go:embed message.schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) that every message is valid by, for those who
// write a receiver.
func Schema() []byte { return bytes.Clone(schema) }
