package connector

import (
	"errors"
	"fmt"
	"slices"

	"comity"
)

// Address sets the method and URL of a message that is complete otherwise. It may remove the body of a
// delete that needs none.
type Address func(m *comity.Message) error

// object is the body that is sent under an identifier.
type object struct {
	identifier string
	body       any
	// kept is what is stored of the body, nil where that is the body itself.
	kept []byte
}

// Messages returns the messages after which the destination holds the state of the snapshot, in the order
// in which they must be sent, and the identifiers under which it then holds the subject. open returns
// how this destination's messages are addressed.
//
// A present person is sent as one object, a group as one or several pages; then every other identifier
// that was sent before is deleted, so that the new one exists before the old one is deleted. For a
// subject that is gone, every identifier that was ever sent is deleted; if none was, there is no
// message, even for a target that is not configured. A target that does not receive groups is sent
// nothing about one.
//
// There is no message, not even a delete, for an identifier that the destination's URLs cannot name,
// since the destination cannot hold anybody under it.
//
// The error wraps comity.ErrNoIdentifier for a person without an identifier of the configured type; the
// deletes of the identifiers sent before are returned with it. It wraps comity.ErrNotConfigured for a
// destination without settings or server, or whose server is suspended.
func Messages(
	d comity.Destination, s comity.Snapshot, sentAs comity.ProvisionedAs, open func(comity.Destination) (Address, error),
) (msgs []comity.Message, identifiers []string, err error) {
	sent := identifiersSent(sentAs)
	if ofGroup := s.Subject.Kind == comity.KindGroup; ofGroup && d.Settings != nil && !d.IncludeGroups ||
		!ofGroup && s.Gone && len(sent) == 0 {
		return nil, nil, nil
	}
	if err := Configured(d); err != nil {
		return nil, nil, err
	}
	address, err := open(d)
	if err != nil {
		return nil, nil, err
	}
	add := func(m comity.Message, body any) error {
		m.Subject = s.Subject
		var err error
		if m.Body, err = encode(body); err != nil {
			return err
		}
		if err := address(&m); err != nil {
			return err
		}
		msgs = append(msgs, m)
		return nil
	}
	objects, missing := objects(d, s)
	if missing != nil && !errors.Is(missing, comity.ErrNoIdentifier) {
		return nil, nil, missing
	}
	for _, o := range objects {
		if err := add(comity.Message{Identifier: o.identifier, Kept: o.kept}, o.body); err != nil {
			return nil, nil, err
		}
		identifiers = append(identifiers, o.identifier)
	}
	for _, old := range sent {
		if slices.Contains(identifiers, old) {
			continue
		}
		err := add(comity.Message{Identifier: old, Delete: true}, deleted(s.Subject, old))
		if err != nil && !errors.Is(err, ErrNoSegment) {
			return nil, nil, err
		}
	}
	return msgs, identifiers, missing
}

// objects returns the objects of a subject that a destination should hold.
func objects(d comity.Destination, s comity.Snapshot) ([]object, error) {
	f := comity.CoApiProvisionerTarget
	withAttributes := TrueUnlessSet(d.Settings, f.IncludeAttributes)
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

// Configured returns an error that wraps comity.ErrNotConfigured if a destination lacks its settings or
// an active server, else nil.
func Configured(d comity.Destination) error {
	switch {
	case d.Settings == nil:
		return fmt.Errorf("%w: it has no CoApiProvisionerTarget", comity.ErrNotConfigured)
	case d.Server == nil && d.ServerType == comity.ServerKafka:
		return fmt.Errorf("%w: its server has no KafkaServer", comity.ErrNotConfigured)
	case d.Server == nil:
		return fmt.Errorf("%w: its server has no HttpServer", comity.ErrNotConfigured)
	case !d.ServerActive:
		return fmt.Errorf("%w: its server is suspended", comity.ErrNotConfigured)
	}
	return nil
}

// identifiersSent returns the identifiers under which the destination may hold the subject, each once.
func identifiersSent(sentAs comity.ProvisionedAs) []string {
	var sent []string
	for _, id := range append([]string{sentAs.Identifier}, sentAs.Obsolete...) {
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
