package wire

import (
	"encoding/json"
	"errors"

	"comity"
)

// decodeJSON finds the element in {"RequestType":"Cous","Version":"1.0","Cous":[{…}]}, or takes the
// body as the element itself.
func decodeJSON(res *comity.Resource, body []byte) (*element, error) {
	if err := checkJSON(body); err != nil {
		return nil, err
	}
	object := body[skipSpace(body, 0):]
	if object[0] != '{' {
		return nil, comity.BadRequest("The body must be a JSON object")
	}
	object, err := unwrap(res, object)
	if err != nil {
		return nil, err
	}
	return elementJSON(res, object), nil
}

// elementJSON reads one element, an object.
func elementJSON(res *comity.Resource, object []byte) *element {
	e := newElement(res)
	for key, value := range members(object) {
		if !e.isOwner(key) || value[0] != '{' {
			e.set(key, scalar(value))
			continue
		}
		var p ownerObject
		for key, value := range members(value) {
			switch key {
			case "Type":
				p.word = givenValue{scalar(value), true}
			case "Id":
				p.id = givenValue{scalar(value), true}
			}
		}
		e.setOwner(p)
	}
	return e
}

// checkJSON returns an error if the body cannot be read. Otherwise the text is one JSON value of bounded
// depth, and the functions that walk it need no errors.
func checkJSON(body []byte) error {
	if !json.Valid(body) {
		err := json.Unmarshal(body, new(json.RawMessage))
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return comity.BadRequest("The body is not JSON: %v, at byte %d", err, syntax.Offset)
		}
		return comity.BadRequest("The body is not JSON: %v", err)
	}
	if nesting(body) > maxDepth {
		return comity.BadRequest("The body nests deeper than %d levels", maxDepth)
	}
	return nil
}

// unwrap returns the first element of an envelope. An object with neither a RequestType nor the plural name
// is no envelope.
func unwrap(res *comity.Resource, object []byte) ([]byte, error) {
	var element []byte
	envelope := false
	for key, value := range members(object) {
		switch key {
		case res.Plural:
			envelope, element = true, value
		case "RequestType":
			envelope = true
		}
	}
	if !envelope {
		return object, nil
	}
	if element == nil {
		return nil, comity.BadRequest("The request has no %q", res.Plural)
	}
	if element[0] == '[' {
		element = element[skipSpace(element, 1):]
		if element[0] == ']' {
			return []byte("{}"), nil // a record that names nothing
		}
	}
	if element[0] != '{' {
		return nil, comity.BadRequest("The element in %q must be an object", res.Plural)
	}
	return element, nil
}
