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
	"comity/internal/store/queue"
)

// messageID returns the id of a message about a subject: the same for each try, and a new one as soon
// as the content changes.
func messageID(d queue.Delivery, m comity.Message) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %v %d %s %s\n%s", d.TargetId, d.Subject, d.Version, m.Method, m.URL, m.Body)
	return "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:15]))
}

// LastSent is the message that a target was last sent about a subject, as it is stored.
type LastSent struct {
	Method, URL string
	Body        json.RawMessage `json:",omitempty"`
}

// Kept returns the part of a message's body that is stored.
func Kept(m comity.Message) []byte {
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
	_ = json.NewEncoder(z).Encode(LastSent{m.Method, m.URL, Kept(m)})
	_ = z.Close()
	return b.Bytes()
}

// ReadLastSent returns a message that pack stored.
func ReadLastSent(sent []byte) (p LastSent, err error) {
	z, err := gzip.NewReader(bytes.NewReader(sent))
	if err == nil {
		err = json.NewDecoder(z).Decode(&p)
	}
	if err != nil {
		return p, fmt.Errorf("read the message that was sent: %w", err)
	}
	return p, nil
}

// Unsent leaves out the messages with the subject's state if they are the same as last sent. sent is
// the stored message, nil for none.
func Unsent(sent []byte, messages []comity.Message) ([]comity.Message, error) {
	if sent == nil {
		return messages, nil
	}
	last, err := ReadLastSent(sent)
	if err != nil {
		return nil, err
	}
	if len(messages) == 0 || messages[0].Delete || messages[0].Method != last.Method || messages[0].URL != last.URL ||
		!bytes.Equal(Kept(messages[0]), last.Body) {
		return messages, nil
	}
	return slices.DeleteFunc(messages, func(m comity.Message) bool { return !m.Delete }), nil
}
