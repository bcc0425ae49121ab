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

func subjectHeader(s comity.Subject) string {
	id := strconv.FormatInt(s.Id, 10)
	if s.Kind == comity.KindGroup {
		return "group:" + id
	}
	return id
}

// Headers returns the headers that every connector sends with a message: its subject, sequence and id,
// the type of its body and, where the destination has a signing secret, the signature.
func Headers(d comity.Destination, m comity.Message, sequence int64, now time.Time) (map[string]string, error) {
	headers := map[string]string{
		SubjectHeader:  subjectHeader(m.Subject),
		SequenceHeader: strconv.FormatInt(sequence, 10),
	}
	if m.Body != nil {
		// No Content-Type without a body: some receivers answer 400 to a DELETE that announces JSON.
		headers["Content-Type"] = "application/json"
	}
	if m.Id != "" {
		headers[IDHeader] = m.Id
	}
	return headers, Sign(headers, d, m, now)
}

// ShownHeaders returns the Headers of a message for display: secrets, and values that are generated when
// the message is sent, are replaced by ***.
func ShownHeaders(d comity.Destination, m comity.Message, sequence int64) (map[string]string, error) {
	headers, err := Headers(d, m, sequence, time.Now())
	HideSignature(headers)
	return headers, err
}

func HideSignature(headers map[string]string) {
	for _, name := range []string{timestampHeader, signatureHeader} {
		if headers[name] != "" {
			headers[name] = "***"
		}
	}
}
