package console_test

import (
	"fmt"
	"net/http/cookiejar"
	"strings"
	"testing"

	"comity"
	"comity/internal/console"
	"comity/internal/oidctest"
	"comity/internal/registry"
)

// signInBy goes through the provider as somebody.
func (r *reader) signInBy(who string, want int) {
	r.t.Helper()
	r.get("/console/sign-in", 200)
	r.get(r.link("Sign in with your organization"), 200)
	r.says("Who are you?")
	r.submit(map[string]string{"who": who}, want)
}

func TestSignInByProvider(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		p := oidctest.Start(t)
		by := func(claim string) func(*console.Options) {
			return func(o *console.Options) {
				o.OIDC = console.OIDC{Issuer: p.Issuer, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Claim: claim}
			}
		}
		url := w.serve(t, by("sub")).URL
		one, two := w.addCO(t), w.addCO(t)
		ada, bob := fmt.Sprintf("ada-%d", serial.Add(1)), fmt.Sprintf("bob-%d", serial.Add(1))

		t.Run("nobody is told what to ask for", func(t *testing.T) {
			r := newReader(t, url)
			r.signInBy(ada, 403)
			r.says("sub is " + ada)
		})
		person := w.addPerson(t, one, "Ada", ada)
		t.Run("a person of one CO is led into it", func(t *testing.T) {
			r := newReader(t, url)
			r.signInBy(ada, 200)
			if want := fmt.Sprintf("/console/co/%d/", one); r.at() != want {
				t.Errorf("the reader is at %s, want %s", r.at(), want)
			}
			r.get(fmt.Sprintf("/console/co/%d/co_people/%d/", one, person), 200)
			r.get(fmt.Sprintf("/console/co/%d/api_users/", one), 403)
			r.get(fmt.Sprintf("/console/co/%d/", two), 403)
		})
		w.addPerson(t, two, "Bob", bob)
		w.addPerson(t, one, "Bob", bob)
		t.Run("a person of two COs chooses", func(t *testing.T) {
			r := newReader(t, url)
			r.signInBy(bob, 200)
			r.says("Choose a CO")
			r.get(fmt.Sprintf("/console/co/%d/", two), 200)
		})
		t.Run("a claim that the token does not have is asked for", func(t *testing.T) {
			p.InfoOnly = true
			eve := fmt.Sprintf("eve-%d", serial.Add(1))
			w.addPerson(t, one, "Eve", eve+"@example.org")
			r := newReader(t, w.serve(t, by("eppn")).URL)
			r.signInBy(eve, 200)
			r.says(eve + "@example.org")
		})
		t.Run("who gives up is told so", func(t *testing.T) {
			r := newReader(t, url)
			r.signInBy("", 502)
			r.says("access_denied")
		})
		t.Run("an answer for another browser is refused", func(t *testing.T) {
			r := newReader(t, url)
			r.get("/console/sign-in", 200)
			r.get(r.link("Sign in with your organization"), 200)
			r.client.Jar, _ = cookiejar.New(nil)
			r.submit(map[string]string{"who": bob}, 502)
			r.says("belongs to no attempt of this browser")
		})
		t.Run("who is suspended is nobody any more", func(t *testing.T) {
			r := newReader(t, url)
			r.signInBy(ada, 200)
			r2 := signedIn(t, url, w.operator)
			r2.get(fmt.Sprintf("/console/co/%d/co_people/%d/edit", one, person), 200)
			r2.submit(values{"Status": comity.Suspended}, 200)
			r.get(fmt.Sprintf("/console/co/%d/", one), 403)
		})
	})
}

// TestApiUserNamesAreNoLogins: the history would take the one for the other.
func TestApiUserNamesAreNoLogins(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		co := w.addCO(t)
		login := fmt.Sprintf("co_%d.sync", co)
		w.addPerson(t, co, "Eve", login)
		found, err := w.registry.Memberships(t.Context(), login)
		if err != nil || len(found) != 0 {
			t.Errorf("%s is a person of %v, %v", login, found, err)
		}
	})
}

func TestProviderNeedsPublicURL(t *testing.T) {
	_, err := console.New(console.Options{Registry: &registry.Registry{}, OIDC: console.OIDC{Issuer: "https://example.org"}})
	if err == nil || !strings.Contains(err.Error(), "--public-url") {
		t.Errorf("it says %v", err)
	}
}
