package comity_test

import (
	"strings"
	"testing"

	"comity"
)

func refusal(f *comity.Field, s string) string {
	_, sentence := f.Read(comity.Scalar{Type: comity.TextScalar, Text: s})
	return sentence
}

// fieldTest are texts that a field accepts and texts that it refuses.
type fieldTest struct {
	field         *comity.Field
	taken, refuse []string
}

func (tt fieldTest) run(t *testing.T) {
	t.Helper()
	name := tt.field.Resource().Singular + "." + tt.field.Name
	for _, s := range tt.taken {
		if sentence := refusal(tt.field, s); sentence != "" {
			t.Errorf("%s refuses %q: %s", name, s, sentence)
		}
	}
	for _, s := range tt.refuse {
		sentence := refusal(tt.field, s)
		if sentence == "" {
			t.Errorf("%s takes %q", name, s)
		} else if !strings.HasPrefix(sentence, "The "+strings.ReplaceAll(tt.field.Column, "_", " ")+" ") {
			t.Errorf("%s refuses %q without its name: %s", name, s, sentence)
		}
	}
}

func TestText(t *testing.T) {
	for _, tt := range []fieldTest{
		{
			field: comity.Name.Given,
			taken: []string{"Ada", "é", "e\u0301", "漢", "1", "-", "😀", "a\u200bb", "می\u200cخواهم", "\U0010FFFD"},
			refuse: []string{
				"\u200b", "\u200d\u200c", "\u2060", "\ufeff", "\u00ad", "\u3164", "\u115f\u1160", "\uffa0", "\u2800", "\u034f", "\ufe0f", "\u0301",
				"\U000E0041", "\u180e", "\u200b\u00a0\u200b", "\u202e", "\u061c",
				"a\ufffe", "a\uffff", "a\x00", "a\x01", "a\x1f", "a\x7f", "a\u0085b", "a\xffb", "a\xed\xa0\x80",
			},
		},
		{
			field:  comity.CoGroup.Description,
			taken:  []string{"", "\u200b", "a\u202eb", "a\tb\nc", "\U0001FFFE\uFDD0"},
			refuse: []string{"a\ufffe", "a\uffff", "a\x0bb", "a\x0cb"},
		},
		{field: comity.CoGroup.Introduction, taken: []string{"<p>"}, refuse: []string{"<p>\ufffe"}},
	} {
		tt.run(t)
	}
}

func TestNames(t *testing.T) {
	for _, f := range []*comity.Field{comity.Co.Name, comity.Cou.Name, comity.CoGroup.Name} {
		fieldTest{
			field: f,
			taken: []string{
				"Physics", "مي\u200cخواهم", "👩\u200d👩\u200d👧", "Team ❤\ufe0f", "1\ufe0f\u20e3", "Ünïcode e\u0301", "物理", "עברית", "a\u200bb", "soft\u00adhyphen",
			},
			refuse: []string{
				"\u202ePhysics", "Phy\u202esics", "Phy\u202dsics", "Phy\u202asics", "Phy\u202bsics", "Phy\u202csics", "a\u2066b", "a\u2067b", "a\u2068b",
				"a\u2069b", "a\u200eb", "a\u200fb", "a\u061cb",
				"\u200bPhysics", "Physics\u200b", "\u200dPhysics", "Physics\u200d", "\u200cPhysics", "\u2060Physics", "Physics\u2060", "\ufeffPhysics",
				"Physics\ufeff", "\u00adPhysics", "Physics\u00ad", "\u3164Physics", "Physics\u3164", "\ufe0fPhysics", " \u200bPhysics \u200b ",
				"Physics\u200b\ufe0f", "\u034fPhysics", "\u200b",
			},
		}.run(t)
	}
	fieldTest{
		field: comity.ApiUser.Username, taken: []string{"sync", "a.b-c_9"},
		refuse: []string{"a\u202eb", "\u200ba", "a\u200d", "a\u00ad", "ａ", "a:b", "a b"},
	}.run(t)
	fieldTest{field: comity.Cou.Name, refuse: []string{"a:b"}}.run(t)
}

