package wire

import (
	"slices"
	"strconv"
	"strings"

	"comity"
)

// element holds the values of one record in a request, not yet validated. Each codec fills it; all that follows is
// the same for JSON and XML.
type element struct {
	res     *comity.Resource
	version givenValue
	// fields are the values, by the field's index in the table.
	fields []givenValue
	// owner is the index of the Owner field, -1 if there is none.
	owner int
	// person is the value of the Owner field if it is an object.
	person *ownerObject
	// flat are the owner's ids in the flat form, by the type's index in the Owner field.
	flat []givenValue
}

// givenValue is a value of a request, or its absence.
type givenValue struct {
	comity.Scalar
	there bool
}

// ownerObject is an owner written as an object.
type ownerObject struct{ word, id givenValue }

func newElement(res *comity.Resource) *element {
	e := &element{
		res:    res,
		fields: make([]givenValue, len(res.Fields)),
		owner:  slices.IndexFunc(res.Fields, func(f *comity.Field) bool { return f.Kind == comity.Owner }),
	}
	if e.owner >= 0 {
		e.flat = make([]givenValue, len(res.Fields[e.owner].Owners))
	}
	return e
}

// set stores the value of that name; the last of several wins. Unknown names are ignored.
func (e *element) set(name string, value comity.Scalar) {
	v := givenValue{value, true}
	if name == "Version" {
		e.version = v
		return
	}
	for i, f := range e.res.Fields {
		if f.Name == name {
			e.fields[i] = v
			if i == e.owner {
				e.person = nil
			}
			return
		}
	}
	for i := range e.flat {
		if e.res.Fields[e.owner].Owners[i].Name == name {
			e.flat[i] = v
		}
	}
}

// isOwner says whether the field of that name is the owner, and so may be an object.
func (e *element) isOwner(name string) bool {
	return e.owner >= 0 && e.res.Fields[e.owner].Name == name
}

// setOwner stores an owner that is an object.
func (e *element) setOwner(p ownerObject) {
	e.fields[e.owner] = givenValue{there: true}
	e.person = &p
}

// input reads every value by its field.
func (e *element) input() comity.Input {
	in := comity.Input{Record: comity.NewRecord(e.res)}
	if !e.version.isVersion() {
		in.FieldErrors = append(in.FieldErrors, comity.FieldError{Field: "Version", Sentence: `The Version must be given as "` + version + `"`})
	}
	for i, f := range e.res.Fields {
		if f.ReadOnly {
			continue
		}
		var cell comity.Cell
		var sentence string
		switch v := e.fields[i]; {
		case i == e.owner:
			cell, sentence = e.readOwner(f)
		case v.there:
			cell, sentence = f.Read(v.Scalar)
		}
		if sentence != "" {
			in.FieldErrors = append(in.FieldErrors, comity.FieldError{Field: f.Column, Sentence: sentence})
			continue
		}
		in.Record.Set(f, cell)
	}
	return in
}

// isVersion accepts the number 1.0 too, in any spelling: not every client can choose one.
func (v givenValue) isVersion() bool {
	if v.Type == comity.NumberScalar {
		n, err := strconv.ParseFloat(v.Text, 64)
		return err == nil && n == 1
	}
	return v.Type == comity.TextScalar && strings.TrimSpace(v.Text) == version
}

// isBlank says whether the value is missing, null or blank.
func (v givenValue) isBlank() bool {
	return !v.there || v.Type == comity.NullScalar || v.Type == comity.TextScalar && strings.TrimSpace(v.Text) == ""
}

// readOwner reads the object form or, if that names nothing, the flat one.
func (e *element) readOwner(f *comity.Field) (cell comity.Cell, sentence string) {
	switch v := e.fields[e.owner]; {
	case e.person != nil && (!e.person.word.isBlank() || !e.person.id.isBlank()):
		return e.person.read(f)
	case e.person == nil && !v.isBlank():
		return cell, f.FieldError("must be an object with a Type (%s) and an Id", ownerWords(f)).Sentence
	case v.there:
		cell = comity.EmptyCell()
	}
	for i, o := range f.Owners {
		v := e.flat[i]
		if !v.isBlank() {
			return readOwnerId(f, o, v, o.Name)
		}
		if v.there {
			cell = comity.EmptyCell()
		}
	}
	return cell, ""
}

func (p *ownerObject) read(f *comity.Field) (cell comity.Cell, sentence string) {
	o, ok := f.Owner(strings.TrimSpace(p.word.Text))
	if !ok || p.word.Type != comity.TextScalar {
		return cell, f.FieldError("must have a Type that is one of %s", ownerWords(f)).Sentence
	}
	return readOwnerId(f, o, p.id, "Id")
}

// readOwnerId reads the id of an owner; a missing one is treated as unknown. The name is the one used in the
// request.
func readOwnerId(f *comity.Field, o comity.OwnerType, id givenValue, name string) (comity.Cell, string) {
	n, ok := comity.ReadId(id.Scalar)
	if !ok {
		return comity.Cell{}, f.FieldError("must have an id as its %s", name).Sentence
	}
	return comity.OwnerCell(o.Word, n), ""
}

func ownerWords(f *comity.Field) string {
	words := make([]string, len(f.Owners))
	for i, o := range f.Owners {
		words[i] = o.Word
	}
	return strings.Join(words, ", ")
}
