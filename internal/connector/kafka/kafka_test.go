package kafka_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
)

// A delete is sent as the deleted message, or as a record without a value if the target has Tombstones.
func TestDeletes(t *testing.T) {
	b := newBroker(t)
	k := newKafka(t, connector.Options{})
	gone := comity.Snapshot{Subject: comity.PersonSubject(7), Gone: true}
	const deleted = `: {"meta":{"version":"1.0.0","objectType":"person"},"person":{"meta":{"id":"%s","deleted":true}}}`
	d := b.destination()
	send(t, k, d, gone, comity.ProvisionedAs{Identifier: "ghopper"}, 1)
	d.Settings.SetBool(comity.CoApiProvisionerTarget.Tombstones, true)
	send(t, k, d, gone, comity.ProvisionedAs{Identifier: "ghopper"}, 2)
	got := b.records(2)
	if want := "ghopper" + fmt.Sprintf(deleted, "ghopper"); line(got[0]) != want {
		t.Errorf("got %s, want %s", line(got[0]), want)
	}
	if line(got[1]) != "ghopper: no value" || headers(got[1])["Comity-Sequence"] != "2" || headers(got[1])["Content-Type"] != "" {
		t.Errorf("the tombstone is %s with %v", line(got[1]), headers(got[1]))
	}
}

// All records of a key are in one partition, the one that other producers choose for it, and in order, even if
// many are sent concurrently.
func TestOrderPerKey(t *testing.T) {
	b := newBroker(t)
	k := newKafka(t, connector.Options{})
	d := b.destination()
	const people, each = 8, 20
	var sending sync.WaitGroup
	for p := range people {
		sending.Go(func() {
			s := known(int64(p), fmt.Sprintf("p%d", p))
			for n := range each {
				if a := send(t, k, d, s, comity.ProvisionedAs{}, int64(n)); !a.OK {
					t.Errorf("person %d: %+v", p, a)
				}
			}
		})
	}
	sending.Wait()
	next, partition := map[string]int{}, map[string]int32{}
	used := map[int32]bool{}
	for _, r := range b.records(people * each) {
		key := string(r.Key)
		if next[key] == 0 {
			partition[key] = r.Partition
		}
		if headers(r)["Comity-Sequence"] != fmt.Sprint(next[key]) || r.Partition != partition[key] {
			t.Errorf("%s: record %d is %v in partition %d, the first was in %d", key, next[key], headers(r), r.Partition, partition[key])
		}
		next[key]++
		used[r.Partition] = true
	}
	if len(used) < 2 {
		t.Errorf("all is in the partitions %v", used)
	}
}

// With a Partition, all records go there.
func TestPartition(t *testing.T) {
	b := newBroker(t)
	k := newKafka(t, connector.Options{})
	d := b.destination()
	d.Server.SetInt(comity.KafkaServer.Partition, 2)
	for n := range int64(5) {
		send(t, k, d, known(n, fmt.Sprintf("p%d", n)), comity.ProvisionedAs{}, n)
	}
	for _, r := range b.records(5) {
		if r.Partition != 2 {
			t.Errorf("%s is in partition %d", r.Key, r.Partition)
		}
	}
}

// The preview of a message shows where it would be sent.
func TestShown(t *testing.T) {
	k := newKafka(t, connector.Options{})
	d := destination("b1.example.org:9092, b2.example.org:9092")
	d.Settings.SetBool(comity.CoApiProvisionerTarget.Tombstones, true)
	d.Secrets[comity.CoApiProvisionerTarget.SigningSecret] = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	messages, _, err := connectortest.Plan(k, d, known(7, "g hopper"), comity.ProvisionedAs{Identifier: "grace"})
	if err != nil || len(messages) != 2 {
		t.Fatalf("%d messages, %v", len(messages), err)
	}
	m, gone := messages[0], messages[1]
	if m.Method != "PRODUCE" || m.URL != "kafka://b1.example.org:9092,b2.example.org:9092/people?key=g+hopper" || m.Body == nil {
		t.Errorf("the message is %s %s", m.Method, m.URL)
	}
	if gone.Method != "PRODUCE" || !strings.HasSuffix(gone.URL, "?key=grace") || gone.Body != nil || !gone.Delete {
		t.Errorf("the delete is %s %s %s", gone.Method, gone.URL, gone.Body)
	}
	got, err := connectortest.Headers(k, d, m, 4)
	want := map[string]string{
		"Comity-Subject": "7", "Comity-Sequence": "4", "Content-Type": "application/json",
		"Webhook-Timestamp": "***", "Webhook-Signature": "***",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, the headers (-want +got):\n%s", err, diff)
	}
}

