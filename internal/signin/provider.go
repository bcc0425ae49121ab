package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"comity/internal/signin/secret"
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

// Provider is the OpenID provider. It is discovered when it is first needed, as it may be down when this
// program starts.
type Provider struct {
	OIDC
	redirect string

	mu     sync.Mutex
	asking bool
	found  *oidc.Provider
	// verifier keeps the keys of the discovered provider.
	verifier *oidc.IDTokenVerifier
}

// NewProvider returns the provider of the settings. It sends browsers back to the redirect URL.
func NewProvider(o OIDC, redirect string) *Provider { return &Provider{OIDC: o, redirect: redirect} }

// ProviderTimeout is how long the provider may take for an answer.
const ProviderTimeout = 10 * time.Second

// clockSkew is by how much the provider's clock may differ from ours.
const clockSkew = 5 * time.Minute

// The errors of a sign-in by the provider.
var (
	// ErrAsking says that another request is waiting for the provider's discovery document.
	ErrAsking = errors.New("the OpenID provider is being asked who it is and has not answered yet")
	// ErrUnverified says that the provider has not verified the user's email address.
	ErrUnverified = errors.New("the email address is not verified (email_verified)")
	// ErrCode says that the provider does not accept the code of its answer.
	ErrCode = errors.New("the provider does not accept the code")
)

// client returns a context with the HTTP client that the provider is called with.
func client(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: ProviderTimeout})
}

// discover returns the provider, and fetches its discovery document unless that has succeeded before. While
// one request waits for the document, the error of others is ErrAsking.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	found, asking := p.found, p.asking
	p.asking = found == nil
	p.mu.Unlock()
	switch {
	case found != nil:
		return found, nil
	case asking:
		return nil, ErrAsking
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

func (p *Provider) config(found *oidc.Provider) oauth2.Config {
	return oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: p.redirect,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}
}

// Attempt is what the browser keeps while its user is at the provider, so that no other user's answer is
// accepted.
type Attempt struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
}

// IsAnsweredBy says whether the state of an answer is that of the attempt.
func (a Attempt) IsAnsweredBy(state string) bool {
	return a.State != "" && subtle.ConstantTimeCompare([]byte(state), []byte(a.State)) == 1
}

// AttemptLife is how long the user may stay at the provider.
const AttemptLife = 15 * time.Minute

// Begin returns the attempt to sign in that the browser keeps, and the provider's URL to send the browser to.
func (p *Provider) Begin(ctx context.Context) (a Attempt, url string, err error) {
	found, err := p.discover(ctx)
	if err != nil {
		return a, "", err
	}
	a = Attempt{State: secret.NewToken(), Nonce: secret.NewToken(), Verifier: oauth2.GenerateVerifier()}
	config := p.config(found)
	return a, config.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), nil
}

// Login exchanges the code of an answer for the value of the claim, from the ID token or, if it is not there, from
// the provider's user info; "" if neither has it.
func (p *Provider) Login(ctx context.Context, code string, a Attempt) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	ctx = client(ctx)
	config := p.config(found)
	tokens, err := config.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.ErrorCode == "invalid_grant" {
		return "", fmt.Errorf("%w: %w", ErrCode, err)
	}
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
	login, notInToken := claim(p.Claim, id.Claims)
	if login != "" || notInToken != nil && !errors.Is(notInToken, ErrUnverified) || found.UserInfoEndpoint() == "" {
		return login, notInToken
	}
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return "", fmt.Errorf("ask about the user: %w", err)
	}
	if info.Subject != id.Subject {
		return "", errors.New("the provider's user info is about another user")
	}
	if login, err = claim(p.Claim, info.Claims); login == "" && err == nil {
		err = notInToken
	}
	return login, err
}

// verify returns an ID token that is signed by the provider, issued to this program for this attempt, and valid
// now.
func (p *Provider) verify(ctx context.Context, raw, nonce string) (*oidc.IDToken, error) {
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

// claim reads a claim, "" if it is not a string. The error of an email address that the provider has not
// verified is ErrUnverified: at many providers, users can enter any address.
func claim(name string, read func(any) error) (string, error) {
	claims := map[string]any{}
	if err := read(&claims); err != nil {
		return "", fmt.Errorf("read the claims: %w", err)
	}
	text, _ := claims[name].(string)
	if verified := claims["email_verified"]; name == "email" && text != "" && verified != true && verified != "true" {
		return "", ErrUnverified
	}
	return text, nil
}
