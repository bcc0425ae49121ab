package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// scenario is a conversation with the API on an empty registry, a file of scenarios/ or clients/.
type scenario struct {
	// About says what the conversation shows.
	About string
	Steps []step
}

// step is one call and what it must answer. In every text ${name} stands for what an earlier step
// has saved under that name; ${receiver} is the URL of a receiver that takes every message,
// ${refusing} of one that takes none.
type step struct {
	// Note says what is worth seeing here.
	Note string
	// As is who calls: "platform", which is also who calls where nobody is named, "nobody", or an
	// API user's name and key.
	As           string
	Method, Path string
	// Lenient says that the registry accepts a request that is not as the OpenAPI document describes it.
	Lenient bool
	// Header is sent with the call.
	Header map[string]string
	// Body is JSON, or a text that is sent as it is; a list of texts is its lines.
	Body any
	// Save keeps parts of the answer under names: {"cou": "Cous.0.Id", "tag": "Header.ETag"}.
	Save   map[string]string
	Expect expectation
}

// expectation is the answer that a call must get. Objects may have more fields than are named here. Where
// there is no Body, a failure's must say the reason, and others must have none.
type expectation struct {
	Status int
	Reason string
	Header map[string]string
	Body   any
}

func TestScenarios(t *testing.T) { converse(t, "scenarios") }

// TestClients plays the exchanges that programs have with the registry which people run.
func TestClients(t *testing.T) { converse(t, "clients") }

// converse plays the scenarios of a folder.
func converse(t *testing.T, folder string) {
	t.Helper()
	t.Parallel()
	files, err := filepath.Glob(folder + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scenarios: %v", len(files), err)
	}
	takes := receive(t)
	refuses := receiveWith(t, func(message) (int, string) {
		return http.StatusUnprocessableEntity, "that person is not of this house"
	})
	for _, file := range files {
		s := readScenario(t, file)
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			onBoth(t, func(t *testing.T, database string) {
				c := conversation{serve(t, database), map[string]string{"receiver": takes.URL, "refusing": refuses.URL}}
				c.run(t, s)
			})
		})
	}
}

// conversation is a scenario under way.
type conversation struct {
	registry *registry
	names    map[string]string
}

func (c *conversation) run(t *testing.T, s scenario) {
	for i, step := range s.Steps {
		if diffs := c.step(t, step); len(diffs) > 0 {
			t.Errorf("step %d, %s %s: %s\n\t%s", i+1, step.Method, step.Path, step.Note, strings.Join(diffs, "\n\t"))
		}
		if t.Failed() {
			return
		}
	}
}

func (c *conversation) step(t *testing.T, s step) []string {
	t.Helper()
	user, key := c.caller(t, s.As)
	exchanges := *c.registry.http.Transport.(*exchanges)
	exchanges.lenient = s.Lenient
	var header []string
	for name, value := range s.Header {
		header = append(header, name, c.fill(t, value))
	}
	got := call(t, &http.Client{Transport: &exchanges}, s.Method, c.registry.api()+c.fill(t, s.Path), user, key, c.body(t, s.Body), header...)
	var diffs []string
	if got.status != s.Expect.Status || got.reason != c.fill(t, s.Expect.Reason) {
		diffs = append(diffs, fmt.Sprintf("answers %d %s, want %d %s", got.status, got.reason, s.Expect.Status, s.Expect.Reason))
	}
	for name, want := range s.Expect.Header {
		if value := got.header.Get(name); value != want {
			diffs = append(diffs, fmt.Sprintf("%s is %q, want %q", name, value, want))
		}
	}
	inXML := strings.HasSuffix(strings.SplitN(s.Path, "?", 2)[0], ".xml")
	body, more := c.compareBody(t, s.Expect, got, inXML)
	diffs = append(diffs, more...)
	if len(diffs) > 0 {
		return append(diffs, "the whole answer: "+got.body)
	}
	for name, path := range s.Save {
		if header, named := strings.CutPrefix(path, "Header."); named {
			c.names[name] = got.header.Get(header)
			continue
		}
		value, err := pick(body, path)
		if err != nil {
			return []string{err.Error() + " in " + got.body}
		}
		c.names[name] = value
	}
	return nil
}

