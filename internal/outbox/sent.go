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
func messageID(d queue.Delivery, op comity.Operation) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %v %d %s %s\n%s", d.TargetId, d.Subject, d.Version, op.Method, op.URL, op.Body)
	return "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:15]))
}

// LastSent is the message that a target was last sent about a subject, as it is stored.
type LastSent struct {
	Method, URL string
	Body        json.RawMessage `json:",omitempty"`
}

// Kept returns the part of a message's body that is stored.
func Kept(op comity.Operation) []byte {
	if op.Kept != nil {
		return op.Kept
	}
	return op.Body
}

// pack compresses a message for storage.
func pack(op comity.Operation) []byte {
	var b bytes.Buffer
	// Stateless compression needs no table of a megabyte for a message of a kilobyte. No error is
	// possible: the level is valid, a buffer accepts every write, and the body is JSON.
	z, _ := gzip.NewWriterLevel(&b, gzip.StatelessCompression)
	_ = json.NewEncoder(z).Encode(LastSent{op.Method, op.URL, Kept(op)})
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
func Unsent(sent []byte, operations []comity.Operation) ([]comity.Operation, error) {
	if sent == nil {
		return operations, nil
	}
	last, err := ReadLastSent(sent)
	if err != nil {
		return nil, err
	}
	if len(operations) == 0 || operations[0].Delete || operations[0].Method != last.Method || operations[0].URL != last.URL ||
		!bytes.Equal(Kept(operations[0]), last.Body) {
		return operations, nil
	}
	return slices.DeleteFunc(operations, func(op comity.Operation) bool { return !op.Delete }), nil
}
