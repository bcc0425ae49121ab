package console_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"runtime"
	"strings"
	"testing"

	"comity"
	"comity/internal/authz"
	"comity/internal/console"
	"comity/internal/oidctest"
	"comity/internal/registry"
	"comity/internal/signin"
)

// signInBy goes through the provider as somebody.
func (b *browser) signInBy(who string, want int) {
	b.t.Helper()
	b.get("/console/sign-in", 200)
	b.get(b.link("Sign in with your organization"), 200)
	b.says("Who are you?")
	b.submit(map[string]string{"who": who}, want)
}

func TestSignInByProvider(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		p := oidctest.Start(t)
		by := func(claim string) func(*console.Options) {
			return func(o *console.Options) {
				o.OIDC = signin.OIDC{Issuer: p.Issuer, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Claim: claim}
			}
		}
		url := fx.serve(t, by("sub")).URL
		one, two := fx.addCO(t), fx.addCO(t)
		ada, bob := fmt.Sprintf("ada-%d", serial.Add(1)), fmt.Sprintf("bob-%d", serial.Add(1))

		t.Run("an unknown user is shown what to ask for", func(t *testing.T) {
			b := newBrowser(t, url)
			b.signInBy(ada, 403)
			b.says("sub is " + ada)
		})
		person := fx.addPerson(t, one, "Ada", ada)
		t.Run("a person of one CO is led into it", func(t *testing.T) {
			b := newBrowser(t, url)
			b.signInBy(ada, 200)
			if want := fmt.Sprintf("/console/co/%d/", one); b.at() != want {
				t.Errorf("the browser is at %s, want %s", b.at(), want)
			}
			b.get(fmt.Sprintf("/console/co/%d/co_people/%d/", one, person), 200)
			b.get(fmt.Sprintf("/console/co/%d/api_users/", one), 403)
			b.get(fmt.Sprintf("/console/co/%d/", two), 403)
		})
		fx.addPerson(t, two, "Bob", bob)
		fx.addPerson(t, one, "Bob", bob)
		t.Run("a person of two COs chooses", func(t *testing.T) {
			b := newBrowser(t, url)
			b.signInBy(bob, 200)
			b.says("Choose a CO")
			b.get(fmt.Sprintf("/console/co/%d/", two), 200)
		})
		t.Run("a claim that the token does not have is asked for", func(t *testing.T) {
			p.InfoOnly = true
			eve := fmt.Sprintf("eve-%d", serial.Add(1))
			fx.addPerson(t, one, "Eve", eve+"@example.org")
			b := newBrowser(t, fx.serve(t, by("eppn")).URL)
			b.signInBy(eve, 200)
			b.says(eve + "@example.org")
		})
		t.Run("a login that was given up is shown as such", func(t *testing.T) {
			b := newBrowser(t, url)
			b.signInBy("", 403)
			b.says("access_denied")
		})
		t.Run("an answer for another browser is refused", func(t *testing.T) {
			b := newBrowser(t, url)
			b.get("/console/sign-in", 200)
			b.get(b.link("Sign in with your organization"), 200)
			b.client.Jar, _ = cookiejar.New(nil)
			b.submit(map[string]string{"who": bob}, 400)
			b.says("belongs to no sign-in of this browser")
		})
		t.Run("who is suspended is nobody any more", func(t *testing.T) {
			b := newBrowser(t, url)
			b.signInBy(ada, 200)
			r2 := signedIn(t, url, fx.operator)
			r2.get(fmt.Sprintf("/console/co/%d/co_people/%d/edit", one, person), 200)
			r2.submit(values{"Status": comity.Suspended}, 200)
			b.get(fmt.Sprintf("/console/co/%d/", one), 403)
		})
	})
}

func TestProviderNeedsPublicURL(t *testing.T) {
	_, err := console.New(console.Options{Registry: &registry.Registry{}, OIDC: signin.OIDC{Issuer: "https://example.org"}})
	if err == nil || !strings.Contains(err.Error(), "--public-url") {
		t.Errorf("it says %v", err)
	}
}

