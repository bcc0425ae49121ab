package wire

import (
	"bytes"

	"comity"
)

// maxDepth is how deep a body may nest. A request needs four levels; the rest is room for unknown fields,
// which are ignored whatever they contain.
const maxDepth = 32

// Decode reads a request to add or edit a record of res. The error, always a [*comity.Error] of Code
// Malformed, is for a body that cannot be read; what is wrong with single fields is in the Input.
func Decode(f Format, res *comity.Resource, body []byte) (comity.Input, error) {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	if len(bytes.TrimSpace(body)) == 0 {
		return comity.Input{}, comity.BadRequest("The request has no body")
	}
	decode := decodeJSON
	if f == XML {
		decode = decodeXML
	}
	e, err := decode(res, body)
	if err != nil {
		return comity.Input{}, err
	}
	return e.input(), nil
}
