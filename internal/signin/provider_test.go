package signin_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"comity/internal/oidctest"
	"comity/internal/signin"
)

const redirect = "https://registry.example.org/console/sign-in/callback"

// goThrough sends a browser to the provider, where the user says who they are, and returns the answer that it
// brings back.
func goThrough(t *testing.T, to, who string) url.Values {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := browser.PostForm(to, url.Values{"who": {who}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	back, err := answer.Location()
	if err != nil {
		t.Fatal(err)
	}
	if got := back.Scheme + "://" + back.Host + back.Path; got != redirect {
		t.Fatalf("the browser is sent to %s", got)
	}
	return back.Query()
}

// TestTokensThatAreTaken: the provider's token must be for this program and valid now, by clocks that may differ,
// and an email address must be one that the provider has verified.
func TestTokensThatAreTaken(t *testing.T) {
	t.Parallel()
	server := oidctest.Start(t)
	from := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	const mail = "ada@example.org"
	verified := func(value any) map[string]any { return map[string]any{"email": mail, "email_verified": value} }
	invalid := errors.New("any other error")
	for _, tt := range []struct {
		name, claim string
		claims      map[string]any
		login       string
		err         error
	}{
		{"issued to us", "sub", map[string]any{"azp": oidctest.ClientID}, "ada", nil},
		{"issued to another program", "sub", map[string]any{"azp": "another"}, "", invalid},
		{"issued to nobody", "sub", map[string]any{"azp": ""}, "", invalid},
		{"for several, by another", "sub", map[string]any{"aud": []string{oidctest.ClientID, "another"}, "azp": "another"}, "", invalid},
		{"expired by a clock that is behind", "sub", map[string]any{"exp": from(-4 * time.Minute)}, "ada", nil},
		{"expired", "sub", map[string]any{"exp": from(-6 * time.Minute)}, "", invalid},
		{"without an end", "sub", map[string]any{"exp": nil}, "", invalid},
		{"valid by a clock that is ahead", "sub", map[string]any{"nbf": from(4 * time.Minute)}, "ada", nil},
		{"not valid yet", "sub", map[string]any{"nbf": from(6 * time.Minute)}, "", invalid},
		{"of another attempt", "sub", map[string]any{"nonce": "another"}, "", invalid},
		{"a verified address", "email", verified(true), mail, nil},
		{"a verified address, as a text", "email", verified("true"), mail, nil},
		{"an address that is not verified", "email", verified(false), "", signin.ErrUnverified},
		{"an address of which it does not say", "email", verified(nil), "", signin.ErrUnverified},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server.Claims = tt.claims
			p := signin.NewProvider(signin.OIDC{
				Issuer: server.Issuer, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Claim: tt.claim,
			}, redirect)
			attempt, to, err := p.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			answer := goThrough(t, to, "ada")
			if state := answer.Get("state"); !attempt.IsAnsweredBy(state) || attempt.IsAnsweredBy(state+"x") || (signin.Attempt{}).IsAnsweredBy("") {
				t.Errorf("the answer's state is %q", state)
			}
			login, err := p.Login(t.Context(), answer.Get("code"), attempt)
			if login != tt.login || (err == nil) != (tt.err == nil) || errors.Is(tt.err, signin.ErrUnverified) && !errors.Is(err, signin.ErrUnverified) {
				t.Errorf("it signs %q in, want %q, error %v", login, tt.login, err)
			}
			if err == nil {
				if _, err := p.Login(t.Context(), answer.Get("code"), attempt); !errors.Is(err, signin.ErrCode) {
					t.Errorf("the code is good twice: %v", err)
				}
			}
		})
	}
}
