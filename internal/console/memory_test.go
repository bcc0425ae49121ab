package console_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"comity/internal/heaptest"
)

// No form and no URL takes more than ten times as much memory as it has bytes.
func TestMemory(t *testing.T) { //nolint:paralleltest // it measures what is on the heap
	const mebi = 1 << 20
	handler := fixtures[0].serve(t, nil).Config.Handler
	send := func(method, url, body string) int {
		r := httptest.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	send("POST", "/console/sign-in", "username=a&key=b")
	for _, tt := range []struct{ name, method, query, body string }{
		{"controls", "POST", "", strings.Repeat("ab&", mebi/3)},
		{"controls of one name", "POST", "", strings.Repeat("username&", mebi/9)},
		{"controls that are escaped", "POST", "", strings.Repeat("%61&", mebi/4)},
		{"one control", "POST", "", "username=" + strings.Repeat("%61", mebi/3-3)},
		{"parameters", "GET", strings.Repeat("ab&", 20_000), ""},
	} {
		t.Run(tt.name, func(t *testing.T) { //nolint:paralleltest // as above
			code, size := 0, uint64(len(tt.body)+len(tt.query))
			peak := heaptest.Peak(func() { code = send(tt.method, "/console/sign-in?"+tt.query, tt.body) })
			if peak > 10*max(size, mebi/10) || code >= http.StatusInternalServerError || strings.Contains(tt.name, "one control") == (code == http.StatusBadRequest) {
				t.Errorf("it is answered %d and takes %d bytes for %d", code, peak, size)
			}
		})
	}
}
