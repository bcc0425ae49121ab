package comity

import "strings"

// KafkaServer is the Kafka side of a server of type KA.
var KafkaServer = func() (t struct {
	*Resource
	ServerId, Brokers, SecurityProtocol, SaslMechanism, Username, Password, Groupid, Topic,
	BatchSize, Partition, Timeout *Field
},
) {
	t.Resource = resource("KafkaServer", "KafkaServers", "kafka_servers").short("KAS").
		named("Kafka server", "Kafka servers").
		doc("The Kafka side of a server of ServerType `KA`.").addressOf(ServerKafka, "Its cluster")
	t.ServerId = t.reference("ServerId", "Server").required().listed().onServers(ServerKafka).
		doc("A server of ServerType `KA`.")
	t.Brokers = t.text("Brokers", 4000).required().summary().must(brokers).
		doc("Host and port of one or more, with commas between: `kafka.example.org:9092`.").example("kafka.example.org:9092")
	t.SecurityProtocol = t.code("SecurityProtocol", words("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")...).required().
		usually(TextCell("ssl"))
	t.SaslMechanism = t.code("SaslMechanism", words("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")...).advanced().
		doc("Needed with `sasl_plaintext` and `sasl_ssl`; messages are not sent by `OAUTHBEARER`.")
	t.Username = t.text("Username", 128).
		doc("Required with `sasl_plaintext` and `sasl_ssl`.")
	t.Password = t.secret("Password", 400).
		doc("Kept as it is sent. Required with `sasl_plaintext` and `sasl_ssl`, and again when SaslMechanism changes.")
	t.Groupid = t.text("Groupid", 80).advanced().
		doc("Kept, and not used by messages.")
	t.Topic = t.text("Topic", 80).must(topic).summary().
		lacking("The target's Kafka server names no topic to write to.", "Name a topic").
		doc("Messages are sent to it; without one none are. Letters, digits, `.`, `_` and `-`.")
	t.BatchSize = t.integer("BatchSize").advanced().
		doc("Kept, and not used by messages: each is a batch of its own.")
	t.Partition = t.integer("Partition").advanced().
		doc("All messages go to it; without one the key says where each goes.")
	t.Timeout = t.integer("Timeout").advanced().
		doc("How many seconds a delivery may take, 30 at most.")
	t.unique(Unique{Phrase: PhraseServerConfigured, Fields: []*Field{t.ServerId}})
	t.Login = &Login{
		User: t.Username, Password: t.Password,
		Scheme: func(rec *Record) string {
			if strings.HasPrefix(rec.Text(t.SecurityProtocol), "sasl_") {
				return strings.TrimSpace("SASL " + rec.Text(t.SaslMechanism))
			}
			return ""
		},
		Leads: []*Field{t.Brokers, t.SecurityProtocol},
	}
	t.must(func(rec *Record) []FieldError {
		if !strings.HasPrefix(rec.Text(t.SecurityProtocol), "sasl_") {
			return nil
		}
		var fieldErrors []FieldError
		if rec.Text(t.Username) == "" {
			fieldErrors = append(fieldErrors, t.Username.Missing())
		}
		if rec.Text(t.SaslMechanism) == "OAUTHBEARER" && rec.Has(t.Password) && !isToken(rec.Text(t.Password)) {
			fieldErrors = append(fieldErrors, t.Password.FieldError("%s", notToken))
		}
		return fieldErrors
	})
	return t
}()

// topic checks that a text is a valid name of a Kafka topic.
func topic(s string) string {
	other := func(r rune) bool { return !isLetterOrDigit(r) && !strings.ContainsRune("._-", r) }
	if s == "." || s == ".." || strings.ContainsFunc(s, other) {
		return "The topic may hold letters, digits, \".\", \"_\" and \"-\" only, and not be \".\" or \"..\""
	}
	return ""
}
