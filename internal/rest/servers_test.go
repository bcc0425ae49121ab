package rest_test

import "testing"

func TestServers(t *testing.T) {
	perform(t, []step{
		anotherCO("other"),
		{call: "GET servers?coid=$co", lists: "Id: "},
		{call: "POST servers", send: `{"CoId":$co,"Description":"Directory","ServerType":"HT","Status":"Active"}`, keep: "server"},
		{call: "GET servers/$server", has: `{
			"Id":"$server","CoId":"$co","Description":"Directory","ServerType":"HT","Status":"Active","Revision":null,"Deleted":null}`},
		{call: "GET servers?coid=$co", lists: "Id: $server"},
		{call: "POST servers", send: `{"CoId":$co}`, answer: "400 Invalid Fields", faulty: "description server_type status"},
		{
			call: "POST servers", send: `{"CoId":$co,"Description":"x","ServerType":"Active","Status":"HT"}`,
			answer: "400 Invalid Fields", faulty: "server_type status",
		},
		{
			call: "POST servers", send: `{"CoId":999999999,"Description":"x","ServerType":"HT","Status":"Active"}`,
			answer: "403 CO Does Not Exist",
		},
		{call: "PUT servers/$server", send: `{"CoId":$co,"Description":"Other","ServerType":"KA","Status":"Suspended"}`},
		{call: "GET servers/$server", has: `{"Description":"Other","ServerType":"KA","Status":"Suspended"}`},
		{
			call: "PUT servers/$server", send: `{"CoId":999999999,"Description":"x","ServerType":"HT","Status":"Active"}`,
			answer: "403 CO Does Not Exist",
		},
		{
			call: "PUT servers/$server", send: `{"CoId":$other,"Description":"x","ServerType":"HT","Status":"Active"}`,
			answer: "400 Invalid Fields", faulty: "co_id",
		},
		{call: "DELETE servers/$server"},
		{call: "GET servers/$server", answer: "404 Server Unknown"},
	})
}

// TestServerInUse: a server is deleted with its settings, but not while a target uses it.
func TestServerInUse(t *testing.T) {
	perform(t, []step{
		server("server"), target("target", "X"),
		add("http_servers", "http", `"ServerId":$server,"Serverurl":"https://example.org/","AuthType":"X"`),
		add("api_provisioner/co_api_provisioner_targets", "settings",
			`"CoProvisioningTargetId":$target,"ServerId":$server,"Mode":"PO","IdentifierType":"uid"`),
		{call: "DELETE servers/$server", answer: "403 Server In Use"},
		{call: "GET http_servers/$http", lists: "Id: $http"},
		{call: "DELETE api_provisioner/co_api_provisioner_targets/$settings"},
		{call: "DELETE servers/$server"},
		{call: "GET http_servers/$http", answer: "404 HttpServer Unknown"},
	})
}

// TestStoredPasswordsStayWhereTheyWereGiven: an edit that would send the password elsewhere, or there less
// safely, must contain it again.
func TestStoredPasswordsStayWhereTheyWereGiven(t *testing.T) {
	http := func(with, answer string) step {
		st := step{call: "PUT http_servers/$http", send: `{"ServerId":$server,` + with + `}`, answer: answer}
		if answer != "" {
			st.faulty = "password"
		}
		return st
	}
	kafka := func(with, answer string) step {
		st := step{call: "PUT kafka_servers/$kafka", send: `{"ServerId":$bus,"Username":"us",` + with + `}`, answer: answer}
		if answer != "" {
			st.faulty = "password"
		}
		return st
	}
	const again = "400 Invalid Fields"
	const here, there = `"Serverurl":"https://example.org/people"`, `"Serverurl":"https://elsewhere.example.org/people"`
	const sasl = `"Brokers":"a.example.org:9092","SecurityProtocol":"sasl_ssl","SaslMechanism":"SCRAM-SHA-256"`
	perform(t, []step{
		server("server"), server("spare"),
		add("http_servers", "http", `"ServerId":$server,`+here+`,"Username":"us","Password":"open sesame","AuthType":"BA"`),
		http(here+`,"AuthType":"BA","Username":"they"`, ""),
		http(here+`,"AuthType":"BA","SslVerifyPeer":true`, ""),
		http(there+`,"AuthType":"BA"`, again),
		http(here+`,"AuthType":"BE"`, again),
		http(here+`,"AuthType":"BA","SslVerifyPeer":false`, again),
		http(here+`,"AuthType":"BA","SslVerifyHost":false`, again),
		http(there+`,"AuthType":"BA","Password":"open barley"`, ""),
		http(there+`,"AuthType":"BA","SslVerifyHost":false,"Password":"open barley"`, ""),
		http(there+`,"AuthType":"BA","SslVerifyHost":true`, ""),
		// Without authentication the URL may change freely; with it again, the password is required again.
		http(there+`,"AuthType":"X"`, ""),
		http(here+`,"AuthType":"X"`, ""),
		http(here+`,"AuthType":"BA"`, again),
		http(here+`,"AuthType":"BA","Password":"open sesame"`, ""),
		// Moved to another server, the settings keep their URL.
		{call: "PUT http_servers/$http", send: `{"ServerId":$spare,` + here + `,"AuthType":"BA"}`},
		{call: "PUT http_servers/$http", send: `{"ServerId":$spare,` + there + `,"AuthType":"BA"}`, answer: again, faulty: "password"},

		add("servers", "bus", `"CoId":$co,"Description":"Topics","ServerType":"KA","Status":"Active"`),
		add("kafka_servers", "kafka", `"ServerId":$bus,`+sasl+`,"Username":"us","Password":"open sesame","Topic":"people"`),
		kafka(sasl+`,"Topic":"others"`, ""),
		kafka(`"Brokers":"b.example.org:9092","SecurityProtocol":"sasl_ssl","SaslMechanism":"SCRAM-SHA-256"`, again),
		kafka(`"Brokers":"a.example.org:9092","SecurityProtocol":"sasl_plaintext","SaslMechanism":"SCRAM-SHA-256"`, again),
		kafka(`"Brokers":"a.example.org:9092","SecurityProtocol":"sasl_ssl","SaslMechanism":"PLAIN"`, again),
		kafka(`"Brokers":"b.example.org:9092","SecurityProtocol":"sasl_ssl","SaslMechanism":"PLAIN","Password":"open barley"`, ""),
	})
}

