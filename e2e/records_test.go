package e2e_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"comity"
	"comity/client"
)

// fields are what a test writes into a record, by the fields' handles.
type fields map[*comity.Field]any

// owner is the value of an Owner field.
type owner struct {
	of comity.OwnerType
	id int64
}

// record makes a record of the fields' resource. A value of nil is a field named without a value.
func record(values fields) *comity.Record {
	var rec *comity.Record
	for f, v := range values {
		if rec == nil {
			rec = comity.NewRecord(f.Resource())
		}
		switch v := v.(type) {
		case nil:
			rec.Set(f, comity.EmptyCell())
		case string:
			rec.SetText(f, v)
		case int:
			rec.SetInt(f, int64(v))
		case int64:
			rec.SetInt(f, v)
		case bool:
			rec.SetBool(f, v)
		case time.Time:
			rec.Set(f, comity.TimeCell(v))
		case owner:
			rec.SetOwner(f, v.of, v.id)
		default:
			panic("a field cannot hold that")
		}
	}
	return rec
}

// add adds a record and returns its id.
func add(t *testing.T, c *client.Client, values fields) int64 {
	t.Helper()
	added, err := c.Add(t.Context(), record(values))
	if err != nil {
		t.Fatal(err)
	}
	return added.Id
}

// edit changes fields of a record and leaves the others as they are.
func edit(t *testing.T, c *client.Client, id int64, values fields) {
	t.Helper()
	changes := record(values)
	rec, err := c.View(t.Context(), changes.Resource, id)
	if err != nil {
		t.Fatal(err)
	}
	for f := range values {
		rec.Set(f, changes.Get(f))
	}
	if err := c.Edit(t.Context(), rec); err != nil {
		t.Fatal(err)
	}
}

// remove deletes a record.
func remove(t *testing.T, c *client.Client, res *comity.Resource, id int64) {
	t.Helper()
	if err := c.Delete(t.Context(), res, id); err != nil {
		t.Fatal(err)
	}
}

// addCO adds a CO and returns its id.
func addCO(t *testing.T, c *client.Client, name string) int64 {
	t.Helper()
	return add(t, c, fields{comity.Co.Name: name, comity.Co.Status: comity.Active})
}

// addPerson adds an active person with an identifier of type uid to a CO and returns its id.
func addPerson(t *testing.T, c *client.Client, co int64, uid string) int64 {
	t.Helper()
	id := add(t, c, fields{comity.CoPerson.CoId: co, comity.CoPerson.Status: comity.Active})
	addIdentifier(t, c, id, uid)
	return id
}

// addIdentifier gives a person an identifier of type uid and returns its id.
func addIdentifier(t *testing.T, c *client.Client, person int64, uid string) int64 {
	t.Helper()
	f := comity.Identifier
	return add(t, c, fields{
		f.Identifier: uid, f.Type: "uid", f.Status: comity.Active, f.Person: owner{comity.OwnerCO, person},
	})
}

// text is an id as a query has it.
func text(id int64) string { return strconv.FormatInt(id, 10) }

// refusalOf is the registry's answer that an error is.
func refusalOf(t *testing.T, err error) *comity.Error {
	t.Helper()
	var refusal *comity.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("%v is no answer of the registry", err)
	}
	return refusal
}
