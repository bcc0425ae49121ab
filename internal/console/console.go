// Package console is the registry in a browser: pages of HTML that are made on the server and work
// without JavaScript.
//
// A page is a pattern and a function of the request, which has the session, the caller, the CO and the services. Lists,
// forms, details and confirmations are generic pages, made from the tables of the resources; pages.go lists the custom
// pages, which replace a generic page by having its pattern, and the custom parts of generic pages.
//
// The packages below do what is not a page: form makes forms, present turns records into what templates show, chart
// computes drawings, templates and static have the files, cookies has the cookies. What a caller may see and do is
// decided by the packages authz and registry, as for the API.
package console

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"

	"comity"
	"comity/internal/console/present"
	"comity/internal/console/static"
	"comity/internal/console/templates"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/registry/view"
	"comity/internal/signin"
)

// Root is the path that the console is below.
const Root = present.Root

// Options are the settings and dependencies of the console.
type Options struct {
	Registry     *registry.Registry
	View         *view.Reader
	Signin       *signin.Service
	Provisioning *provisioning.Service
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Logins limits failed logins of every kind; nil sets no limit.
	Logins *signin.Logins
	// PublicURL is the URL that browsers find the program at, without a path; "" for the host of each request.
	PublicURL string
	// Reachable reports whether targets may have an address; nil allows all.
	Reachable func(netip.Addr) bool
	// OIDC is the login of people by OpenID Connect; the zero value disables it.
	OIDC signin.OIDC
	Log  *slog.Logger
}

// Console answers the requests below Root.
type Console struct {
	Options
	mux       *http.ServeMux
	templates templates.Set
	static    static.Files
	// provider is nil if people cannot sign in by one.
	provider *signin.Provider
	// requests counts the requests of API users that have a request limit.
	requests signin.Limits
	guard    *http.CrossOriginProtection
}

// New returns the console.
func New(o Options) (*Console, error) {
	c := &Console{Options: o, mux: http.NewServeMux(), guard: http.NewCrossOriginProtection()}
	if err := c.readPublicURL(); err != nil {
		return nil, err
	}
	var err error
	if c.static, err = static.Read(present.Root + "static/"); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	if c.templates, err = templates.Read(); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	if o.OIDC.Issuer != "" {
		c.provider = signin.NewProvider(o.OIDC, c.PublicURL+present.Root+"sign-in/callback")
	}
	c.mux.Handle("GET "+present.Root+"static/{name}", c.static)
	for pattern, p := range c.allPages() {
		c.mux.Handle(pattern, c.serve(pattern, p))
	}
	c.mux.Handle(present.Root, c.serve("unknown", page{handle: func(*request) error { return comity.Missing(comity.PhraseUnknown) }}))
	return c, nil
}

func (c *Console) readPublicURL() error {
	if c.PublicURL == "" {
		if c.OIDC.Issuer != "" {
			return errors.New("OpenID Connect needs the address that browsers find the program at: --public-url")
		}
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("the public URL is %q, it must be such as https://registry.example.org", c.PublicURL)
	}
	c.PublicURL = u.Scheme + "://" + u.Host
	return c.guard.AddTrustedOrigin(c.PublicURL)
}

// ServeHTTP answers one request. It refuses cross-site requests, which would carry the reader's cookie, by
// their Sec-Fetch-Site and Origin headers: all current browsers send these with each POST, and do not send the
// cookie with other sites' POSTs at all (SameSite). So no form needs a token.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	if err := c.guard.Check(r); err != nil {
		q := newRequest(c, w, r)
		q.fail(&comity.Error{Code: comity.Refused, Phrase: comity.PhraseForbidden, Detail: "The request came from another site's page, so nothing was changed.", Err: err})
		return
	}
	c.mux.ServeHTTP(w, r)
}

// secure sets the security headers: nothing is loaded from other sites, and no inline script or style runs.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}
