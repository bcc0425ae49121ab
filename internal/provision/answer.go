package provision

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"comity"
)

const (
	// bodyKept is how many bytes of a failure's body are kept, bodyRead how many are read: more, since an
	// HTML page begins with markup.
	bodyKept = 4 << 10
	bodyRead = 64 << 10
	// longestWait is the greatest Retry-After that is honoured.
	longestWait = 24 * time.Hour
)

// judge returns what an HTTP response means for the message. The body is read only for a failure.
func judge(deleting bool, resp *http.Response, hide *strings.Replacer) comity.Answer {
	status := resp.StatusCode
	line := cleaned(hide.Replace(resp.Status), 256)
	gone := deleting && (status == http.StatusNotFound || status == http.StatusGone)
	if status >= 200 && status < 300 || gone {
		return comity.Answer{Status: status, Text: line, OK: true}
	}
	a := comity.Answer{Status: status, Text: line, Refused: refuses(status), RetryAfter: retryAfter(resp.Header.Get("Retry-After"))}
	if status >= 300 && status < 400 {
		if to, err := resp.Location(); err == nil {
			to.User = nil
			a.Text += ": redirects are not followed, Location " + cleaned(hide.Replace(to.String()), 1<<10)
		}
	}
	// An error only means that the body is shorter than announced.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, bodyRead))
	if text := said(resp.Header.Get("Content-Type"), body, hide, bodyKept); text != "" {
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
	return cleaned(text, limit)
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

// NoAnswer returns why no answer came, as a text for people without the destination's secrets.
func NoAnswer(d comity.Destination, err error, after time.Duration) string {
	after = after.Round(time.Millisecond)
	text := cleaned(redactor(d).Replace(err.Error()), bodyKept)
	var unreached notReached
	switch {
	case errors.As(err, &unreached):
		// This error names the host that could not be reached, and the reason.
		return cleaned(redactor(d).Replace(unreached.Error()), bodyKept)
	case errors.Is(err, context.Canceled):
		return fmt.Sprintf("given up after %v, before an answer came", after)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %v", after)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before an answer came"
	}
	return text
}

// redactor replaces the destination's secrets in a receiver's answer: some receivers quote the
// Authorization header.
func redactor(d comity.Destination) *strings.Replacer {
	var pairs []string
	hide := func(secret string) {
		if secret != "" {
			pairs = append(pairs, secret, "***")
		}
	}
	if d.Server.Resource == comity.HttpServer.Resource {
		if d.Password != "" {
			user := d.Server.Text(comity.HttpServer.Username)
			hide(base64.StdEncoding.EncodeToString([]byte(user + ":" + d.Password)))
		}
		if u, err := url.Parse(d.Server.Text(comity.HttpServer.Serverurl)); err == nil && u.User != nil {
			password, _ := u.User.Password()
			hide(password)
		}
	}
	hide(d.Password)
	hide(d.SigningSecret)
	return strings.NewReplacer(pairs...)
}

// cleaned returns a foreign text that is safe to show, log and store: valid UTF-8, on one line, without
// control characters, and at most limit bytes long.
func cleaned(s string, limit int) string {
	if len(s) > limit {
		for limit > 0 && !utf8.RuneStart(s[limit]) {
			limit--
		}
		s = s[:limit]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
	return strings.TrimSpace(s)
}
