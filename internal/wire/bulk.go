package wire

import (
	"strconv"

	"comity"
)

// DecodeBulk reads a request to add many records of res: the JSON envelope with up to most elements. The
// error is for a body that cannot be read; what is wrong with an element is in its Input.
func DecodeBulk(res *comity.Resource, body []byte, most int) ([]comity.Input, error) {
	if err := checkJSON(body); err != nil {
		return nil, err
	}
	body = body[skipSpace(body, 0):]
	var list []byte
	if body[0] == '{' {
		for key, value := range members(body) {
			if key == res.Plural && value[0] == '[' {
				list = value
			}
		}
	}
	if list == nil {
		return nil, comity.BadRequest("The body must be an object with the list %q", res.Plural)
	}
	// Counted before any is stored, because an element of two bytes takes a thousand in memory.
	count := 0
	for range elements(list) {
		count++
	}
	if count > most {
		return nil, comity.BadRequest(comity.BeyondBulk, count, most)
	}
	inputs := make([]comity.Input, 0, count)
	for value := range elements(list) {
		if value[0] != '{' {
			return nil, comity.BadRequest("Element %d of %q must be an object", len(inputs), res.Plural)
		}
		inputs = append(inputs, elementJSON(res, value).input())
	}
	return inputs, nil
}

// BulkAnswer is the outcome for one element of a bulk request.
type BulkAnswer struct {
	Status int
	Reason comity.Phrase
	// Id and Generated are those of a new object.
	Id        int64
	Generated string
	// Error is nil for a new object.
	Error *comity.Error
}

// AppendBulk appends the answers to a bulk request, in the order of its elements.
func AppendBulk(dst []byte, res *comity.Resource, answers []BulkAnswer) []byte {
	dst = append(dst, `{"ResponseType":"BulkResponse","Version":"`+version+`"`...)
	dst = appendStringJSON(appendKeyJSON(dst, "ObjectType"), res.Singular)
	dst = append(appendKeyJSON(dst, "Answers"), '[')
	for i, a := range answers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"Status":`...)
		dst = strconv.AppendInt(dst, int64(a.Status), 10)
		dst = appendStringJSON(appendKeyJSON(dst, "Reason"), string(a.Reason))
		if a.Error != nil {
			dst = appendProblemJSON(dst, a.Error)
		} else if a.Id != 0 {
			dst = append(appendKeyJSON(dst, "Id"), '"')
			dst = append(strconv.AppendInt(dst, a.Id, 10), '"')
			dst = appendGeneratedJSON(dst, res, a.Generated)
		}
		dst = append(dst, '}')
	}
	return append(dst, `]}`...)
}