func TestHttpServers(t *testing.T) {
	perform(t, []step{
		server("server"), server("spare"), anotherCO("other"),
		add("servers", "kafka", `"CoId":$co,"Description":"Topics","ServerType":"KA","Status":"Active"`),
		add("servers", "theirs", `"CoId":$other,"Description":"Directory","ServerType":"HT","Status":"Active"`),
		{call: "GET http_servers?serverid=$server", answer: "204 Server Has No HttpServer"},
		{call: "POST http_servers", keep: "http", send: `{
			"ServerId":$server,"Serverurl":"https://example.org/people","Username":"us","Password":"p<a>ss","AuthType":"BA"}`},
		// By default peers are verified, and the password is never returned.
		{call: "GET http_servers/$http", has: `{
			"Id":"$http","ServerId":"$server","Serverurl":"https://example.org/people","Username":"us","Password":null,"AuthType":"BA",
			"SslVerifyPeer":true,"SslVerifyHost":true,"Revision":null}`},
		{call: "GET http_servers?serverid=$server", lists: "Id: $http"},
		{call: "GET http_servers?coid=$co", lists: "Id: $http"},
		{call: "GET http_servers?serverid=999999999", answer: "404 Server Unknown"},
		{call: "GET http_servers?serverid=", answer: "400 Bad Request"},
		{call: "POST http_servers", send: `{"Username":"us"}`, answer: "400 Invalid Fields", faulty: "auth_type server_id serverurl"},
		{
			call: "POST http_servers", send: `{"ServerId":$spare,"Serverurl":"ftp://example.org/","AuthType":"XX"}`,
			answer: "400 Invalid Fields", faulty: "auth_type serverurl",
		},
		{
			call: "POST http_servers", send: `{"ServerId":$server,"Serverurl":"https://example.org/","AuthType":"X"}`,
			answer: "403 Server Already Configured",
		},
		{
			call: "POST http_servers", send: `{"ServerId":$kafka,"Serverurl":"https://example.org/","AuthType":"X"}`,
			answer: "400 Invalid Fields", faulty: "server_id",
		},
		{
			call: "POST http_servers", send: `{"ServerId":999999999,"Serverurl":"https://example.org/","AuthType":"X"}`,
			answer: "400 Invalid Fields", faulty: "server_id",
		},
		{
			as: "admin", call: "POST http_servers", answer: "400 Invalid Fields", faulty: "server_id",
			send: `{"ServerId":$theirs,"Serverurl":"https://example.org/","AuthType":"X"}`,
		},
		{call: "PUT http_servers/$http", send: `{"ServerId":$server,"Serverurl":"http://example.org/","AuthType":"X","SslVerifyPeer":false}`},
		{call: "GET http_servers/$http", has: `{"Serverurl":"http://example.org/","Username":"us","AuthType":"X","SslVerifyPeer":false,"SslVerifyHost":true}`},
		// They may be moved to another server in the CO, of the right type and without settings.
		{call: "PUT http_servers/$http", send: `{"ServerId":$spare,"Serverurl":"http://example.org/","AuthType":"X"}`},
		{call: "GET http_servers?serverid=$spare", lists: "Id: $http"},
		{
			call: "PUT http_servers/$http", send: `{"ServerId":$kafka,"Serverurl":"http://example.org/","AuthType":"X"}`,
			answer: "400 Invalid Fields", faulty: "server_id",
		},
		{
			call: "PUT http_servers/$http", send: `{"ServerId":$theirs,"Serverurl":"http://example.org/","AuthType":"X"}`,
			answer: "400 Invalid Fields", faulty: "server_id",
		},
		{
			call: "PUT http_servers/$http", send: `{"ServerId":999999999,"Serverurl":"http://example.org/","AuthType":"X"}`,
			answer: "400 Invalid Fields", faulty: "server_id",
		},
		add("http_servers", "second", `"ServerId":$server,"Serverurl":"https://example.org/","AuthType":"X"`),
		{
			call: "PUT http_servers/$http", send: `{"ServerId":$server,"Serverurl":"http://example.org/","AuthType":"X"}`,
			answer: "403 Server Already Configured",
		},
		{call: "GET http_servers/$http", has: `{"ServerId":"$spare"}`},
	})
}

