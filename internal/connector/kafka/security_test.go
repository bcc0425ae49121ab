package kafka_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/plain"

	"comity"
	"comity/internal/connector"
)

// secure returns a broker's destination with a protocol and a login.
func (b *broker) secure(protocol, mechanism, user, password string) comity.Destination {
	d := b.destination()
	d.Server.SetText(comity.KafkaServer.SecurityProtocol, protocol)
	d.Server.SetText(comity.KafkaServer.SaslMechanism, mechanism)
	d.Server.SetText(comity.KafkaServer.Username, user)
	d.Secrets[comity.KafkaServer.Password] = password
	return d
}

// certificate returns a certificate for 127.0.0.1 and the authorities that trust it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return &tls.Config{Certificates: server.TLS.Certificates, MinVersion: tls.VersionTLS12}, roots
}

// Each SASL mechanism works, with and without TLS; errors do not contain the password.
func TestLogin(t *testing.T) {
	config, roots := certificate(t)
	const secret = "open sesame"
	users := []kfake.Opt{
		kfake.EnableSASL(), kfake.Superuser("PLAIN", "reader", secret), kfake.Superuser("PLAIN", "plain", secret),
		kfake.Superuser("SCRAM-SHA-256", "short", secret), kfake.Superuser("SCRAM-SHA-512", "long", secret),
	}
	clear := newBroker(t, users...)
	safe := newBroker(t, append(users, kfake.TLS(config))...)
	bare := newBroker(t, kfake.TLS(config))
	mute := newBroker(t).secure("ssl", "", "", "")
	mute.Server.SetInt(comity.KafkaServer.Timeout, 1)
	tests := []struct {
		name string
		to   comity.Destination
		text string // of the failure, "" for none
	}{
		{"PLAIN", clear.secure("sasl_plaintext", "PLAIN", "plain", secret), ""},
		{"SCRAM-SHA-256", clear.secure("sasl_plaintext", "SCRAM-SHA-256", "short", secret), ""},
		{"SCRAM-SHA-512", clear.secure("sasl_plaintext", "SCRAM-SHA-512", "long", secret), ""},
		{"PLAIN and TLS", safe.secure("sasl_ssl", "PLAIN", "plain", secret), ""},
		{"SCRAM and TLS", safe.secure("sasl_ssl", "SCRAM-SHA-512", "long", secret), ""},
		{"TLS", bare.secure("ssl", "", "", ""), ""},
		{"a wrong password", clear.secure("sasl_plaintext", "PLAIN", "plain", "open barley"), "a wrong username or password"},
		{"a wrong password by SCRAM", safe.secure("sasl_ssl", "SCRAM-SHA-256", "short", "open barley"), "a wrong username or password"},
		{"no login where one is asked for", clear.destination(), "SASL"},
		{"no TLS where it is spoken", bare.destination(), "TLS"},
		{"TLS where none is spoken", mute, "no answer within"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := send(t, newKafka(t, connector.Options{Roots: roots}), tt.to, known(1, tt.name), comity.ProvisionedAs{}, 1)
			if a.OK != (tt.text == "") || a.Refused || !strings.Contains(a.Text, tt.text) || strings.Contains(a.Text, "open ") {
				t.Errorf("the answer is %+v", a)
			}
		})
	}
	clear.records(3, kgo.SASL(plain.Auth{User: "reader", Pass: secret}.AsMechanism()))

	// Without the authority the certificate proves nothing.
	a := send(t, newKafka(t, connector.Options{}), bare.secure("ssl", "", "", ""), known(1, "x"), comity.ProvisionedAs{}, 1)
	if a.OK || a.Refused || !strings.Contains(a.Text, "certificate") {
		t.Errorf("the answer is %+v", a)
	}
}

// The error quotes the cluster's reason for refusing a login, without secrets.
func TestLoginRefused(t *testing.T) {
	b := newBroker(t, kfake.EnableSASL())
	b.ControlKey(int16(kmsg.SASLAuthenticate), func(req kmsg.Request) (kmsg.Response, error, bool) {
		b.KeepControl()
		resp := req.ResponseKind().(*kmsg.SASLAuthenticateResponse)
		resp.ErrorCode, resp.ErrorMessage = kerr.SaslAuthenticationFailed.Code, kmsg.StringPtr("it is not open barley")
		return resp, nil, true
	})
	d := b.secure("sasl_plaintext", "SCRAM-SHA-256", "admin", "open barley")
	a := send(t, newKafka(t, connector.Options{}), d, known(1, "ghopper"), comity.ProvisionedAs{}, 1)
	if a.OK || a.Refused || !strings.Contains(a.Text, "SASL_AUTHENTICATION_FAILED") || !strings.Contains(a.Text, "it is not ***") {
		t.Errorf("the answer is %+v", a)
	}
}

// A login without the right to write to the topic gets an error that says so; the message is not refused.
func TestNoRight(t *testing.T) {
	b := newBroker(t, kfake.EnableSASL(), kfake.EnableACLs(), kfake.Superuser("PLAIN", "admin", "a"), kfake.User("PLAIN", "guest", "g", kfake.ACL{
		Resource: kmsg.ACLResourceTypeTopic, Name: "people", Pattern: kmsg.ACLResourcePatternTypeLiteral,
		Operation: kmsg.ACLOperationDescribe, Allow: true,
	}))
	a := send(t, newKafka(t, connector.Options{}), b.secure("sasl_plaintext", "PLAIN", "guest", "g"), known(1, "ghopper"), comity.ProvisionedAs{}, 1)
	if a.OK || a.Refused || !strings.Contains(a.Text, "AUTHORIZATION_FAILED") {
		t.Errorf("the answer is %+v", a)
	}
}
