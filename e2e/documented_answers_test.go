package e2e_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"comity"
)

// shownOnce are the answers that all resources come by alike: it is enough that one is shown to give them.
var shownOnce = map[string]bool{
	"GET: 304 Not Modified": true, "GET: 401 Unauthorized": true, "POST: 401 Unauthorized": true,
	"PUT: 401 Unauthorized": true, "DELETE: 401 Unauthorized": true, "PUT: 412 Precondition Failed": true,
	"DELETE: 412 Precondition Failed": true, "POST: 422 Unprocessable Entity": true,
}

// shownElsewhere are the answers that take more than a conversation, and have tests of their own.
var shownElsewhere = map[string]bool{
	"413 Request Entity Too Large": true, "415 Unsupported Media Type": true, "429 Too Many Requests": true,
	"500 Other Error": true, "503 Service Unavailable": true,
}

// TestEveryAnswerHasAScenario: what the document says a call can be answered with, some scenario shows.
func TestEveryAnswerHasAScenario(t *testing.T) {
	t.Parallel()
	document := call(t, http.DefaultClient, http.MethodGet, serve(t, sqliteFile(t)).api()+"openapi.json", "", "", "")
	operations := readOperations(t, document.body)
	files, err := filepath.Glob("scenarios/*.json")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, file := range files {
		for _, s := range readScenario(t, file).Steps {
			line := strconv.Itoa(s.Expect.Status) + " " + s.Expect.Reason
			shown[s.Method+": "+line] = true
			for _, o := range operations {
				if o.method == s.Method && o.path.MatchString(s.Path) {
					shown[o.call+": "+line] = true
				}
			}
		}
	}
	for _, o := range operations {
		for _, line := range o.answers {
			alike := o.method + ": " + line
			once := shown[alike] && (shownOnce[alike] || strings.Contains(o.call, "/bulk.json") || line == "403 Forbidden" && boundedByOwner(o.call))
			if !once && !shownElsewhere[line] && !shown[o.call+": "+line] {
				t.Errorf("no scenario has %s answered %s", o.call, line)
			}
		}
	}
}

// boundedByOwner says whether a call is of a resource of which an owner may have only so many records. The 403
// beyond that is decided in one place for all of them.
func boundedByOwner(call string) bool {
	return slices.ContainsFunc(comity.Stored(), func(r *comity.Resource) bool {
		return r.Owner() != nil && (call == "POST /"+r.Path+".json" || call == "PUT /"+r.Path+"/{id}.json")
	})
}

// operation is a call of the document, with the status lines that it can be answered with.
type operation struct {
	call, method string
	path         *regexp.Regexp
	answers      []string
}

var parameter = regexp.MustCompile(`\\\{\w+\\\}`)

// readOperations reads the calls in JSON, which stand for those in XML.
func readOperations(t *testing.T, document string) (all []operation) {
	t.Helper()
	type response struct {
		Ref     string   `json:"$ref"`
		Phrases []string `json:"x-reason-phrases"`
	}
	var doc struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Responses map[string]response }
	}
	if err := json.Unmarshal([]byte(document), &doc); err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		bare, isJSON := strings.CutSuffix(path, ".json")
		if !isJSON {
			continue
		}
		shape := parameter.ReplaceAllString(regexp.QuoteMeta(strings.TrimPrefix(bare, "/")), `[^/]+`)
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
			raw, there := doc.Paths[path][strings.ToLower(method)]
			if !there {
				continue
			}
			o := operation{call: method + " " + path, method: method, path: regexp.MustCompile(`^` + shape + `(\.json|\.xml)?(\?|$)`)}
			var described struct{ Responses map[string]response }
			if err := json.Unmarshal(raw, &described); err != nil {
				t.Fatal(err)
			}
			for status, r := range described.Responses {
				if r.Ref != "" {
					r = doc.Components.Responses[filepath.Base(r.Ref)]
				}
				for _, phrase := range r.Phrases {
					o.answers = append(o.answers, status+" "+phrase)
				}
			}
			slices.Sort(o.answers)
			all = append(all, o)
		}
	}
	return all
}
