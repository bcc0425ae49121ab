// Package console is the registry in a browser: pages of HTML that are made on the server and work
// without JavaScript.
//
// A page that is a list, a form or a detail is drawn from the resource's table (drawn.go). A page that
// somebody wrote by hand takes the place of a drawn one by having its pattern, or adds a part to it
// (made.go). What a caller sees and may do is asked of access and of the registry, as everywhere.
package console

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"comity"
	"comity/internal/access"
	"comity/internal/outbox"
	"comity/internal/registry"
)

// Root is the path that the console is below.
const Root = "/console/"

// Provisioner tells targets about people and groups, and how that goes.
type Provisioner interface {
	// Provision tells a target about one subject; queued says that it will, soon.
	Provision(ctx context.Context, target *comity.Record, subject comity.Subject) (queued bool, err error)
	// ProvisionAll tells a target about everybody, in the background.
	ProvisionAll(ctx context.Context, target *comity.Record, run outbox.Run) (outbox.FullSync, error)
	StopAll(ctx context.Context, target int64) (s outbox.FullSync, found bool, err error)
	Status(ctx context.Context, target int64) (outbox.Status, error)
	// Statuses returns how every target does, by its id, and the time that this is so.
	Statuses(ctx context.Context) (map[int64]outbox.TargetStatus, time.Time, error)
	SubjectStatus(ctx context.Context, target int64, subject comity.Subject) (outbox.Subject, error)
	Failed(ctx context.Context, target int64, after comity.Subject, limit int) ([]outbox.Subject, error)
	Retried(ctx context.Context, target int64, limit int) ([]outbox.Subject, error)
	Resend(ctx context.Context, target int64, subject *comity.Subject) (count int64, err error)
	Preview(ctx context.Context, target int64, subject comity.Subject) (outbox.Preview, error)
}

// Options are what the console is made of.
type Options struct {
	Registry      *registry.Registry
	Authenticator *access.Authenticator
	Provisioner   Provisioner
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Logins bounds those that fail, by whatever way; nil bounds none.
	Logins *access.Logins
	// PublicURL is where browsers find the program, without a path; "" where it is as they call it.
	PublicURL string
	// Reachable says whether targets can be at an address; nil is at any.
	Reachable func(netip.Addr) bool
	// OIDC is how people log in by themselves; the zero value is not at all.
	OIDC OIDC
	Log  *slog.Logger
}

// Console answers the requests below Root.
type Console struct {
	Options
	mux       *http.ServeMux
	templates map[string]*template.Template
	static    static
	provider  *provider
	// requests counts those of API users that have a limit.
	requests access.Limits
	guard    *http.CrossOriginProtection
}

// New returns the console.
func New(o Options) (*Console, error) {
	c := &Console{Options: o, mux: http.NewServeMux(), guard: http.NewCrossOriginProtection()}
	if err := c.readPublicURL(); err != nil {
		return nil, err
	}
	var err error
	if c.static, err = readStatic(); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	if c.templates, err = c.readTemplates(); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	if o.OIDC.Issuer != "" {
		c.provider = &provider{OIDC: o.OIDC, redirect: c.PublicURL + Root + "sign-in/callback"}
	}
	c.mux.Handle("GET "+Root+"static/{name}", c.static)
	for pattern, p := range c.allPages() {
		c.mux.Handle(pattern, c.serve(pattern, p))
	}
	c.mux.Handle(Root, c.serve("unknown", page{handle: func(*visit) error { return comity.Missing(comity.PhraseUnknown) }}))
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

// ServeHTTP answers one request. What another site's page sends, which would go with the reader's
// cookie, is refused by what the browser says of where it comes from (Sec-Fetch-Site, Origin): every
// browser of the last years says so of each POST, and the cookie is not sent with other sites' POSTs
// at all (SameSite). So no form needs a token.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	if err := c.guard.Check(r); err != nil {
		v := &visit{Console: c, w: w, r: r}
		v.fail(&comity.Error{Code: comity.Refused, Phrase: comity.PhraseForbidden, Detail: "This came from another site's page, so nothing was changed.", Err: err})
		return
	}
	c.mux.ServeHTTP(w, r)
}

// secure sets what the browser is to keep to. Nothing comes from elsewhere, and nothing is written
// into a page but what the templates say.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}
