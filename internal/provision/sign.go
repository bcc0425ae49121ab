package provision

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"comity"
)

// The headers of Standard Webhooks 1.0 (https://www.standardwebhooks.com).
const (
	idHeader        = "Webhook-Id"
	timestampHeader = "Webhook-Timestamp"
	signatureHeader = "Webhook-Signature"
)

// sign puts the message's id on a request and, where the destination has a signing secret, the time
// and the signature: the HMAC-SHA-256 of id, time and body.
func sign(req *http.Request, d comity.Destination, m comity.Message, now time.Time) error {
	if m.Id != "" {
		req.Header.Set(idHeader, m.Id)
	}
	if d.SigningSecret == "" {
		return nil
	}
	key, err := comity.SigningKey(d.SigningSecret)
	if err != nil {
		return fmt.Errorf("%w: its SigningSecret is none", ErrNotConfigured)
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", m.Id, timestamp, m.Body)
	req.Header.Set(timestampHeader, timestamp)
	req.Header.Set(signatureHeader, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return nil
}
