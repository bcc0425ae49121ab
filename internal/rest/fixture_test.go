package rest_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"comity"
	"comity/internal/signin"
)

// step is one call and its answer.
//
// In call, send, says, has and lists, $name is replaced by the id that an earlier step kept under it; $co is
// the CO of the fixture, and $n a number that was not used before.
type step struct {
	// as is the caller: "" the platform's operator, "admin" a privileged user of the fixture's CO, "user" an
	// unprivileged one, "stranger" a privileged user of another CO, "nobody" without credentials.
	as string
	// call is a method and a path below the root, without its extension: "PUT cous/$physics".
	call string
	// send is the element to send, as a JSON object; its Version and envelope are added.
	send string
	// answer is the expected status and reason phrase; "" is the method's answer on success.
	answer string
	// keep is the name under which a new object's id is kept.
	keep string
	// faulty are the expected invalid fields, in order.
	faulty string
	// says is a part of the sentence in an error's body.
	says string
	// has is a part of the one record of a list, as a JSON object; null means that the field has no value.
	has string
	// lists is a field and its values in the records of a list, in order: "Name: a, b".
	lists string
	// only limits a step to a format, if the other cannot express it.
	only string
}

var success = map[string]string{"GET": "200 OK", "POST": "201 Added", "PUT": "200 OK", "DELETE": "200 Deleted"}

// fixture is where a test's steps run: a CO on one database, called in one format.
type fixture struct {
	testing.TB
	*api
	format string
	ids    map[string]string
	users  map[string]signin.Login
}

// serial makes the names of COs unique.
var serial atomic.Int64

// everywhere runs a test on each database.
func everywhere(t *testing.T, test func(s *fixture)) {
	t.Helper()
	t.Parallel()
	for _, a := range apis {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			test(a.fixture(t, "json"))
		})
	}
}

// perform runs steps on each database, on one of them in JSON and on the other in XML: which is which differs
// between tests.
func perform(t *testing.T, steps ...[]step) {
	t.Helper()
	t.Parallel()
	formats := []string{"json", "xml"}
	for i, a := range apis {
		format := formats[(len(t.Name())+i)%len(formats)]
		t.Run(a.name+" "+format, func(t *testing.T) {
			t.Parallel()
			a.fixture(t, format).perform(slices.Concat(steps...)...)
		})
	}
}

// fixture adds a CO for a test.
func (a *api) fixture(t testing.TB, format string) *fixture {
	t.Helper()
	s := &fixture{TB: t, api: a, format: format, ids: map[string]string{}, users: map[string]signin.Login{"": a.operator}}
	s.addCO("co", "coname")
	return s
}

// addCO adds a CO and keeps its id and name.
func (s *fixture) addCO(id, name string) {
	s.Helper()
	s.ids[name] = fmt.Sprintf("CO %d", serial.Add(1))
	s.perform(step{call: "POST cos", send: `{"Name":"$` + name + `","Status":"Active"}`, keep: id})
}

// perform runs the steps.
func (s *fixture) perform(steps ...step) {
	s.Helper()
	for _, st := range steps {
		if st.only == "" || st.only == s.format {
			s.step(st)
		}
	}
}

func (s *fixture) step(st step) {
	s.Helper()
	s.user(st.as)
	method, path, _ := strings.Cut(s.fill(st.call), " ")
	resource, query, asked := strings.Cut(path, "?")
	path = resource + "." + s.format
	if asked {
		path += "?" + query
	}
	var body io.Reader
	if st.send != "" {
		body = strings.NewReader(s.envelope(resource, s.fill(st.send)))
	}
	a := s.call(st.as, method, path, body)
	want := st.answer
	if want == "" {
		want = success[method]
	}
	call := fmt.Sprintf("%s: %s %s %s", st.as, method, path, s.fill(st.send))
	if a.line() != want {
		s.Fatalf("%s\n\tis answered %s\n\twant %s\n\t%s", call, a.line(), want, a.body)
	}
	if a.faulty() != st.faulty {
		s.Errorf("%s\n\tnames %q as invalid, want %q\n\t%s", call, a.faulty(), st.faulty, a.body)
	}
	if says := s.fill(st.says); !strings.Contains(a.says, says) {
		s.Errorf("%s\n\tsays %q, want %q in it", call, a.says, says)
	}
	if st.keep != "" {
		s.ids[st.keep] = a.created
	}
	s.checkRecords(call, a, st)
}

