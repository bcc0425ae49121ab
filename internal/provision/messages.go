package provision

import (
	"errors"
	"fmt"
	"slices"

	"comity"
)

// Address puts on a message how and where it goes. It is handed one with all but that, and may take
// the body off where a delete needs none.
type Address func(m *comity.Message) error

// object is what is sent under an identifier.
type object struct {
	identifier string
	body       any
	// kept is what is kept of the body, nil where that is the body itself.
	kept []byte
}

// Messages returns what the destination must be sent, in this order, so that it holds the state
// of the snapshot, and the identifiers that the subject is then known under there. open says how this
// destination's messages are addressed.
//
// A present person is sent as an object, a group as one or as several pages, and then every other
// identifier that the destination was told is deleted: the new one is there before the old one goes.
// Of a subject that is gone, every identifier ever told is deleted; one that was never told costs no
// message, even to a target that is not configured. A target that is not told about groups is sent
// nothing about one.
//
// Nothing is sent about a person whose identifier the destination cannot be sent one under, and it is
// never told to delete such a one, under which it cannot hold anybody.
//
// The error wraps comity.ErrNoIdentifier for a person without an identifier of the configured type; what
// was told is then to be deleted all the same, so the messages are there with it. It wraps
// comity.ErrNotConfigured for a destination without settings or server, or whose server is suspended.
func Messages(
	d comity.Destination, s comity.Snapshot, sentAs comity.ProvisionedAs, open func(comity.Destination) (Address, error),
) (msgs []comity.Message, identifiers []string, err error) {
	known := identifiersSent(sentAs)
	if ofGroup := s.Subject.Kind == comity.KindGroup; ofGroup && d.Settings != nil && !d.IncludesGroups() ||
		!ofGroup && s.Gone && len(known) == 0 {
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
	for _, old := range known {
		if slices.Contains(identifiers, old) {
			continue
		}
		err := add(comity.Message{Identifier: old, Delete: true}, deleted(s.Subject, old))
		if err != nil && !errors.Is(err, errNoSegment) {
			return nil, nil, err
		}
	}
	return msgs, identifiers, missing
}

// objects are what a destination is to hold of a subject.
func objects(d comity.Destination, s comity.Snapshot) ([]object, error) {
	f := comity.CoApiProvisionerTarget
	withAttributes := trueUnlessSaid(d.Settings, f.IncludeAttributes)
	switch {
	case s.Gone:
		return nil, nil
	case s.Subject.Kind == comity.KindGroup:
		return groupObjects(s, withAttributes)
	}
	identifierType := d.Settings.Text(f.IdentifierType)
	identifier := identify(s, identifierType)
	if identifier == "" {
		return nil, fmt.Errorf("%w of type %s", comity.ErrNoIdentifier, identifierType)
	}
	return []object{{identifier: identifier, body: personMessage(identifier, s, withAttributes)}}, nil
}

// deleted is the message that nothing is known under an identifier any more.
func deleted(s comity.Subject, identifier string) any {
	if s.Kind == comity.KindGroup {
		return deletedGroupMessage(identifier)
	}
	return deletedMessage(identifier)
}

// Configured says, by an error, what a destination of any kind lacks.
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

// identifiersTold returns what the destination may know the subject under, each once.
func identifiersSent(sentAs comity.ProvisionedAs) []string {
	var known []string
	for _, id := range append([]string{sentAs.Identifier}, sentAs.Obsolete...) {
		if id != "" && !slices.Contains(known, id) {
			known = append(known, id)
		}
	}
	return known
}

// identify returns the identifier that the person is sent under: of those of the type, the one
// with the lowest Id. It is "" where there is none.
func identify(s comity.Snapshot, identifierType string) string {
	for _, rec := range s.Identifiers {
		id := rec.Text(comity.Identifier.Identifier)
		if id != "" && rec.Text(comity.Identifier.Type) == identifierType {
			return id
		}
	}
	return ""
}

// trueUnlessSaid reads a boolean whose default is true.
func trueUnlessSaid(rec *comity.Record, f *comity.Field) bool {
	return !rec.Has(f) || rec.Bool(f)
}
