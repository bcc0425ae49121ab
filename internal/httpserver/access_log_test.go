package httpserver_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"testing"
	"time"

	"comity/internal/httpserver"
)

func TestAccessLog(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		title, url, user, agent, referer, combined, path string
	}{
		{"a list", "/registry/cos.json?coid=2", "co_2.sync", "curl/8", "", `192.0.2.1 - co_2.sync [30/Nov/2026:12:00:00 +0000] "GET /registry/cos.json?coid=2 HTTP/1.1" 200 12 "-" "curl/8"`, "/registry/cos.json?coid=2"},
		{"nobody", "/readyz", "", "", "", `192.0.2.1 - - [30/Nov/2026:12:00:00 +0000] "GET /readyz HTTP/1.1" 200 12 "-" "-"`, "/readyz"},
		{"a forged line", "/a", "x y", "a\"\nb", "", `192.0.2.1 - x\x20y [30/Nov/2026:12:00:00 +0000] "GET /a HTTP/1.1" 200 12 "-" "a\"\nb"`, "/a"},
		{"a link that signs in", "/console/sign-in/link?token=secret", "", "x", "http://h/console/sign-in/link?token=secret", `192.0.2.1 - - [30/Nov/2026:12:00:00 +0000] "GET /console/sign-in/link HTTP/1.1" 200 12 "http://h/console/sign-in/link" "x"`, "/console/sign-in/link"},
	} {
		u, err := url.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		x := &httpserver.Exchange{
			ID: "r1", Address: "192.0.2.1", Method: "GET", URL: u, Proto: "HTTP/1.1", Start: at, User: tt.user, Agent: tt.agent,
			Referer: tt.referer, Status: 200, Bytes: 12, Took: time.Second, Unwritten: errors.New("gone"),
		}
		var combined, inJSON bytes.Buffer
		for format, out := range map[string]*bytes.Buffer{"combined": &combined, "json": &inJSON} {
			log, err := httpserver.AccessLog(out, format)
			if err != nil {
				t.Fatal(err)
			}
			log(x)
		}
		if got := combined.String(); got != tt.combined+"\n" {
			t.Errorf("%s: the line is\n%swant\n%s", tt.title, got, tt.combined)
		}
		var line struct {
			Request, Path, User string
			Status              int
			Written             bool
		}
		if err := json.Unmarshal(inJSON.Bytes(), &line); err != nil || line.Request != "r1" || line.Path != tt.path || line.User != tt.user || line.Status != 200 || line.Written {
			t.Errorf("%s: the line is %s, error %v", tt.title, inJSON.String(), err)
		}
	}
	if _, err := httpserver.AccessLog(new(bytes.Buffer), "apache"); err == nil {
		t.Error("a format that there is not is taken")
	}
}
