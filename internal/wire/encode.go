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

// appendTime writes a time in UTC as comity.TimeLayout does, which is a large part of writing a record.
func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 1000 || year > 9999 {
		return t.AppendFormat(dst, comity.TimeLayout)
	}
	hour, minute, second := t.Clock()
	dst = appendTwo(appendTwo(dst, year/100), year%100)
	dst = appendTwo(append(dst, '-'), int(month))
	dst = appendTwo(append(dst, '-'), day)
	dst = appendTwo(append(dst, ' '), hour)
	dst = appendTwo(append(dst, ':'), minute)
	return appendTwo(append(dst, ':'), second)
}

// appendTwo writes a number of two digits.
func appendTwo(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }
