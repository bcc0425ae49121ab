// Package kafka tells people and groups to Kafka topics: the message that goes to HTTP endpoints is the value of
// a record, keyed by the identifier.
//
//   - kafka.go sends and judges what comes back
//   - topic.go reads what a destination says
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
	"comity/internal/provision"
)

// Kafka sends messages to the topics of Kafka servers. It keeps connections and may be used by many
// at a time.
type Kafka struct {
	options provision.Options
	pool    pool
}

// New returns a Kafka.
func New(o provision.Options) *Kafka {
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	o.UserAgent = cmp.Or(o.UserAgent, "comity")
	return &Kafka{options: o}
}

// Close closes the connections, those that a message is using when it is done.
func (k *Kafka) Close() { k.pool.close() }

// Messages returns what the destination's topic must be sent; see provision.Messages.
func (k *Kafka) Messages(d comity.Destination, s comity.Snapshot, sentAs comity.ProvisionedAs) ([]comity.Message, []string, error) {
	return provision.Messages(d, s, sentAs, func(d comity.Destination) (provision.Address, error) {
		t, err := read(d)
		return t.address, err
	})
}

// Headers returns the headers that Send sends a message with. What is secret, or made when it is
// sent, is written as ***.
func (k *Kafka) Headers(d comity.Destination, m comity.Message, sequence int64) (map[string]string, error) {
	return provision.ShownHeaders(d, m, sequence)
}

// Get says that a topic cannot be asked what it holds.
func (k *Kafka) Get(context.Context, comity.Destination, comity.Subject, string) comity.Holding {
	return comity.Holding{Unreadable: "a Kafka topic cannot be asked"}
}

// Send sends one message and waits until all in-sync replicas of its partition have it.
func (k *Kafka) Send(ctx context.Context, d comity.Destination, m comity.Message, sequence int64) comity.Answer {
	start := time.Now()
	t, err := read(d)
	if err != nil {
		return comity.Answer{Text: err.Error()}
	}
	headers, err := provision.Headers(d, m, sequence, start)
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
	record := &kgo.Record{Topic: t.name, Partition: t.partition, Key: []byte(key(m)), Value: m.Body}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		record.Headers = append(record.Headers, kgo.RecordHeader{Key: name, Value: []byte(headers[name])})
	}
	if err := p.send(ctx, record); err != nil {
		// What a failed message leaves behind, half sent or to be tried again, ends with its producer:
		// it must not arrive after a newer one.
		p.close()
		return comity.Answer{Text: explain(d, t, err, time.Since(start)), Refused: refuses(err)}
	}
	k.pool.give(p)
	return comity.Answer{OK: true, Text: fmt.Sprintf("record %d of partition %d", record.Offset, record.Partition)}
}

// refuses says that a failure is about the message. Every other is about the cluster, or about who is
// calling, and passes without the message being changed.
func refuses(err error) bool {
	return errors.Is(err, kerr.MessageTooLarge) || errors.Is(err, kerr.RecordListTooLarge) || errors.Is(err, kerr.InvalidRecord)
}

// explain tells a person why a message was not taken.
func explain(d comity.Destination, t topic, err error, after time.Duration) string {
	var guess *kgo.ErrFirstReadEOF
	switch {
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return fmt.Sprintf("there is no topic %s: %v", t.name, kerr.UnknownTopicOrPartition)
	case errors.As(err, &guess):
		// It says more than that the connection was closed.
		return guess.Error()
	case t.mechanism != "" && errors.Is(err, io.EOF):
		return "the connection was closed before an answer came: that may be for a wrong username or password"
	}
	return provision.NoAnswer(d, err, after)
}
