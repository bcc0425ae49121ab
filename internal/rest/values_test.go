package rest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// valueTest sends a value for a field and has the expected result: a JSON value, "absent" for no value, or
// "fault" for a refusal.
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
		{`"a < b"`, `fault`},
		{`"a > b"`, `fault`},
		{`"a & b \" ' \\ / é 漢 😀 \ud83d\ude00 e\u0301"`, `"a & b \" ' \\ / é 漢 😀 😀 e\u0301"`},
		{`"a\u2028b\ufeffc\ufffdd\u202ee"`, `"a\u2028b\ufeffc\ufffdd\u202ee"`},
		{`"a\ufffeb"`, `fault`},
		{`"a\uffffb"`, `fault`},
		{`"a\u0000b"`, `fault`},
		{`"\u0000"`, `fault`},
		{`"a\u0001b"`, `fault`},
		{`"a\u001bb"`, `fault`},
		{`"a\u007fb"`, `fault`},
		{`"a\u0085b"`, `fault`},
		{`"a\ud800b"`, `fault`},
		{"\"a\xffb\"", `fault`},
		{quoted("x", 256), quoted("x", 256)},
		{quoted("x", 257), `fault`},
		{quoted("😀", 256), quoted("😀", 256)},
		{quoted("😀", 257), `fault`},
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
		{strings.Repeat("9", 257), `fault`},
		{`true`, `fault`},
		{`{"a":"b"}`, `fault`},
		{`["They read"]`, `fault`},
	},
	"co_groups Introduction": {
		{`"<p>Hello</p>"`, `"<p>Hello</p>"`},
		{quoted("ü", 4000), quoted("ü", 4000)},
		{quoted("ü", 4001), `fault`},
		{`"a\u0000b"`, `fault`},
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
		{`"yes"`, `fault`},
		{`2`, `fault`},
		{`-1`, `fault`},
		{`1.0`, `fault`},
		{`{}`, `fault`},
		{`[true]`, `fault`},
	},
	"co_groups Status": {
		{`"Active"`, `"Active"`},
		{`"Suspended"`, `"Suspended"`},
		{`"A"`, `"Active"`},
		{`"S"`, `"Suspended"`},
		{`" A "`, `"Active"`},
		{`"active"`, `fault`},
		{`"X"`, `fault`},
		{`1`, `fault`},
		{`true`, `fault`},
		{`{}`, `fault`},
		{`""`, `fault`},
		{`null`, `fault`},
		{`"Active\u0000"`, `fault`},
	},
	"co_person_roles Ordr": {
		{`5`, `5`},
		{`"5"`, `5`},
		{`" 5 "`, `5`},
		{`-3`, `-3`},
		{`0`, `0`},
		{`9223372036854775807`, `9223372036854775807`},
		{`-9223372036854775808`, `-9223372036854775808`},
		{`9223372036854775808`, `fault`},
		{`1e400`, `fault`},
		{`1e3`, `fault`},
		{`5.0`, `5`},
		{`-3.000`, `-3`},
		{`"5.0"`, `5`},
		{`" 5.00 "`, `5`},
		{`9223372036854775807.0`, `9223372036854775807`},
		{`9223372036854775808.0`, `fault`},
		{`5.5`, `fault`},
		{`5.01`, `fault`},
		{`5.0e0`, `fault`},
		{`"5."`, `fault`},
		{`".0"`, `fault`},
		{`"5.0.0"`, `fault`},
		{`"five"`, `fault`},
		{`"5 6"`, `fault`},
		{`"0x5"`, `fault`},
		{`"٥"`, `fault`},
		{`true`, `fault`},
		{`[5]`, `fault`},
		{`{}`, `fault`},
		{`"5\u0000"`, `fault`},
	},
	"co_person_roles CouId": {
		{`null`, `absent`},
		{`""`, `absent`},
		{`" "`, `absent`},
		{`0`, `fault`},
		{`-1`, `fault`},
		{`999999999`, `fault`},
		{`99999999999999999999`, `fault`},
		{`"x"`, `fault`},
		{`"1\u0000"`, `fault`},
		{`$unit.0`, `$unit`},
		{`"$unit.00"`, `$unit`},
		{`$unit.5`, `fault`},
		{`1e9`, `fault`},
		{`true`, `fault`},
		{`{}`, `fault`},
		{`[1]`, `fault`},
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
		{`"2999-12-31"`, `fault`},
		{`"2999-02-29 00:00:00"`, `fault`},
		{`"2999-12-31 24:00:00"`, `fault`},
		{`"2999-12-31 23:59"`, `fault`},
		{`"0000-12-31 23:59:59"`, `fault`},
		{`"10000-01-01 00:00:00"`, `fault`},
		{`"9999-12-31T23:59:59-01:00"`, `fault`},
		{`"tomorrow"`, `fault`},
		{`32503679999`, `fault`},
		{`true`, `fault`},
		{`{}`, `fault`},
	},
	"co_people DateOfBirth": {
		{`"1815-12-10"`, `"1815-12-10"`},
		{`"2024-02-29"`, `"2024-02-29"`},
		{`" 1815-12-10 "`, `"1815-12-10"`},
		{`null`, `absent`},
		{`""`, `absent`},
		{`"2023-02-29"`, `fault`},
		{`"1815-12-10 00:00:00"`, `fault`},
		{`"10.12.1815"`, `fault`},
		{`"1815-12-1"`, `fault`},
		{`18151210`, `fault`},
		{`"1815-12-10\u0000"`, `fault`},
	},
	"co_people Timezone": {
		{`"Europe/Paris"`, `"Europe/Paris"`},
		{`"UTC"`, `"UTC"`},
		{`"America/Argentina/Buenos_Aires"`, `"America/Argentina/Buenos_Aires"`},
		{`null`, `absent`},
		{`""`, `""`},
		{`"Local"`, `fault`},
		{`"Mars/Olympus"`, `fault`},
		{`"../../etc/passwd"`, `fault`},
		{`"/etc/localtime"`, `fault`},
		{`"+01:00"`, `fault`},
		{`"a\u0000"`, `fault`},
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
		{`"english"`, `fault`},
		{`"en_US"`, `fault`},
		{`"en-US-"`, `fault`},
		{`"xx"`, `fault`},
		{`7`, `fault`},
		{`"english language"`, `fault`},
		{`"en-"`, `fault`},
		{`"e"`, `fault`},
		{`"-"`, `fault`},
	},
	"co_groups Name": {
		{`"Team ❤\ufe0f 👩\u200d👧"`, `"Team ❤\ufe0f 👩\u200d👧"`},
		{`"\u200b"`, `fault`},
		{`"a\u202eb"`, `fault`},
		{`"a\u2066b"`, `fault`},
		{`"\u200da"`, `fault`},
		{`"a\ufeff"`, `fault`},
	},
	"cous Name": {{`"می\u200cخواهم"`, `"می\u200cخواهم"`}, {`"\u3164"`, `fault`}, {`"a\u200fb"`, `fault`}, {`"a\u200b"`, `fault`}},
	"names Given": {
		{`"\u200b"`, `fault`},
		{`"\u00ad\u3164"`, `fault`},
		{`"a\u200db"`, `"a\u200db"`},
		{`"Ada"`, `"Ada"`},
		{`" Ada "`, `"Ada"`},
		{`""`, `fault`},
		{`"  "`, `fault`},
		{`null`, `fault`},
		{`"<"`, `fault`},
		{quoted("ü", 128), quoted("ü", 128)},
		{quoted("ü", 129), `fault`},
	},
	"addresses PostalCode":  {{`12345`, `"12345"`}, {`"01234"`, `"01234"`}, {`12345.0`, `"12345.0"`}, {`12345678901234567`, `fault`}},
	"http_servers Username": {{`4711`, `"4711"`}},
	"names Type": {
		{`"fka"`, `"fka"`}, {`" fka "`, `"fka"`}, {`"FKA"`, `fault`}, {`""`, `fault`}, {`null`, `fault`}, {`5`, `fault`}, {`"fka\u0000"`, `fault`},
	},
	"addresses Type": {{`"home"`, `"home"`}, {`null`, `absent`}, {`""`, `absent`}, {`"castle"`, `fault`}},
	"addresses Street": {
		{`"1 Main St\r\nBack yard"`, `"1 Main St\nBack yard"`}, {quoted("x", 400), quoted("x", 400)}, {quoted("x", 401), `fault`},
	},
	"email_addresses Mail": {
		{`"ada@example.org"`, `"ada@example.org"`},
		{`" ada@example.org "`, `"ada@example.org"`},
		{`"ada+x@sub.example.org"`, `"ada+x@sub.example.org"`},
		{`"Ada@Example.ORG"`, `"Ada@Example.ORG"`},
		{`"ådå@exämple.org"`, `"ådå@exämple.org"`},
		{`"ada"`, `fault`},
		{`"ada@"`, `fault`},
		{`"@example.org"`, `fault`},
		{`"ada@example.org, bob@example.org"`, `fault`},
		{`"a b@example.org"`, `fault`},
		{`"\"a b\"@example.org"`, `"\"a b\"@example.org"`},
		{`"ada@[IPv6:2001:db8::1]"`, `"ada@[IPv6:2001:db8::1]"`},
		{`"ada@example"`, `fault`},
		{`"ada@-example.org"`, `fault`},
		{`"ada@192.0.2.1"`, `fault`},
		{`"` + strings.Repeat("l", 65) + `@example.org"`, `fault`},
		{`""`, `fault`},
	},
	"urls Url": {
		{`"https://example.org/~ada?x=1#y"`, `"https://example.org/~ada?x=1#y"`},
		{`"mailto:ada@example.org"`, `"mailto:ada@example.org"`},
		{`"example.org"`, `fault`},
		{`"/relative"`, `fault`},
		{`"javascript:alert(1)"`, `fault`},
		{`"JavaScript:alert(1)"`, `fault`},
		{`"java\tscript:alert(1)"`, `fault`},
		{`"\u200bjavascript:alert(1)"`, `fault`},
		{`"data:text/html,x"`, `fault`},
		{`"https://"`, `fault`},
		{`"https://exa mple.org/"`, `fault`},
		{`"https://example.org/%zz"`, `fault`},
		{`"https://example.org/\u0000"`, `fault`},
	},
	"co_services ServiceUrl":      {{`"ssh://login.example.org"`, `"ssh://login.example.org"`}, {`"javascript:alert(1)"`, `fault`}, {`"x"`, `fault`}},
	"co_services EntitlementUri":  {{`"urn:mace:example.org:x"`, `"urn:mace:example.org:x"`}, {`"vbscript:x"`, `fault`}, {`"x"`, `fault`}},
	"co_terms_and_conditions Url": {{`"https://example.org/terms"`, `"https://example.org/terms"`}, {`"javascript:alert(1)"`, `fault`}, {`"/terms"`, `fault`}},
	"co_navigation_links Url":     {{`"https://example.org/"`, `"https://example.org/"`}, {`" javascript:alert(1)"`, `fault`}, {`"/terms"`, `fault`}},
	"organizations LogoUrl":       {{`"https://example.org/l.png"`, `"https://example.org/l.png"`}, {`"javascript:alert(1)"`, `fault`}},
	"co_departments LogoUrl":      {{`"https://example.org/l.png"`, `"https://example.org/l.png"`}, {`"javascript:alert(1)"`, `fault`}},
	"http_servers Serverurl": {
		{`"https://example.org:0/"`, `fault`},
		{`"https://example.org:70000/"`, `fault`},
		{`"https://exa mple.org/"`, `fault`},
		{`"https://a..b/"`, `fault`},
		{`"http://localhost:8080/people"`, `"http://localhost:8080/people"`},
		{`"https://example.org"`, `"https://example.org"`},
		{`"ftp://example.org/"`, `fault`},
		{`"https:example.org"`, `fault`},
		{`"https://"`, `fault`},
		{`"//example.org/"`, `fault`},
	},
	"kafka_servers Brokers": {{`"a:1, [::1]:2"`, `"a:1, [::1]:2"`}, {`"kafka"`, `fault`}, {`"kafka:0"`, `fault`}, {`"a:1,b:x"`, `fault`}},
	"co_provisioning_targets RetryInterval": {
		{`1`, `1`}, {`"60"`, `60`}, {`null`, `900`}, {`""`, `900`}, {`0`, `fault`}, {`-5`, `fault`}, {`"x"`, `fault`},
	},
	"api_users Username": {
		{`"a.b-c_D9"`, `"co_$co.a.b-c_D9"`}, {`"a b"`, `fault`}, {`"ü"`, `fault`}, {`"a:b"`, `fault`}, {`""`, `fault`}, {`"a\u0000"`, `fault`}, {quoted("x", 51), `fault`},
	},
	"api_users RemoteIp": {
		{`"^10\\."`, `"^10\\."`}, {`"/^10\\.<>/"`, `"/^10\\.<>/"`}, {`""`, `""`}, {`null`, `absent`}, {`"("`, `fault`}, {`"(?=x)"`, `fault`}, {`"a\u0000"`, `fault`},
	},
	"identifiers Identifier": {
		{`"ada-😀-lovelace"`, `"ada-😀-lovelace"`}, {quoted("ü", 512), quoted("ü", 512)}, {quoted("ü", 513), `fault`}, {`"a\u0000"`, `fault`}, {`200000`, `"200000"`}, {`9007199254740993`, `"9007199254740993"`}, {`true`, `fault`},
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
		case tt.back == "fault":
			if a.phrase != "Invalid Fields" || a.faulty() != column {
				s.Errorf("%s with %s %.60s is answered %s %q, want a fault of it", call, field, tt.sent, a.line(), a.faulty())
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
