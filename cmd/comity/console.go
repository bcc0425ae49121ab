package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"comity/internal/console"
	"comity/internal/control"
	"comity/internal/signin"
)

// consoleSettings are the console's public URL and its login by OpenID Connect.
type consoleSettings struct {
	PublicURL  string `name:"public-url" help:"The URL at which browsers reach the server, without a path." env:"COMITY_PUBLIC_URL" placeholder:"URL"`
	OIDCIssuer string `name:"oidc-issuer" help:"The issuer URL of the OpenID Connect provider by which people sign in to the console." env:"COMITY_OIDC_ISSUER" placeholder:"URL"`
	OIDCClient string `name:"oidc-client-id" help:"The client id that the provider has given this program." env:"COMITY_OIDC_CLIENT_ID" placeholder:"ID"`
	OIDCSecret string `name:"oidc-client-secret-file" help:"A file with the client secret that the provider has given this program." env:"COMITY_OIDC_CLIENT_SECRET_FILE" placeholder:"FILE"`
	OIDCClaim  string `name:"oidc-claim" help:"The claim that has a person's login identifier." default:"sub" env:"COMITY_OIDC_CLAIM" placeholder:"NAME"`
}

// Validate returns all errors in the settings, joined.
func (s consoleSettings) Validate() error {
	all := []error{checkPublicURL(s.PublicURL)}
	if s.OIDCIssuer == "" {
		if s.OIDCClient != "" || s.OIDCSecret != "" {
			all = append(all, errors.New("--oidc-client-id and --oidc-client-secret-file need --oidc-issuer"))
		}
		return errors.Join(all...)
	}
	if u, err := url.Parse(s.OIDCIssuer); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		all = append(all, fmt.Errorf("--oidc-issuer: %q is no URL such as https://login.example.org", s.OIDCIssuer))
	}
	if s.PublicURL == "" {
		all = append(all, errors.New("--oidc-issuer needs --public-url, which the provider sends people back to"))
	}
	if s.OIDCClaim == "" {
		all = append(all, errors.New("--oidc-claim is empty, it must name a claim such as sub"))
	}
	_, err := s.oidc()
	return errors.Join(append(all, err)...)
}

// oidc reads the settings of the login by OpenID Connect; they are empty if there is no provider.
func (s consoleSettings) oidc() (o signin.OIDC, err error) {
	if s.OIDCIssuer == "" {
		return o, nil
	}
	if s.OIDCClient == "" {
		return o, fmt.Errorf("--oidc-issuer needs --oidc-client-id")
	}
	o = signin.OIDC{Issuer: s.OIDCIssuer, ClientID: s.OIDCClient, Claim: s.OIDCClaim}
	if s.OIDCSecret != "" {
		b, err := os.ReadFile(s.OIDCSecret)
		if err != nil {
			return o, fmt.Errorf("--oidc-client-secret-file: %w", err)
		}
		o.ClientSecret = strings.TrimSpace(string(b))
	}
	return o, nil
}

type linkCommand struct {
	database
	User      string `help:"The API user's whole name." default:"co_1.operator" placeholder:"NAME"`
	PublicURL string `name:"public-url" help:"The URL at which browsers reach the server." env:"COMITY_PUBLIC_URL" placeholder:"URL"`
}

// Validate returns all errors in the settings, joined.
func (l *linkCommand) Validate() error {
	return errors.Join(l.database.Validate(), checkPublicURL(l.PublicURL))
}

// Run prints a link that signs an API user in.
func (l *linkCommand) Run(p *program) error {
	return l.withControl(p, use{}, func(c *control.Client) error {
		link, err := control.Do(p.ctx, c, control.NewLink{Username: l.User})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(p.out, signInLink(cmp.Or(l.PublicURL, link.Address, "http://127.0.0.1:8080"), link.Token))
		return err
	})
}

// signInLink returns the URL that signs in with a link's token.
func signInLink(address, token string) string {
	return strings.TrimSuffix(address, "/") + console.Root + "sign-in/link?" + url.Values{"token": {token}}.Encode()
}
