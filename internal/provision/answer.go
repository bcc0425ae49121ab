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
	// bodyKept is how much of the body of a failure is kept, bodyRead how much is read: a page for
	// browsers begins with what is no word.
	bodyKept = 4 << 10
	bodyRead = 64 << 10
	// longestWait bounds what a Retry-After is believed.
	longestWait = 24 * time.Hour
)

// judge says what an answer means for the message. The body is read for a failure only.
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
	// An error only means that less came than was announced.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, bodyRead))
	if text := said(resp.Header.Get("Content-Type"), body, hide, bodyKept); text != "" {
		a.Text += ": " + text
	}
	return a
}

// said is what a body says to a person, without secrets: of a page for browsers its words.
func said(contentType string, body []byte, hide *strings.Replacer, limit int) string {
	text := hide.Replace(string(body))
	if len(body) == bodyRead {
		// A secret may have been cut in two by the end of what was read, which is so not shown.
		text = text[:min(len(text), bodyRead-1<<10)]
	}
	if isHTML(contentType, body) {
		// What is written with entities is a secret only now.
		text = hide.Replace(words([]byte(text)))
	}
	return cleaned(text, limit)
}

// refuses says that a status is about the message. Every other failure is about the receiver, or
// about who is calling, and passes without the message being changed.
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

// NoAnswer tells a person why no answer came, without the destination's secrets.
func NoAnswer(d comity.Destination, err error, after time.Duration) string {
	after = after.Round(time.Millisecond)
	text := cleaned(redactor(d).Replace(err.Error()), bodyKept)
	var unreached notReached
	switch {
	case errors.As(err, &unreached):
		// It says which host could not be reached, and why.
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

// redactor hides the destination's secrets in what a receiver answers: some repeat the header that
// they do not like.
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

// cleaned makes a foreign text fit to be shown, logged and stored: valid, one line, nothing that a
// terminal or a page would obey, and no longer than the limit in bytes.
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
