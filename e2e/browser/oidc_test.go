package browser_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"comity/internal/oidctest"
)

// TestProvider signs somebody in by a provider, where nobody was known by that login at first.
func TestProvider(t *testing.T) {
	t.Parallel()
	p := oidctest.Start(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(oidctest.ClientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	r := serve(t, "--listen", address, "--public-url", "http://"+address,
		"--oidc-issuer", p.Issuer, "--oidc-client-id", oidctest.ClientID, "--oidc-client-secret-file", secret, "--oidc-claim", "eppn")

	b := r.open(t)
	b.visit("/console/")
	b.press("Sign in with your organization")
	b.says("Who are you?")
	b.signInAs("ada")
	b.says("ada@example.org")
	b.says("Ask an administrator of your CO")

	admin := r.open(t)
	admin.signIn(r)
	admin.press("COmanage")
	admin.press("People")
	admin.press("Add person")
	admin.fill("Given name", "Ada")
	admin.fill("Family name", "Lovelace")
	admin.press("Add")
	admin.press("Add identifier")
	admin.fill("Identifier", "ada@example.org")
	admin.fill("Type", "eppn")
	admin.fill("Login", "true")
	admin.press("Add")
	admin.says("Identifier added.")

	b.press("Back")
	b.press("Sign in with your organization")
	b.signInAs("ada")
	b.says("COmanage")
}

// signInAs signs a user in at the provider.
func (b *tab) signInAs(who string) {
	b.t.Helper()
	b.fill("User", who)
	b.press("I am")
}

// freeAddress is an address of this machine that nobody listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
