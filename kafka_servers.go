package comity

import "strings"

// KafkaServer is the Kafka side of a server of type KA.
var KafkaServer = func() (t struct {
	*Resource
	ServerId, Brokers, SecurityProtocol, SaslMechanism, Username, Password, Groupid, Topic,
	BatchSize, Partition, Timeout *Field
},
) {
	t.Resource = resource("KafkaServer", "KafkaServers", "kafka_servers").short("KAS")
	t.ServerId = t.reference("ServerId", "Server").required().listed()
	t.Brokers = t.text("Brokers", 4000).required().must(brokers)
	t.SecurityProtocol = t.code("SecurityProtocol", words("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")...).required()
	t.SaslMechanism = t.code("SaslMechanism", words("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")...)
	t.Username = t.text("Username", 128)
	t.Password = t.secret("Password", 400)
	t.Groupid = t.text("Groupid", 80)
	t.Topic = t.text("Topic", 80).must(topic)
	t.BatchSize = t.integer("BatchSize")
	t.Partition = t.integer("Partition")
	t.Timeout = t.integer("Timeout")
	t.unique(Unique{Phrase: "Server Already Configured", Fields: []*Field{t.ServerId}})
	t.must(func(rec *Record) []Fault {
		if !strings.HasPrefix(rec.Text(t.SecurityProtocol), "sasl_") {
			return nil
		}
		var faults []Fault
		if rec.Text(t.Username) == "" {
			faults = append(faults, t.Username.Missing())
		}
		if rec.Text(t.SaslMechanism) == "OAUTHBEARER" && rec.Has(t.Password) && !isToken(rec.Text(t.Password)) {
			faults = append(faults, t.Password.Fault("%s", notToken))
		}
		return faults
	})
	return t
}()

// topic is the check of the name of a topic, as Kafka takes it: no broker would ever have another.
func topic(s string) string {
	other := func(r rune) bool { return !isLetterOrDigit(r) && !strings.ContainsRune("._-", r) }
	if s == "." || s == ".." || strings.ContainsFunc(s, other) {
		return "The topic may hold letters, digits, \".\", \"_\" and \"-\" only, and not be \".\" or \"..\""
	}
	return ""
}
