package console

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"comity/internal/console/present"
)

// The names of the cookies. Over HTTPS they begin with __Host-, so that no other name of the domain
// can set them.
const (
	sessionCookie = "comity"
	flashCookie   = "comity-flash"
	themeCookie   = "comity-theme"
	oidcCookie    = "comity-oidc"
)

// isSecure reports whether the browser uses HTTPS, directly or through a proxy.
func (v *visit) isSecure() bool { return v.r.TLS != nil || strings.HasPrefix(v.PublicURL, "https://") }

func (v *visit) cookieName(name string) string {
	if v.isSecure() {
		return "__Host-" + name
	}
	return name
}

// cookie is the value of a cookie, "" where there is none.
func (v *visit) cookie(name string) string {
	c, err := v.r.Cookie(v.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie sets a cookie for a duration, rounded down to seconds; 0 keeps it until the browser ends, and less
// than 0 removes it.
func (v *visit) setCookie(name, value string, keep time.Duration) {
	http.SetCookie(v.w, &http.Cookie{ //nolint:gosec // over plain HTTP, on loopback, a Secure cookie would not come back
		Name: v.cookieName(name), Value: value, Path: "/", MaxAge: int(keep / time.Second),
		Secure: v.isSecure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// flash is the notice that the next page shows about what was done.
type flash struct {
	Text string
	// Undo is the path that a form posts Revision to in order to undo it; "" if it cannot be undone.
	Undo     string
	Revision int64
}

// say makes the next page show what was done.
func (v *visit) say(text string) { v.sayAndOffer(flash{Text: text}) }

// sayAndOffer is say with an offer to undo it.
func (v *visit) sayAndOffer(f flash) {
	b, err := json.Marshal(f)
	if err != nil {
		v.Log.ErrorContext(v.ctx(), "write a flash", "error", err) // texts and numbers can be written
		return
	}
	v.setCookie(flashCookie, base64.RawURLEncoding.EncodeToString(b), time.Minute)
}

// said returns the notice of the page before, nil for none, and removes it: a notice is shown once.
func (v *visit) said() *flash {
	text := v.cookie(flashCookie)
	if text == "" {
		return nil
	}
	v.setCookie(flashCookie, "", -time.Second)
	var f flash
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(b, &f) != nil || f.Undo != "" && !strings.HasPrefix(f.Undo, present.Root) {
		return nil
	}
	return &f
}

// theme is the reader's choice: light, dark, or "" for what their system says.
func (v *visit) theme() string {
	if t := v.cookie(themeCookie); t == "light" || t == "dark" {
		return t
	}
	return ""
}
