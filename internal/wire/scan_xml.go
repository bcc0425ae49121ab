package wire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"comity"
)

// xmlReader walks the tokens of a body. After the first error it returns no more tokens, so callers need to
// check err only when they are done.
type xmlReader struct {
	body    []byte
	decoder *xml.Decoder
	depth   int
	err     error
}

func newXMLReader(body []byte) *xmlReader {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "us-ascii") {
			return in, nil
		}
		return nil, errors.New("only UTF-8 is read")
	}
	return &xmlReader{body: body, decoder: d}
}

// failf records an error, unless there is one.
func (r *xmlReader) failf(format string, args ...any) {
	if r.err == nil {
		r.err = comity.BadRequest(format, args...)
	}
}

// next returns the next relevant token: the start or the end of an element, or text; nil at the end of the
// body and after an error. DTDs and processing instructions are refused: no request needs them and most
// attacks on XML parsers use them.
func (r *xmlReader) next() xml.Token {
	for r.err == nil {
		offset := r.decoder.InputOffset()
		token, err := r.decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			r.failf("The body cannot be read as XML: %.200v", err)
			return nil
		}
		switch t := token.(type) {
		case xml.StartElement:
			if r.depth++; r.depth > maxDepth {
				r.failf("The body nests deeper than %d levels", maxDepth)
				return nil
			}
			return t
		case xml.EndElement:
			r.depth--
			return t
		case xml.CharData:
			if bytes.ContainsRune(t, utf8.RuneError) && namesSurrogate(r.body[offset:r.decoder.InputOffset()]) {
				r.failf("The body names a half of a surrogate pair as a character")
				return nil
			}
			return t
		case xml.Directive:
			r.failf("The body may not have a document type or another declaration")
		case xml.ProcInst:
			if t.Target != "xml" || offset != 0 {
				r.failf("The body may not have a processing instruction, nor an XML declaration but at its start")
			}
		case xml.Comment:
		}
	}
	return nil
}

// element returns the start of the next element at the top of the document, where text is not allowed.
func (r *xmlReader) element() (start xml.StartElement, ok bool) {
	for {
		switch t := r.next().(type) {
		case xml.StartElement:
			return t, true
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				r.failf("The body has text outside of its root")
			}
		default:
			return start, false
		}
	}
}

// content reads to the end of the element that has just begun and returns the text directly in it. It calls
// child at the start of each element directly in it, and skips what child leaves unread.
func (r *xmlReader) content(child func(xml.StartElement)) string {
	var text strings.Builder
	depth := r.depth
	for {
		switch t := r.next().(type) {
		case xml.StartElement:
			child(t)
			for more := true; more && r.depth > depth; {
				more = r.next() != nil
			}
		case xml.CharData:
			text.Write(t)
		default:
			return text.String()
		}
	}
}

// blank refuses text between the elements in start.
func (r *xmlReader) blank(start xml.StartElement, text string) {
	if strings.TrimSpace(text) != "" {
		r.failf("The body has text directly in <%s>", start.Name.Local)
	}
}

// namesSurrogate says whether a raw text refers to a surrogate, which is no character. encoding/xml refuses
// other invalid references, but replaces these.
func namesSurrogate(raw []byte) bool {
	if bytes.HasPrefix(raw, []byte("<![CDATA[")) {
		return false
	}
	for _, after := range strings.Split(string(raw), "&#")[1:] {
		digits, _, _ := strings.Cut(after, ";")
		base := 10
		if hex, ok := strings.CutPrefix(digits, "x"); ok {
			digits, base = hex, 16
		}
		if n, err := strconv.ParseInt(digits, base, 32); err == nil && utf16.IsSurrogate(rune(n)) {
			return true
		}
	}
	return false
}

// maxTag is the maximum length of a tag, in bytes. A request needs one attribute; each takes ten times its
// bytes in memory.
const maxTag = 16 << 10

// longTag says whether any tag is too long. It assumes well-formed XML, as the rest is refused anyway.
func longTag(body []byte) bool {
	for {
		start := bytes.IndexByte(body, '<')
		if start < 0 {
			return false
		}
		body = body[start:]
		if end := skippedEnd(body); end > 0 {
			body = body[end:]
			continue
		}
		end, quote := 1, byte(0)
		for ; end < len(body) && (quote != 0 || body[end] != '>'); end++ {
			switch {
			case end > maxTag:
				return true
			case quote == 0 && (body[end] == '"' || body[end] == '\''):
				quote = body[end]
			case body[end] == quote:
				quote = 0
			}
		}
		body = body[end:]
	}
}

// skippedEnd returns the end of a comment or CDATA section that a text begins with, 0 if there is none.
func skippedEnd(text []byte) int {
	for start, end := range map[string]string{"<!--": "-->", "<![CDATA[": "]]>"} {
		if rest, found := bytes.CutPrefix(text, []byte(start)); found {
			if i := bytes.Index(rest, []byte(end)); i >= 0 {
				return len(start) + i + len(end)
			}
			return len(text)
		}
	}
	return 0
}
