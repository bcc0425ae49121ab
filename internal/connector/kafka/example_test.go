package kafka_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/connector"
)

// TestExample shows what the package is for: a message is sent as a record of the topic people. The identifier is its
// key, the JSON its value, and its headers are those of an HTTP message.
func TestExample(t *testing.T) {
	b := newBroker(t)
	k := newKafka(t, connector.Options{})
	d := b.destination()
	if a := send(t, k, d, known(7, "ghopper"), comity.ProvisionedAs{}, 3); !a.OK {
		t.Fatalf("the answer is %+v", a)
	}
	d.Secrets[comity.CoApiProvisionerTarget.SigningSecret] = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	if a := send(t, k, d, known(7, "ghopper"), comity.ProvisionedAs{}, 4); !a.OK {
		t.Fatalf("the answer is %+v", a)
	}
	got := b.records(2)
	const want = `ghopper: {"meta":{"version":"1.0.0","objectType":"person"},"person":{"meta":{"id":"ghopper"},"status":"active",` +
		`"names":[],"identifiers":[{"meta":{"id":"0"},"identifier":"ghopper","type":"uid"}],"emailAddresses":[],"urls":[]}}`
	if line(got[0]) != want {
		t.Errorf("got %s\nwant %s", line(got[0]), want)
	}
	h := map[string]string{"Comity-Subject": "7", "Comity-Sequence": "3", "Webhook-Id": "msg_3_0", "Content-Type": "application/json"}
	if diff := cmp.Diff(h, headers(got[0])); diff != "" {
		t.Errorf("the headers (-want +got):\n%s", diff)
	}
	if s := headers(got[1]); !strings.HasPrefix(s["Webhook-Signature"], "v1,") || s["Webhook-Timestamp"] == "" {
		t.Errorf("the signed message has %v", s)
	}
}
