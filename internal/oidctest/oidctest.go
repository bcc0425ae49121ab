// Package oidctest is a small real OpenID provider for tests: it speaks the protocol over HTTP and refuses
// what the protocol refuses. Users log in as whoever they say they are.
package oidctest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// The credentials of the provider's only client.
const (
	ClientID     = "comity"
	ClientSecret = "a secret between the two"
)

// Provider is an OpenID provider.
type Provider struct {
	// Issuer is its URL.
	Issuer string
	// InfoOnly puts the claim eppn into the answer of the userinfo endpoint only, and not into the ID token.
	InfoOnly bool
	// Claims are added to the ID tokens or replace their claims; a nil value removes one.
	Claims map[string]any
	// Silent delays answers to discovery requests until the channel is closed.
	Silent chan struct{}
	// Asked counts the discovery requests.
	Asked atomic.Int64

	key    *rsa.PrivateKey
	mu     sync.Mutex
	codes  map[string]grant
	tokens map[string]string
}

// grant is what a code stands for.
type grant struct{ who, nonce, challenge, redirect string }

// Start serves a provider until the test ends.
func Start(t *testing.T) *Provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{key: key, codes: map[string]grant{}, tokens: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.ask)
	mux.HandleFunc("POST /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userinfo)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	p.Issuer = s.URL
	return p
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (p *Provider) discovery(w http.ResponseWriter, r *http.Request) {
	p.Asked.Add(1)
	if p.Silent != nil {
		select {
		case <-p.Silent:
		case <-r.Context().Done():
		}
	}
	answer(w, http.StatusOK, map[string]any{
		"issuer": p.Issuer, "authorization_endpoint": p.Issuer + "/authorize", "token_endpoint": p.Issuer + "/token",
		"userinfo_endpoint": p.Issuer + "/userinfo", "jwks_uri": p.Issuer + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
}

// ask shows the form that asks who the user is.
func (p *Provider) ask(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" {
		http.Error(w, "this provider takes a code with PKCE and a nonce, of the client that it knows", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Provider</title><main><h1>Who are you?</h1>
<form method="post" action="/authorize?%s"><label for="who">User</label><input id="who" name="who"><button>I am</button></form></main>`,
		html.EscapeString(r.URL.RawQuery))
}

func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	to, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || to.Host == "" {
		http.Error(w, "no redirect_uri", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}}
	if who := r.PostFormValue("who"); who == "" {
		back.Set("error", "access_denied")
	} else {
		code := rand.Text()
		p.mu.Lock()
		p.codes[code] = grant{who, q.Get("nonce"), q.Get("code_challenge"), to.String()}
		p.mu.Unlock()
		back.Set("code", code)
	}
	to.RawQuery = back.Encode()
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

// token exchanges a code, once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if plain, err := url.QueryUnescape(secret); err == nil {
		secret = plain // Basic has it encoded (RFC 6749, 2.3.1)
	}
	if id != ClientID || secret != ClientSecret {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	code := r.PostFormValue("code")
	p.mu.Lock()
	g, found := p.codes[code]
	delete(p.codes, code)
	p.mu.Unlock()
	digest := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !found || g.redirect != r.PostFormValue("redirect_uri") || g.challenge != base64.RawURLEncoding.EncodeToString(digest[:]) {
		answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	signed, err := p.idToken(g)
	if err != nil {
		answer(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
		return
	}
	token := rand.Text()
	p.mu.Lock()
	p.tokens[token] = g.who
	p.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": signed})
}

func (p *Provider) idToken(g grant) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key, KeyID: "1"}}, nil)
	if err != nil {
		return "", err
	}
	now := time.Now()
	claims := map[string]any{
		"iss": p.Issuer, "aud": ClientID, "sub": g.who, "nonce": g.nonce, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
	if !p.InfoOnly {
		claims["eppn"] = g.who + "@example.org"
	}
	for name, value := range p.Claims {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	who := p.tokens[after("Bearer ", r.Header.Get("Authorization"))]
	p.mu.Unlock()
	if who == "" {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		return
	}
	answer(w, http.StatusOK, map[string]string{"sub": who, "eppn": who + "@example.org"})
}

func after(prefix, s string) string {
	if len(s) < len(prefix) {
		return ""
	}
	return s[len(prefix):]
}