// TestServerLogins: logins are complete, and valid for their protocol, after any edit.
func TestServerLogins(t *testing.T) {
	const httpAt, kafkaAt = `"ServerId":$server,"Serverurl":"https://example.org/",`, `"ServerId":$bus,"Brokers":"kafka:9092",`
	bad := func(call, send, faulty string) step {
		return step{call: call, send: "{" + send + "}", answer: "400 Invalid Fields", faulty: faulty}
	}
	perform(t, []step{
		server("server"), add("servers", "bus", `"CoId":$co,"Description":"Bus","ServerType":"KA","Status":"Active"`),
		bad("POST http_servers", httpAt+`"AuthType":"BA","Username":"us"`, "password"),
		bad("POST http_servers", httpAt+`"AuthType":"BA","Username":"us","Password":""`, "password"),
		bad("POST http_servers", httpAt+`"AuthType":"BA","Username":" ","Password":"x"`, "username"),
		bad("POST http_servers", httpAt+`"AuthType":"BA","Username":"a:b","Password":"x"`, "username"),
		bad("POST http_servers", httpAt+`"AuthType":"BA","Username":"us","Password":"a\nb"`, "password"),
		bad("POST http_servers", httpAt+`"AuthType":"BE"`, "password"),
		bad("POST http_servers", httpAt+`"AuthType":"BE","Password":"two words"`, "password"),
		add("http_servers", "http", httpAt+`"AuthType":"X"`),
		bad("PUT http_servers/$http", httpAt+`"AuthType":"BE"`, "password"),
		bad("PUT http_servers/$http", httpAt+`"AuthType":"BA","Username":"us"`, "password"),
		{call: "PUT http_servers/$http", send: `{` + httpAt + `"AuthType":"BA","Username":"us","Password":" pass word "}`},
		// Fields that an edit does not name stay, and suffice as long as the protocol is the same.
		{call: "PUT http_servers/$http", send: `{` + httpAt + `"AuthType":"BA"}`},
		bad("PUT http_servers/$http", httpAt+`"AuthType":"BA","Username":""`, "username"),
		bad("PUT http_servers/$http", httpAt+`"AuthType":"BA","Username":"a:b"`, "username"),
		bad("PUT http_servers/$http", httpAt+`"AuthType":"BA","Password":""`, "password"),
		bad("PUT http_servers/$http", httpAt+`"AuthType":"BE"`, "password"),
		bad("PUT http_servers/$http", httpAt+`"AuthType":"BE","Password":" token"`, "password"),
		{call: "PUT http_servers/$http", send: `{` + httpAt + `"AuthType":"BE","Password":"abc.d-e_f~g+h/i=="}`},
		{call: "PUT http_servers/$http", send: `{` + httpAt + `"AuthType":"BE"}`},
		{call: "PUT http_servers/$http", send: `{` + httpAt + `"AuthType":"X","Username":"a:b","Password":""}`},
		bad("PUT http_servers/$http", httpAt+`"AuthType":"BA","Password":"x"`, "username"),
		bad("POST kafka_servers", kafkaAt+`"SecurityProtocol":"sasl_ssl","SaslMechanism":"PLAIN"`, "password username"),
		bad("POST kafka_servers", kafkaAt+`"SecurityProtocol":"sasl_ssl","SaslMechanism":"PLAIN","Username":"us"`, "password"),
		bad("POST kafka_servers", kafkaAt+`"SecurityProtocol":"sasl_ssl","SaslMechanism":"OAUTHBEARER","Username":"us","Password":"two words"`, "password"),
		add("kafka_servers", "kafka", kafkaAt+`"SecurityProtocol":"sasl_ssl","SaslMechanism":"PLAIN","Username":"us","Password":"two words"`),
		bad("PUT kafka_servers/$kafka", kafkaAt+`"SecurityProtocol":"sasl_plaintext"`, "password"),
		{call: "PUT kafka_servers/$kafka", send: `{` + kafkaAt + `"SecurityProtocol":"sasl_plaintext","Password":"two words"}`},
		bad("PUT kafka_servers/$kafka", kafkaAt+`"SecurityProtocol":"sasl_ssl","SaslMechanism":"OAUTHBEARER"`, "password"),
		bad("PUT kafka_servers/$kafka", kafkaAt+`"SecurityProtocol":"sasl_ssl","Password":""`, "password"),
	})
}