// The error of an incomplete configuration says what is missing.
func TestNotConfigured(t *testing.T) {
	f := comity.KafkaServer
	sasl := func(mechanism, user, password string) func(d *comity.Destination) {
		return func(d *comity.Destination) {
			d.Server.SetText(f.SecurityProtocol, "sasl_ssl")
			d.Server.SetText(f.SaslMechanism, mechanism)
			d.Server.SetText(f.Username, user)
			d.Secrets[comity.KafkaServer.Password] = password
		}
	}
	for want, change := range map[string]func(d *comity.Destination){
		"its Kafka server has no topic":                                                       func(d *comity.Destination) { d.Server.Set(f.Topic, comity.EmptyCell()) },
		"its Kafka server has no brokers":                                                     func(d *comity.Destination) { d.Server.SetText(f.Brokers, " ,") },
		"its server has no KafkaServer":                                                       func(d *comity.Destination) { d.Server = nil },
		"its server is suspended":                                                             func(d *comity.Destination) { d.ServerActive = false },
		"it has no CoApiProvisionerTarget":                                                    func(d *comity.Destination) { d.Settings = nil },
		"its Kafka server's partition cannot be -1":                                           func(d *comity.Destination) { d.Server.SetInt(f.Partition, -1) },
		"its Kafka server has no SaslMechanism":                                               sasl("", "comity", "secret"),
		"its Kafka server has no username or no password":                                     sasl("PLAIN", "comity", ""),
		"SASL by OAUTHBEARER is not supported, only by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512": sasl("OAUTHBEARER", "comity", "secret"),
	} {
		t.Run(want, func(t *testing.T) {
			k := newKafka(t, connector.Options{})
			d := destination("broker.example.org:9092")
			change(&d)
			_, _, err := connectortest.Plan(k, d, known(1, "ghopper"), comity.ProvisionedAs{})
			if err == nil || err.Error() != "the target is not configured: "+want {
				t.Errorf("the problem is %v", err)
			}
			if a := connectortest.Apply(t.Context(), k, d, comity.Operation{}, 1); a.OK || a.Refused || a.Text != err.Error() {
				t.Errorf("the answer is %+v", a)
			}
		})
	}
}

// The errors of messages that a cluster does not accept, and whether they are about the message itself.
func TestFailures(t *testing.T) {
	big := rand.Text() // cannot be compressed
	for len(big) < 5000 {
		big += rand.Text()
	}
	closed := newBroker(t)
	away := closed.destination()
	closed.Close()
	b := newBroker(t, kfake.BrokerConfigs(map[string]string{"message.max.bytes": "3000"}))
	topicless, nowhere, loopback := b.destination(), b.destination(), b.destination()
	topicless.Server.SetText(comity.KafkaServer.Topic, "nobody-made-it")
	nowhere.Server.SetInt(comity.KafkaServer.Partition, 99)
	tests := []struct {
		name    string
		to      comity.Destination
		uid     string
		public  bool
		text    string
		refused bool
	}{
		{name: "an unreachable broker", to: away, text: "connection refused"},
		{name: "an unknown topic", to: topicless, text: "there is no topic nobody-made-it"},
		{name: "a partition that is not there", to: nowhere, text: "partition"},
		{name: "a message that is too large", to: b.destination(), uid: big, text: "MESSAGE_TOO_LARGE", refused: true},
		{name: "a private address", to: loopback, public: true, text: "127.0.0.1 is not an address of the public internet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := newKafka(t, connector.Options{Timeout: 20 * time.Second})
			if tt.public {
				k = public(t)
			}
			if tt.uid == "" {
				tt.uid = "ghopper"
			}
			start := time.Now()
			a := send(t, k, tt.to, known(1, tt.uid), comity.ProvisionedAs{}, 1)
			t.Logf("after %v: %s", time.Since(start), a.Text)
			if a.OK || a.Refused != tt.refused || !strings.Contains(a.Text, tt.text) {
				t.Errorf("the answer is %+v", a)
			}
		})
	}
}

