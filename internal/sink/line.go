package sink

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// line is the printed line for a message.
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
// the time, the request, its sequence number, the person or group, the status or "deleted", the groups
// that a person is a member of or the members of a group, and the answer.
func (s *Sink) print(l line) {
	words := []string{l.at.Format(time.TimeOnly), l.method, l.uri}
	if l.sequence != "" {
		words = append(words, "#"+l.sequence)
	}
	p := l.message.about()
	if l.message.key().group {
		words = append(words, "group")
	}
	if p.Meta.Id != "" {
		words = append(words, p.Meta.Id)
	}
	if p.Name != "" {
		words = append(words, p.Name)
	}
	if p.Meta.Page.Count > 0 {
		words = append(words, fmt.Sprintf("page %d of %d", p.Meta.Page.Number, p.Meta.Page.Count))
	}
	switch {
	case p.Meta.Deleted:
		words = append(words, "deleted")
	case p.Status != "":
		words = append(words, p.Status)
	}
	switch {
	case l.message.key().group && len(p.Members) > 5:
		words = append(words, fmt.Sprintf("[%d members]", len(p.Members)))
	case len(p.Members) > 0:
		words = append(words, "["+strings.Join(p.Members, ", ")+"]")
	}
	words = append(words, "->", l.answer)
	text := printable(strings.Join(words, " ")) + "\n"
	if s.cfg.Pretty {
		text += indented(l.body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// A closed terminal does not stop receiving.
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

// printable removes characters that control a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}
