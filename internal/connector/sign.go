package connector

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"comity"
)

// The headers of Standard Webhooks 1.0 (https://www.standardwebhooks.com).
const (
	IDHeader        = "Webhook-Id"
	timestampHeader = "Webhook-Timestamp"
	signatureHeader = "Webhook-Signature"
)

// Sign adds, where the destination has a signing secret, the time and the signature: the HMAC-SHA-256
// of id, time and body.
func Sign(headers map[string]string, d comity.Destination, op comity.Operation, now time.Time) error {
	secret := d.Secret(comity.CoApiProvisionerTarget.SigningSecret)
	if secret == "" {
		return nil
	}
	key, err := comity.SigningKey(secret)
	if err != nil {
		return fmt.Errorf("%w: its SigningSecret is none", comity.ErrNotConfigured)
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", op.Id, timestamp, op.Body)
	headers[timestampHeader] = timestamp
	headers[signatureHeader] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return nil
}
