package provision

import (
	"strconv"
	"time"

	"comity"
)

// SequenceHeader carries the subject's sequence number. A receiver that is sent two messages of
// one subject at a time, which can happen after a machine has stood still, drops the lower one.
const SequenceHeader = "Comity-Sequence"

// SubjectHeader says whose sequence that is: the Id of the CO person, which stays when the
// identifier changes and never becomes another's, or group: and that of the group.
const SubjectHeader = "Comity-Subject"

func subjectHeader(s comity.Subject) string {
	id := strconv.FormatInt(s.Id, 10)
	if s.Kind == comity.KindGroup {
		return "group:" + id
	}
	return id
}

// Headers returns what goes with a message by any connector: what it is about and its id, the type of
// its body and, where the destination has a signing secret, the signature.
func Headers(d comity.Destination, m comity.Message, sequence int64, now time.Time) (map[string]string, error) {
	headers := map[string]string{
		SubjectHeader:  subjectHeader(m.Subject),
		SequenceHeader: strconv.FormatInt(sequence, 10),
	}
	if m.Body != nil {
		// Not without a body: some receivers answer 400 to a DELETE that announces JSON.
		headers["Content-Type"] = "application/json"
	}
	if m.Id != "" {
		headers[idHeader] = m.Id
	}
	return headers, sign(headers, d, m, now)
}

// ShownHeaders are the Headers of a message as they may be shown: what is secret, or made when it is
// sent, is written as ***.
func ShownHeaders(d comity.Destination, m comity.Message, sequence int64) (map[string]string, error) {
	headers, err := Headers(d, m, sequence, time.Now())
	hideSignature(headers)
	return headers, err
}

func hideSignature(headers map[string]string) {
	for _, name := range []string{timestampHeader, signatureHeader} {
		if headers[name] != "" {
			headers[name] = "***"
		}
	}
}
