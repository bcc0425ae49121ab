package connector

import (
	"errors"
	"fmt"
	"slices"

	"comity"
)

// Address completes an operation with its method and URL, which stands for the place where its identifier is.
// It may remove the body of a delete that needs none. The error is a NoAddress if there is no such place.
type Address func(op *comity.Operation) error

// object is the body that is sent under an identifier.
type object struct {
	identifier string
	body       any
	// kept is what is stored of the body, nil where that is the body itself.
	kept []byte
}

// PlanMessages returns the plan of a connector that sends the messages of message.schema.json, with or without
// the attributes of subjects.
//
// A present person is sent as one object, a group as one or several pages; then every other identifier
// that was sent before is deleted, so that the new one exists before the old one is deleted. For a
// subject that is gone, every identifier that was ever sent is deleted.
//
// There is no operation, not even a delete, for an identifier without an address, since the destination cannot
// hold anybody under it. For a person without an identifier of the configured type, the Problem wraps
// comity.ErrNoIdentifier, and the identifiers sent before are deleted.
func PlanMessages(d comity.Destination, s comity.Snapshot, state comity.SubjectState, withAttributes bool, address Address) (p comity.Plan) {
	add := func(op comity.Operation, body any) error {
		op.Subject = s.Subject
		var err error
		if op.Body, err = encode(body); err != nil {
			return err
		}
		if err := address(&op); err != nil {
			return err
		}
		p.Operations = append(p.Operations, op)
		return nil
	}
	objects, missing := objects(d, s, withAttributes)
	if missing != nil && !errors.Is(missing, comity.ErrNoIdentifier) {
		return comity.Plan{Problem: missing}
	}
	p.Problem = missing
	for _, o := range objects {
		if err := add(comity.Operation{Identifier: o.identifier, Kept: o.kept}, o.body); err != nil {
			return comity.Plan{Problem: err}
		}
		p.Identifiers = append(p.Identifiers, o.identifier)
	}
	for _, old := range identifiersSent(state) {
		if slices.Contains(p.Identifiers, old) {
			continue
		}
		err := add(comity.Operation{Identifier: old, Delete: true}, deleted(s.Subject, old))
		if _, unaddressed := errors.AsType[NoAddress](err); err != nil && !unaddressed {
			return comity.Plan{Problem: err}
		}
	}
	return p
}

// objects returns the objects of a subject that a destination should hold.
func objects(d comity.Destination, s comity.Snapshot, withAttributes bool) ([]object, error) {
	switch {
	case s.Gone:
		return nil, nil
	case s.Subject.Kind == comity.KindGroup:
		return groupObjects(s, withAttributes)
	}
	identifier := identify(s, d.IdentifierType)
	if identifier == "" {
		return nil, fmt.Errorf("%w of type %s", comity.ErrNoIdentifier, d.IdentifierType)
	}
	return []object{{identifier: identifier, body: personMessage(identifier, s, withAttributes)}}, nil
}

// deleted returns the message that deletes an identifier.
func deleted(s comity.Subject, identifier string) any {
	if s.Kind == comity.KindGroup {
		return deletedGroupMessage(identifier)
	}
	return deletedMessage(identifier)
}

// identifiersSent returns the identifiers under which the destination may hold the subject, each once.
func identifiersSent(state comity.SubjectState) []string {
	var sent []string
	for _, id := range append([]string{state.Identifier}, state.Obsolete...) {
		if id != "" && !slices.Contains(sent, id) {
			sent = append(sent, id)
		}
	}
	return sent
}

// identify returns the identifier that the person is sent under: the one of that type with the lowest
// Id, "" where there is none.
func identify(s comity.Snapshot, identifierType string) string {
	for _, rec := range s.Identifiers {
		id := rec.Text(comity.Identifier.Identifier)
		if id != "" && rec.Text(comity.Identifier.Type) == identifierType {
			return id
		}
	}
	return ""
}

// TrueUnlessSet returns a boolean field's value, true where it has none.
func TrueUnlessSet(rec *comity.Record, f *comity.Field) bool {
	return !rec.Has(f) || rec.Bool(f)
}
