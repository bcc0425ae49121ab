package wire_test

import (
	"strings"
	"testing"

	"comity/internal/wire"
)

func TestDecodeXML(t *testing.T) {
	physics := map[string]string{"CoId": "2", "Name": `"Physics"`}
	for _, tt := range []decodeTest{
		{
			name: "envelope", res: cou, cells: physics,
			body: `<Cous Version="1.0"><Cou Version="1.0"><CoId>2</CoId><Name>Physics</Name></Cou></Cous>`,
		},
		{
			name: "declaration, comments and space", res: cou, cells: physics,
			body: "<?xml version='1.0' encoding='utf-8'?>\r\n<!-- a -->\n<Cous>\n <!-- b --><Cou Version = '1.0'>\n" +
				"  <CoId> 2 </CoId><Name>\n Phy<!-- c -->sics</Name>\n</Cou >\n</Cous><!-- d -->\n",
		},
		{
			name: "byte order mark", res: cou, cells: physics,
			body: "\uFEFF" + `<?xml version="1.0"?><Cou Version="1.0"><CoId>2</CoId><Name>Physics</Name></Cou>`,
		},
		{
			name: "US-ASCII", res: cou, cells: physics,
			body: `<?xml version="1.0" encoding="us-ascii"?><Cou Version="1.0"><CoId>2</CoId><Name>Physics</Name></Cou>`,
		},
		{name: "bare element", res: cou, cells: physics, body: `<Cou Version="1.0"><CoId>2</CoId><Name>Physics</Name></Cou>`},
		{
			name: "Version as an element", res: cou, cells: physics,
			body: `<Cou><Version>1.0</Version><CoId>2</CoId><Name>Physics</Name></Cou>`,
		},
		{
			name: "only the first element is used", res: cou, cells: physics,
			body: `<Cous><Note>x<y/></Note><Cou Version="1.0"><CoId>2</CoId><Name>Physics</Name></Cou><Cou Version="7"><Name/></Cou></Cous>`,
		},
		{
			name: "last of duplicates wins", res: cou, cells: physics,
			body: `<Cou Version="1.0"><Name>x</Name><CoId>1</CoId><CoId>2</CoId><Name>Physics</Name></Cou>`,
		},
		{
			name: "unknown elements and attributes are ignored", res: cou, cells: physics,
			body: `<Cou Version="1.0" Id="x"><Id>9</Id><Zip a="b">t<Name>no<Name/></Name></Zip><CoId x="y">2</CoId><name>n</name><Name>Physics</Name></Cou>`,
		},
		{
			name: "the resource's name is one of its fields", res: identifier, cells: map[string]string{"Identifier": `"ada"`},
			body: `<Identifiers><Identifier Version="1.0"><Identifier>ada</Identifier></Identifier></Identifiers>`,
		},
		{
			name: "bare, and the resource's name is one of its fields", res: identifier, cells: map[string]string{"Identifier": `"ada"`},
			body: `<Identifier Version="1.0"><Identifier>ada</Identifier></Identifier>`,
		},
		{
			name: "entities, references and CDATA", res: cou, cells: map[string]string{"Description": `"light & 'matter' é\n\"x\""`},
			body: "<Cou Version='1.0'><Description>light &amp; &apos;matter&apos; &#xE9;&#13;&#10;<![CDATA[\"x]]>&quot;</Description></Cou>",
		},
		{
			name: "what looks like a reference", res: cou, cells: map[string]string{"Name": `"�&#xD800;�&#xD800;"`},
			body: "<Cou Version='1.0'><Name>\uFFFD<![CDATA[&#xD800;\uFFFD]]>&amp;#xD800;</Name></Cou>",
		},
		{
			name: "an empty element is an empty text", res: role, cells: map[string]string{"CouId": "empty", "Title": `""`, "O": `""`, "Ordr": "empty"},
			body: `<CoPersonRole Version="1.0"><CouId/><Title/><O></O><Ordr> </Ordr></CoPersonRole>`,
		},
		{
			name: "values", res: group, cells: map[string]string{"Open": "1", "NestingModeAll": "0", "Status": `"Suspended"`},
			body: `<CoGroup Version="1.0"><Open>1</Open><NestingModeAll>false</NestingModeAll><Status>S</Status><Auto>x</Auto></CoGroup>`,
		},
		{name: "an empty list is a record that names nothing", res: cou, body: `<Cous Version="1.0"> </Cous>`, fieldErrors: map[string]string{"Version": "1.0"}},
		{
			name: "a whole number may have decimals", res: role, cells: map[string]string{"Ordr": "7", "CouId": "5", "Person": "CO 8"},
			body: `<CoPersonRole Version="1.0"><Ordr>7.0</Ordr><CouId>5.00</CouId><CoPersonId>8.0</CoPersonId></CoPersonRole>`,
		},
		{name: "no Version", res: cou, body: `<Cous Version="1.0"><Cou/></Cous>`, fieldErrors: map[string]string{"Version": "1.0"}},
		{name: "Version of another name", res: cou, body: `<Cou version="1.0" x:Version="1.0"/>`, fieldErrors: map[string]string{"Version": "1.0"}},
		{
			name: "elements in a value", res: cou, cells: map[string]string{"CoId": "2"},
			body:        `<Cou Version="1.0"><Name>a<b>c</b></Name><CoId>2</CoId></Cou>`,
			fieldErrors: map[string]string{"name": "single value"},
		},
		{
			name: "all field errors together", res: role, cells: map[string]string{"Title": `"Dean"`},
			body:        `<CoPersonRole Version="2"><Title>Dean</Title><O>&lt;</O><Status>x</Status><Person><Type>Org</Type></Person></CoPersonRole>`,
			fieldErrors: map[string]string{"Version": "1.0", "o": `"<"`, "status": "one of", "person": "one of CO"},
		},
		{
			name: "nesting within the limit", res: cou,
			body: `<Cou Version="1.0"><Zip>` + strings.Repeat("<a>", 30) + strings.Repeat("</a>", 30) + `</Zip></Cou>`,
		},
	} {
		tt.run(t, wire.XML)
	}
}