func (s *fixture) checkRecords(call string, a answer, st step) {
	s.Helper()
	if st.has != "" {
		var want map[string]any
		d := json.NewDecoder(strings.NewReader(s.fill(st.has)))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			s.Fatalf("has: %v in %s", err, st.has)
		}
		if len(a.records) != 1 {
			s.Fatalf("%s\n\tlists %d records, want one\n\t%s", call, len(a.records), a.body)
		}
		for name, value := range want {
			got, there := a.records[0][name]
			if there != (value != nil) || got != text(value) {
				s.Errorf("%s\n\thas %s %q, want %q\n\t%s", call, name, got, text(value), a.body)
			}
		}
	}
	if field, values, ok := strings.Cut(st.lists, ":"); ok {
		want := strings.TrimPrefix(s.fill(values), " ")
		if got := strings.Join(a.column(field), ", "); got != want {
			s.Errorf("%s\n\tlists %s %q, want %q", call, field, got, want)
		}
	}
}

// call makes one call; the path has its extension.
func (s *fixture) call(as, method, path string, body io.Reader) answer {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), method, s.url+path, body)
	if err != nil {
		s.Fatal(err)
	}
	if login := s.user(as); login.Username != "" {
		request.SetBasicAuth(login.Username, login.Key)
	}
	response, err := s.client.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	return readAnswer(s, response)
}

// eventually waits until a condition holds.
func (s *fixture) eventually(so func() bool) {
	s.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			s.Fatalf("it is not so after %v", patience)
		}
	}
}

// patience is far longer than anything that is waited for takes.
const patience = 20 * time.Second

// user returns the login of a caller, who is added on first use.
func (s *fixture) user(as string) signin.Login {
	s.Helper()
	login, made := s.users[as]
	if made || as == "nobody" {
		return login
	}
	co := "co"
	if as == "stranger" {
		co = "otherco"
		if s.ids[co] == "" {
			s.addCO(co, "otherconame")
		}
	}
	login, err := s.signin.AddUser(s.Context(), comity.ParseId(s.ids[co]), as, as != "user", "")
	if err != nil {
		s.Fatal(err)
	}
	s.users[as] = login
	return login
}

var variable = regexp.MustCompile(`\$[a-z0-9]+`)

// fill replaces $names by the ids that were kept.
func (s *fixture) fill(text string) string {
	s.Helper()
	return variable.ReplaceAllStringFunc(text, func(name string) string {
		if name == "$n" {
			return fmt.Sprint(serial.Add(1))
		}
		id, ok := s.ids[name[1:]]
		if !ok {
			s.Fatalf("%s is not kept by any step: %s", name, text)
		}
		return id
	})
}

// envelope wraps an element for the resource at a path, in the fixture's format.
func (s *fixture) envelope(path, send string) string {
	s.Helper()
	r := resourceAt(path)
	if r == nil {
		s.Fatalf("nothing can be sent to %s", path)
	}
	var object map[string]any
	d := json.NewDecoder(strings.NewReader(send))
	d.UseNumber()
	if err := d.Decode(&object); err != nil {
		s.Fatalf("send: %v in %s", err, send)
	}
	if _, named := object["Version"]; !named {
		object["Version"] = "1.0"
	}
	if s.format == "xml" {
		return fmt.Sprintf("<%s>%s</%[1]s>", r.Plural, asXML(s, r.Singular, object))
	}
	element, err := json.Marshal(object)
	if err != nil {
		s.Fatal(err)
	}
	return fmt.Sprintf(`{"RequestType":"%s","Version":"1.0","%[1]s":[%s]}`, r.Plural, element)
}

// resourceAt returns the resource at the beginning of a path.
func resourceAt(path string) *comity.Resource {
	for _, r := range comity.All() {
		if path == r.Path || strings.HasPrefix(path, r.Path+"/") {
			return r
		}
	}
	return nil
}

// asXML returns a JSON value as an XML element.
func asXML(t testing.TB, name string, value any) string {
	t.Helper()
	var b strings.Builder
	object, is := value.(map[string]any)
	if !is {
		if value == nil {
			t.Fatalf("XML has no null for %s", name)
		}
		if err := xml.EscapeText(&b, []byte(text(value))); err != nil {
			t.Fatal(err)
		}
		return "<" + name + ">" + b.String() + "</" + name + ">"
	}
	for _, member := range slices.Sorted(maps.Keys(object)) {
		if member != "Version" {
			b.WriteString(asXML(t, member, object[member]))
		}
	}
	version := ""
	if v := text(object["Version"]); v != "" {
		version = ` Version="` + v + `"`
	}
	return "<" + name + version + ">" + b.String() + "</" + name + ">"
}