func TestReservedName(t *testing.T) {
	for want, names := range map[comity.Reserved][]string{
		comity.ReservedForRegistry: {
			"CO:", "CO:admins", "co:admins", "Co:x", "cO:x", "ＣＯ：admins", "CO：admins", "C\u200bO:x", "C\u00adO:x", "CO\u2060:x", "CO\u200b:x", "\u200dCO:x",
			"CO\ufe55x", "CO\ufe13x", "CO∶x", "CO\ua789x", "CO\u02d0x", "CO\u05c3x", "CO\u0589x", "𝐂𝐎:x", "Ⓒⓞ:x", "СО:x", "CΟ:x", "сo:x",
		},
		comity.ReservedForAdmins: {
			"admin", "Admin", "ADMIN", "admin:", "admin:x", "AdMiN:x", "ａｄｍｉｎ", "ad\u200bmin", "ad\u00admin:x", "admin：x", "admin∶x", "аdmin", "admіn:x", "admın:x",
		},
		comity.NotReserved: {
			"", "CO", "COs", "COmanage", "CO-admins", "XCO:admins", "C O:x", "readers", "administrators", "admins", "adminx:", "sysadmin", "sysadmin:x",
			"项目：物理", "दुःख", "C", ":",
		},
	} {
		for _, name := range names {
			if got := comity.ReservedName(name); got != want {
				t.Errorf("%q (%+q) is reserved %d, want %d", name, name, got, want)
			}
		}
	}
}

func TestEmailAddresses(t *testing.T) {
	label, local := strings.Repeat("a", 63), strings.Repeat("l", 64)
	long := strings.Join([]string{label, label, label}, ".") // 191
	taken := []string{
		"ada@example.org", "Ada.Lovelace@Example.ORG", "a@b.co", "1@2.example", "ada+tag=x@sub.example.org", "!#$%&'*+-/=?^_`{|}~@example.org",
		`"ada lovelace"@example.org`, `"ada@home"@example.org`, `"a\"b\\c"@example.org`, `""@example.org`, `"a..b."@example.org`, `"\a"@example.org`,
		"ada@[192.0.2.1]", "ada@[IPv6:2001:db8::1]", "ada@[ipv6:::1]", "ada@[IPv6:::ffff:192.0.2.1]", "ada@[IPv6:1:2:3:4:5:6:7:8]",
		"ada@xn--bcher-kva.example", "ada@bücher.example", "ada@straße.example", "ada@Bücher.example", "ådå@exämple.org", "用户@例子.广告", "अजय@डाटा.भारत", "ada@bu\u0308cher.example",
		"ada@a-b.example", "ada@r3---sn.example", "ada@123.example", "ada@example.museum", "ada@e.1a",
		local + "@example.org", "a@" + label + ".org", "a@" + long + "." + strings.Repeat("b", 60), "é" + strings.Repeat("l", 62) + "@example.org",
	}
	refuse := []string{
		"ada", "ada@", "@example.org", "@", "ada@b", "ada@localhost", "a@b", "ada@example.org.", "ada@.example.org", "ada@example..org", "ada@example.org@",
		"ada@home@example.org", ".ada@example.org", "ada.@example.org", "a..b@example.org", "a b@example.org", "ada @example.org", "ada@ example.org",
		"ada@exam ple.org", "ada@-example.org", "ada@example-.org", "ada@example.-org", "ada@example.org-", "ada@exa_mple.org", "ada@exa_mple.bücher.example", "ada@exa+mple.org",
		"ada@127.0.0.1", "ada@example.123", "ada@[192.0.2.256]", "ada@[192.0.2]", "ada@[192.0.2.1", "ada@192.0.2.1]", "ada@[]", "ada@[2001:db8::1]",
		"ada@[IPv6:192.0.2.1]", "ada@[IPv6:2001:db8::g]", "ada@[IPv6:fe80::1%eth0]", "ada@[tag:content]", "ada@[IPv6:]", "ada@[192.0.2.1].org",
		`"ada"lovelace@example.org`, `"ada@example.org`, `"a"b"@example.org`, `"ada\"@example.org`, `ada"@example.org`, "\"a\tb\"@example.org", `"@example.org`,
		"a,b@example.org", "ada@example.org, bob@example.org", "ada(comment)@example.org", "a;b@example.org", "a:b@example.org", `a\b@example.org`,
		"[ada]@example.org", "Ada ada@example.org", "mailto:ada@example.org",
		"x" + local + "@example.org", "é" + strings.Repeat("l", 63) + "@example.org", "a@" + label + "a.org",
		"a@" + long + "." + strings.Repeat("b", 61), "a@ü" + strings.Repeat("a", 60) + ".org",
		"ada@exam\u200bple.org", "a\u200bda@example.org", "ada\u202e@example.org", "ada@exa\u00admple.org", "ada@ｅｘａｍｐｌｅ.org", "ada@example。org",
		"ada@a\u0301\u0301-.org", "ada@\u0301a.org", "a\u00a0b@example.org", "ada@\U0001F4A9\u200d.example", "ada@-.example",
	}
	for _, f := range []*comity.Field{comity.EmailAddress.Mail, comity.CoService.ContactEmail} {
		fits := func(all []string) (some []string) {
			for _, s := range all {
				if len(s) <= f.Max {
					some = append(some, s)
				}
			}
			return some
		}
		fieldTest{field: f, taken: fits(taken), refuse: refuse}.run(t)
	}
}

