package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"comity"
	"comity/internal/connector"
)

// How often the client itself retries, for failures that pass in a moment, such as a new leader of a
// partition. The outbox retries after longer ones.
const tries = 3

// The largest message that is tried, in bytes. The cluster has its own limit, usually a megabyte.
const largest = 64 << 20

// producer sends one record at a time, so that each is a batch of its own: a cluster accepts or refuses
// a batch as a whole, and one person's message must not make another's fail.
type producer struct {
	cluster
	client *kgo.Client
	// unreachable is the error of the last connection that failed.
	unreachable atomic.Pointer[error]
	// idle closes the producer when it was unused for idleTime.
	idle *time.Timer
}

// connect returns a producer for a cluster. The dialer makes connections when they are needed.
func connect(c cluster, o connector.Options, dialer connector.Dialer) (*producer, error) {
	p := &producer{cluster: c}
	partitioner := kgo.StickyKeyPartitioner(nil)
	if c.manual {
		partitioner = kgo.ManualPartitioner()
	}
	opts := []kgo.Opt{
		kgo.ClientID(o.UserAgent),
		kgo.SeedBrokers(strings.Split(c.brokers, ",")...),
		kgo.Dialer(p.dial(o, dialer)),
		kgo.RecordPartitioner(partitioner),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProduceRequestTimeout(o.Timeout),
		kgo.ProducerBatchMaxBytes(largest),
		kgo.RecordRetries(tries),
		kgo.RequestRetries(tries),
		kgo.UnknownTopicRetries(tries),
		kgo.RetryBackoffFn(func(n int) time.Duration { return 50 * time.Millisecond << min(n, tries) }),
		kgo.MetadataMinAge(50 * time.Millisecond),
		// A producer that gave a record up is not used again, so its numbering may end there.
		kgo.AllowIdempotentProduceCancellation(),
		kgo.DisableClientMetrics(),
	}
	switch c.mechanism {
	case plainMechanism:
		opts = append(opts, kgo.SASL(plain.Auth{User: c.username, Pass: c.password}.AsMechanism()))
	case scram256:
		opts = append(opts, kgo.SASL(scram.Auth{User: c.username, Pass: c.password}.AsSha256Mechanism()))
	case scram512:
		opts = append(opts, kgo.SASL(scram.Auth{User: c.username, Pass: c.password}.AsSha512Mechanism()))
	}
	var err error
	if p.client, err = kgo.NewClient(opts...); err != nil {
		return nil, fmt.Errorf("%w: %w", comity.ErrNotConfigured, err)
	}
	return p, nil
}

// dial connects to a broker. The rule of public addresses also holds for the brokers that the cluster
// names.
func (p *producer) dial(o connector.Options, dialer connector.Dialer) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
		if p.tls {
			config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots}
			if config.ServerName, _, err = net.SplitHostPort(addr); err != nil {
				return nil, err
			}
			conn, err = dialer.DialTLS(ctx, network, addr, config)
		} else {
			conn, err = dialer.DialContext(ctx, network, addr)
		}
		if err != nil {
			p.unreachable.Store(&err)
			return nil, err
		}
		return conn, nil
	}
}

// send returns when all in-sync replicas have the record, or the context ends.
func (p *producer) send(ctx context.Context, record *kgo.Record) error {
	done := make(chan error, 1)
	p.unreachable.Store(nil)
	p.client.Produce(ctx, record, func(_ *kgo.Record, err error) { done <- err })
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil && (ctx.Err() != nil || errors.Is(err, kgo.ErrRecordRetries)) {
		if why := p.unreachable.Load(); why != nil {
			return *why
		}
	}
	return err
}

func (p *producer) close() { p.client.Close() }
