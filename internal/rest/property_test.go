package rest_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
)

// TestWhateverIsSent: no request makes the server fail, and what was added or edited can be viewed as it was
// sent.
func TestWhateverIsSent(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(oneOfEach()...)
		rapidtest.Check(s.TB.(*testing.T), func(rt *rapid.T) {
			for range 5 {
				s.trySpecimen(rt, rapid.SampledFrom(specimens).Draw(rt, "resource"))
			}
		})
	})
}

func (s *fixture) trySpecimen(rt *rapid.T, sp specimen) {
	s.perform(spareOf(sp)...)
	format := rapid.SampledFrom([]string{"json", "xml"}).Draw(rt, "format")
	e := s.drawElement(rt, resourceAt(sp.path), format)
	added := s.call("", http.MethodPost, sp.path+"."+format, strings.NewReader(e.body))
	switch {
	case added.status == http.StatusCreated:
		s.compare(rt, sp.path+"/"+added.created, e)
		if resourceAt(sp.path).AppendOnly {
			break
		}
		edited := s.call("", http.MethodPut, sp.path+"/"+added.created+"."+format, strings.NewReader(e.body))
		if edited.line() != "200 OK" {
			rt.Fatalf("an edit to what it is, %s, is answered %s: %s", e.body, edited.line(), edited.body)
		}
		s.compare(rt, sp.path+"/"+added.created, e)
	case added.status >= http.StatusInternalServerError:
		rt.Fatalf("%s is answered %s", e.body, added.line())
	case e.good && added.status != http.StatusForbidden && !dependent.MatchString(added.faulty()):
		rt.Fatalf("%s is answered %s: %s", e.body, added.line(), added.body)
	}
	broken := mutate(rt, e.body)
	for _, call := range []string{"POST " + sp.path, "PUT " + sp.path + "/" + s.ids[sp.keep]} {
		method, path, _ := strings.Cut(call, " ")
		if a := s.call("", method, path+"."+format, strings.NewReader(broken)); a.status >= http.StatusInternalServerError {
			rt.Fatalf("%s with %q is answered %s", call, broken, a.line())
		}
	}
}

// dependent matches fields that are required or restricted because of other fields.
var dependent = regexp.MustCompile(`^((member|co_person_id|username|password) ?)+$`)

// spare has the steps that add an owner for elements of which an owner can have only one.
var spare = map[string][]step{
	"http_servers":  {server("server")},
	"kafka_servers": {add("servers", "bus", `"CoId":$co,"Description":"Bus","ServerType":"KA","Status":"Active"`)},
	"api_provisioner/co_api_provisioner_targets": {target("target", "X")},
	"co_org_identity_links":                      {orgIdentity("org")},
	"co_group_members":                           {person("person")},
}

// spareOf returns the steps that add an owner for an element of which an owner can have only one.
func spareOf(sp specimen) []step {
	if plugin := resourceAt(sp.path).Plugin; plugin != "" && plugin != comity.PluginAPI {
		return sp.needs
	}
	return spare[sp.path]
}

// compare fails the property unless a record is returned as it was sent.
func (s *fixture) compare(rt *rapid.T, one string, e randomElement) {
	view := s.call("", http.MethodGet, one+".json", nil)
	if len(view.records) != 1 {
		rt.Fatalf("%s is answered %s", one, view.line())
	}
	for field, want := range e.want {
		if got := view.records[0][field]; got != want {
			rt.Fatalf("%s was sent as %q and is given back as %q\n%s\n%s", field, want, got, e.body, view.body)
		}
	}
}

// randomElement is an element: its body, the values to be returned, and whether all of it is valid.
type randomElement struct {
	body string
	want fields
	good bool
}

// drawElement draws an element with valid values by the table, and some that are invalid or missing.
func (s *fixture) drawElement(rt *rapid.T, r *comity.Resource, format string) randomElement {
	e := randomElement{want: fields{}, good: true}
	members := map[string]any{"Version": "1.0"}
	for _, f := range r.Fields {
		luck := rapid.IntRange(0, 19).Draw(rt, f.Name+" luck")
		switch {
		case f.ReadOnly, luck < 8 && !f.Required, f == comity.Name.PrimaryName: // it depends on the other names
			continue
		case luck == 19:
			e.good = false
			members[f.Name] = rapid.SampledFrom(wrong[format]).Draw(rt, f.Name)
			continue
		}
		value, want := s.drawValue(rt, f)
		members[f.Name] = value
		if !computed[r.Singular+"."+f.Name] {
			e.want[given(f, want)] = strings.TrimPrefix(want, "Group ")
		}
	}
	if format == "xml" {
		e.body = fmt.Sprintf("<%s>%s</%[1]s>", r.Plural, asXML(s, r.Singular, members))
		return e
	}
	body, err := json.Marshal(members)
	s.must(err)
	e.body = string(body)
	return e
}

// computed are the fields whose values the registry may change.
var computed = map[string]bool{
	"CoPersonRole.Status": true, "ApiUser.Username": true, "HttpServer.Password": true, "KafkaServer.Password": true, "CoApiProvisionerTarget.SigningSecret": true,
}

// given returns the name under which a field is returned.
func given(f *comity.Field, want string) string {
	if strings.HasPrefix(want, "Group ") {
		return "CoGroupId"
	}
	return f.Name
}

