package wire

import (
	"encoding/xml"

	"comity"
)

// decodeXML finds the element in <Cous Version="1.0"><Cou Version="1.0">…</Cou></Cous>, or takes
// the root as the element itself.
func decodeXML(res *comity.Resource, body []byte) (*element, error) {
	if longTag(body) {
		return nil, comity.BadRequest("A tag of the body, with its attributes, is longer than %d bytes", maxTag)
	}
	r := newXMLReader(body)
	root, ok := r.element()
	if !ok {
		r.failf("The body holds no XML element")
		return nil, r.err
	}
	e := r.request(res, root)
	if _, more := r.element(); more {
		r.failf("The body goes on after the end of <%s>", root.Name.Local)
	}
	if r.err != nil {
		return nil, r.err
	}
	return e, nil
}

// request reads the root. A resource whose singular equals its plural is distinguished from its list by the
// content.
func (r *xmlReader) request(res *comity.Resource, root xml.StartElement) *element {
	switch root.Name.Local {
	default:
		r.failf("The root of the body must be <%s>, not <%.64s>", res.Plural, root.Name.Local)
		return nil
	case res.Singular:
		if res.Singular != res.Plural {
			return r.record(res, root)
		}
	case res.Plural:
	}
	bare := begin(res, root)
	var first *element
	empty := true
	r.blank(root, r.content(func(child xml.StartElement) {
		empty = false
		switch {
		case child.Name.Local == res.Singular && first == nil:
			first = r.record(res, child)
		case res.Singular == res.Plural:
			r.member(bare, child)
		}
	}))
	switch {
	case first != nil:
		return first
	case res.Singular == res.Plural:
		return bare
	case !empty:
		r.failf("The request has no <%s> in its <%s>", res.Singular, res.Plural)
	}
	return newElement(res) // an empty list: a record that names nothing
}

// record reads the element of one record.
func (r *xmlReader) record(res *comity.Resource, start xml.StartElement) *element {
	e := begin(res, start)
	r.blank(start, r.content(func(child xml.StartElement) { r.member(e, child) }))
	return e
}

// begin starts an element, whose version is an attribute.
func begin(res *comity.Resource, start xml.StartElement) *element {
	e := newElement(res)
	for _, a := range start.Attr {
		if a.Name.Space == "" && a.Name.Local == "Version" {
			e.set("Version", comity.Scalar{Type: comity.TextScalar, Text: a.Value})
		}
	}
	return e
}

// member reads one field of an element.
func (r *xmlReader) member(e *element, start xml.StartElement) {
	name := start.Name.Local
	if !e.isOwner(name) {
		e.set(name, r.scalar())
		return
	}
	var p ownerObject
	object := false
	text := r.content(func(child xml.StartElement) {
		object = true
		switch child.Name.Local {
		case "Type":
			p.word = givenValue{r.scalar(), true}
		case "Id":
			p.id = givenValue{r.scalar(), true}
		}
	})
	if object {
		e.setOwner(p)
	} else {
		e.set(name, comity.Scalar{Type: comity.TextScalar, Text: text})
	}
}

// scalar reads the rest of an element as a field's value.
func (r *xmlReader) scalar() comity.Scalar {
	v := comity.Scalar{Type: comity.TextScalar}
	v.Text = r.content(func(xml.StartElement) { v.Type = comity.OtherScalar })
	return v
}
