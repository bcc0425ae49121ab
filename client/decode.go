package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"comity"
)

func decodeAdded(body io.Reader, res *comity.Resource) (Added, error) {
	var fields map[string]string
	if err := json.NewDecoder(body).Decode(&fields); err != nil {
		return Added{}, fmt.Errorf("add %s: read the answer: %w", res.Singular, err)
	}
	id, err := strconv.ParseInt(fields["Id"], 10, 64)
	if err != nil {
		return Added{}, fmt.Errorf("add %s: the answer has no id: %w", res.Singular, err)
	}
	added := Added{Id: id}
	for _, f := range res.Fields {
		if f.Generated {
			added.Generated = fields[f.Name]
		}
	}
	return added, nil
}

// errShape is the error for an answer that is not like the API's.
var errShape = errors.New("the answer is no list of the API")

// openList reads the answer up to the first of its records.
func openList(d *json.Decoder, res *comity.Resource) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.Join(errShape, err)
	}
	for {
		key, err := d.Token()
		if err != nil {
			return err
		}
		next, err := d.Token()
		if err != nil {
			return err
		}
		if _, nested := next.(json.Delim); !nested {
			continue
		}
		if key != res.Plural || next != json.Delim('[') {
			return errShape
		}
		return nil
	}
}

// closeList reads the answer to its end, without which it may have been cut short.
func closeList(d *json.Decoder) error {
	for _, want := range []json.Delim{']', '}'} {
		if t, err := d.Token(); err != nil || t != want {
			return errors.Join(errShape, err)
		}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.Join(errShape, err)
	}
	return nil
}

// decodeRecord reads one record. Fields that are not in the table, as a newer registry may have, are ignored.
func decodeRecord(d *json.Decoder, res *comity.Resource) (*comity.Record, error) {
	var fields map[string]any
	if err := d.Decode(&fields); err != nil {
		return nil, err
	}
	rec := comity.NewRecord(res)
	for _, f := range res.Fields {
		v, ok := fields[f.Name]
		if !ok && f.Kind == comity.Owner {
			v, ok = flatOwner(f, fields)
		}
		if !ok {
			continue
		}
		cell, err := readCell(f, v)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", res.Singular, f.Name, err)
		}
		rec.Set(f, cell)
	}
	if f := res.CoId(); f != nil {
		rec.CoId = rec.Int(f)
	}
	var err error
	rec.Id, err = number(fields["Id"])
	for key, t := range map[string]*time.Time{"Created": &rec.Created, "Modified": &rec.Modified} {
		if s, ok := fields[key].(string); ok && err == nil {
			*t, err = time.Parse(comity.TimeLayout, s)
		}
	}
	if v, ok := fields["Revision"]; ok && err == nil {
		rec.Revision, err = number(v)
	}
	rec.Actor, _ = fields["ActorIdentifier"].(string)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", res.Singular, err)
	}
	return rec, nil
}

// flatOwner returns an owner that is written by its own name (CoGroupId) and not as a Person.
func flatOwner(f *comity.Field, fields map[string]any) (any, bool) {
	for _, o := range f.Owners {
		if id, ok := fields[o.Name]; ok && o.Flat {
			return map[string]any{"Type": o.Word, "Id": id}, true
		}
	}
	return nil, false
}

func readCell(f *comity.Field, v any) (comity.Cell, error) {
	switch f.Kind {
	case comity.Text, comity.Date, comity.Code, comity.Secret:
		if s, ok := v.(string); ok {
			return comity.TextCell(s), nil
		}
	case comity.Integer, comity.Reference:
		n, err := number(v)
		return comity.IntCell(n), err
	case comity.Boolean:
		if b, ok := v.(bool); ok {
			return comity.BoolCell(b), nil
		}
	case comity.Time:
		s, _ := v.(string)
		t, err := time.Parse(comity.TimeLayout, s)
		return comity.TimeCell(t), err
	case comity.Owner:
		o, _ := v.(map[string]any)
		word, _ := o["Type"].(string)
		id, err := number(o["Id"])
		return comity.OwnerCell(word, id), err
	}
	return comity.Cell{}, fmt.Errorf("%v is no %s", v, f.Kind)
}

// number reads a number or its text, which users with StringIds get.
func number(v any) (int64, error) {
	switch v := v.(type) {
	case json.Number:
		return v.Int64()
	case string:
		return strconv.ParseInt(v, 10, 64)
	}
	return 0, fmt.Errorf("%v is no number", v)
}
