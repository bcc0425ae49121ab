package wire

import (
	"strconv"
	"time"
	"unicode/utf8"

	"comity"
)

func openListJSON(dst []byte, res *comity.Resource) []byte {
	dst = append(dst, `{"ResponseType":"`...)
	dst = append(dst, res.Plural...)
	dst = append(dst, `","Version":"`+version+`","`...)
	dst = append(dst, res.Plural...)
	return append(dst, `":[`...)
}

func appendRecordJSON(dst []byte, rec *comity.Record, first bool) []byte {
	if !first {
		dst = append(dst, ',')
	}
	dst = append(dst, `{"Version":"`+version+`"`...)
	dst = strconv.AppendInt(appendKeyJSON(dst, "Id"), rec.Id, 10)
	for _, f := range rec.Resource.Fields {
		if c := rec.Get(f); c.HasValue() {
			dst = appendFieldJSON(dst, f, c)
		}
	}
	dst = appendStampJSON(dst, "Created", rec.Created)
	dst = appendStampJSON(dst, "Modified", rec.Modified)
	if rec.Resource.Versioned {
		dst = strconv.AppendInt(appendKeyJSON(dst, "Revision"), rec.Revision, 10)
	}
	if rec.Resource.Versioned || rec.Deleted {
		dst = strconv.AppendBool(appendKeyJSON(dst, "Deleted"), rec.Deleted)
	}
	if rec.Resource.Versioned {
		dst = appendStringJSON(appendKeyJSON(dst, "ActorIdentifier"), rec.Actor)
	}
	for _, e := range rec.Expanded {
		dst = append(appendKeyJSON(dst, e.Resource.Plural), '[')
		for i, other := range e.Records {
			dst = appendRecordJSON(dst, other, i == 0)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func appendFieldJSON(dst []byte, f *comity.Field, c comity.Cell) []byte {
	switch f.Kind {
	case comity.Text, comity.Date, comity.Code:
		return appendStringJSON(appendKeyJSON(dst, f.Name), c.Text())
	case comity.Integer, comity.Reference:
		return strconv.AppendInt(appendKeyJSON(dst, f.Name), c.Int(), 10)
	case comity.Boolean:
		return strconv.AppendBool(appendKeyJSON(dst, f.Name), c.Bool())
	case comity.Time:
		dst = append(appendKeyJSON(dst, f.Name), '"')
		return append(appendSeconds(dst, c.Int()), '"')
	case comity.Owner:
		if o, ok := f.Owner(c.Text()); ok && o.Flat {
			return strconv.AppendInt(appendKeyJSON(dst, o.Name), c.Int(), 10)
		}
		dst = append(appendKeyJSON(dst, f.Name), `{"Type":`...)
		dst = appendKeyJSON(appendStringJSON(dst, c.Text()), "Id")
		return append(strconv.AppendInt(dst, c.Int(), 10), '}')
	case comity.Secret:
	}
	return dst
}

// appendKeyJSON writes a key after another one; it must need no escapes, as no name does.
func appendKeyJSON(dst []byte, name string) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	return append(dst, `":`...)
}

func appendStampJSON(dst []byte, name string, t time.Time) []byte {
	if t.IsZero() {
		return dst
	}
	dst = append(appendKeyJSON(dst, name), '"')
	return append(appendTime(dst, t), '"')
}

// appendStringJSON writes a string as encoding/json does without its escapes for HTML.
func appendStringJSON(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	plain := 0 // start of the text that is not written yet
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			i++
			if b >= ' ' && b != '"' && b != '\\' {
				continue
			}
			dst = append(dst, s[plain:i-1]...)
			plain = i
			switch b {
			case '"', '\\':
				dst = append(dst, '\\', b)
			case '\n':
				dst = append(dst, `\n`...)
			case '\r':
				dst = append(dst, `\r`...)
			case '\t':
				dst = append(dst, `\t`...)
			default:
				dst = append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, s[plain:i]...)
			dst = append(dst, "\uFFFD"...)
			plain = i + 1
		}
		i += size
	}
	dst = append(dst, s[plain:]...)
	return append(dst, '"')
}
