package rest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// valueTest sends a value for a field and has the expected result: a JSON value, "absent" for no value, or
// "invalid" for a refusal.
type valueTest struct{ sent, back string }

// values are by path and field; the rest of the element is the specimen's.
var values = map[string][]valueTest{
	"co_groups Description": {
		{`"They read"`, `"They read"`},
		{`"  They read \t\r\n"`, `"They read"`},
		{`" no-break spaces "`, `"no-break spaces"`},
		{`"a\tb\nc"`, `"a\tb\nc"`},
		{`"a\r\nb\rc\n\rd"`, `"a\nb\nc\n\nd"`},
		{`""`, `""`},
		{`"   "`, `""`},
		{`null`, `absent`},
		{`"a < b"`, `invalid`},
		{`"a > b"`, `invalid`},
		{`"a & b \" ' \\ / é 漢 😀 \ud83d\ude00 e\u0301"`, `"a & b \" ' \\ / é 漢 😀 😀 e\u0301"`},
		{`"a\u2028b\ufeffc\ufffdd\u202ee"`, `"a\u2028b\ufeffc\ufffdd\u202ee"`},
		{`"a\ufffeb"`, `invalid`},
		{`"a\uffffb"`, `invalid`},
		{`"a\u0000b"`, `invalid`},
		{`"\u0000"`, `invalid`},
		{`"a\u0001b"`, `invalid`},
		{`"a\u001bb"`, `invalid`},
		{`"a\u007fb"`, `invalid`},
		{`"a\u0085b"`, `invalid`},
		{`"a\ud800b"`, `invalid`},
		{"\"a\xffb\"", `invalid`},
		{quoted("x", 256), quoted("x", 256)},
		{quoted("x", 257), `invalid`},
		{quoted("😀", 256), quoted("😀", 256)},
		{quoted("😀", 257), `invalid`},
		{`" ` + strings.Repeat("x", 256) + ` "`, quoted("x", 256)},
		{`"` + strings.Repeat("\\r\\n", 200) + `x"`, `"x"`},
		{`5`, `"5"`},
		{`-0`, `"-0"`},
		{`2.0`, `"2.0"`},
		{`12345.600`, `"12345.600"`},
		{`1e3`, `"1e3"`},
		{`1E+400`, `"1E+400"`},
		{`200000000000000000000000000000000000001`, `"200000000000000000000000000000000000001"`},
		{strings.Repeat("9", 256), quoted("9", 256)},
		{strings.Repeat("9", 257), `invalid`},
		{`true`, `invalid`},
		{`{"a":"b"}`, `invalid`},
		{`["They read"]`, `invalid`},
	},
	"co_groups Introduction": {
		{`"<p>Hello</p>"`, `"<p>Hello</p>"`},
		{quoted("ü", 4000), quoted("ü", 4000)},
		{quoted("ü", 4001), `invalid`},
		{`"a\u0000b"`, `invalid`},
	},
	"co_groups Open": {
		{`true`, `true`},
		{`false`, `false`},
		{`"true"`, `true`},
		{`"false"`, `false`},
		{`"1"`, `true`},
		{`"0"`, `false`},
		{`1`, `true`},
		{`0`, `false`},
		{`" 1 "`, `true`},
		{`null`, `false`},
		{`""`, `false`},
		{`"yes"`, `invalid`},
		{`2`, `invalid`},
		{`-1`, `invalid`},
		{`1.0`, `invalid`},
		{`{}`, `invalid`},
		{`[true]`, `invalid`},
	},
	"co_groups Status": {
		{`"Active"`, `"Active"`},
		{`"Suspended"`, `"Suspended"`},
		{`"A"`, `"Active"`},
		{`"S"`, `"Suspended"`},
		{`" A "`, `"Active"`},
		{`"active"`, `invalid`},
		{`"X"`, `invalid`},
		{`1`, `invalid`},
		{`true`, `invalid`},
		{`{}`, `invalid`},
		{`""`, `invalid`},
		{`null`, `invalid`},
		{`"Active\u0000"`, `invalid`},
	},
	"co_person_roles Ordr": {
		{`5`, `5`},
		{`"5"`, `5`},
		{`" 5 "`, `5`},
		{`-3`, `-3`},
		{`0`, `0`},
		{`9223372036854775807`, `9223372036854775807`},
		{`-9223372036854775808`, `-9223372036854775808`},
		{`9223372036854775808`, `invalid`},
		{`1e400`, `invalid`},
		{`1e3`, `invalid`},
		{`5.0`, `5`},
		{`-3.000`, `-3`},
		{`"5.0"`, `5`},
		{`" 5.00 "`, `5`},
		{`9223372036854775807.0`, `9223372036854775807`},
		{`9223372036854775808.0`, `invalid`},
		{`5.5`, `invalid`},
		{`5.01`, `invalid`},
		{`5.0e0`, `invalid`},
		{`"5."`, `invalid`},
		{`".0"`, `invalid`},
		{`"5.0.0"`, `invalid`},
		{`"five"`, `invalid`},
		{`"5 6"`, `invalid`},
		{`"0x5"`, `invalid`},
		{`"٥"`, `invalid`},
		{`true`, `invalid`},
		{`[5]`, `invalid`},
		{`{}`, `invalid`},
		{`"5\u0000"`, `invalid`},
	},
	"co_person_roles CouId": {
		{`null`, `absent`},
		{`""`, `absent`},
		{`" "`, `absent`},
		{`0`, `invalid`},
		{`-1`, `invalid`},
		{`999999999`, `invalid`},
		{`99999999999999999999`, `invalid`},
		{`"x"`, `invalid`},
		{`"1\u0000"`, `invalid`},
		{`$unit.0`, `$unit`},
		{`"$unit.00"`, `$unit`},
		{`$unit.5`, `invalid`},
		{`1e9`, `invalid`},
		{`true`, `invalid`},
		{`{}`, `invalid`},
		{`[1]`, `invalid`},
	},
	"co_person_roles ValidThrough": {
		{`"2999-12-31 23:59:59"`, `"2999-12-31 23:59:59"`},
		{`"2999-12-31T23:59:59Z"`, `"2999-12-31 23:59:59"`},
		{`"2999-12-31T23:59:59"`, `"2999-12-31 23:59:59"`},
		{`"2999-12-31T23:59:59+02:00"`, `"2999-12-31 21:59:59"`},
		{`"2999-12-31T23:59:59.999Z"`, `"2999-12-31 23:59:59"`},
		{`" 2999-12-31 23:59:59 "`, `"2999-12-31 23:59:59"`},
		{`"9999-12-31 23:59:59"`, `"9999-12-31 23:59:59"`},
		{`"0001-01-01 00:00:00"`, `"0001-01-01 00:00:00"`},
		{`null`, `absent`},
		{`""`, `absent`},
		{`"2999-12-31"`, `invalid`},
		{`"2999-02-29 00:00:00"`, `invalid`},
		{`"2999-12-31 24:00:00"`, `invalid`},
		{`"2999-12-31 23:59"`, `invalid`},
		{`"0000-12-31 23:59:59"`, `invalid`},
		{`"10000-01-01 00:00:00"`, `invalid`},
		{`"9999-12-31T23:59:59-01:00"`, `invalid`},
		{`"tomorrow"`, `invalid`},
		{`32503679999`, `invalid`},
		{`true`, `invalid`},
		{`{}`, `invalid`},
	},
	"co_people DateOfBirth": {
		{`"1815-12-10"`, `"1815-12-10"`},
		{`"2024-02-29"`, `"2024-02-29"`},
		{`" 1815-12-10 "`, `"1815-12-10"`},
		{`null`, `absent`},
		{`""`, `absent`},
		{`"2023-02-29"`, `invalid`},
		{`"1815-12-10 00:00:00"`, `invalid`},
		{`"10.12.1815"`, `invalid`},
		{`"1815-12-1"`, `invalid`},
		{`18151210`, `invalid`},
		{`"1815-12-10\u0000"`, `invalid`},
	},
	"co_people Timezone": {
		{`"Europe/Paris"`, `"Europe/Paris"`},
		{`"UTC"`, `"UTC"`},
		{`"America/Argentina/Buenos_Aires"`, `"America/Argentina/Buenos_Aires"`},
		{`null`, `absent`},
		{`""`, `""`},
		{`"Local"`, `invalid`},
		{`"Mars/Olympus"`, `invalid`},
		{`"../../etc/passwd"`, `invalid`},
		{`"/etc/localtime"`, `invalid`},
		{`"+01:00"`, `invalid`},
		{`"a\u0000"`, `invalid`},
	},
	"names Language": {
		{`"en"`, `"en"`},
		{`"pt-BR"`, `"pt-BR"`},
		{`"zh-Hant-TW"`, `"zh-Hant-TW"`},
		{`null`, `absent`},
		{`""`, `""`},
		{`"zh-Hans"`, `"zh-Hans"`},
		{`"PT-br"`, `"PT-br"`},
		{`"en-x-pirate"`, `"en-x-pirate"`},
		{`"english"`, `invalid`},
		{`"en_US"`, `invalid`},
		{`"en-US-"`, `invalid`},
		{`"xx"`, `invalid`},
		{`7`, `invalid`},
		{`"english language"`, `invalid`},
		{`"en-"`, `invalid`},
		{`"e"`, `invalid`},
		{`"-"`, `invalid`},
	},
	"co_groups Name": {
		{`"Team ❤\ufe0f 👩\u200d👧"`, `"Team ❤\ufe0f 👩\u200d👧"`},
		{`"\u200b"`, `invalid`},
		{`"a\u202eb"`, `invalid`},
		{`"a\u2066b"`, `invalid`},
		{`"\u200da"`, `invalid`},
		{`"a\ufeff"`, `invalid`},
	},
	"cous Name": {{`"می\u200cخواهم"`, `"می\u200cخواهم"`}, {`"\u3164"`, `invalid`}, {`"a\u200fb"`, `invalid`}, {`"a\u200b"`, `invalid`}},
	"names Given": {
		{`"\u200b"`, `invalid`},
		{`"\u00ad\u3164"`, `invalid`},
		{`"a\u200db"`, `"a\u200db"`},
		{`"Ada"`, `"Ada"`},
		{`" Ada "`, `"Ada"`},
		{`""`, `invalid`},
		{`"  "`, `invalid`},
		{`null`, `invalid`},
		{`"<"`, `invalid`},
		{quoted("ü", 128), quoted("ü", 128)},
		{quoted("ü", 129), `invalid`},
	},
	"addresses PostalCode":  {{`12345`, `"12345"`}, {`"01234"`, `"01234"`}, {`12345.0`, `"12345.0"`}, {`12345678901234567`, `invalid`}},
	"http_servers Username": {{`4711`, `"4711"`}},
	"names Type": {
		{`"fka"`, `"fka"`}, {`" fka "`, `"fka"`}, {`"FKA"`, `invalid`}, {`""`, `invalid`}, {`null`, `invalid`}, {`5`, `invalid`}, {`"fka\u0000"`, `invalid`},
	},
	"addresses Type": {{`"home"`, `"home"`}, {`null`, `absent`}, {`""`, `absent`}, {`"castle"`, `invalid`}},
	"addresses Street": {
		{`"1 Main St\r\nBack yard"`, `"1 Main St\nBack yard"`}, {quoted("x", 400), quoted("x", 400)}, {quoted("x", 401), `invalid`},
	},
	"email_addresses Mail": {
		{`"ada@example.org"`, `"ada@example.org"`},
		{`" ada@example.org "`, `"ada@example.org"`},
		{`"ada+x@sub.example.org"`, `"ada+x@sub.example.org"`},
		{`"Ada@Example.ORG"`, `"Ada@Example.ORG"`},
		{`"ådå@exämple.org"`, `"ådå@exämple.org"`},
		{`"ada"`, `invalid`},
		{`"ada@"`, `invalid`},
		{`"@example.org"`, `invalid`},
		{`"ada@example.org, bob@example.org"`, `invalid`},
		{`"a b@example.org"`, `invalid`},
		{`"\"a b\"@example.org"`, `"\"a b\"@example.org"`},
		{`"ada@[IPv6:2001:db8::1]"`, `"ada@[IPv6:2001:db8::1]"`},
		{`"ada@example"`, `invalid`},
		{`"ada@-example.org"`, `invalid`},
		{`"ada@192.0.2.1"`, `invalid`},
		{`"` + strings.Repeat("l", 65) + `@example.org"`, `invalid`},
		{`""`, `invalid`},
	},
	"urls Url": {
		{`"https://example.org/~ada?x=1#y"`, `"https://example.org/~ada?x=1#y"`},
		{`"mailto:ada@example.org"`, `"mailto:ada@example.org"`},
		{`"example.org"`, `invalid`},
		{`"/relative"`, `invalid`},
		{`"javascript:alert(1)"`, `invalid`},
		{`"JavaScript:alert(1)"`, `invalid`},
		{`"java\tscript:alert(1)"`, `invalid`},
		{`"\u200bjavascript:alert(1)"`, `invalid`},
		{`"data:text/html,x"`, `invalid`},
		{`"https://"`, `invalid`},
		{`"https://exa mple.org/"`, `invalid`},
		{`"https://example.org/%zz"`, `invalid`},
		{`"https://example.org/\u0000"`, `invalid`},
	},
	"co_services ServiceUrl":      {{`"ssh://login.example.org"`, `"ssh://login.example.org"`}, {`"javascript:alert(1)"`, `invalid`}, {`"x"`, `invalid`}},
	"co_services EntitlementUri":  {{`"urn:mace:example.org:x"`, `"urn:mace:example.org:x"`}, {`"vbscript:x"`, `invalid`}, {`"x"`, `invalid`}},
	"co_terms_and_conditions Url": {{`"https://example.org/terms"`, `"https://example.org/terms"`}, {`"javascript:alert(1)"`, `invalid`}, {`"/terms"`, `invalid`}},
	"co_navigation_links Url":     {{`"https://example.org/"`, `"https://example.org/"`}, {`" javascript:alert(1)"`, `invalid`}, {`"/terms"`, `invalid`}},
	"organizations LogoUrl":       {{`"https://example.org/l.png"`, `"https://example.org/l.png"`}, {`"javascript:alert(1)"`, `invalid`}},
	"co_departments LogoUrl":      {{`"https://example.org/l.png"`, `"https://example.org/l.png"`}, {`"javascript:alert(1)"`, `invalid`}},
	"http_servers Serverurl": {
		{`"https://example.org:0/"`, `invalid`},
		{`"https://example.org:70000/"`, `invalid`},
		{`"https://exa mple.org/"`, `invalid`},
		{`"https://a..b/"`, `invalid`},
		{`"http://localhost:8080/people"`, `"http://localhost:8080/people"`},
		{`"https://example.org"`, `"https://example.org"`},
		{`"ftp://example.org/"`, `invalid`},
		{`"https:example.org"`, `invalid`},
		{`"https://"`, `invalid`},
		{`"//example.org/"`, `invalid`},
	},
	"kafka_servers Brokers": {{`"a:1, [::1]:2"`, `"a:1, [::1]:2"`}, {`"kafka"`, `invalid`}, {`"kafka:0"`, `invalid`}, {`"a:1,b:x"`, `invalid`}},
	"co_provisioning_targets RetryInterval": {
		{`1`, `1`}, {`"60"`, `60`}, {`null`, `900`}, {`""`, `900`}, {`0`, `invalid`}, {`-5`, `invalid`}, {`"x"`, `invalid`},
	},
	"api_users Username": {
		{`"a.b-c_D9"`, `"co_$co.a.b-c_D9"`}, {`"a b"`, `invalid`}, {`"ü"`, `invalid`}, {`"a:b"`, `invalid`}, {`""`, `invalid`}, {`"a\u0000"`, `invalid`}, {quoted("x", 51), `invalid`},
	},
	"api_users RemoteIp": {
		{`"^10\\."`, `"^10\\."`}, {`"/^10\\.<>/"`, `"/^10\\.<>/"`}, {`""`, `""`}, {`null`, `absent`}, {`"("`, `invalid`}, {`"(?=x)"`, `invalid`}, {`"a\u0000"`, `invalid`},
	},
	"identifiers Identifier": {
		{`"ada-😀-lovelace"`, `"ada-😀-lovelace"`}, {quoted("ü", 512), quoted("ü", 512)}, {quoted("ü", 513), `invalid`}, {`"a\u0000"`, `invalid`}, {`200000`, `"200000"`}, {`9007199254740993`, `"9007199254740993"`}, {`true`, `invalid`},
	},
}

