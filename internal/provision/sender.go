package provision

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

// Sender sends each message by the connector for its destination's type of server.
type Sender struct {
	http, kafka Connector
}

// NewSender returns a Sender over the connectors for servers of type HT and KA, which it closes.
func NewSender(http, kafka Connector) *Sender { return &Sender{http: http, kafka: kafka} }

func (s *Sender) connector(d comity.Destination) Connector {
	if d.ServerType == comity.ServerKafka {
		return s.kafka
	}
	return s.http
}

// Messages returns the messages to send to the destination; see the function Messages.
func (s *Sender) Messages(d comity.Destination, snapshot comity.Snapshot, sentAs comity.ProvisionedAs) ([]comity.Message, []string, error) {
	return s.connector(d).Messages(d, snapshot, sentAs)
}

// Send sends one message and returns the answer.
func (s *Sender) Send(ctx context.Context, d comity.Destination, m comity.Message, sequence int64) comity.Answer {
	return s.connector(d).Send(ctx, d, m, sequence)
}

// Headers returns the headers that Send sends with a message, without secrets.
func (s *Sender) Headers(d comity.Destination, m comity.Message, sequence int64) (map[string]string, error) {
	return s.connector(d).Headers(d, m, sequence)
}

// Get reads what the destination holds of a subject under an identifier.
func (s *Sender) Get(ctx context.Context, d comity.Destination, subject comity.Subject, identifier string) comity.Holding {
	return s.connector(d).Get(ctx, d, subject, identifier)
}

// Close closes the connectors.
func (s *Sender) Close() {
	s.http.Close()
	s.kafka.Close()
}
