package connector

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"comity"
)

// MaxAnswer is how many bytes of a receiver's answer are kept.
const MaxAnswer = 4 << 10

// NoAnswer returns why no answer came, as a text for people without the destination's secrets.
func NoAnswer(d comity.Destination, err error, after time.Duration) string {
	after = after.Round(time.Millisecond)
	text := Clean(Redactor(d).Replace(err.Error()), MaxAnswer)
	var unreached notReached
	switch {
	case errors.As(err, &unreached):
		// This error names the host that could not be reached, and the reason.
		return Clean(Redactor(d).Replace(unreached.Error()), MaxAnswer)
	case errors.Is(err, context.Canceled):
		return fmt.Sprintf("given up after %v, before an answer came", after)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %v", after)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before an answer came"
	}
	return text
}

// Redactor replaces the destination's secrets in a receiver's answer: some receivers quote the
// Authorization header.
func Redactor(d comity.Destination) *strings.Replacer {
	var hidden []string
	hide := func(secret string) {
		if secret != "" {
			hidden = append(hidden, secret)
		}
	}
	if d.Server != nil && d.Server.Resource == comity.HttpServer.Resource {
		if password := d.Secret(comity.HttpServer.Password); password != "" {
			user := d.Server.Text(comity.HttpServer.Username)
			hide(base64.StdEncoding.EncodeToString([]byte(user + ":" + password)))
		}
		if u, err := url.Parse(d.Server.Text(comity.HttpServer.Serverurl)); err == nil && u.User != nil {
			password, _ := u.User.Password()
			hide(password)
		}
	}
	for _, secret := range d.Secrets {
		hide(secret)
	}
	// Longest first, so that a secret that begins with another one is replaced as a whole.
	slices.SortFunc(hidden, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	var pairs []string
	for _, secret := range hidden {
		pairs = append(pairs, secret, "***")
	}
	return strings.NewReplacer(pairs...)
}

// Clean returns a foreign text that is safe to show, log and store: valid UTF-8, on one line, without
// control characters, and at most limit bytes long.
func Clean(s string, limit int) string {
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
