package kafka

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"comity"
)

// topic is the part of a Kafka destination that its messages depend on.
type topic struct {
	cluster
	name string
	// partition is the one that all records go to, if the cluster is manual.
	partition  int32
	timeout    time.Duration
	tombstones bool
}

// cluster are the settings that a connection depends on.
type cluster struct {
	// brokers are the host:port of each broker, separated by commas.
	brokers            string
	tls                bool
	mechanism          string
	username, password string
	// manual says that each record names its partition.
	manual bool
}

// The mechanisms of SASL that are supported.
const (
	plainMechanism  = "PLAIN"
	scram256        = "SCRAM-SHA-256"
	scram512        = "SCRAM-SHA-512"
	knownMechanisms = plainMechanism + ", " + scram256 + " or " + scram512
)

// read returns the topic of a destination.
func read(d comity.Destination) (t topic, err error) {
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
		t.mechanism, t.username, t.password = d.Server.Text(f.SaslMechanism), d.Server.Text(f.Username), d.Secret(f.Password)
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

// address sets an operation's method and URL. A Kafka record has neither: they are shown to people only.
func (t topic) address(op *comity.Operation) error {
	u := url.URL{Scheme: "kafka", Host: t.brokers, Path: "/" + t.name, RawQuery: "key=" + url.QueryEscape(key(*op))}
	if t.manual {
		u.RawQuery += "&partition=" + strconv.Itoa(int(t.partition))
	}
	op.Method, op.URL = "PRODUCE", u.String()
	if op.Delete && t.tombstones {
		op.Body = nil
	}
	return nil
}

// key returns the key of an operation's record. A group's key contains < and >, so that it cannot equal a
// person's identifier.
func key(op comity.Operation) string {
	if op.Subject.Kind == comity.KindGroup {
		return "<group:" + op.Identifier + ">"
	}
	return op.Identifier
}
