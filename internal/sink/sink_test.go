package sink_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity/internal/sink"
)

// buffer is a bytes.Buffer that is safe for concurrent use.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// take returns what was written since the last call, without the time of day of each message's line.
func (b *buffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.b.Reset()
	return regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d `).ReplaceAllString(b.b.String(), "")
}

type rig struct {
	*sink.Sink
	url string
	out *buffer
}

func start(t *testing.T, cfg sink.Config) rig {
	t.Helper()
	out := &buffer{}
	s := sink.New(cfg, out)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return rig{s, server.URL, out}
}

// do sends a request and returns the answer's status and body.
func (r rig) do(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(sink.SequenceHeader, "12")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func person(id string) string {
	return fmt.Sprintf(`{"meta":{"version":"1.0.0","objectType":"person"},"person":{"meta":{"id":%s},"status":"active","members":["CO:members:active","readers"]}}`, quoted(id))
}

func deleted(id string) string {
	return fmt.Sprintf(`{"meta":{"version":"1.0.0","objectType":"person"},"person":{"meta":{"id":%s,"deleted":true}}}`, quoted(id))
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestSink(t *testing.T) {
	r := start(t, sink.Config{})
	const large = 1<<20 + 1
	for _, tt := range []struct {
		method, path, body string
		status             int
		answer, line       string
	}{
		{"GET", "/people/ghopper", "", 404, "nothing is known of that identifier\n", ""},
		{"GET", "/", "", 404, "nothing is known of that identifier\n", ""},
		{
			"POST", "/people/", person("ghopper"), 200, "",
			"POST /people/ #12 ghopper active [CO:members:active, readers] -> 200\n",
		},
		{"GET", "/people/ghopper", "", 200, person("ghopper"), ""},
		{"HEAD", "/people/ghopper", "", 200, "", ""},
		{"GET", "/ghopper", "", 200, person("ghopper"), ""},
		{"GET", "/people", "", 404, "nothing is known of that identifier\n", ""},
		{
			"PUT", "/people/groups/7", `{"meta":{"objectType":"group"},"group":{"meta":{"id":"7"},"name":"readers","status":"active","members":["ghopper"]}}`, 200, "",
			"PUT /people/groups/7 #12 group 7 readers active [ghopper] -> 200\n",
		},
		{
			"POST", "/people/", `{"meta":{"objectType":"group"},"group":{"meta":{"id":"7-2","page":{"of":"7","number":2,"count":3}},"name":"readers","members":["1","2","3","4","5","6"]}}`, 200, "",
			"POST /people/ #12 group 7-2 readers page 2 of 3 [6 members] -> 200\n",
		},
		{"GET", "/people/7", "", 404, "nothing is known of that identifier\n", ""},
		{"GET", "/people/groups/7", "", 200, `{"meta":{"objectType":"group"},"group":{"meta":{"id":"7"},"name":"readers","status":"active","members":["ghopper"]}}`, ""},
		{"DELETE", "/people/groups/7", "", 200, "", "DELETE /people/groups/7 #12 group 7 deleted -> 200\n"},
		{"GET", "/people/groups/7", "", 404, "nothing is known of that identifier\n", ""},
		{
			"PUT", "/people/a%2Fb%20c", `{"person":{"meta":{"id":"a/b c"}}}`, 200, "",
			"PUT /people/a%2Fb%20c #12 a/b c -> 200\n",
		},
		{"GET", "/people/a%2Fb%20c", "", 200, `{"person":{"meta":{"id":"a/b c"}}}`, ""},
		{"PUT", "/%2E%2E", person(".."), 200, "", "PUT /%2E%2E #12 .. active [CO:members:active, readers] -> 200\n"},
		{"GET", "/%2E%2E", "", 200, person(".."), ""},
		{"DELETE", "/people/a%2Fb%20c", "", 200, "", "DELETE /people/a%2Fb%20c #12 a/b c deleted -> 200\n"},
		{"GET", "/people/a%2Fb%20c", "", 404, "nothing is known of that identifier\n", ""},
		{"DELETE", "/people/nobody", "", 200, "", "DELETE /people/nobody #12 nobody deleted -> 200\n"},
		{"POST", "/people/", deleted("ghopper"), 200, "", "POST /people/ #12 ghopper deleted -> 200\n"},
		{"GET", "/people/ghopper", "", 404, "nothing is known of that identifier\n", ""},
		{
			"POST", "/people/", `{"person":{}}`, 400, "the message has no person.meta.id\n",
			"POST /people/ #12 -> 400 the message has no person.meta.id\n",
		},
		{
			"POST", "/people/", `{`, 400, "the message is not JSON as it should be: unexpected end of JSON input\n",
			"POST /people/ #12 -> 400 the message is not JSON as it should be: unexpected end of JSON input\n",
		},
		{
			"PUT", "/people/grace", person("ghopper"), 400, "the path names another identifier than person.meta.id\n",
			"PUT /people/grace #12 ghopper active [CO:members:active, readers] -> 400 the path names another identifier than person.meta.id\n",
		},
		{
			"DELETE", "/people/", "", 400, "the path names no identifier\n",
			"DELETE /people/ #12 -> 400 the path names no identifier\n",
		},
		{
			"POST", "/", strings.Repeat("x", large), 413, "http: request body too large\n",
			"POST / #12 -> 413 http: request body too large\n",
		},
		{
			"POST", "/", person("\x1b[31m\u202e"), 200, "",
			"POST / #12 \uFFFD[31m\uFFFD active [CO:members:active, readers] -> 200\n",
		},
		{"PATCH", "/", "", 405, "a sink takes POST, PUT and DELETE, and shows by GET\n", ""},
	} {
		status, answer := r.do(t, tt.method, tt.path, tt.body)
		if status != tt.status || answer != tt.answer {
			t.Errorf("%s %s: %d %q, want %d %q", tt.method, tt.path, status, answer, tt.status, tt.answer)
		}
		if diff := cmp.Diff(tt.line, r.out.take()); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.method, tt.path, diff)
		}
	}
	if r.Received() != 15 || r.Failed() != 0 {
		t.Errorf("received %d, failed %d", r.Received(), r.Failed())
	}
}

func TestPretty(t *testing.T) {
	r := start(t, sink.Config{Pretty: true, Status: 202})
	if status, _ := r.do(t, "POST", "/", `{"person":{"meta":{"id":"x"},"names":[],"k":"`+"\u2028"+`"}}`+"\n"); status != 202 {
		t.Error(status)
	}
	want := "POST / #12 x -> 202\n" + `{
  "person": {
    "meta": {
      "id": "x"
    },
    "names": [],
    "k": "` + "\uFFFD" + `"
  }
}
`
	if diff := cmp.Diff(want, r.out.take()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r.do(t, "DELETE", "/x", "")
	if diff := cmp.Diff("DELETE /x #12 x deleted -> 202\n", r.out.take()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFail(t *testing.T) {
	outcomes := func(cfg sink.Config) (statuses string, r rig) {
		r = start(t, cfg)
		for i := range 200 {
			status, _ := r.do(t, "POST", "/", person(fmt.Sprint(i)))
			statuses += fmt.Sprintln(status)
			if kept, _ := r.do(t, "GET", fmt.Sprint("/", i), ""); (kept == 200) != (status == 200) {
				t.Fatalf("answered %d, but the message is there: %d", status, kept)
			}
		}
		return statuses, r
	}
	first, r := outcomes(sink.Config{Fail: 0.3, Seed: 7})
	if n := strings.Count(first, "503"); n < 30 || n > 90 || r.Failed() != int64(n) || r.Received() != 200 {
		t.Errorf("%d failed of 200, counted %d of %d", n, r.Failed(), r.Received())
	}
	if want := " active [CO:members:active, readers] -> 503 failing, as the sink is configured to\n"; !strings.Contains(r.out.take(), want) {
		t.Errorf("no line ends in %q", want)
	}
	if second, _ := outcomes(sink.Config{Fail: 0.3, Seed: 7}); first != second {
		t.Error("the same seed let others fail")
	}
	if all, _ := outcomes(sink.Config{Fail: 1, FailStatus: 422}); strings.Count(all, "422") != 200 {
		t.Error("with Fail 1 something was taken")
	}
	if none, _ := outcomes(sink.Config{}); strings.Count(none, "200") != 200 {
		t.Error("with Fail 0 something failed")
	}
}

func TestDelay(t *testing.T) {
	const delay = 500 * time.Millisecond
	r := start(t, sink.Config{Delay: delay})
	begin := time.Now()
	r.do(t, "POST", "/", person("x"))
	if took := time.Since(begin); took < delay {
		t.Errorf("answered after %v", took)
	}
	begin = time.Now()
	if status, _ := r.do(t, "GET", "/x", ""); status != 200 || time.Since(begin) >= delay {
		t.Errorf("showing it took %v: %d", time.Since(begin), status)
	}
}

func TestSenderDoesNotWait(t *testing.T) {
	r := start(t, sink.Config{Delay: time.Minute})
	client := &http.Client{Timeout: 50 * time.Millisecond}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url, strings.NewReader(person("x")))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := client.Do(req); err == nil {
		resp.Body.Close()
		t.Fatal("an answer came")
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if got := r.out.take(); got != "" {
			if want := "POST / x active [CO:members:active, readers] -> the sender did not wait\n"; got != want {
				t.Errorf("%q, want %q", got, want)
			}
			break
		}
		if time.Now().After(end) {
			t.Fatal("nothing was printed")
		}
	}
	if status, _ := r.do(t, "GET", "/x", ""); status != 404 {
		t.Error("the message was kept")
	}
}

func TestManyAtATime(t *testing.T) {
	r := start(t, sink.Config{Fail: 0.5, Pretty: true})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				r.do(t, "PUT", fmt.Sprint("/", i), person(fmt.Sprint(i)))
				r.do(t, "GET", fmt.Sprint("/", i), "")
			}
		})
	}
	wg.Wait()
	if r.Received() != 160 || r.Failed() == 0 || r.Failed() == 160 {
		t.Errorf("received %d, failed %d", r.Received(), r.Failed())
	}
}
