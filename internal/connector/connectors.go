package connector

import (
	"context"
	"errors"
	"fmt"

	"comity"
)

// Connector sends subjects to the targets of one Kind.
type Connector interface {
	// Plan returns what brings a destination up to date about a subject, given its state there. It does no
	// I/O: a preview is made by it, too. The destination has its settings and, where these name one, an
	// active server.
	Plan(d comity.Destination, s comity.Snapshot, state comity.SubjectState) comity.Plan
	// Apply carries out one operation of a plan. own is the connector's own state of the subject after the
	// operations before; Apply returns what it is from now on, whether or not the operation succeeded.
	Apply(ctx context.Context, d comity.Destination, op comity.Operation, own []byte) (comity.Answer, []byte)
	// Close closes the idle connections.
	Close()
}

// Reader is a Connector that can read what a target holds.
type Reader interface {
	// Readable returns nil if a destination can be read, else why not, as words that follow "the target".
	Readable(d comity.Destination) error
	// Read reads what a destination holds of a subject under an identifier.
	Read(ctx context.Context, d comity.Destination, s comity.Subject, identifier string, own []byte) comity.Holding
}

// Headed is a Connector that sends headers with its operations.
type Headed interface {
	// Headers returns the headers that Apply sends. Secrets, and values that are generated when an operation is
	// sent, are replaced by ***.
	Headers(d comity.Destination, op comity.Operation) (map[string]string, error)
}

// Kind identifies the targets of a connector by their tables: that of their settings, and that of their server's
// address, nil where the settings name no server.
type Kind struct{ Settings, Server *comity.Resource }

// Connectors are the connectors by the targets that they serve.
type Connectors map[Kind]Connector

// of returns the connector for a destination that has settings, whether or not these are complete.
func (c Connectors) of(d comity.Destination) (Connector, error) {
	kind := Kind{Settings: d.Settings.Resource}
	if kind.Settings.ServerId() != nil {
		kind.Server = comity.ServerTable(d.ServerType)
	}
	found, ok := c[kind]
	if !ok {
		return nil, fmt.Errorf("%w: nothing sends to servers of the type %q by %s", comity.ErrNotConfigured, d.ServerType, kind.Settings.Singular)
	}
	return found, nil
}

// configured returns the connector for a destination, or an error that wraps comity.ErrNotConfigured if the
// destination lacks its settings, or these name a server that is suspended or has no address.
func (c Connectors) configured(d comity.Destination) (Connector, error) {
	switch {
	case d.Settings == nil:
		return nil, fmt.Errorf("%w: it has no %s", comity.ErrNotConfigured, d.SettingsTable().Singular)
	case d.Settings.Resource.ServerId() == nil:
	case d.Server == nil:
		return nil, fmt.Errorf("%w: its server has no %s", comity.ErrNotConfigured, comity.ServerTable(d.ServerType).Singular)
	case !d.ServerActive:
		return nil, fmt.Errorf("%w: its server is suspended", comity.ErrNotConfigured)
	}
	return c.of(d)
}

// Plan returns what brings a destination up to date about a subject, given its state there: nothing about a
// group for a target that does not receive groups, and nothing about a person who is gone and was never sent,
// even if the target is not configured.
func (c Connectors) Plan(d comity.Destination, s comity.Snapshot, state comity.SubjectState) comity.Plan {
	isGroup := s.Subject.Kind == comity.KindGroup
	if isGroup && d.Settings != nil && !d.IncludeGroups || !isGroup && s.Gone && len(identifiersSent(state)) == 0 {
		return comity.Plan{}
	}
	found, err := c.configured(d)
	if err != nil {
		return comity.Plan{Problem: err}
	}
	return found.Plan(d, s, state)
}

// Apply carries out one operation; see Connector.
func (c Connectors) Apply(ctx context.Context, d comity.Destination, op comity.Operation, own []byte) (comity.Answer, []byte) {
	found, err := c.configured(d)
	if err != nil {
		return comity.Answer{Text: err.Error()}, own
	}
	return found.Apply(ctx, d, op, own)
}

// Headers returns the headers that Apply sends with an operation, without secrets; see Headed.
func (c Connectors) Headers(d comity.Destination, op comity.Operation) (map[string]string, error) {
	found, err := c.configured(d)
	if err != nil {
		return nil, err
	}
	if headed, ok := found.(Headed); ok {
		return headed.Headers(d, op)
	}
	return map[string]string{}, nil
}

// Readable returns nil if what a destination with settings holds can be read, else why not, as words that
// follow "the target".
func (c Connectors) Readable(d comity.Destination) error {
	found, err := c.of(d)
	if err != nil {
		return fmt.Errorf("cannot be verified: %w", err)
	}
	reader, ok := found.(Reader)
	if !ok {
		return errors.New("cannot be verified: what it holds cannot be read")
	}
	return reader.Readable(d)
}

// Read reads what a destination, which is Readable, holds of a subject under an identifier.
func (c Connectors) Read(ctx context.Context, d comity.Destination, s comity.Subject, identifier string, own []byte) comity.Holding {
	found, err := c.configured(d)
	if err != nil {
		return comity.Holding{Unreadable: err.Error()}
	}
	reader, ok := found.(Reader)
	if !ok {
		return comity.Holding{Unreadable: "what the target holds cannot be read"}
	}
	return reader.Read(ctx, d, s, identifier, own)
}

// Close closes the connectors.
func (c Connectors) Close() {
	for _, one := range c {
		one.Close()
	}
}
