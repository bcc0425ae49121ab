package sink

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"time"
	"unicode"
)

// line is what is printed of a message.
type line struct {
	at          time.Time
	method, uri string
	sequence    string
	message     message
	body        []byte
	answer      string
}

// print writes, as in
//
//	17:39:01 PUT /people/ghopper #12 ghopper active [CO:members:active, readers] -> 200
//
// the time, the request, its sequence number, the person, their status or "deleted", the groups
// that they are a member of, and the answer.
func (s *Sink) print(l line) {
	words := []string{l.at.Format(time.TimeOnly), l.method, l.uri}
	if l.sequence != "" {
		words = append(words, "#"+l.sequence)
	}
	p := l.message.Person
	if p.Meta.Id != "" {
		words = append(words, p.Meta.Id)
	}
	switch {
	case p.Meta.Deleted:
		words = append(words, "deleted")
	case p.Status != "":
		words = append(words, p.Status)
	}
	if len(p.Members) > 0 {
		words = append(words, "["+strings.Join(p.Members, ", ")+"]")
	}
	words = append(words, "->", l.answer)
	text := printable(strings.Join(words, " ")) + "\n"
	if s.cfg.Pretty {
		text += indented(l.body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// A terminal that is gone is no reason to stop receiving.
	_, _ = io.WriteString(s.out, text)
}

// indented returns a message over several lines, "" for one that is not JSON.
func indented(body []byte) string {
	var b bytes.Buffer
	if len(body) == 0 || json.Indent(&b, bytes.TrimSpace(body), "", "  ") != nil {
		return ""
	}
	lines := strings.Split(b.String(), "\n")
	for i, l := range lines {
		lines[i] = printable(l)
	}
	return strings.Join(lines, "\n") + "\n"
}

// printable takes out what a terminal would obey.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}
