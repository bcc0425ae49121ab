package client

import (
	"encoding/json"
	"time"

	"comity"
)

// version is the version of every resource.
const version = "1.0"

// encode returns the fields that a record names as a request's element.
func encode(rec *comity.Record) ([]byte, error) {
	element := map[string]any{"Version": version}
	for _, f := range rec.Resource.Fields {
		if cell := rec.Get(f); !cell.IsAbsent() && !f.ReadOnly {
			element[f.Name] = value(f, cell)
		}
	}
	return json.Marshal(element)
}

// value returns a cell as a JSON value, null for a field that is named without a value.
func value(f *comity.Field, c comity.Cell) any {
	if !c.HasValue() {
		return nil
	}
	switch f.Kind {
	case comity.Text, comity.Date, comity.Code, comity.Secret:
		return c.Text()
	case comity.Integer, comity.Reference:
		return c.Int()
	case comity.Boolean:
		return c.Bool()
	case comity.Time:
		return time.Unix(c.Int(), 0).UTC().Format(comity.TimeLayout)
	case comity.Owner:
		return map[string]any{"Type": c.Text(), "Id": c.Int()}
	}
	return nil
}
