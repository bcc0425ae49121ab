package outbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"

	"comity"
	"comity/internal/store"
)

// messageID returns the id of a message about a subject: the same for each try, and a new one as soon
// as the content changes.
func messageID(d store.Delivery, m comity.Message) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %v %d %s %s\n%s", d.TargetId, d.Subject, d.Version, m.Method, m.URL, m.Body)
	return "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:15]))
}

// packed is the form in which a message that was sent is stored.
type packed struct {
	Method, URL string
	Body        json.RawMessage `json:",omitempty"`
}

// kept returns the part of a message's body that is stored.
func kept(m comity.Message) []byte {
	if m.Kept != nil {
		return m.Kept
	}
	return m.Body
}

// pack compresses a message for storage.
func pack(m comity.Message) []byte {
	var b bytes.Buffer
	// Stateless compression needs no table of a megabyte for a message of a kilobyte. No error is
	// possible: the level is valid, a buffer accepts every write, and the body is JSON.
	z, _ := gzip.NewWriterLevel(&b, gzip.StatelessCompression)
	_ = json.NewEncoder(z).Encode(packed{m.Method, m.URL, kept(m)})
	_ = z.Close()
	return b.Bytes()
}

// unpack returns a message that pack stored.
func unpack(sent []byte) (p packed, err error) {
	z, err := gzip.NewReader(bytes.NewReader(sent))
	if err == nil {
		err = json.NewDecoder(z).Decode(&p)
	}
	if err != nil {
		return p, fmt.Errorf("read the message that was sent: %w", err)
	}
	return p, nil
}

// unsent leaves out the messages with the subject's state if they are the same as last sent. sent is
// the stored message, nil for none.
func unsent(sent []byte, messages []comity.Message) ([]comity.Message, error) {
	if sent == nil {
		return messages, nil
	}
	last, err := unpack(sent)
	if err != nil {
		return nil, err
	}
	if len(messages) == 0 || messages[0].Delete || messages[0].Method != last.Method || messages[0].URL != last.URL ||
		!bytes.Equal(kept(messages[0]), last.Body) {
		return messages, nil
	}
	return slices.DeleteFunc(messages, func(m comity.Message) bool { return !m.Delete }), nil
}
