package http

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/connector"
)

const (
	// bodyRead is how many bytes of a failure's body are read: more than are kept, since an HTML page begins
	// with markup.
	bodyRead = 64 << 10
	// longestWait is the greatest Retry-After that is honoured.
	longestWait = 24 * time.Hour
)

// judge returns what an HTTP response means for the message. The body is read only for a failure.
func judge(deleting bool, resp *http.Response, hide *strings.Replacer) comity.Answer {
	status := resp.StatusCode
	line := connector.Clean(hide.Replace(resp.Status), 256)
	gone := deleting && (status == http.StatusNotFound || status == http.StatusGone)
	if status >= 200 && status < 300 || gone {
		return comity.Answer{Status: status, Text: line, OK: true}
	}
	a := comity.Answer{Status: status, Text: line, Refused: refuses(status), RetryAfter: retryAfter(resp.Header.Get("Retry-After"))}
	if status >= 300 && status < 400 {
		if to, err := resp.Location(); err == nil {
			to.User = nil
			a.Text += ": redirects are not followed, Location " + connector.Clean(hide.Replace(to.String()), 1<<10)
		}
	}
	// An error only means that the body is shorter than announced.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, bodyRead))
	if text := said(resp.Header.Get("Content-Type"), body, hide, connector.MaxAnswer); text != "" {
		a.Text += ": " + text
	}
	return a
}

// said returns the readable text of a body without secrets: of an HTML page its words.
func said(contentType string, body []byte, hide *strings.Replacer, limit int) string {
	text := hide.Replace(string(body))
	if len(body) == bodyRead {
		// The end of the text may contain a part of a secret that the read limit cut in two.
		text = text[:min(len(text), bodyRead-1<<10)]
	}
	if isHTML(contentType, body) {
		// A secret that was written with entities is recognized only now.
		text = hide.Replace(words([]byte(text)))
	}
	return connector.Clean(text, limit)
}

// refuses says whether a status is about the message itself. Every other failure is about the receiver
// or the authentication, and can pass although the message stays the same.
func refuses(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired,
		http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return status >= 400 && status < 500
}

// retryAfter reads a Retry-After (RFC 9110, section 10.2.3): seconds, or a date.
func retryAfter(s string) time.Duration {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseUint(s, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(n, uint64(longestWait/time.Second))) * time.Second
	}
	t, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	return min(max(time.Until(t), 0), longestWait)
}
