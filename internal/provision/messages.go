package provision

import (
	"errors"
	"fmt"
	"slices"

	"comity"
)

// ErrNoIdentifier is the failure of a person who has no identifier of the type that the target is
// sent people under.
var ErrNoIdentifier = errors.New("no identifier")

// Address puts on a message how and where it goes. It is handed one with all but that, and may take
// the body off where a delete needs none.
type Address func(m *comity.Message) error

// Messages returns what the destination must be sent, in this order, so that it holds the state
// of the snapshot, and the identifier that the person is then known under there, "" for none. open
// says how this destination's messages are addressed.
//
// A present person is sent as an object, and then every other identifier that the destination was
// told is deleted: the new one is there before the old one goes. Of a person who is gone, every
// identifier ever told is deleted; one who was never told costs no message, even to a target that
// is not configured.
//
// The error wraps ErrNoIdentifier for a person without an identifier of the configured type; what
// was told is then to be deleted all the same, so the messages are there with it. It wraps
// comity.ErrNotConfigured for a destination without settings or server, or whose server is suspended.
func Messages(
	d comity.Destination, s comity.Snapshot, told comity.Told, open func(comity.Destination) (Address, error),
) (msgs []comity.Message, identifier string, err error) {
	known := identifiersTold(told)
	if s.Gone && len(known) == 0 {
		return nil, "", nil
	}
	if err := Configured(d); err != nil {
		return nil, "", err
	}
	address, err := open(d)
	if err != nil {
		return nil, "", err
	}
	add := func(m comity.Message, body message) error {
		m.PersonId = s.PersonId
		var err error
		if m.Body, err = encode(body); err != nil {
			return err
		}
		err = address(&m)
		msgs = append(msgs, m)
		return err
	}
	settings := comity.CoApiProvisionerTarget
	var missing error
	if !s.Gone {
		identifierType := d.Settings.Text(settings.IdentifierType)
		if identifier = identify(s, identifierType); identifier == "" {
			missing = fmt.Errorf("%w of type %s", ErrNoIdentifier, identifierType)
		} else if err := add(
			comity.Message{Identifier: identifier},
			personMessage(identifier, s, trueUnlessSaid(d.Settings, settings.IncludeAttributes)),
		); err != nil {
			return nil, "", err
		}
	}
	for _, old := range known {
		if old == identifier {
			continue
		}
		if err := add(comity.Message{Identifier: old, Delete: true}, deletedMessage(old)); err != nil {
			return nil, "", err
		}
	}
	return msgs, identifier, missing
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

// identifiersTold returns what the destination may know the person under, each once.
func identifiersTold(told comity.Told) []string {
	var known []string
	for _, id := range append([]string{told.Identifier}, told.Obsolete...) {
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
