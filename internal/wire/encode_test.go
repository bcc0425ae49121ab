package wire_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
	"comity/internal/wire"
)

var (
	created  = time.Date(2024, 2, 29, 23, 59, 58, 999, time.FixedZone("east", 3600))
	modified = time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
)

// sample returns a record of the resource with its bookkeeping and the given cells.
func sample(res *comity.Resource, cells map[*comity.Field]comity.Cell) *comity.Record {
	rec := comity.NewRecord(res)
	rec.Id, rec.CoId, rec.Revision, rec.Actor, rec.Created, rec.Modified = 5, 2, 3, "co_2.<app>", created, modified
	for f, c := range cells {
		rec.Set(f, c)
	}
	return rec
}

func TestEncodeRecord(t *testing.T) {
	const stamps = `"Created":"2024-02-29 22:59:58","Modified":"2025-01-02 03:04:05"`
	const meta = stamps + `,"Revision":3,"Deleted":false,"ActorIdentifier":"co_2.<app>"`
	const metaStrings = stamps + `,"Revision":"3","Deleted":false,"ActorIdentifier":"co_2.<app>"`
	const stampsXML = `<Created>2024-02-29 22:59:58</Created><Modified>2025-01-02 03:04:05</Modified>`
	const metaXML = stampsXML + `<Revision>3</Revision><Deleted>0</Deleted><ActorIdentifier>co_2.&lt;app&gt;</ActorIdentifier>`
	for _, tt := range []struct {
		name, json, strings, xml string // strings is the JSON with its numbers quoted
		rec                      *comity.Record
	}{
		{
			name: "fields in the order of the table, those without a value left out, an empty text kept",
			rec: sample(cou, map[*comity.Field]comity.Cell{
				comity.Cou.ParentId: comity.EmptyCell(), comity.Cou.Description: comity.TextCell(""),
				comity.Cou.Name: comity.TextCell("Physics"), comity.Cou.CoId: comity.IntCell(2),
			}),
			json:    `{"Version":"1.0","Id":5,"CoId":2,"Name":"Physics","Description":"",` + meta + `}`,
			strings: `{"Version":"1.0","Id":"5","CoId":"2","Name":"Physics","Description":"",` + metaStrings + `}`,
			xml:     `<Cou Version="1.0" Id="5"><Id>5</Id><CoId>2</CoId><Name>Physics</Name><Description></Description>` + metaXML + `</Cou>`,
		},
		{
			name: "no bookkeeping but its times",
			rec:  sample(comity.Co.Resource, map[*comity.Field]comity.Cell{comity.Co.Status: comity.TextCell(comity.Active)}),
			json: `{"Version":"1.0","Id":5,"Status":"Active",` + stamps + `}`, strings: `{"Version":"1.0","Id":"5","Status":"Active",` + stamps + `}`,
			xml: `<Co Version="1.0" Id="5"><Id>5</Id><Status>Active</Status>` + stampsXML + `</Co>`,
		},
		{
			name: "every kind, the owner as an object",
			rec: sample(member, map[*comity.Field]comity.Cell{
				comity.CoGroupMember.CoGroupId: comity.IntCell(4), comity.CoGroupMember.Member: comity.BoolCell(true),
				comity.CoGroupMember.Owner: comity.BoolCell(false), comity.CoGroupMember.ValidFrom: comity.IntCell(-1),
				comity.CoGroupMember.Person: comity.OwnerCell("CO", 7),
			}),
			json: `{"Version":"1.0","Id":5,"CoGroupId":4,"Member":true,"Owner":false,"ValidFrom":"1969-12-31 23:59:59",` +
				`"Person":{"Type":"CO","Id":7},` + meta + `}`,
			strings: `{"Version":"1.0","Id":"5","CoGroupId":"4","Member":true,"Owner":false,"ValidFrom":"1969-12-31 23:59:59",` +
				`"Person":{"Type":"CO","Id":"7"},` + metaStrings + `}`,
			xml: `<CoGroupMember Version="1.0" Id="5"><Id>5</Id><CoGroupId>4</CoGroupId><Member>1</Member><Owner>0</Owner>` +
				`<ValidFrom>1969-12-31 23:59:59</ValidFrom><Person><Type>CO</Type><Id>7</Id></Person>` + metaXML + `</CoGroupMember>`,
		},
		{
			name: "a group as the owner comes back flat",
			rec: sample(identifier, map[*comity.Field]comity.Cell{
				comity.Identifier.Identifier: comity.TextCell("ada"), comity.Identifier.Person: comity.OwnerCell("Group", 7),
			}),
			json:    `{"Version":"1.0","Id":5,"Identifier":"ada","CoGroupId":7,` + meta + `}`,
			strings: `{"Version":"1.0","Id":"5","Identifier":"ada","CoGroupId":"7",` + metaStrings + `}`,
			xml:     `<Identifier Version="1.0" Id="5"><Id>5</Id><Identifier>ada</Identifier><CoGroupId>7</CoGroupId>` + metaXML + `</Identifier>`,
		},
		{
			name: "a secret stays inside, a number is no id",
			rec: sample(comity.ApiUser.Resource, map[*comity.Field]comity.Cell{
				comity.ApiUser.ApiKey: comity.TextCell("key"), comity.ApiUser.RateLimit: comity.IntCell(60),
			}),
			json: `{"Version":"1.0","Id":5,"RateLimit":60,` + meta + `}`, strings: `{"Version":"1.0","Id":"5","RateLimit":"60",` + metaStrings + `}`,
			xml: `<ApiUser Version="1.0" Id="5"><Id>5</Id><RateLimit>60</RateLimit>` + metaXML + `</ApiUser>`,
		},
		{
			name: "a record that was never stored has no times", rec: comity.NewRecord(comity.Server.Resource),
			json: `{"Version":"1.0","Id":0}`, strings: `{"Version":"1.0","Id":"0"}`, xml: `<Server Version="1.0" Id="0"><Id>0</Id></Server>`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, out := range []struct {
				format wire.Format
				want   string
			}{
				{wire.JSON, tt.json},
				{wire.XML, ">" + tt.xml},
			} {
				got := string(wire.AppendRecord([]byte("x"), out.format, tt.rec, true))
				if diff := cmp.Diff("x"+out.want, got); diff != "" {
					t.Errorf("first (-want +got):\n%s", diff)
				}
				want := "," + out.want
				if out.format == wire.XML {
					want = tt.xml
				}
				got = string(wire.AppendRecord(nil, out.format, tt.rec, false))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("next (-want +got):\n%s", diff)
				}
			}
			quoted := string(wire.AppendQuotingNumbers(nil, wire.AppendRecord(nil, wire.JSON, tt.rec, true)))
			if diff := cmp.Diff(tt.strings, quoted); diff != "" {
				t.Errorf("quoted (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEncodeList(t *testing.T) {
	one := comity.NewRecord(comity.Server.Resource)
	two := comity.NewRecord(comity.Server.Resource)
	two.Id = 2
	for _, tt := range []struct {
		format  wire.Format
		records []*comity.Record
		want    string
	}{
		{wire.JSON, nil, `{"ResponseType":"Servers","Version":"1.0","Servers":[]}`},
		{wire.JSON, []*comity.Record{one}, `{"ResponseType":"Servers","Version":"1.0","Servers":[{"Version":"1.0","Id":0}]}`},
		{
			wire.JSON,
			[]*comity.Record{one, two},
			`{"ResponseType":"Servers","Version":"1.0","Servers":[{"Version":"1.0","Id":0},{"Version":"1.0","Id":2}]}`,
		},
		{wire.XML, nil, `<?xml version="1.0" encoding="UTF-8"?><Servers Version="1.0"/>`},
		{wire.XML, []*comity.Record{one, two}, `<?xml version="1.0" encoding="UTF-8"?><Servers Version="1.0">` +
			`<Server Version="1.0" Id="0"><Id>0</Id></Server><Server Version="1.0" Id="2"><Id>2</Id></Server></Servers>`},
	} {
		got := list(tt.format, comity.Server.Resource, tt.records...)
		if diff := cmp.Diff(tt.want, string(got)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		checkForm(t, tt.format, got)
	}
}

func TestEncodeListWrittenInParts(t *testing.T) {
	for title, f := range formats {
		t.Run(title, func(t *testing.T) {
			one := sample(cou, nil)
			whole := list(f, cou, one, one)
			parts := string(wire.AppendRecord(wire.AppendListOpen(nil, f, cou), f, one, true))
			parts += string(wire.AppendRecord(nil, f, one, false))
			parts += string(wire.AppendListClose(nil, f, cou))
			if diff := cmp.Diff(string(whole), parts); diff != "" {
				t.Errorf("(-whole +parts):\n%s", diff)
			}
		})
	}
}

func TestEncodeTimes(t *testing.T) {
	year := func(y int) int64 { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Unix() }
	rapidtest.Check(t, func(t *rapid.T) {
		seconds := rapid.OneOf(
			rapid.Int64Range(year(1900), year(2100)), rapid.Int64Range(year(-1), year(11000)),
			rapid.SampledFrom([]int64{year(0) - 1, year(0), year(1000) - 1, year(1000), year(10_000) - 1, year(10_000)}),
		).Draw(t, "seconds")
		rec := comity.NewRecord(comity.CoPersonRole.Resource)
		rec.SetInt(comity.CoPersonRole.ValidFrom, seconds)
		rec.Created = time.Unix(seconds, 999).In(time.FixedZone("west", -3600))
		text := `"` + time.Unix(seconds, 0).UTC().Format(comity.TimeLayout) + `"`
		want := `{"Version":"1.0","Id":0,"ValidFrom":` + text + `,"Created":` + text + `,"Revision":0,"Deleted":false,"ActorIdentifier":""}`
		if got := string(wire.AppendRecord(nil, wire.JSON, rec, true)); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

func TestEncodeTextInJSON(t *testing.T) {
	rapidtest.Check(t, func(t *rapid.T) {
		text := anyText().Draw(t, "text")
		rec := comity.NewRecord(comity.Server.Resource)
		rec.SetText(comity.Server.Description, text)
		var got struct{ Description string }
		out := wire.AppendRecord(nil, wire.JSON, rec, true)
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if want := string([]rune(text)); got.Description != want {
			t.Fatalf("%q came back as %q", want, got.Description)
		}
		checkForm(t, wire.JSON, out)
	})
}

func TestEncodeTextInXML(t *testing.T) {
	rapidtest.Check(t, func(t *rapid.T) {
		text := anyText().Draw(t, "text")
		rec := comity.NewRecord(comity.Server.Resource)
		rec.SetText(comity.Server.Description, text)
		var got struct {
			Server struct{ Description string }
		}
		out := list(wire.XML, comity.Server.Resource, rec)
		if err := xml.Unmarshal(out, &got); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if want := strings.Map(inXML, text); got.Server.Description != want {
			t.Fatalf("%q came back as %q", want, got.Server.Description)
		}
		checkForm(t, wire.XML, out)
	})
}

// anyText draws texts, including those that no field accepts.
func anyText() *rapid.Generator[string] {
	tricky := rapid.SampledFrom([]string{
		"\x00", "\x1f", "\b", "\t", "\n", "\r", "\r\n", "\x7f", "\u0085", "\u2028", "\u2029", "\uFFFD", "\uFFFE", "\uFFFF",
		"\xff", "\xef", "\xef\xbf", "\xed\xa0\x80", "\U0001F600", "\"", "\\", "<", ">", "&", "'", "&amp;", "]]>", "<!--", "é",
	})
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOf(rapid.OneOf(tricky, rapid.String())).Draw(t, "parts"), "")
	})
}

// inXML returns the character that XML 1.0 has in place of r.
func inXML(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\uFFFE' || r == '\uFFFF' {
		return '\uFFFD'
	}
	return r
}

func TestEncodeAllocatesNothing(t *testing.T) {
	rec := person()
	for title, f := range formats {
		t.Run(title, func(t *testing.T) {
			buf := make([]byte, 0, 4096)
			if n := testing.AllocsPerRun(100, func() { buf = wire.AppendRecord(buf[:0], f, rec, true) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}
