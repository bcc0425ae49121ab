package kafka_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
	"comity/internal/connector/kafka"
)

// broker is a cluster that speaks Kafka's protocol, in this process, with the topic people.
type broker struct {
	*kfake.Cluster
	t *testing.T
}

func newBroker(t *testing.T, opts ...kfake.Opt) *broker {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.SeedTopics(4, "people")}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return &broker{c, t}
}

// destination returns a target that sends people under their uid to the broker's topic.
func (b *broker) destination() comity.Destination {
	return destination(strings.Join(b.ListenAddrs(), ", "))
}

func destination(brokers string) comity.Destination {
	d := comity.Destination{
		Target:       connectortest.Row(comity.CoProvisioningTarget.Resource, 1, 0, connectortest.Texts{comity.CoProvisioningTarget.Plugin: comity.PluginAPI}),
		Settings:     comity.NewRecord(comity.CoApiProvisionerTarget.Resource),
		ServerType:   comity.ServerKafka,
		Server:       comity.NewRecord(comity.KafkaServer.Resource),
		ServerActive: true,
		Secrets:      map[*comity.Field]string{},
	}
	d.Settings.SetText(comity.CoApiProvisionerTarget.Mode, comity.ProtocolPUT)
	d.IdentifierType = "uid"
	d.Server.SetText(comity.KafkaServer.Brokers, brokers)
	d.Server.SetText(comity.KafkaServer.SecurityProtocol, "plaintext")
	d.Server.SetText(comity.KafkaServer.Topic, "people")
	return d
}

// records returns the first n records of the topic; those of one key are in order.
func (b *broker) records(n int, opts ...kgo.Opt) []*kgo.Record {
	b.t.Helper()
	client, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(b.ListenAddrs()...), kgo.ConsumeTopics("people"), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
	}, opts...)...)
	if err != nil {
		b.t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	var all []*kgo.Record
	for len(all) < n {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			b.t.Fatalf("after %d records: %v", len(all), err)
		}
		all = append(all, fetches.Records()...)
	}
	return all
}

// written returns the number of records in the topic.
func (b *broker) written() (n int64) {
	for _, p := range b.PartitionInfos("people") {
		n += p.HighWatermark
	}
	return n
}

// known returns a person with only a uid.
func known(id int64, uid string) comity.Snapshot {
	person := comity.NewRecord(comity.CoPerson.Resource)
	person.Id = id
	person.SetText(comity.CoPerson.Status, comity.Active)
	s := comity.Snapshot{Subject: comity.PersonSubject(id), Person: person}
	if uid != "" {
		rec := comity.NewRecord(comity.Identifier.Resource)
		rec.SetText(comity.Identifier.Identifier, uid)
		rec.SetText(comity.Identifier.Type, "uid")
		s.Identifiers = []*comity.Record{rec}
	}
	return s
}

func newKafka(t *testing.T, o connector.Options) *kafka.Connector {
	t.Helper()
	o.AllowPrivate = true // brokers of tests are on loopback
	k := kafka.New(o)
	t.Cleanup(k.Close)
	return k
}

// send sends the messages about a subject that the destination was sent under sentAs before.
func send(t *testing.T, k *kafka.Connector, d comity.Destination, s comity.Snapshot, sentAs comity.ProvisionedAs, sequence int64) comity.Answer {
	t.Helper()
	messages, _, err := connectortest.Plan(k, d, s, sentAs)
	if err != nil {
		t.Fatal(err)
	}
	var a comity.Answer
	for i, m := range messages {
		m.Id = fmt.Sprintf("msg_%d_%d", sequence, i)
		if a = connectortest.Apply(t.Context(), k, d, m, sequence); !a.OK {
			return a
		}
	}
	return a
}

// line returns a record as tests compare it.
func line(r *kgo.Record) string {
	value := "no value"
	if r.Value != nil {
		value = string(r.Value)
	}
	return fmt.Sprintf("%s: %s", r.Key, value)
}

func headers(r *kgo.Record) map[string]string {
	all := map[string]string{}
	for _, h := range r.Headers {
		all[h.Key] = string(h.Value)
	}
	return all
}

// public is one that connects to public addresses alone.
func public(t *testing.T) *kafka.Connector {
	t.Helper()
	k := kafka.New(connector.Options{})
	t.Cleanup(k.Close)
	return k
}
