package kafka

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/provision"
)

// topic is a destination as far as its messages depend on it.
type topic struct {
	cluster
	name string
	// partition is the one that all records go to, if the cluster is manual.
	partition  int32
	timeout    time.Duration
	tombstones bool
}

// cluster is what a connection depends on.
type cluster struct {
	// brokers are host and port of each, parted by commas.
	brokers            string
	tls                bool
	mechanism          string
	username, password string
	// manual says that records name their partition.
	manual bool
}

// The mechanisms of SASL that are supported.
const (
	plainMechanism  = "PLAIN"
	scram256        = "SCRAM-SHA-256"
	scram512        = "SCRAM-SHA-512"
	knownMechanisms = plainMechanism + ", " + scram256 + " or " + scram512
)

// read returns the topic that a destination means.
func read(d comity.Destination) (t topic, err error) {
	if err := provision.Configured(d); err != nil {
		return t, err
	}
	f := comity.KafkaServer
	lacks := func(format string, args ...any) (topic, error) {
		return topic{}, fmt.Errorf("%w: "+format, append([]any{comity.ErrNotConfigured}, args...)...)
	}
	t.name = d.Server.Text(f.Topic)
	t.brokers = strings.Join(comity.Brokers(d.Server.Text(f.Brokers)), ",")
	switch {
	case t.name == "":
		return lacks("its Kafka server has no topic")
	case t.brokers == "":
		return lacks("its Kafka server has no brokers")
	}
	protocol, sasl := strings.CutPrefix(d.Server.Text(f.SecurityProtocol), "sasl_")
	t.tls = protocol == "ssl"
	if sasl {
		t.mechanism, t.username, t.password = d.Server.Text(f.SaslMechanism), d.Server.Text(f.Username), d.Password
		switch t.mechanism {
		case plainMechanism, scram256, scram512:
		case "":
			return lacks("its Kafka server has no SaslMechanism")
		default:
			return lacks("SASL by %s is not supported, only by %s", t.mechanism, knownMechanisms)
		}
		if t.username == "" || t.password == "" {
			return lacks("its Kafka server has no username or no password")
		}
	}
	if d.Server.Has(f.Partition) {
		n := d.Server.Int(f.Partition)
		if t.partition, t.manual = int32(n), true; int64(t.partition) != n || n < 0 {
			return lacks("its Kafka server's partition cannot be %d", n)
		}
	}
	t.timeout = time.Duration(d.Server.Int(f.Timeout)) * time.Second
	t.tombstones = d.Settings.Bool(comity.CoApiProvisionerTarget.Tombstones)
	return t, nil
}

// address says where a message goes. A record has neither method nor URL: these are for those who look
// at it.
func (t topic) address(m *comity.Message) error {
	u := url.URL{Scheme: "kafka", Host: t.brokers, Path: "/" + t.name, RawQuery: "key=" + url.QueryEscape(key(*m))}
	if t.manual {
		u.RawQuery += "&partition=" + strconv.Itoa(int(t.partition))
	}
	m.Method, m.URL = "PRODUCE", u.String()
	if m.Delete && t.tombstones {
		m.Body = nil
	}
	return nil
}

// key is that of a message's record. A group's is no person's identifier, which cannot hold < or >.
func key(m comity.Message) string {
	if m.Subject.Kind == comity.KindGroup {
		return "<group:" + m.Identifier + ">"
	}
	return m.Identifier
}
