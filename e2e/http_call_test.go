package e2e_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// answer is the answer to a call, as it was on the wire.
type answer struct {
	status int
	reason string
	header http.Header
	body   string
}

// call makes one call as it is written, with headers in pairs, for tests of what the client does not show.
func call(t *testing.T, c *http.Client, method, url, user, key, body string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for pair := range slices.Chunk(header, 2) {
		req.Header.Set(pair[0], pair[1])
	}
	if user != "" {
		req.SetBasicAuth(user, key)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, reason, _ := strings.Cut(resp.Status, " ")
	return answer{resp.StatusCode, reason, resp.Header, string(b)}
}