// urlFields are the fields with a URL for people.
var urlFields = []*comity.Field{
	comity.Url.Url, comity.CoNavigationLink.Url, comity.CoTermsAndConditions.Url, comity.CoDepartment.LogoUrl, comity.Organization.LogoUrl,
	comity.CoService.LogoUrl, comity.CoService.ServiceUrl, comity.CoService.EntitlementUri,
}

func TestURLs(t *testing.T) {
	for _, f := range urlFields {
		fieldTest{
			field: f,
			taken: []string{
				"https://example.org/", "http://example.org", "HTTPS://Example.org/a?b=c#d", "https://example.org:8443/~ada", "http://localhost:8080/x",
				"http://192.0.2.1/", "http://[2001:db8::1]:80/", "https://bücher.example/ü", "https://例子.广告/", "https://my_wiki/x", "https://example.org./",
				"mailto:ada@example.org", "mailto:ada@example.org?subject=x", "mailto:a%2Bb@example.org,b@example.org", "https://a:b@example.org/",
			},
			refuse: []string{
				"javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)", "javascript\u200b:alert(1)",
				"\u200bjavascript:alert(1)", "javascript&colon;alert(1)", "javascript://example.org/%0aalert(1)", "jav\u00adascript:alert(1)", "vbscript:x", "data:text/html,x",
				"file:///etc/passwd", "blob:https://example.org/x", "about:blank", "view-source:https://example.org/",
				"/relative", "relative", "../up", "//example.org/", "?x", "#y", "example.org", "example.org:80/x", "www.example.org/x",
				"https:", "https://", "https:///path", "https:example.org", "https:/example.org", `https:\\example.org`, `https://example.org\@evil.example/`,
				"https://exa mple.org/", "https://example.org/a b", "https://example.org/\u00a0x", "https://example.org/\u202e", "https://example.org/%zz",
				"https://example.org:0/", "https://example.org:65536/", "https://example.org:99999/", "https://example.org:x/", "https://example.org:/",
				"https://-example.org/", "https://example-.org/", "https://exam..ple.org/", "https://" + strings.Repeat("a", 64) + ".org/", "https://256.0.0.1/",
				"https://1.2.3/", "http://0x7f000001/", "http://0X7F.1/", "http://127.0.0.0x1/", "http://0x/", "http://1.2.3.4./", "https://[::1/", "https://[1.2.3.4]/", "https://[example.org]/", "https://a,b/", "https://exa+mple/",
				"mailto:", "mailto:ada", "mailto:a@b", "mailto://ada@example.org", "mailto:?to=ada@example.org", "mailto:ada@example.org,", "mailto:%zz@example.org",
			},
		}.run(t)
	}
	fieldTest{
		field: comity.CoService.ServiceUrl, taken: []string{"ssh://login.example.org", "ldaps://ldap.example.org:636/dc=x", "xmpp:room@example.org", "tel:+49-30-1"},
		refuse: []string{"ssh:", "ssh://", "urn:mace:x"},
	}.run(t)
	fieldTest{
		field: comity.CoService.EntitlementUri, taken: []string{"urn:mace:example.org:member", "urn:geant:x:group:y#z"},
		refuse: []string{"urn:", "urn:mace", "urn:mace:", "urn::x", "ssh://x"},
	}.run(t)
}

