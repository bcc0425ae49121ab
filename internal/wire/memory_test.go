package wire_test

import (
	"strings"
	"testing"

	"comity"
	"comity/internal/heaptest"
	"comity/internal/wire"
)

// No body takes more than ten times as much memory as it has bytes, whatever is in it.
func TestMemory(t *testing.T) { //nolint:paralleltest // it measures what is on the heap
	const mebi = 1 << 20
	// fill repeats a part, with its number, between a start and an end.
	fill := func(size int, start, part, end string) []byte {
		return []byte(start + strings.Repeat(part, (size-len(start)-len(end))/len(part)) + end)
	}
	bulk := func(part string) []byte { return fill(8*mebi, `{"CoPeople":[{}`, ","+part, "]}") }
	json := func(part string) []byte { return fill(mebi, `{"a":1`, ","+part, "}") }
	xml := func(part string) []byte { return fill(mebi, `<CoPerson Version="1.0">`, part, "</CoPerson>") }
	one := func(f wire.Format) func([]byte) error {
		return func(body []byte) error {
			_, err := wire.Decode(f, comity.CoPerson.Resource, body)
			return err
		}
	}
	many := func(body []byte) error {
		_, err := wire.DecodeBulk(comity.CoPerson.Resource, body, 1000)
		return err
	}
	for _, tt := range []struct {
		name   string
		decode func([]byte) error
		body   []byte
	}{
		{"bulk of empty elements", many, bulk("{}")},
		{"bulk of numbers", many, bulk("1")},
		{"bulk of large elements", many, fill(8*mebi, `{"CoPeople":[`, `{"Status":"`+strings.Repeat("A", 8400)+`"},`, `{}]}`)},
		{"bulk of escapes", many, fill(8*mebi, `{"CoPeople":[`, `{"Status":"`+strings.Repeat(`\u0001`, 1410)+`"},`, `{}]}`)},
		{"bulk of members that are lists", many, fill(8*mebi, `{"CoPeople":[]`, `,"CoPeople":[]`, `}`)},
		{"JSON of members", one(wire.JSON), json(`"":1`)},
		{"JSON of escaped members", one(wire.JSON), json(`"\n":1`)},
		{"JSON of one field", one(wire.JSON), json(`"Status":"\n"`)},
		{"JSON of owners", one(wire.JSON), json(`"Person":{"Type":"CO","Id":1}`)},
		{"JSON of a list", one(wire.JSON), json(`"CoPeople":[]`)},
		{"JSON of brackets", one(wire.JSON), fill(mebi, ``, `[`, ``)},
		{"JSON of one text", one(wire.JSON), fill(mebi, `{"Status":"`, `\u0001`, `"}`)},
		{"XML of elements", one(wire.XML), xml("<a/>")},
		{"XML of attributes", one(wire.XML), fill(mebi, `<CoPerson`, ` a=""`, `/>`)},
		{"XML of name spaces", one(wire.XML), fill(mebi, `<CoPerson`, ` xmlns:a="b"`, `/>`)},
		{"XML of small tags with attributes", one(wire.XML), xml(`<a b="" c="" d=""/>`)},
		{"XML of characters", one(wire.XML), xml("&#1234;")},
		{"XML of texts", one(wire.XML), xml("<Status>A</Status>")},
		{"XML of comments", one(wire.XML), xml("<!---->")},
		{"XML of one text", one(wire.XML), fill(mebi, `<CoPerson><Status>`, "A", "</Status></CoPerson>")},
		{"XML of depth", one(wire.XML), fill(mebi, ``, `<a>`, ``)},
	} {
		t.Run(tt.name, func(t *testing.T) { //nolint:paralleltest // as above
			var err error
			peak := heaptest.Peak(func() { err = tt.decode(tt.body) })
			t.Logf("%.1f times its %d bytes, answered %.100v", float64(peak)/float64(len(tt.body)), len(tt.body), err)
			if peak > 10*uint64(len(tt.body)) {
				t.Errorf("it takes %d bytes for a body of %d", peak, len(tt.body))
			}
		})
	}
}
