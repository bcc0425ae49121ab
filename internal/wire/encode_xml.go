package wire

import (
	"strconv"
	"time"
	"unicode/utf8"

	"comity"
)

const declarationXML = `<?xml version="1.0" encoding="UTF-8"?>`

// openListXML leaves the tag open: what follows decides how it ends.
func openListXML(dst []byte, res *comity.Resource) []byte {
	dst = append(dst, declarationXML+"<"...)
	dst = append(dst, res.Plural...)
	return append(dst, ` Version="`+version+`"`...)
}

// closeListXML recognizes an empty list by the tag that is still open.
func closeListXML(dst []byte, res *comity.Resource) []byte {
	if n := len(dst); n > 0 && dst[n-1] == '"' {
		return append(dst, `/>`...)
	}
	return appendEndXML(dst, res.Plural)
}

func appendRecordXML(dst []byte, rec *comity.Record, first bool) []byte {
	if first {
		dst = append(dst, '>')
	}
	dst = append(dst, '<')
	dst = append(dst, rec.Resource.Singular...)
	dst = append(dst, ` Version="`+version+`" Id="`...)
	dst = strconv.AppendInt(dst, rec.Id, 10)
	dst = append(dst, `">`...)
	dst = appendIntXML(dst, "Id", rec.Id)
	for _, f := range rec.Resource.Fields {
		if c := rec.Get(f); c.HasValue() {
			dst = appendFieldXML(dst, f, c)
		}
	}
	dst = appendStampXML(dst, "Created", rec.Created)
	dst = appendStampXML(dst, "Modified", rec.Modified)
	if rec.Resource.Versioned {
		dst = appendIntXML(dst, "Revision", rec.Revision)
	}
	if rec.Resource.Versioned || rec.Deleted {
		dst = appendIntXML(dst, "Deleted", comity.BoolCell(rec.Deleted).Int())
	}
	if rec.Resource.Versioned {
		dst = appendElementXML(dst, "ActorIdentifier", rec.Actor)
	}
	for _, e := range rec.Expanded {
		dst = append(dst, '<')
		dst = append(append(dst, e.Resource.Plural...), ` Version="`+version+`"`...)
		for i, other := range e.Records {
			dst = appendRecordXML(dst, other, i == 0)
		}
		dst = closeListXML(dst, e.Resource)
	}
	return appendEndXML(dst, rec.Resource.Singular)
}

func appendFieldXML(dst []byte, f *comity.Field, c comity.Cell) []byte {
	switch f.Kind {
	case comity.Text, comity.Date, comity.Code:
		return appendElementXML(dst, f.Name, c.Text())
	case comity.Integer, comity.Boolean, comity.Reference:
		return appendIntXML(dst, f.Name, c.Int())
	case comity.Time:
		return appendEndXML(appendSeconds(appendStartXML(dst, f.Name), c.Int()), f.Name)
	case comity.Owner:
		if o, ok := f.Owner(c.Text()); ok && o.Flat {
			return appendIntXML(dst, o.Name, c.Int())
		}
		dst = appendElementXML(appendStartXML(dst, f.Name), "Type", c.Text())
		return appendEndXML(appendIntXML(dst, "Id", c.Int()), f.Name)
	case comity.Secret:
	}
	return dst
}

func appendStartXML(dst []byte, name string) []byte {
	dst = append(dst, '<')
	dst = append(dst, name...)
	return append(dst, '>')
}

func appendEndXML(dst []byte, name string) []byte {
	dst = append(dst, `</`...)
	dst = append(dst, name...)
	return append(dst, '>')
}

func appendElementXML(dst []byte, name, text string) []byte {
	return appendEndXML(appendTextXML(appendStartXML(dst, name), text), name)
}

func appendIntXML(dst []byte, name string, n int64) []byte {
	return appendEndXML(strconv.AppendInt(appendStartXML(dst, name), n, 10), name)
}

func appendStampXML(dst []byte, name string, t time.Time) []byte {
	if t.IsZero() {
		return dst
	}
	return appendEndXML(appendTime(appendStartXML(dst, name), t), name)
}

// appendTextXML writes a text escaped for an element or an attribute. A character that XML 1.0 cannot
// contain, even as a reference, is replaced.
func appendTextXML(dst []byte, s string) []byte {
	plain := 0 // start of the text that is not written yet
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r > '>' && r < utf8.RuneSelf {
			i++
			continue
		}
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		if escape := escapeXML(r, size); escape != "" {
			dst = append(dst, s[plain:i]...)
			dst = append(dst, escape...)
			plain = i + size
		}
		i += size
	}
	return append(dst, s[plain:]...)
}

// escapeXML returns the escape of a character with size bytes, "" if it needs none.
func escapeXML(r rune, size int) string {
	switch {
	case r == '&':
		return "&amp;"
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '"':
		return "&quot;"
	case r == '\r':
		return "&#13;"
	case r < ' ' && r != '\t' && r != '\n',
		r == utf8.RuneError && size == 1,
		r == '\uFFFE', r == '\uFFFF':
		return "\uFFFD"
	}
	return ""
}
