package console

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"comity"
	"comity/internal/access"
)

// OIDC says how people log in by an OpenID Connect provider.
type OIDC struct {
	// Issuer is the provider; "" is none.
	Issuer string
	// ClientID and ClientSecret are what the provider knows this program by.
	ClientID, ClientSecret string
	// Claim is the claim that holds somebody's login identifier.
	Claim string
}

// provider is the OpenID provider, found when it is first needed: it may be down when this program
// starts.
type provider struct {
	OIDC
	redirect string

	mu    sync.Mutex
	found *oidc.Provider
}

// providerTimeout is how long the provider may take for an answer.
const providerTimeout = 10 * time.Second

// client puts the HTTP client into a context that the provider is called with.
func client(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: providerTimeout})
}

func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// It fetches its keys by this context later on, too.
	found, err := oidc.NewProvider(client(context.WithoutCancel(ctx)), p.Issuer)
	if err != nil {
		return nil, fmt.Errorf("find the OpenID provider %s: %w", p.Issuer, err)
	}
	p.found = found
	return found, nil
}

func (p *provider) config(found *oidc.Provider) oauth2.Config {
	return oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: p.redirect,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}
}

// attempt is what a browser keeps while its user is at the provider, so that nobody else's answer is
// taken for theirs.
type attempt struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Next     string `json:"to"`
}

// attemptLife is how long somebody may stay at the provider.
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
		return v.providerTrouble(err, "The provider does not answer.")
	}
	a := attempt{State: access.NewToken(), Nonce: access.NewToken(), Verifier: oauth2.GenerateVerifier(), Next: v.next("next")}
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
		return v.providerTrouble(nil, "This answer of the provider belongs to no attempt of this browser, or to one that took too long.")
	}
	if why := v.r.URL.Query().Get("error"); why != "" {
		return v.providerTrouble(nil, "The provider signed nobody in: "+why+".")
	}
	login, err := v.provider.login(v.ctx(), v.r.URL.Query().Get("code"), a)
	if err != nil {
		return v.providerTrouble(err, "The provider's answer does not hold.")
	}
	memberships, err := v.Registry.Memberships(v.ctx(), login)
	if err != nil {
		return err
	}
	if len(memberships) == 0 {
		return v.showAs(http.StatusForbidden, "nobody.html", "Nobody here is known by your login", nobodyPage{v.provider.Claim, login})
	}
	token, err := v.Registry.OpenSession(v.ctx(), login, "")
	if err != nil {
		return err
	}
	v.setCookie(sessionCookie, token, access.SessionLife)
	return v.redirect(a.Next)
}

// nobodyPage is what somebody is told whom the provider knows and the registry does not.
type nobodyPage struct{ Claim, Login string }

// login exchanges the code for who somebody is: the value of the claim, in the token or, where that
// does not have it, in what the provider says of the user.
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
	id, err := found.VerifierContext(client(context.WithoutCancel(ctx)), &oidc.Config{ClientID: p.ClientID}).Verify(ctx, raw)
	if err != nil {
		return "", fmt.Errorf("verify the ID token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.Nonce)) != 1 {
		return "", errors.New("the ID token is for another attempt")
	}
	login, err := claim(p.Claim, id.Claims)
	if err != nil || login != "" || found.UserInfoEndpoint() == "" {
		return login, err
	}
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return "", fmt.Errorf("ask about the user: %w", err)
	}
	if info.Subject != id.Subject {
		return "", errors.New("the provider tells of another user")
	}
	return claim(p.Claim, info.Claims)
}

// claim reads the claim of that name, "" where it is no text.
func claim(name string, read func(any) error) (string, error) {
	claims := map[string]any{}
	if err := read(&claims); err != nil {
		return "", fmt.Errorf("read the claims: %w", err)
	}
	text, _ := claims[name].(string)
	return text, nil
}

// providerTrouble tells that somebody could not be signed in, and the log why.
func (v *visit) providerTrouble(err error, text string) error {
	if err != nil {
		v.Log.WarnContext(v.ctx(), "sign-in by OpenID Connect failed", "error", err)
	}
	return v.showAs(http.StatusBadGateway, "trouble.html", "You are not signed in", trouble{
		Text: text, Next: "Try again; if it stays so, the operator finds the reason in the log.", Back: link{"Sign in", Root + "sign-in"},
	})
}
