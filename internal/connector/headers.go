package connector

import (
	"strconv"
	"time"

	"comity"
)

// SequenceHeader carries the subject's sequence number. Two messages of one subject can be in flight at
// a time after a machine was suspended; the receiver drops the one with the lower number.
const SequenceHeader = "Comity-Sequence"

// SubjectHeader names the subject of the sequence: the Id of the CO person, which is immutable and never
// reused, unlike an identifier, or "group:" and the Id of the group.
const SubjectHeader = "Comity-Subject"

// SubjectName returns the name of a subject as SubjectHeader carries it.
func SubjectName(s comity.Subject) string {
	id := strconv.FormatInt(s.Id, 10)
	if s.Kind == comity.KindGroup {
		return "group:" + id
	}
	return id
}

// Headers returns the headers that the connectors send with a message: its subject, sequence and id,
// the type of its body and, where the destination has a signing secret, the signature.
func Headers(d comity.Destination, op comity.Operation, now time.Time) (map[string]string, error) {
	headers := map[string]string{
		SubjectHeader:  SubjectName(op.Subject),
		SequenceHeader: strconv.FormatInt(op.Sequence, 10),
	}
	if op.Body != nil {
		// No Content-Type without a body: some receivers answer 400 to a DELETE that announces JSON.
		headers["Content-Type"] = "application/json"
	}
	if op.Id != "" {
		headers[IDHeader] = op.Id
	}
	return headers, Sign(headers, d, op, now)
}

// ShownHeaders returns the Headers of a message for display: secrets, and values that are generated when
// the message is sent, are replaced by ***.
func ShownHeaders(d comity.Destination, op comity.Operation) (map[string]string, error) {
	headers, err := Headers(d, op, time.Now())
	HideSignature(headers)
	return headers, err
}

// HideSignature replaces the time and the signature by ***.
func HideSignature(headers map[string]string) {
	for _, name := range []string{timestampHeader, signatureHeader} {
		if headers[name] != "" {
			headers[name] = "***"
		}
	}
}
