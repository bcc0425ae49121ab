// Package kafka sends the messages about people and groups to Kafka topics: a record's value is the message
// that goes to HTTP endpoints, its key the identifier.
//
//   - kafka.go sends messages and classifies failures
//   - topic.go reads a destination's settings
//   - producer.go connects, pool.go keeps connections for the next message
package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"comity"
	"comity/internal/connector"
)

// Connector sends messages to the topics of Kafka servers. It keeps connections and is safe for concurrent use.
type Connector struct {
	options connector.Options
	pool    pool
}

// New returns a Connector.
func New(o connector.Options) *Connector {
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	o.UserAgent = cmp.Or(o.UserAgent, "comity")
	return &Connector{options: o}
}

// Close closes the connections; one in use is closed when its message is done.
func (k *Connector) Close() { k.pool.close() }

// Plan returns the records that bring a topic up to date about a subject.
func (k *Connector) Plan(d comity.Destination, s comity.Snapshot, state comity.SubjectState) comity.Plan {
	t, err := read(d)
	if err != nil {
		return comity.Plan{Problem: err}
	}
	return connector.PlanMessages(d, s, state, connector.TrueUnlessSet(d.Settings, comity.CoApiProvisionerTarget.IncludeAttributes), t.address)
}

// Headers returns the headers of a record. Secrets, and values that are generated when it is sent, are replaced
// by ***.
func (k *Connector) Headers(d comity.Destination, op comity.Operation) (map[string]string, error) {
	return connector.ShownHeaders(d, op)
}

// Apply sends one record and waits until all in-sync replicas of its partition have it. It keeps no state of
// its own.
func (k *Connector) Apply(ctx context.Context, d comity.Destination, op comity.Operation, own []byte) (comity.Answer, []byte) {
	return k.send(ctx, d, op), own
}

func (k *Connector) send(ctx context.Context, d comity.Destination, op comity.Operation) comity.Answer {
	start := time.Now()
	t, err := read(d)
	if err != nil {
		return comity.Answer{Text: err.Error()}
	}
	headers, err := connector.Headers(d, op, start)
	if err != nil {
		return comity.Answer{Text: err.Error()}
	}
	timeout := k.options.Timeout
	if t.timeout > 0 {
		timeout = min(timeout, t.timeout)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	p, err := k.pool.take(t.cluster, func() (*producer, error) {
		return connect(t.cluster, k.options, k.options.Dialer(k.options.Timeout))
	})
	if err != nil {
		return comity.Answer{Text: err.Error()}
	}
	record := &kgo.Record{Topic: t.name, Partition: t.partition, Key: []byte(key(op)), Value: op.Body}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		record.Headers = append(record.Headers, kgo.RecordHeader{Key: name, Value: []byte(headers[name])})
	}
	if err := p.send(ctx, record); err != nil {
		// The producer is discarded with whatever a failed message left in it, so that the message cannot
		// arrive after a newer one.
		p.close()
		return comity.Answer{Text: explain(d, t, err, time.Since(start)), Refused: refuses(err)}
	}
	k.pool.give(p)
	return comity.Answer{OK: true, Text: fmt.Sprintf("record %d of partition %d", record.Offset, record.Partition)}
}

// refuses says whether a failure is about the message itself. Every other failure is about the cluster
// or the authentication, and can pass although the message stays the same.
func refuses(err error) bool {
	return errors.Is(err, kerr.MessageTooLarge) || errors.Is(err, kerr.RecordListTooLarge) || errors.Is(err, kerr.InvalidRecord)
}

// explain returns why a message was not accepted, as a text for people.
func explain(d comity.Destination, t topic, err error, after time.Duration) string {
	var guess *kgo.ErrFirstReadEOF
	switch {
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return fmt.Sprintf("there is no topic %s: %v", t.name, kerr.UnknownTopicOrPartition)
	case errors.As(err, &guess):
		// This error says more than that the connection was closed.
		return guess.Error()
	case t.mechanism != "" && errors.Is(err, io.EOF):
		return "the connection was closed before an answer came: that may be for a wrong username or password"
	}
	return connector.NoAnswer(d, err, after)
}
