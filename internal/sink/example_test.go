package sink_test

import (
	"net/http"
	"testing"

	"comity/internal/sink"
)

// TestExample shows what the package is for: a target sends its messages to a sink, which prints a line about
// each and shows the last one of each person.
func TestExample(t *testing.T) {
	r := start(t, sink.Config{})
	const ada = `{"meta":{"version":"1.0.0","objectType":"person"},"person":{"meta":{"id":"ada"},"status":"active",` +
		`"names":[{"meta":{"id":"3"},"given":"Ada","family":"Lovelace","type":"official"}],"members":["CO:members:active"]}}`
	expect := func(method, body string, status int, answer, line string) {
		t.Helper()
		if gotStatus, got := r.do(t, method, "/people/ada", body); gotStatus != status || got != answer {
			t.Errorf("%s: %d %q, want %d %q", method, gotStatus, got, status, answer)
		}
		if got := r.out.take(); got != line {
			t.Errorf("%s: printed %q, want %q", method, got, line)
		}
	}
	expect(http.MethodPut, ada, http.StatusOK, "", "PUT /people/ada #12 ada active [CO:members:active] -> 200\n")
	expect(http.MethodGet, "", http.StatusOK, ada, "")
	expect(http.MethodDelete, "", http.StatusOK, "", "DELETE /people/ada #12 ada deleted -> 200\n")
	expect(http.MethodGet, "", http.StatusNotFound, "nothing is known of that identifier\n", "")

	// A sink that fails, to see how a target retries, keeps nothing.
	r = start(t, sink.Config{Fail: 1, FailStatus: http.StatusTooManyRequests})
	expect(http.MethodPut, ada, http.StatusTooManyRequests, "failing, as the sink is configured to\n",
		"PUT /people/ada #12 ada active [CO:members:active] -> 429 failing, as the sink is configured to\n")
	expect(http.MethodGet, "", http.StatusNotFound, "nothing is known of that identifier\n", "")
	if r.Received() != 1 || r.Failed() != 1 {
		t.Errorf("received %d, failed %d, want 1 and 1", r.Received(), r.Failed())
	}
}
