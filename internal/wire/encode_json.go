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

func appendRecordJSON(dst []byte, rec *comity.Record, s Style, first bool) []byte {
	if !first {
		dst = append(dst, ',')
	}
	dst = append(dst, `{"Version":"`+version+`"`...)
	dst = appendIdJSON(appendKeyJSON(dst, "Id"), rec.Id, s)
	for _, f := range rec.Resource.Fields {
		if c := rec.Get(f); c.HasValue() {
			dst = appendFieldJSON(dst, f, c, s)
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
			dst = appendRecordJSON(dst, other, s, i == 0)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func appendFieldJSON(dst []byte, f *comity.Field, c comity.Cell, s Style) []byte {
	switch f.Kind {
	case comity.Text, comity.Date, comity.Code:
		return appendStringJSON(appendKeyJSON(dst, f.Name), c.Text())
	case comity.Integer:
		return strconv.AppendInt(appendKeyJSON(dst, f.Name), c.Int(), 10)
	case comity.Boolean:
		return strconv.AppendBool(appendKeyJSON(dst, f.Name), c.Bool())
	case comity.Time:
		dst = append(appendKeyJSON(dst, f.Name), '"')
		return append(appendSeconds(dst, c.Int()), '"')
	case comity.Reference:
		return appendIdJSON(appendKeyJSON(dst, f.Name), c.Int(), s)
	case comity.Owner:
		if o, ok := f.Owner(c.Text()); ok && o.Flat {
			return appendIdJSON(appendKeyJSON(dst, o.Name), c.Int(), s)
		}
		dst = append(appendKeyJSON(dst, f.Name), `{"Type":`...)
		dst = appendKeyJSON(appendStringJSON(dst, c.Text()), "Id")
		return append(appendIdJSON(dst, c.Int(), s), '}')
	case comity.Secret:
	}
	return dst
}

// appendKeyJSON writes a key that follows another; it must need no escapes, as no name does.
func appendKeyJSON(dst []byte, name string) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	return append(dst, `":`...)
}

func appendIdJSON(dst []byte, id int64, s Style) []byte {
	if !s.StringIds {
		return strconv.AppendInt(dst, id, 10)
	}
	return append(strconv.AppendInt(append(dst, '"'), id, 10), '"')
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
	plain := 0 // where the text that is not written yet begins
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
