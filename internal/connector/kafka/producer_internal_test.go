package kafka

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"comity/internal/connector"
)

// A producer that is unused for idleTime ends; one that is used in time is kept.
func TestIdleProducerEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		made := 0
		var p pool
		take := func() *producer {
			pr, err := p.take(cluster{brokers: "127.0.0.1:1"}, func() (*producer, error) {
				made++
				return connect(cluster{brokers: "127.0.0.1:1"}, connector.Options{Timeout: time.Second}, connector.Dialer{Dialer: &net.Dialer{}})
			})
			if err != nil {
				t.Fatal(err)
			}
			return pr
		}
		first := take()
		for range 3 {
			p.give(first)
			time.Sleep(idleTime - time.Second)
			if take() != first || made != 1 {
				t.Fatalf("%d producers, for one that is used in time", made)
			}
		}
		p.give(first)
		time.Sleep(idleTime + time.Second)
		if err := first.client.ProduceSync(t.Context(), &kgo.Record{Topic: "people"}).FirstErr(); !errors.Is(err, kgo.ErrClientClosed) {
			t.Errorf("the idle producer has not ended: %v", err)
		}
		if next := take(); next == first || made != 2 {
			t.Errorf("%d producers after the first ended", made)
		} else {
			next.close()
		}
	})
}

// The rule of public addresses holds for all brokers that a cluster names, not only for the first.
func TestAdvertisedAddressIsLookedAt(t *testing.T) {
	t.Parallel()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "people"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	inside, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	reached := make(chan struct{}, 16)
	go func() {
		for conn, err := inside.Accept(); err == nil; conn, err = inside.Accept() {
			reached <- struct{}{}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = inside.Close() })
	c.ControlKey(int16(kmsg.Metadata), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		resp := req.ResponseKind().(*kmsg.MetadataResponse)
		topic := kmsg.NewMetadataResponseTopic()
		topic.Topic = kmsg.StringPtr("people")
		topic.Partitions = []kmsg.MetadataResponseTopicPartition{{Replicas: []int32{0}, ISR: []int32{0}}}
		resp.Topics = append(resp.Topics, topic)
		broker := kmsg.NewMetadataResponseBroker()
		broker.Host = "127.0.0.1"
		broker.Port = int32(inside.Addr().(*net.TCPAddr).Port)
		resp.Brokers = append(resp.Brokers, broker)
		return resp, nil, true
	})
	seed := c.ListenAddrs()[0]
	for _, allowed := range []bool{false, true} {
		t.Run("allowed "+strconv.FormatBool(allowed), func(t *testing.T) {
			o := connector.Options{Timeout: 5 * time.Second, AllowPrivate: allowed}
			dialer := o.Dialer(o.Timeout)
			if look := dialer.ControlContext; look != nil {
				// As if the configured address were public.
				dialer.ControlContext = func(ctx context.Context, network, address string, conn syscall.RawConn) error {
					if address == seed {
						return nil
					}
					return look(ctx, network, address, conn)
				}
			}
			pr, err := connect(cluster{brokers: seed}, o, dialer)
			if err != nil {
				t.Fatal(err)
			}
			defer pr.close()
			ctx, cancel := context.WithTimeout(t.Context(), o.Timeout)
			defer cancel()
			err = pr.send(ctx, &kgo.Record{Topic: "people", Value: []byte("x")})
			if refused := err != nil && strings.Contains(err.Error(), "not an address of the public internet"); refused == allowed {
				t.Errorf("it says %v", err)
			}
			if got := len(reached) > 0; got != allowed {
				t.Errorf("the broker that the cluster names was reached: %t", got)
			}
		})
	}
}
