package connector

import (
	"context"

	"comity"
)

// Connector sends messages to servers of one type.
type Connector interface {
	// Messages returns the messages to send to a destination; see the function Messages.
	Messages(d comity.Destination, s comity.Snapshot, sentAs comity.ProvisionedAs) (messages []comity.Message, identifiers []string, err error)
	// Send sends one message and returns the answer.
	Send(ctx context.Context, d comity.Destination, m comity.Message, sequence int64) comity.Answer
	// Headers returns the headers that Send sends with a message, without secrets.
	Headers(d comity.Destination, m comity.Message, sequence int64) (map[string]string, error)
	// Get reads what the destination holds of a subject under an identifier.
	Get(ctx context.Context, d comity.Destination, s comity.Subject, identifier string) comity.Holding
	// Close closes the idle connections.
	Close()
}

// Connectors are the connectors by the type of server that each sends to.
type Connectors map[string]Connector

// of returns the connector for a destination. One that has no server yet is handed to that for HTTP, which
// says what is missing.
func (c Connectors) of(d comity.Destination) Connector {
	if found := c[d.ServerType]; found != nil {
		return found
	}
	return c[comity.ServerHTTP]
}

// Messages returns the messages to send to the destination; see the function Messages.
func (c Connectors) Messages(d comity.Destination, snapshot comity.Snapshot, sentAs comity.ProvisionedAs) ([]comity.Message, []string, error) {
	return c.of(d).Messages(d, snapshot, sentAs)
}

// Send sends one message and returns the answer.
func (c Connectors) Send(ctx context.Context, d comity.Destination, m comity.Message, sequence int64) comity.Answer {
	return c.of(d).Send(ctx, d, m, sequence)
}

// Headers returns the headers that Send sends with a message, without secrets.
func (c Connectors) Headers(d comity.Destination, m comity.Message, sequence int64) (map[string]string, error) {
	return c.of(d).Headers(d, m, sequence)
}

// Get reads what the destination holds of a subject under an identifier.
func (c Connectors) Get(ctx context.Context, d comity.Destination, subject comity.Subject, identifier string) comity.Holding {
	return c.of(d).Get(ctx, d, subject, identifier)
}

// Close closes the connectors.
func (c Connectors) Close() {
	for _, one := range c {
		one.Close()
	}
}