// TestTokensThatAreTaken: a token is taken that is for this program and now, give or take how far clocks
// differ, and an email address that the provider has verified.
func TestTokensThatAreTaken(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		p := oidctest.Start(t)
		urls := map[string]string{}
		for _, claim := range []string{"sub", "email"} {
			urls[claim] = fx.serve(t, func(o *console.Options) {
				o.OIDC = signin.OIDC{Issuer: p.Issuer, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Claim: claim}
			}).URL
		}
		co := fx.addCO(t)
		ada := fmt.Sprintf("ada-%d", serial.Add(1))
		fx.addPerson(t, co, "Ada", ada)
		fx.addPerson(t, co, "Ada", ada+"@example.org")
		mail := func(verified any) map[string]any {
			return map[string]any{"email": ada + "@example.org", "email_verified": verified}
		}
		for _, tt := range []struct {
			name, by string
			claims   map[string]any
			want     int
		}{
			{"issued to us", "sub", map[string]any{"azp": oidctest.ClientID}, 200},
			{"issued to another program", "sub", map[string]any{"azp": "another"}, 502},
			{"a verified address", "email", mail(true), 200},
			{"an address that is not verified", "email", mail(false), 403},
		} {
			t.Run(tt.name, func(t *testing.T) {
				p.Claims = tt.claims
				newBrowser(t, urls[tt.by]).signInBy(ada, tt.want)
			})
		}
	})
}

// TestSilentProvider: while one request waits for a provider that does not answer, the others do not.
func TestSilentProvider(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		p := oidctest.Start(t)
		p.Silent = make(chan struct{})
		url := fx.serve(t, func(o *console.Options) {
			o.OIDC = signin.OIDC{Issuer: p.Issuer, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Claim: "sub"}
		}).URL
		first := make(chan error, 1)
		go func() {
			response, err := http.Get(url + "/console/sign-in/provider")
			if err == nil {
				err = response.Body.Close()
			}
			first <- err
		}()
		for p.Asked.Load() == 0 {
			runtime.Gosched()
		}
		for range 3 {
			newBrowser(t, url).get("/console/sign-in/provider", 503)
		}
		if asked := p.Asked.Load(); asked != 1 {
			t.Errorf("the provider was asked %d times", asked)
		}
		close(p.Silent)
		if err := <-first; err != nil {
			t.Fatal(err)
		}
		newBrowser(t, url).get("/console/sign-in/provider", 200)
	})
}

// TestSessionOfALoginThatMoved: a session is of a person, not of whoever has the login now.
func TestSessionOfALoginThatMoved(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		p := oidctest.Start(t)
		url := fx.serve(t, func(o *console.Options) {
			o.OIDC = signin.OIDC{Issuer: p.Issuer, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Claim: "sub"}
		}).URL
		one, two := fx.addCO(t), fx.addCO(t)
		home := func(co int64) string { return fmt.Sprintf("/console/co/%d/", co) }
		login := fmt.Sprintf("moving-%d", serial.Add(1))
		ada, bob := fx.addPerson(t, one, "Ada", ""), fx.addPerson(t, one, "Bob", "")
		of := func(person int64) func(*comity.Record) {
			return func(rec *comity.Record) {
				f := comity.Identifier
				rec.SetText(f.Identifier, login)
				rec.SetText(f.Type, "oidcsub")
				rec.SetBool(f.Login, true)
				rec.SetText(f.Status, comity.Active)
				rec.SetOwner(f.Person, comity.OwnerCO, person)
			}
		}
		identifier := fx.add(t, comity.Identifier.Resource, of(ada))
		b := newBrowser(t, url)
		b.signInBy(login, 200)
		b.get(home(one), 200)

		fx.addPerson(t, two, "Ada", login) // whoever is added to another CO stays signed in
		b.get(home(two), 200)
		b.get(home(one), 200)

		moved := comity.NewRecord(comity.Identifier.Resource)
		of(bob)(moved)
		if err := fx.registry.Edit(t.Context(), authz.System("test"), moved.Resource, identifier, comity.Input{Record: moved}); err != nil {
			t.Fatal(err)
		}
		b.get(home(one), 200)
		if !strings.HasSuffix(b.at(), "/sign-in") {
			t.Errorf("the session goes on, at %s", b.at())
		}
		b.signInBy(login, 200)
		b.get(fmt.Sprintf("%sco_people/%d/", home(one), bob), 200)
	})
}