func TestDecodeXMLRefusesWhatItCannotRead(t *testing.T) {
	deep := strings.Repeat("<a>", 300_000)
	for title, body := range map[string]string{
		"nothing":                      "",
		"blanks":                       " \n",
		"words":                        "Cous",
		"JSON":                         `{"Version":"1.0"}`,
		"a declaration alone":          `<?xml version="1.0"?>`,
		"half an element":              `<Cou Version="1.0"><Name>x`,
		"crossed elements":             `<Cou Version="1.0"><Name></Cou></Name>`,
		"attribute without quotes":     `<Cou Version=1.0/>`,
		"another root":                 `<Names><Name Version="1.0"/></Names>`,
		"another root of any length":   `<` + strings.Repeat("N", 100_000) + `/>`,
		"crossed names of any length":  `<` + strings.Repeat("N", 100_000) + `></x>`,
		"envelope of another kind":     `<Cous Version="1.0"><Name Version="1.0"/></Cous>`,
		"text for an element":          `<Cous Version="1.0">Physics</Cous>`,
		"text for fields":              `<Cous Version="1.0"><Cou Version="1.0">Physics</Cou></Cous>`,
		"text behind":                  `<Cou Version="1.0"/>x`,
		"text before":                  `x<Cou Version="1.0"/>`,
		"second root":                  `<Cou Version="1.0"/><Cou Version="1.0"/>`,
		"half an element behind":       `<Cou Version="1.0"/><Cou`,
		"document type":                `<!DOCTYPE Cou><Cou Version="1.0"/>`,
		"entities of its own":          `<!DOCTYPE Cou [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Cou Version="1.0"><Name>&b;</Name></Cou>`,
		"entity of a file":             `<!DOCTYPE Cou [<!ENTITY f SYSTEM "file:///etc/passwd">]><Cou Version="1.0"><Name>&f;</Name></Cou>`,
		"entity that is not XML's":     `<Cou Version="1.0"><Name>&eacute;</Name></Cou>`,
		"ampersand alone":              `<Cou Version="1.0"><Name>a & b</Name></Cou>`,
		"processing instruction":       `<?php echo 1 ?><Cou Version="1.0"/>`,
		"stylesheet":                   `<?xml version="1.0"?><?xml-stylesheet href="x"?><Cou Version="1.0"/>`,
		"instruction within":           `<Cou Version="1.0"><?x?></Cou>`,
		"declaration not at the start": ` <?xml version="1.0"?><Cou Version="1.0"/>`,
		"declaration within":           `<Cou Version="1.0"><?xml version="1.0"?></Cou>`,
		"another version of XML":       `<?xml version="1.1"?><Cou Version="1.0"/>`,
		"Latin 1":                      `<?xml version="1.0" encoding="ISO-8859-1"?><Cou Version="1.0"/>`,
		"UTF-16":                       "\xff\xfe<\x00C\x00",
		"bytes that are no UTF-8":      "<Cou Version=\"1.0\"><Name>a\xffb</Name></Cou>",
		"control character":            "<Cou Version=\"1.0\"><Name>a\x01b</Name></Cou>",
		"reference to a control":       `<Cou Version="1.0"><Name>&#0;</Name></Cou>`,
		"reference to a surrogate":     `<Cou Version="1.0"><Name>&#65533;&#xd800;</Name></Cou>`,
		"surrogate in decimal":         `<Cou Version="1.0"><Name>�&#57343;</Name></Cou>`,
		"too deep":                     `<Cou Version="1.0"><Zip>` + strings.Repeat("<a>", 31) + strings.Repeat("</a>", 31) + `</Zip></Cou>`,
		"deep enough for a stack":      deep,
		"deep in an ignored element":   `<Cous><Cou Version="1.0"/><Cou>` + deep,
	} {
		t.Run(title, func(t *testing.T) {
			in, err := wire.Decode(wire.XML, cou, []byte(body))
			checkMalformed(t, in, err)
		})
	}
}
