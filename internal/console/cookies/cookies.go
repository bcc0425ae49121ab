// Package cookies reads and sets the cookies of the console.
//
// All of them are for the console alone: no script reads them, other sites' pages do not send them with a POST, and
// over HTTPS no other host of the domain can set them. The exception is the time zone, which a script sets.
package cookies

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Name is the name of a cookie. Over HTTPS it is sent with the prefix __Host-.
type Name string

// The cookies.
const (
	// Session has the token of the session.
	Session Name = "comity"
	// Notice has what the next page says about what was done.
	Notice Name = "comity-flash"
	// Theme is light or dark.
	Theme Name = "comity-theme"
	// Attempt has what is kept while somebody is at the OpenID provider.
	Attempt Name = "comity-oidc"
)

// zone is the cookie in which a script keeps the name of the browser's time zone.
const zone = "comity-zone"

// Jar has the cookies of a request, and sets those of its response.
type Jar struct {
	w      http.ResponseWriter
	r      *http.Request
	secure bool
}

// New returns the cookies of a request. secure says that the browser uses HTTPS, directly or through a proxy.
func New(w http.ResponseWriter, r *http.Request, secure bool) Jar { return Jar{w, r, secure} }

func (j Jar) sent(name Name) string {
	if j.secure {
		return "__Host-" + string(name)
	}
	return string(name)
}

// Get returns the value of a cookie, "" if there is none.
func (j Jar) Get(name Name) string { return j.value(j.sent(name)) }

func (j Jar) value(name string) string {
	c, err := j.r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// Set sets a cookie for a duration, rounded down to seconds. Zero keeps it until the browser ends.
func (j Jar) Set(name Name, value string, keep time.Duration) {
	http.SetCookie(j.w, &http.Cookie{ //nolint:gosec // over plain HTTP, on loopback, a Secure cookie would not come back
		Name: j.sent(name), Value: value, Path: "/", MaxAge: int(keep / time.Second),
		Secure: j.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Remove removes a cookie.
func (j Jar) Remove(name Name) { j.Set(name, "", -time.Second) }

// SetValue is Set for a value that is written as JSON.
func (j Jar) SetValue(name Name, value any, keep time.Duration) error {
	b, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write the cookie %s: %w", name, err)
	}
	j.Set(name, base64.RawURLEncoding.EncodeToString(b), keep)
	return nil
}

// TakeValue reads a value that SetValue wrote, and removes its cookie. It reports whether there is one that can be
// read.
func (j Jar) TakeValue(name Name, value any) bool {
	text := j.Get(name)
	if text == "" {
		return false
	}
	j.Remove(name)
	b, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && json.Unmarshal(b, value) == nil
}

// Theme returns light, dark, or "" for that of the reader's system.
func (j Jar) Theme() string {
	if t := j.Get(Theme); t == "light" || t == "dark" {
		return t
	}
	return ""
}

// SetTheme sets the theme for a year. Any other than light or dark removes the choice.
func (j Jar) SetTheme(theme string) {
	if theme == "light" || theme == "dark" {
		j.Set(Theme, theme, 365*24*time.Hour)
	} else {
		j.Remove(Theme)
	}
}

// Zone returns the browser's time zone: that of the first name that is one, of those given and then of the cookie, or
// else UTC.
func (j Jar) Zone(names ...string) *time.Location {
	for _, name := range append(names, j.value(zone)) {
		// "Local" would be the server's own zone.
		if location, err := time.LoadLocation(name); err == nil && name != "" && name != time.Local.String() {
			return location
		}
	}
	return time.UTC
}
