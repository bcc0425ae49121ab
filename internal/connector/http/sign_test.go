package http_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
)

// A receiver with the secret can verify the origin and the time of a message, as Standard Webhooks describes.
func TestSignature(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	var header http.Header
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		header = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	h := newHTTP(t, connector.Options{})
	for _, mode := range []string{comity.ProtocolPOST, comity.ProtocolPUT} {
		d := connectortest.HTTPDestination(mode, server.URL)
		all, _, err := connectortest.Plan(h, d, connectortest.Person("ghopper"), comity.ProvisionedAs{Identifier: "before"})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			m.Id = "msg_" + m.Identifier
			d.Secrets[comity.CoApiProvisionerTarget.SigningSecret] = ""
			if a := connectortest.Apply(t.Context(), h, d, m, 1); !a.OK || header.Get("Webhook-Id") != m.Id || header.Get("Webhook-Signature") != "" {
				t.Errorf("without a secret: %+v, %v", a, header)
			}
			d.Secrets[comity.CoApiProvisionerTarget.SigningSecret] = "whsec_" + base64.StdEncoding.EncodeToString(key)
			if a := connectortest.Apply(t.Context(), h, d, m, 1); !a.OK {
				t.Fatal(a.Text)
			}
			seconds, err := strconv.ParseInt(header.Get("Webhook-Timestamp"), 10, 64)
			if age := time.Since(time.Unix(seconds, 0)); err != nil || age < -time.Minute || age > time.Minute {
				t.Errorf("the time is %q", header.Get("Webhook-Timestamp"))
			}
			mac := hmac.New(sha256.New, key)
			mac.Write([]byte(m.Id + "." + header.Get("Webhook-Timestamp") + "." + string(body)))
			if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); header.Get("Webhook-Signature") != want {
				t.Errorf("the signature is %q, want %q", header.Get("Webhook-Signature"), want)
			}
		}
	}
}
