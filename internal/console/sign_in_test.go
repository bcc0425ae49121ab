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
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		base := fx.serve(t, nil).URL
		b := newBrowser(t, base)
		b.get("/console/cos/new", 200)
		if b.at() != "/console/sign-in" {
			t.Fatalf("a stranger is at %s", b.at())
		}
		b.submit(values{"username": fx.operator.Username, "key": "wrong"}, 403)
		b.says("is not right")
		b.submit(values{"username": fx.operator.Username, "key": fx.operator.Key}, 200)
		if b.at() != "/console/cos/new" {
			t.Errorf("after signing in the browser is at %s", b.at())
		}
		b.post("/console/sign-out", nil, 200)
		b.says("You are signed out.")
		b.get("/console/", 200)
		b.says("Sign in")
	})
}

func TestNextIsOfTheConsole(t *testing.T) {
	fx := fixtures[0]
	base := fx.serve(t, nil).URL
	for _, next := range []string{"https://evil.example/console/", "//evil.example/console/", `/\evil.example`, "/registry/", "console/", "javascript:alert(1)"} {
		b := newBrowser(t, base)
		b.get("/console/sign-in?next="+url.QueryEscape(next), 200)
		b.submit(values{"username": fx.operator.Username, "key": fx.operator.Key}, 200)
		if b.page.url.String() != base+"/console/" {
			t.Errorf("next=%s leads to %s", next, b.page.url)
		}
	}
}

func TestFailedLogins(t *testing.T) {
	fx := fixtures[0]
	b := newBrowser(t, fx.serve(t, func(o *console.Options) { o.Logins = &signin.Logins{PerMinute: 2} }).URL)
	b.get("/console/sign-in", 200)
	for _, want := range []int{403, 403, 429} {
		b.post("/console/sign-in", url.Values{"username": {"co_1.operator"}, "key": {"wrong"}}, want)
	}
}

func TestLinkIsGoodOnce(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		token, err := fx.signin.NewLink(t.Context(), fx.operator.Username)
		if err != nil {
			t.Fatal(err)
		}
		base := fx.serve(t, nil).URL
		link := "/console/sign-in/link?token=" + token
		b, late := newBrowser(t, base), newBrowser(t, base)
		late.get(link, 200)
		b.get(link, 200)
		b.submit(nil, 200)
		b.says("Choose a CO")
		late.submit(nil, 403)
		late.says("used up")
	})
}

func TestSignOutEverywhere(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		base := fx.serve(t, nil).URL
		login, err := fx.signin.AddUser(t.Context(), fx.addCO(t), "admin", true, "")
		if err != nil {
			t.Fatal(err)
		}
		one, two, other := signedIn(t, base, login), signedIn(t, base, login), signedIn(t, base, fx.operator)
		one.post("/console/sign-out/everywhere", nil, 200)
		two.get("/console/", 200)
		two.says("Sign in")
		other.get("/console/", 200)
		other.says("Choose a CO")
	})
}

// TestSessionEndsWithItsUser: what ends an API user ends their sessions, as fast as at the API.
func TestSessionEndsWithItsUser(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		base := fx.serve(t, nil).URL
		co := fx.addCO(t)
		for name, end := range map[string]func(signin.Login) error{
			"suspended": func(l signin.Login) error { return fx.signin.SuspendUser(t.Context(), l.Username) },
			"rotated": func(l signin.Login) error {
				_, err := fx.signin.RotateKey(t.Context(), l.Username, "")
				return err
			},
		} {
			login, err := fx.signin.AddUser(t.Context(), co, name, true, "")
			if err != nil {
				t.Fatal(err)
			}
			b := signedIn(t, base, login)
			b.get(fmt.Sprintf("/console/co/%d/", co), 200)
			if err := end(login); err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(20 * time.Second); b.at() != "/console/sign-in"; b.get("/console/", 200) {
				if time.Now().After(deadline) {
					t.Fatalf("a user who is %s is still signed in", name)
				}
			}
		}
	})
}

func TestOtherSitesChangeNothing(t *testing.T) {
	fx := fixtures[0]
	base := fx.serve(t, nil).URL
	b := signedIn(t, base, fx.operator)
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
			response, err := b.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != http.StatusForbidden {
				t.Errorf("it is answered %d", response.StatusCode)
			}
		})
	}
	b.get("/console/", 200)
	b.says("Choose a CO")
}

func TestHeaders(t *testing.T) {
	b := newBrowser(t, fixtures[0].serve(t, nil).URL)
	b.get("/console/sign-in", 200)
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self';",
		"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
	} {
		if got := b.page.header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestCookies: over HTTPS, by way of a proxy too, no other name of the domain can set the cookie.
func TestCookies(t *testing.T) {
	fx := fixtures[0]
	for public, want := range map[string]string{"https://registry.example.org": "__Host-comity", "http://127.0.0.1": "comity"} {
		base := fx.serve(t, func(o *console.Options) { o.PublicURL = public }).URL
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		response, err := client.PostForm(base+"/console/sign-in", url.Values{"username": {fx.operator.Username}, "key": {fx.operator.Key}})
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
