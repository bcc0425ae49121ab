package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"comity/internal/console"
	"comity/internal/signin"
)

func TestSignInByKey(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		base := w.serve(t, nil).URL
		r := newReader(t, base)
		r.get("/console/cos/new", 200)
		if r.at() != "/console/sign-in" {
			t.Fatalf("a stranger is at %s", r.at())
		}
		r.submit(values{"username": w.operator.Username, "key": "wrong"}, 403)
		r.says("is not right")
		r.submit(values{"username": w.operator.Username, "key": w.operator.Key}, 200)
		if r.at() != "/console/cos/new" {
			t.Errorf("after signing in the reader is at %s", r.at())
		}
		r.post("/console/sign-out", nil, 200)
		r.says("You are signed out.")
		r.get("/console/", 200)
		r.says("Sign in")
	})
}

func TestNextIsOfTheConsole(t *testing.T) {
	w := worlds[0]
	base := w.serve(t, nil).URL
	for _, next := range []string{"https://evil.example/console/", "//evil.example/console/", `/\evil.example`, "/registry/", "console/", "javascript:alert(1)"} {
		r := newReader(t, base)
		r.get("/console/sign-in?next="+url.QueryEscape(next), 200)
		r.submit(values{"username": w.operator.Username, "key": w.operator.Key}, 200)
		if r.page.url.String() != base+"/console/" {
			t.Errorf("next=%s leads to %s", next, r.page.url)
		}
	}
}

func TestFailedLogins(t *testing.T) {
	w := worlds[0]
	r := newReader(t, w.serve(t, func(o *console.Options) { o.Logins = &signin.Logins{PerMinute: 2} }).URL)
	r.get("/console/sign-in", 200)
	for _, want := range []int{403, 403, 429} {
		r.post("/console/sign-in", url.Values{"username": {"co_1.operator"}, "key": {"wrong"}}, want)
	}
}

func TestLinkIsGoodOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		token, err := w.signin.NewLink(t.Context(), w.operator.Username)
		if err != nil {
			t.Fatal(err)
		}
		base := w.serve(t, nil).URL
		link := "/console/sign-in/link?token=" + token
		r, late := newReader(t, base), newReader(t, base)
		late.get(link, 200)
		r.get(link, 200)
		r.submit(nil, 200)
		r.says("Choose a CO")
		late.submit(nil, 403)
		late.says("used up")
	})
}

func TestSignOutEverywhere(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		base := w.serve(t, nil).URL
		login, err := w.signin.AddUser(t.Context(), w.addCO(t), "admin", true, "")
		if err != nil {
			t.Fatal(err)
		}
		one, two, other := signedIn(t, base, login), signedIn(t, base, login), signedIn(t, base, w.operator)
		one.post("/console/sign-out/everywhere", nil, 200)
		two.get("/console/", 200)
		two.says("Sign in")
		other.get("/console/", 200)
		other.says("Choose a CO")
	})
}

// TestSessionEndsWithItsUser: what ends an API user ends their sessions, as fast as at the API.
func TestSessionEndsWithItsUser(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		base := w.serve(t, nil).URL
		co := w.addCO(t)
		for name, end := range map[string]func(signin.Login) error{
			"suspended": func(l signin.Login) error { return w.signin.SuspendUser(t.Context(), l.Username) },
			"rotated": func(l signin.Login) error {
				_, err := w.signin.RotateKey(t.Context(), l.Username, "")
				return err
			},
		} {
			login, err := w.signin.AddUser(t.Context(), co, name, true, "")
			if err != nil {
				t.Fatal(err)
			}
			r := signedIn(t, base, login)
			r.get(fmt.Sprintf("/console/co/%d/", co), 200)
			if err := end(login); err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(20 * time.Second); r.at() != "/console/sign-in"; r.get("/console/", 200) {
				if time.Now().After(deadline) {
					t.Fatalf("a user who is %s is still signed in", name)
				}
			}
		}
	})
}

func TestOtherSitesChangeNothing(t *testing.T) {
	w := worlds[0]
	base := w.serve(t, nil).URL
	r := signedIn(t, base, w.operator)
	for name, header := range map[string][2]string{
		"by its origin":                  {"Origin", "https://evil.example"},
		"by what the browser says of it": {"Sec-Fetch-Site", "cross-site"},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/console/sign-out", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set(header[0], header[1])
			response, err := r.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != http.StatusForbidden {
				t.Errorf("it is answered %d", response.StatusCode)
			}
		})
	}
	r.get("/console/", 200)
	r.says("Choose a CO")
}

func TestHeaders(t *testing.T) {
	r := newReader(t, worlds[0].serve(t, nil).URL)
	r.get("/console/sign-in", 200)
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self';",
		"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
	} {
		if got := r.page.header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestCookies: over HTTPS, by way of a proxy too, no other name of the domain can set the cookie.
func TestCookies(t *testing.T) {
	w := worlds[0]
	for public, want := range map[string]string{"https://registry.example.org": "__Host-comity", "http://127.0.0.1": "comity"} {
		base := w.serve(t, func(o *console.Options) { o.PublicURL = public }).URL
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		response, err := client.PostForm(base+"/console/sign-in", url.Values{"username": {w.operator.Username}, "key": {w.operator.Key}})
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		c := response.Cookies()
		if len(c) != 1 || c[0].Name != want || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode || c[0].Secure != strings.HasPrefix(public, "https") {
			t.Errorf("at %s the cookies are %v", public, c)
		}
	}
}