func quoted(s string, n int) string { return `"` + strings.Repeat(s, n) + `"` }

// TestValues adds and edits a record with each value and checks what is returned.
func TestValues(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(oneOfEach()...)
		for field, tests := range values {
			path, field, _ := strings.Cut(field, " ")
			for _, tt := range tests {
				s.sendValue(path, field, tt)
			}
		}
	})
}

func (s *fixture) sendValue(path, field string, tt valueTest) {
	s.Helper()
	var sp specimen
	for _, sp = range specimens {
		if sp.path == path {
			break
		}
	}
	if path == "http_servers" || path == "kafka_servers" {
		s.perform(spare[path]...)
	}
	column := resourceAt(path).Field(field).Column
	for _, call := range []string{"POST " + path, "PUT " + path + "/$edited"} {
		body := s.with(sp.send, field, s.fill(tt.sent))
		method, target, _ := strings.Cut(s.fill(call), " ")
		a := s.call("", method, target+".json", strings.NewReader(body))
		switch {
		case tt.back == "invalid":
			if a.phrase != "Invalid Fields" || a.faulty() != column {
				s.Errorf("%s with %s %.60s is answered %s %q, want an error of it", call, field, tt.sent, a.line(), a.faulty())
			}
			if method == "POST" {
				s.perform(step{call: "POST " + path, send: sp.send, keep: "edited"})
			}
			continue
		case a.line() != success[method]:
			s.Fatalf("%s with %s %.60s is answered %s: %s", call, field, tt.sent, a.line(), a.body)
		case method == "POST":
			s.ids["edited"] = a.created
		}
		view := s.call("", "GET", s.fill(path+"/$edited.json"), nil)
		got, there := view.records[0][field]
		var want any
		if tt.back != "absent" {
			d := json.NewDecoder(strings.NewReader(s.fill(tt.back)))
			d.UseNumber()
			if err := d.Decode(&want); err != nil {
				s.Fatal(err)
			}
		}
		if there != (want != nil) || got != text(want) {
			s.Errorf("%s with %s %.60s is given back as %.60q, want %.60q", call, field, tt.sent, got, text(want))
		}
	}
	s.perform(step{call: "DELETE " + path + "/$edited"})
}

// with returns a JSON object in which a field has another value, which is given as JSON.
func (s *fixture) with(object, field, value string) string {
	s.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(s.fill(object)), &members); err != nil {
		s.Fatal(err)
	}
	delete(members, field)
	members["Version"] = json.RawMessage(`"1.0"`)
	rest, err := json.Marshal(members)
	if err != nil {
		s.Fatal(err)
	}
	return fmt.Sprintf(`{"%s":%s,%s`, field, value, rest[1:])
}