// wrong are values that hardly any field accepts.
var wrong = map[string][]any{
	"json": {
		nil, "", true, -1, 0, json.Number("99999999999999999999"), json.Number("1e999"), json.Number("0.5"), "\x00", "a\x1bb", "<", "nonsense",
		strings.Repeat("x", 5000), json.RawMessage(`"\ud800"`),
		[]any{},
		[]any{"x"},
		map[string]any{},
		map[string]any{"Type": "CO", "Id": 0},
		map[string]any{"Type": 7, "Id": []any{}},
		json.RawMessage(strings.Repeat("[", 40) + strings.Repeat("]", 40)),
		"9999-12-31 23:59:59", "0001-01-01 00:00:00", 9223372036854775807, -9223372036854775807 - 1,
	},
	"xml": {
		"", "true", "-1", "99999999999999999999", "<", "&", "nonsense", "\u0085", "\ufffd", strings.Repeat("x", 5000),
		map[string]any{"b": "x"},
		map[string]any{"Type": "CO", "Id": "0"},
		map[string]any{"Type": "Cat"},
		"9223372036854775807",
	},
}

// shaped are examples for texts with a required form.
var shaped = map[string][]string{
	"Language": {"en", "pt-BR"}, "Timezone": {"UTC", "Asia/Tokyo"}, "Mail": {"ada@example.org", "a+b@sub.example.org"},
	"Url": {"https://example.org/?a=b&c=%20#d", "mailto:ada@example.org"}, "Serverurl": {"http://localhost:1/", "https://example.org"},
	"LogoUrl": {"https://example.org/logo.png"}, "ServiceUrl": {"https://wiki.example.org/", "ssh://login.example.org"}, "EntitlementUri": {"urn:mace:example.org:member"}, "ContactEmail": {"help@example.org"},
	"Type": {"ssh-ed25519"}, "Skey": {sshKey}, "Brokers": {"kafka.example.org:9092", "a:1,b:2"}, "Format": {"(G:1)(F)[1:(#:3)]", "x"},
	"SigningSecret": {"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="},
	"Plugin":        {comity.PluginAPI}, "RemoteIp": {"^127\\.", "/^::1$/", ""},
}

// drawValue draws a valid value of a field, and returns how it is read back.
func (s *fixture) drawValue(rt *rapid.T, f *comity.Field) (value any, want string) {
	switch f.Kind {
	case comity.Text, comity.Secret:
		value = s.drawText(rt, f)
	case comity.Integer:
		value = rapid.Int64Range(1, cmp.Or(f.Most, 1<<40)).Draw(rt, f.Name)
	case comity.Boolean:
		value = rapid.Bool().Draw(rt, f.Name)
	case comity.Time:
		// One before now, or after, so that the order is right.
		first := map[string]int64{"ValidFrom": 0, "ValidThrough": 4e9}[f.Name]
		value = time.Unix(first+rapid.Int64Range(0, 1e9).Draw(rt, f.Name), 0).UTC().Format(comity.TimeLayout)
	case comity.Date:
		value = time.Unix(rapid.Int64Range(-4e9, 4e9).Draw(rt, f.Name), 0).UTC().Format(comity.DateLayout)
	case comity.Code:
		if value = rapid.SampledFrom(f.Words).Draw(rt, f.Name).Word; len(f.OnAdd) > 0 {
			value = rapid.SampledFrom(f.OnAdd).Draw(rt, f.Name+" on add")
		}
	case comity.Reference:
		value = s.newestId(f.Target)
		switch f {
		case comity.KafkaServer.ServerId:
			value = s.ids["bus"]
		case f.Resource().TargetId():
			if plugin := f.Resource().Plugin; plugin != "" && plugin != comity.PluginAPI {
				value = s.ids[strings.ToLower(plugin)+"target"]
			}
		case comity.CoPersonRole.ManagerCoPersonId:
			value = s.ids["boss"]
		}
	case comity.Owner:
		o := rapid.SampledFrom(f.Owners).Draw(rt, f.Name)
		return map[string]any{"Type": o.Word, "Id": s.newestId(o.Target)}, o.Word + " " + s.newestId(o.Target)
	}
	return value, text(value)
}

// newestId returns the id of the newest example of a resource.
func (s *fixture) newestId(singular string) string {
	if singular == "Co" {
		return s.ids["co"]
	}
	return s.ids[nameOfSpecimen(singular)]
}

func (s *fixture) drawText(rt *rapid.T, f *comity.Field) string {
	if f.TypeOf != "" {
		return rapid.SampledFrom(f.Types).Draw(rt, f.Name)
	}
	if examples := shaped[f.Name]; examples != nil {
		return rapid.SampledFrom(examples).Draw(rt, f.Name)
	}
	if f.Name == "Username" {
		return s.fill("u$n")
	}
	runes := rapid.RuneFrom([]rune(" \t\nazAZ09.,;'\"\\/&%$_-éß漢😀\u0301\u2028\ufeff"))
	for {
		// Blanks around it would be trimmed; names and secrets do not accept everything.
		text := strings.TrimSpace(rapid.StringOfN(runes, 1, f.Max, -1).Draw(rt, f.Name))
		if _, sentence := f.Read(comity.Scalar{Type: comity.TextScalar, Text: text}); text != "" && sentence == "" {
			return text
		}
	}
}

// mutate changes a body in a few places.
func mutate(rt *rapid.T, body string) string {
	b := []byte(body)
	for range rapid.IntRange(1, 4).Draw(rt, "breaks") {
		at := rapid.IntRange(0, len(b)).Draw(rt, "at")
		cut := min(len(b), at+rapid.IntRange(0, 9).Draw(rt, "cut"))
		put := rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(rt, "put")
		b = append(append(b[:at:at], put...), b[cut:]...)
	}
	return string(b)
}