func TestServerAddresses(t *testing.T) {
	fieldTest{
		field: comity.HttpServer.Serverurl,
		taken: []string{
			"http://localhost:8080/people", "https://example.org", "https://my_container:8443", "http://192.0.2.1:1", "http://[::1]:65535/", "http://[fe80::1%25eth0]:80/",
			"https://bücher.example/", "HTTP://EXAMPLE.ORG/", "https://example.org./x?y=z",
		},
		refuse: []string{
			"ftp://example.org/", "mailto:a@example.org", "https:example.org", "https://", "//example.org/", "https://:8080/", "https:///x", "https://example.org:0/",
			"https://example.org:65536", "https://example.org:-1", "https://example.org:", "https://example.org:http", "https://exa mple.org", "https://exa\tmple.org",
			"https://999.1.1.1/", "https://1.2.3.4.5/", "https://[::g]/", "https://::1/", "https://a..b/", "https://-a/", "https://" + strings.Repeat("a.", 127) + "a/",
			"https://a,b/", "https://*/", "https://example.org\u200b/", "https://user:pw@example.org/", "https://example.org/#x", `https:\\example.org\`,
		},
	}.run(t)
	fieldTest{
		field: comity.KafkaServer.Brokers,
		taken: []string{"kafka:9092", "a.example.org:9092,b.example.org:9093", "a:1, b:2\nc:3", "[2001:db8::1]:9092", "192.0.2.1:9092", "my_kafka:9092", "kafka:9092,"},
		refuse: []string{
			",", "kafka", "kafka:", ":9092", "kafka:0", "kafka:65536", "kafka:x", "a:1,b", "2001:db8::1:9092", "[kafka]:9092", "kafka..x:9092", "-a:1", "300.1.1.1:9092",
			"kafka://kafka:9092", "user@kafka:9092", "kafka:9092/x", "kaf\u200bka:9092",
		},
	}.run(t)
	fieldTest{
		field: comity.KafkaServer.Topic, taken: []string{"", "people", "co.2_People-1", "...", "_"},
		refuse: []string{".", "..", "a b", "a/b", "a:b", "ü", "a\u200b", "a,b", "#"},
	}.run(t)
}

// TestSecrets: secrets are stored as they are sent.
func TestSecrets(t *testing.T) {
	f := comity.HttpServer.Password
	for _, s := range []string{"secret", " blanks\u00a0", " ", "a:b<c>", "pässwörd", "\u200b", strings.Repeat("x", 400)} {
		cell, sentence := f.Read(comity.Scalar{Type: comity.TextScalar, Text: s})
		if sentence != "" || cell.Text() != s {
			t.Errorf("%q is kept as %q: %s", s, cell.Text(), sentence)
		}
	}
	fieldTest{field: f, refuse: []string{"a\nb", "a\r\nb", "\n", "a\tb", "a\x00", "a\x7f", "a\u0085", "a\ufffe", strings.Repeat("x", 401)}}.run(t)
}

func TestLoginsThatTheirProtocolCarries(t *testing.T) {
	h, k := comity.HttpServer, comity.KafkaServer
	server := func(auth, user, password string) *comity.Record {
		rec := comity.NewRecord(h.Resource)
		rec.SetText(h.AuthType, auth)
		rec.SetText(h.Username, user)
		rec.SetText(h.Password, password)
		return rec
	}
	sasl := func(mechanism, user, password string) *comity.Record {
		rec := comity.NewRecord(k.Resource)
		rec.SetText(k.SecurityProtocol, "sasl_ssl")
		rec.SetText(k.SaslMechanism, mechanism)
		rec.SetText(k.Username, user)
		rec.SetText(k.Password, password)
		return rec
	}
	for _, tt := range []struct {
		record *comity.Record
		faulty string
	}{
		{server("BA", "ada", "a:b c"), ""},
		{server("BA", "ädä", "ü"), ""},
		{server("BA", "a b", " "), ""},
		{server("BA", "", "x"), "username"},
		{server("BA", "a:b", "x"), "username"},
		{server("BA", ":", "x"), "username"},
		{server("BA", "a\tb", "x"), "username"},
		{server("BA", "a\nb", "x"), "username"},
		{server("X", "a:b", "not a token"), ""},
		{server("BE", "", "abc-._~+/123=="), ""},
		{server("BE", "a:b", "x"), ""},
		{server("BE", "", "two words"), "password"},
		{server("BE", "", " token"), "password"},
		{server("BE", "", "token "), "password"},
		{server("BE", "", "tökén"), "password"},
		{server("BE", "", "to=ken"), "password"},
		{server("BE", "", "=="), "password"},
		{server("BE", "", "Bearer:x"), "password"},
		{sasl("PLAIN", "ada", "two words"), ""},
		{sasl("PLAIN", "", "x"), "username"},
		{sasl("OAUTHBEARER", "ada", "abc"), ""},
		{sasl("OAUTHBEARER", "ada", "two words"), "password"},
	} {
		var faulty []string
		for _, fieldError := range tt.record.Resource.Check(tt.record) {
			faulty = append(faulty, fieldError.Field)
		}
		if got := strings.Join(faulty, " "); got != tt.faulty {
			t.Errorf("%s %q %q: faulty %q, want %q", tt.record.Text(tt.record.Resource.Fields[4]),
				tt.record.Text(tt.record.Resource.Field("Username")), tt.record.Text(tt.record.Resource.Field("Password")), got, tt.faulty)
		}
	}
}
