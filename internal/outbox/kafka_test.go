package outbox_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"comity"
	"comity/internal/connector"
	"comity/internal/outbox"
	"comity/internal/registry/view"
	"comity/internal/store/queue"
)

// cluster is a Kafka cluster in this process that keeps its records while it is stopped.
type cluster struct {
	*kfake.Cluster
	port   int
	folder string
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{folder: t.TempDir()}
	c.begin(t)
	t.Cleanup(func() { c.Close() })
	return c
}

// begin starts the cluster at the same port as before.
func (c *cluster) begin(t *testing.T) {
	t.Helper()
	eventually(t, "the port is free", func() bool {
		var err error
		c.Cluster, err = kfake.NewCluster(kfake.Ports(c.port), kfake.DataDir(c.folder), kfake.SeedTopics(3, "people"))
		return err == nil
	})
	_, port, _ := strings.Cut(c.ListenAddrs()[0], ":")
	c.port, _ = strconv.Atoi(port)
}

// topicTarget adds a target in a mode that sends to the cluster's topic.
func (w *fixture) topicTarget(c *cluster, mode string) target {
	w.t.Helper()
	var t target
	tf, sf, kf, af := comity.CoProvisioningTarget, comity.Server, comity.KafkaServer, comity.CoApiProvisionerTarget
	t.id = w.add(tf.Resource, values{tf.Plugin: comity.PluginAPI, tf.Status: mode})
	t.server = w.add(sf.Resource, values{sf.Description: "bus", sf.ServerType: comity.ServerKafka, sf.Status: comity.Active})
	w.add(kf.Resource, values{kf.ServerId: t.server, kf.Brokers: c.ListenAddrs()[0], kf.SecurityProtocol: "plaintext", kf.Topic: "people"})
	t.settings = w.add(af.Resource, values{
		af.CoProvisioningTargetId: t.id, af.ServerId: t.server, af.Mode: comity.ProtocolPOST, af.IdentifierType: "uid", af.Tombstones: true,
	})
	return t
}

// holds returns what a consumer holds that has read the topic from its start. It fails the test if an older
// record of a person came after a newer one.
func (c *cluster) holds(t *testing.T) map[string]string {
	t.Helper()
	client, err := kgo.NewClient(
		kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics("people"), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
	)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	written := int64(0)
	for _, p := range c.PartitionInfos("people") {
		written += p.HighWatermark
	}
	held, last := map[string]string{}, map[string]int64{}
	for read := int64(0); read < written; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("after %d of %d records: %v", read, written, err)
		}
		for _, r := range fetches.Records() {
			read++
			key := string(r.Key)
			for _, h := range r.Headers {
				if h.Key != connector.SequenceHeader {
					continue
				}
				n, err := strconv.ParseInt(string(h.Value), 10, 64)
				if err != nil || n < last[key] {
					t.Errorf("%s: sequence %s came after %d, %v", key, h.Value, last[key], err)
				}
				last[key] = n
			}
			if held[key] = string(r.Value); r.Value == nil {
				delete(held, key)
			}
		}
	}
	return held
}

// A topic holds the present state of everybody, whatever changed while its cluster was unreachable.
func TestTopicAwayAndBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		c := newCluster(t)
		to := w.topicTarget(c, comity.ModeAutomatic)
		people := w.people(12)
		w.start(outbox.Options{})
		w.awaitDelivered(to)
		if diff := cmp.Diff(w.present(to), c.holds(t)); diff != "" {
			t.Fatalf("the topic (-want +got):\n%s", diff)
		}

		c.Close()
		for i, p := range people {
			w.born(p, i)
		}
		w.delete(comity.CoPerson.Resource, people[3])
		w.person("newcomer")
		w.breaker(to, func(b queue.Breaker) bool { return !b.Opened.IsZero() })
		for _, p := range people {
			if row, _ := w.row(to, p); row.deadLettered || row.refusals > 0 || row.attempts > 0 && !strings.Contains(row.answer, "connection refused") {
				t.Errorf("person %d is noted as %+v", p, row)
			}
		}

		c.begin(t)
		w.later(time.Hour)
		w.awaitDelivered(to)
		if diff := cmp.Diff(w.present(to), c.holds(t)); diff != "" {
			t.Errorf("the topic (-want +got):\n%s", diff)
		}
		if b := w.breaker(to, nil); !b.Opened.IsZero() || len(b.Failing) > 0 {
			t.Errorf("the cluster is back and the breaker is %+v", b)
		}
	})
}

// Deliveries to a server without a topic fail until it has one.
func TestNoTopicYet(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		c := newCluster(t)
		to := w.topicTarget(c, comity.ModeAutomatic)
		servers, err := w.reader.List(t.Context(), caller, view.ListQuery{Resource: comity.KafkaServer.Resource}.Of(comity.Server.Resource, to.server))
		if err != nil {
			t.Fatal(err)
		}
		server := servers.Records[0].Id
		w.edit(comity.KafkaServer.Resource, server, values{comity.KafkaServer.Topic: nil})
		person := w.person("ghopper")
		w.start(outbox.Options{})
		row := w.failed(to, person, 1)
		if row.deadLettered || row.answer != "the target is not configured: its Kafka server has no topic" {
			t.Errorf("noted as %+v", row)
		}
		w.edit(comity.KafkaServer.Resource, server, values{comity.KafkaServer.Topic: "people"})
		w.later(time.Hour)
		w.awaitDelivered(to)
		if diff := cmp.Diff(w.present(to), c.holds(t)); diff != "" {
			t.Errorf("the topic (-want +got):\n%s", diff)
		}
	})
}

// The preview of a Kafka target shows the record as it would be sent.
func TestTopicPreview(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		c := newCluster(t)
		to := w.topicTarget(c, comity.ModeManual)
		person := w.person("ghopper")
		p, err := w.queue(outbox.Options{}).Preview(t.Context(), caller, to.id, comity.PersonSubject(person))
		if err != nil || len(p.Requests) != 1 || p.Problem != "" {
			t.Fatalf("the preview is %+v, %v", p, err)
		}
		r := p.Requests[0]
		if r.Method != "PRODUCE" || r.URL != "kafka://"+c.ListenAddrs()[0]+"/people?key=ghopper" || string(r.Body) != w.present(to)["ghopper"] ||
			r.Headers[connector.SubjectHeader] != strconv.FormatInt(person, 10) {
			t.Errorf("the preview is %+v", r)
		}
	})
}
