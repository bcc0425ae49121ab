package console

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"comity"
	"comity/internal/console/present"
	"comity/internal/signin"
)

// OIDC are the settings of the login by an OpenID Connect provider.
type OIDC struct {
	// Issuer is the provider's URL; "" disables this login.
	Issuer string
	// ClientID and ClientSecret are this program's credentials at the provider.
	ClientID, ClientSecret string
	// Claim is the name of the claim that holds the login identifier.
	Claim string
}

// provider is the OpenID provider. It is discovered when it is first needed, as it may be down when this
// program starts.
type provider struct {
	OIDC
	redirect string

	mu     sync.Mutex
	asking bool
	found  *oidc.Provider
	// verifier keeps the keys of the discovered provider.
	verifier *oidc.IDTokenVerifier
}

// providerTimeout is how long the provider may take for an answer.
const providerTimeout = 10 * time.Second

// clockSkew is by how much the provider's clock may differ from ours.
const clockSkew = 5 * time.Minute

// errAsking says that another request is waiting for the provider's discovery document.
var errAsking = errors.New("the OpenID provider is being asked who it is and has not answered yet")

// client returns a context with the HTTP client that the provider is called with.
func client(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: providerTimeout})
}

// discover returns the provider, and fetches its discovery document unless that has succeeded before. While
// one request waits for the document, the error of others is errAsking.
func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	found, asking := p.found, p.asking
	p.asking = found == nil
	p.mu.Unlock()
	switch {
	case found != nil:
		return found, nil
	case asking:
		return nil, errAsking
	}
	// The provider fetches its keys with this context later on, too.
	found, err := oidc.NewProvider(client(context.WithoutCancel(ctx)), p.Issuer)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asking = false
	if err != nil {
		return nil, fmt.Errorf("find the OpenID provider %s: %w", p.Issuer, err)
	}
	p.found = found
	// verify checks the times, as the library allows no clock skew for exp.
	p.verifier = found.Verifier(&oidc.Config{ClientID: p.ClientID, SkipExpiryCheck: true})
	return found, nil
}

func (p *provider) config(found *oidc.Provider) oauth2.Config {
	return oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: p.redirect,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}
}

// attempt is what the browser keeps while its user is at the provider, so that no other user's answer is
// accepted.
type attempt struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Next     string `json:"to"`
}

// attemptLife is how long the user may stay at the provider.
const attemptLife = 15 * time.Minute

func oidcPages() []page {
	return []page{
		{pattern: "GET sign-in/provider", handle: (*visit).goToProvider, open: true},
		{pattern: "GET sign-in/callback", handle: (*visit).comeFromProvider, open: true},
	}
}

func (v *visit) goToProvider() error {
	if v.provider == nil {
		return comity.Missing(comity.PhraseUnknown)
	}
	found, err := v.provider.discover(v.ctx())
	if err != nil {
		return v.providerTrouble(http.StatusBadGateway, err, "The provider does not answer.")
	}
	a := attempt{State: signin.NewToken(), Nonce: signin.NewToken(), Verifier: oauth2.GenerateVerifier(), Next: v.next("next")}
	b, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("keep the attempt: %w", err)
	}
	v.setCookie(oidcCookie, base64.RawURLEncoding.EncodeToString(b), attemptLife)
	config := v.provider.config(found)
	return v.redirect(config.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)))
}

func (v *visit) comeFromProvider() error {
	if v.provider == nil {
		return comity.Missing(comity.PhraseUnknown)
	}
	var a attempt
	b, err := base64.RawURLEncoding.DecodeString(v.cookie(oidcCookie))
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	v.setCookie(oidcCookie, "", -time.Second)
	state := v.r.URL.Query().Get("state")
	if err != nil || a.State == "" || subtle.ConstantTimeCompare([]byte(state), []byte(a.State)) != 1 {
		return v.providerTrouble(http.StatusBadRequest, nil, "The provider's answer belongs to no sign-in of this browser, or to one that took too long.")
	}
	if why := v.r.URL.Query().Get("error"); why != "" {
		return v.providerTrouble(http.StatusForbidden, nil, "The provider signed nobody in: "+why+".")
	}
	login, err := v.provider.login(v.ctx(), v.r.URL.Query().Get("code"), a)
	var refused *oauth2.RetrieveError
	switch {
	case errors.Is(err, errUnverified):
		return v.providerTrouble(http.StatusForbidden, err, "The provider has not verified your email address, so it cannot say who you are here. Verify it there first.")
	case errors.As(err, &refused) && refused.ErrorCode == "invalid_grant":
		return v.providerTrouble(http.StatusBadRequest, err, "The provider does not accept the code of its answer, or has accepted it before.")
	case err != nil:
		return v.providerTrouble(http.StatusBadGateway, err, "The provider's answer is not valid.")
	}
	memberships, err := v.Registry.Memberships(v.ctx(), login)
	if err != nil {
		return err
	}
	if len(memberships) == 0 {
		v.Logins.Failed(v.ctx(), signin.ClientAddress(v.r, v.TrustedProxies), "provider", "", time.Now())
		return v.showAs(http.StatusForbidden, "nobody.html", "No person here has your login", nobodyPage{v.provider.Claim, login})
	}
	token, err := v.Registry.OpenSession(v.ctx(), comity.Session{Who: login, People: signin.PeopleOf(memberships)})
	if err != nil {
		return err
	}
	v.setCookie(sessionCookie, token, signin.SessionLife)
	return v.redirect(a.Next)
}