// A message without an answer is given up after the timeout, which the server may shorten, and does not arrive
// after the next one.
func TestNoAnswer(t *testing.T) {
	b := newBroker(t)
	b.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) { return nil, nil, true })
	k := newKafka(t, connector.Options{})
	d := b.destination()
	d.Server.SetInt(comity.KafkaServer.Timeout, 1)
	a := send(t, k, d, known(1, "ghopper"), comity.ProvisionedAs{}, 1)
	if a.OK || a.Refused || !strings.HasPrefix(a.Text, "no answer within 1") {
		t.Errorf("the answer is %+v", a)
	}
	if a := send(t, k, d, known(1, "ghopper"), comity.ProvisionedAs{}, 2); !a.OK {
		t.Errorf("the next answer is %+v", a)
	}
	if got := b.records(1); headers(got[0])["Comity-Sequence"] != "2" || b.written() != 1 {
		t.Errorf("%d records, the first with %v", b.written(), headers(got[0]))
	}
}

// A record is delivered when all in-sync replicas have it. If its answer is lost, it is stored only once. While
// too few replicas are in sync it fails, but is not refused.
func TestAcknowledged(t *testing.T) {
	b := newBroker(t)
	k := newKafka(t, connector.Options{})
	b.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		b.KeepControl()
		if acks := req.(*kmsg.ProduceRequest).Acks; acks != -1 {
			t.Errorf("%d replicas are asked for", acks)
		}
		return nil, nil, false
	})
	b.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.RequestTimedOut})
	if a := send(t, k, b.destination(), known(1, "ghopper"), comity.ProvisionedAs{}, 1); !a.OK || b.written() != 1 {
		t.Errorf("%d records, the answer is %+v", b.written(), a)
	}
	few := b.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	if a := send(t, k, b.destination(), known(1, "ghopper"), comity.ProvisionedAs{}, 2); a.OK || a.Refused || !strings.Contains(a.Text, "NOT_ENOUGH_REPLICAS") {
		t.Errorf("the answer is %+v", a)
	}
	few.Remove()
	if a := send(t, k, b.destination(), known(1, "ghopper"), comity.ProvisionedAs{}, 3); !a.OK || b.written() != 2 {
		t.Errorf("%d records, the answer is %+v", b.written(), a)
	}
}

// Connections are kept for the next message, and replaced when the server's settings change.
func TestConnections(t *testing.T) {
	b := newBroker(t)
	k := newKafka(t, connector.Options{})
	producers := b.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.InitProducerID}, Observe: true, TopLevel: true, Count: -1})
	d := b.destination()
	for n := range int64(3) {
		send(t, k, d, known(n, "ghopper"), comity.ProvisionedAs{}, n)
	}
	if n := producers.Hits(); n != 1 {
		t.Errorf("%d producers for one message after another", n)
	}
	d.Server.SetInt(comity.KafkaServer.Partition, 0)
	send(t, k, d, known(1, "ghopper"), comity.ProvisionedAs{}, 3)
	if n := producers.Hits(); n != 2 {
		t.Errorf("%d producers after the server changed", n)
	}
}

// A group's key cannot equal a person's identifier, which contains no < or >.
func TestKeyOfAGroup(t *testing.T) {
	b := newBroker(t)
	k := newKafka(t, connector.Options{})
	d := b.destination()
	d.IncludeGroups = true
	group := comity.NewRecord(comity.CoGroup.Resource)
	group.SetText(comity.CoGroup.Name, "readers")
	group.SetText(comity.CoGroup.Status, comity.Active)
	s := comity.Snapshot{Subject: comity.GroupSubject(7), Group: group}
	if a := send(t, k, d, s, comity.ProvisionedAs{}, 3); !a.OK {
		t.Fatal(a)
	}
	r := b.records(1)[0]
	if string(r.Key) != "<group:7>" || headers(r)["Comity-Subject"] != "group:7" || headers(r)["Comity-Sequence"] != "3" {
		t.Errorf("the record is %s with %v", line(r), headers(r))
	}
}
