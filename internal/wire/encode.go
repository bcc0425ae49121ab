package wire

import (
	"time"

	"comity"
)

// AppendListOpen begins a list of records, also one that turns out to be empty.
func AppendListOpen(dst []byte, f Format, res *comity.Resource) []byte {
	if f == XML {
		return openListXML(dst, res)
	}
	return openListJSON(dst, res)
}

// AppendRecord adds a record to a list; first is true for the first one.
func AppendRecord(dst []byte, f Format, rec *comity.Record, first bool) []byte {
	if f == XML {
		return appendRecordXML(dst, rec, first)
	}
	return appendRecordJSON(dst, rec, first)
}

// AppendListClose ends a list. For an empty list it must be appended to the same bytes as AppendListOpen,
// because XML closes an empty list differently. A list with records may be written in parts, with a new dst
// for each.
func AppendListClose(dst []byte, f Format, res *comity.Resource) []byte {
	if f == XML {
		return closeListXML(dst, res)
	}
	return append(dst, `]}`...)
}

// appendSeconds writes a time given in seconds since 1970.
func appendSeconds(dst []byte, seconds int64) []byte {
	return appendTime(dst, time.Unix(seconds, 0))
}

func appendTime(dst []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(dst, comity.TimeLayout)
}