// nobodyPage is shown to a user whom the provider knows and the registry does not.
type nobodyPage struct{ Claim, Login string }

// login exchanges the code for the value of the claim, from the ID token or, if it is not there, from the
// provider's user info.
func (p *provider) login(ctx context.Context, code string, a attempt) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	ctx = client(ctx)
	config := p.config(found)
	tokens, err := config.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return "", fmt.Errorf("exchange the code: %w", err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return "", errors.New("there is no ID token")
	}
	id, err := p.verify(ctx, raw, a.Nonce)
	if err != nil {
		return "", fmt.Errorf("verify the ID token: %w", err)
	}
	login, err := claim(p.Claim, id.Claims)
	if err == nil && login != "" || err != nil && !errors.Is(err, errUnverified) || found.UserInfoEndpoint() == "" {
		return login, err
	}
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return "", fmt.Errorf("ask about the user: %w", err)
	}
	if info.Subject != id.Subject {
		return "", errors.New("the provider's user info is about another user")
	}
	return claim(p.Claim, info.Claims)
}

// verify returns an ID token that is signed by the provider, issued to this program for this attempt, and valid
// now.
func (p *provider) verify(ctx context.Context, raw, nonce string) (*oidc.IDToken, error) {
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	var more struct {
		AuthorizedParty *string  `json:"azp"`
		NotBefore       *float64 `json:"nbf"`
	}
	if err := id.Claims(&more); err != nil {
		return nil, fmt.Errorf("read the claims: %w", err)
	}
	now := time.Now()
	switch {
	case more.AuthorizedParty != nil && *more.AuthorizedParty != p.ClientID:
		return nil, fmt.Errorf("it was issued to %q (azp), not to %q", *more.AuthorizedParty, p.ClientID)
	case now.Add(-clockSkew).After(id.Expiry):
		return nil, fmt.Errorf("it expired at %v", id.Expiry)
	case more.NotBefore != nil && now.Add(clockSkew).Before(time.Unix(int64(*more.NotBefore), 0)):
		return nil, fmt.Errorf("it is not valid before %v", time.Unix(int64(*more.NotBefore), 0))
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1:
		return nil, errors.New("it is for another attempt")
	}
	return id, nil
}

// errUnverified says that the provider has not verified the user's email address.
var errUnverified = errors.New("the email address is not verified (email_verified)")

// claim reads a claim, "" if it is not a string. The error of an email address that the provider has not
// verified is errUnverified: at many providers, users can enter any address.
func claim(name string, read func(any) error) (string, error) {
	claims := map[string]any{}
	if err := read(&claims); err != nil {
		return "", fmt.Errorf("read the claims: %w", err)
	}
	text, _ := claims[name].(string)
	if verified := claims["email_verified"]; name == "email" && text != "" && verified != true && verified != "true" {
		return "", errUnverified
	}
	return text, nil
}

// providerTrouble shows that the user could not be signed in, and logs why.
func (v *visit) providerTrouble(status int, err error, text string) error {
	if errors.Is(err, errAsking) {
		v.w.Header().Set("Retry-After", strconv.Itoa(int(providerTimeout/time.Second)))
		status = http.StatusServiceUnavailable
	} else if err != nil {
		v.Log.WarnContext(v.ctx(), "sign-in by OpenID Connect failed", "error", err)
	}
	return v.showAs(status, "trouble.html", "You are not signed in", trouble{
		Text: text, Next: "Try again; if it stays so, the operator finds the reason in the log.", Back: present.Link{Text: "Sign in", To: present.Root + "sign-in"},
	})
}