// caller returns the name and key of whom a step names.
func (c *conversation) caller(t *testing.T, as string) (user, key string) {
	t.Helper()
	switch as {
	case "", "platform":
		return c.registry.user, c.registry.key
	case "nobody":
		return "", ""
	}
	user, key, found := strings.Cut(c.fill(t, as), " ")
	if !found {
		t.Fatalf("as %q: that is no name and key", as)
	}
	return user, key
}

var variable = regexp.MustCompile(`\$\{\w+\}`)

// fill puts in what was saved.
func (c *conversation) fill(t *testing.T, text string) string {
	t.Helper()
	return variable.ReplaceAllStringFunc(text, func(v string) string {
		value, ok := c.names[v[2:len(v)-1]]
		if !ok {
			t.Fatalf("nothing was saved as %s", v)
		}
		return value
	})
}

// fillAll is fill for every text of a JSON value.
func (c *conversation) fillAll(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case string:
		if variable.FindString(v) == v && v != "" {
			return saved(c.fill(t, v))
		}
		return c.fill(t, v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = c.fillAll(t, v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for key := range v {
			out[key] = c.fillAll(t, v[key])
		}
		return out
	}
	return v
}

// body returns the body that a step sends.
func (c *conversation) body(t *testing.T, v any) string {
	t.Helper()
	if v == nil {
		return ""
	}
	if text, ok := lines(v); ok {
		return c.fill(t, text)
	}
	b, err := json.Marshal(c.fillAll(t, v))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// lines returns the text that a text or a list of its lines is.
func lines(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case []any:
		var text []string
		for _, line := range v {
			s, ok := line.(string)
			if !ok {
				return "", false
			}
			text = append(text, s)
		}
		return strings.Join(text, "\n"), len(text) > 0
	}
	return "", false
}

// compareBody reads the answer's body and says how it differs from the expected one.
func (c *conversation) compareBody(t *testing.T, e expectation, got answer, inXML bool) (body any, diffs []string) {
	t.Helper()
	want := c.fillAll(t, e.Body)
	if want == nil && e.Status < http.StatusBadRequest {
		if got.body != "" {
			return nil, []string{"there is a body, want none"}
		}
		return nil, nil
	}
	read := readJSON
	if inXML {
		read = readXML
	}
	body, err := read(got.body)
	if err != nil {
		return nil, []string{err.Error()}
	}
	text, isText := lines(e.Body)
	switch {
	case want == nil && inXML:
		want = map[string]any{"ErrorResponse": []any{map[string]any{"Error": []any{e.Reason}}}}
	case want == nil:
		want = map[string]any{"ResponseType": "ErrorResponse", "Error": e.Reason}
	case isText:
		if want, err = read(c.fill(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	return body, compare("the body", want, body, false)
}

// pick returns the value at a path such as Cous.0.Id. In a list, 0 may be left out.
func pick(v any, path string) (string, error) {
	for key := range strings.SplitSeq(path, ".") {
		list, isList := v.([]any)
		if i, err := strconv.Atoi(key); isList && err == nil && i < len(list) {
			v = list[i]
			continue
		}
		if isList && len(list) > 0 {
			v = list[0]
		}
		object, _ := v.(map[string]any)
		inner, there := object[key]
		if !there {
			return "", fmt.Errorf("there is no %s", path)
		}
		v = inner
	}
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	return fmt.Sprint(v), nil
}

func readScenario(t *testing.T, path string) scenario {
	t.Helper()
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	d := json.NewDecoder(f)
	d.UseNumber()
	d.DisallowUnknownFields()
	var s scenario
	if err := d.Decode(&s); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return s
}
