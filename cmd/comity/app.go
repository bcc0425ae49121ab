package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"comity/internal/connector"
	"comity/internal/console"
	"comity/internal/control"
	"comity/internal/httpserver"
	"comity/internal/observe"
	"comity/internal/openapi"
	"comity/internal/outbox"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/registry/view"
	"comity/internal/rest"
	"comity/internal/signin"
	"comity/internal/store/admin"
	"comity/internal/store/db"
)

// app is the serving program. It is the only place where the parts are put together.
type app struct {
	*program
	settings *serveCommand
	log      *slog.Logger
	metrics  *observe.Metrics

	listener net.Listener
	secured  *tls.Config
	// trusted are the networks of the proxies whose X-Forwarded-For is believed.
	trusted []netip.Prefix
	serving httpserver.Options
	server  *httpserver.Server

	db       *openDatabase
	registry *registry.Registry
	signin   *signin.Service
	outbox   *outbox.Outbox
	// provisioning is the use cases over the outbox.
	provisioning *provisioning.Service

	// operator is the name of the API user that bootstrap made, link the token of a sign-in link for that
	// user; both are "" unless the registry is new.
	operator, link string
	// closers close the open resources; close calls the last one first.
	closers []func() error
}

// newApp puts the program together until it can serve. On an error it closes what it has opened.
func newApp(p *program, settings *serveCommand) (*app, error) {
	a := &app{program: p, settings: settings, metrics: observe.NewMetrics()}
	for _, step := range []func() error{a.listen, a.open, a.begin, a.assemble} {
		if err := step(); err != nil {
			return nil, errors.Join(err, a.close())
		}
	}
	return a, nil
}

func (a *app) close() (err error) {
	for _, closer := range slices.Backward(a.closers) {
		err = errors.Join(err, closer())
	}
	return err
}

// listen listens on the address and reads all HTTP settings that can be wrong.
func (a *app) listen() (err error) {
	s := a.settings
	level, err := s.level()
	if err != nil {
		return err
	}
	a.log = observe.Logger(a.errOut, level, s.LogFormat == "json")
	s.log = a.log
	if a.listener, err = (&net.ListenConfig{}).Listen(a.ctx, "tcp", s.Listen); err != nil {
		return fmt.Errorf("listen on %s: %w", s.Listen, err)
	}
	a.closers = append(a.closers, func() error {
		_ = a.listener.Close() // the server has closed it, if it served
		return nil
	})
	if a.secured, err = s.tlsConfig(a.log); err != nil {
		return err
	}
	if a.trusted, err = prefixes(s.Trusted); err != nil {
		return err
	}
	var closeLog func() error
	a.serving, closeLog, err = s.options(a.errOut, func(r *http.Request) string { return signin.ClientAddress(r, a.trusted) }, a.metrics, a.log)
	if err == nil {
		a.closers = append(a.closers, closeLog)
	}
	return err
}

// open opens the database and creates the registry and the outbox on it.
func (a *app) open() (err error) {
	s := a.settings
	a.db, err = s.open(a.ctx, use{creates: true, callsOut: true}, func(format string, args ...any) { a.log.Info(fmt.Sprintf(format, args...)) })
	if err != nil {
		return err
	}
	a.closers = append(a.closers, a.db.close)
	a.registry = registry.New(a.db.store, func() { a.outbox.Wake() })
	a.signin = signin.New(a.db.store, a.registry)
	sender := s.connectors()
	a.closers = append(a.closers, func() error {
		sender.Close()
		return nil
	})
	a.outbox = outbox.New(a.db.store, provisioning.NewSnapshots(a.db.store), sender, outbox.Options{Lease: s.Lease, Observe: a.metrics.Delivery, Log: a.log})
	a.provisioning = provisioning.New(a.db.store, a.outbox, sender)
	return nil
}

// begin gives a new registry its first API user, and takes over the deliveries that a former process left
// in flight.
func (a *app) begin() (err error) {
	if a.operator, err = bootstrap(a.program, a.registry); err != nil {
		return err
	}
	if a.operator != "" {
		if a.link, err = a.signin.NewLink(a.ctx, a.operator); err != nil {
			return err
		}
	}
	return a.db.takeOver(a.ctx, a.outbox)
}

// assemble makes the handlers of all requests, and the socket for commands.
func (a *app) assemble() error {
	s := a.settings
	root := "/" + strings.Trim(s.Root, "/") + "/"
	if root == "//" {
		root = "/"
	}
	s.Root = root
	views := view.New(a.db.store)
	logins := &signin.Logins{PerMinute: s.Failures, Log: a.log, Count: a.metrics.FailedLogin}
	api := &rest.Server{
		Registry: a.registry, View: views, Authenticator: a.signin, Provisioning: a.provisioning,
		Root: root, TrustedProxies: a.trusted, Logins: logins, Log: a.log,
	}
	oidc, err := s.oidc()
	if err != nil {
		return err
	}
	reachable := connector.Public
	if s.AllowPrivate {
		reachable = nil
	}
	pages, err := console.New(console.Options{
		Reachable: reachable,
		Registry:  a.registry, View: views, Signin: a.signin, Provisioning: a.provisioning, TrustedProxies: a.trusted,
		Logins: logins, PublicURL: s.PublicURL, OIDC: oidc, Log: a.log,
	})
	if err != nil {
		return err
	}
	described, err := openapi.Handler(root, ownVersion(), connector.Schema(), api)
	if err != nil {
		return fmt.Errorf("documentation: %w", err)
	}
	compress, err := gzhttp.NewWrapper()
	if err != nil {
		return fmt.Errorf("compression: %w", err)
	}
	mux := http.NewServeMux()
	a.observe(mux)
	mux.Handle(console.Root, compress(pages))
	if root != "/" {
		mux.Handle("GET /{$}", http.RedirectHandler(console.Root, http.StatusSeeOther))
	}
	a.server = httpserver.New(withRoot(root, compress(described), mux), a.serving)
	return a.listenToCommands()
}

// listenToCommands makes the socket of an SQLite file, which commands send their requests to. PostgreSQL needs
// none.
func (a *app) listenToCommands() error {
	if db.IsPostgres(a.settings.Database) {
		return nil
	}
	server, err := control.Listen(a.settings.Database, &control.Service{
		Registry: a.registry, Signin: a.signin, Provisioning: a.provisioning, Address: a.address(),
	})
	if err == nil {
		a.closers = append(a.closers, server.Close)
	}
	return err
}

// observe fills the metrics and adds the program's own pages.
func (a *app) observe(mux *http.ServeMux) {
	m, db := a.metrics, a.db.store
	m.Targets(statusesOf(a.provisioning))
	m.Writing(func(ctx context.Context) (time.Duration, error) {
		_, open, err := a.registry.ClockWaits(ctx)
		return open, err
	})
	m.Database(db.Troubled)
	m.Build(ownVersion())
	m.Connections(db.Connections)
	m.LastBackup(func(ctx context.Context) (time.Time, error) { return admin.LastBackup(ctx, db) })
	m.Routes(mux, db.Check, func(ctx context.Context) string {
		text, _, _ := a.registry.ClockWaits(ctx)
		return text
	})
}

func (a *app) scheme() string {
	if a.secured != nil {
		return "https"
	}
	return "http"
}

// address is the URL that browsers find the program at, without a path.
func (a *app) address() string {
	if a.settings.PublicURL != "" {
		return a.settings.PublicURL
	}
	return fmt.Sprintf("%s://%s", a.scheme(), localAddress(a.listener.Addr().String()))
}

// run serves until the context ends, then lets the requests and deliveries under way finish, for Drain at most.
func (a *app) run() error {
	working, stopWork := context.WithCancel(context.WithoutCancel(a.ctx))
	defer stopWork()
	workDone := make(chan struct{})
	go func() {
		defer close(workDone)
		var work sync.WaitGroup
		defer work.Wait()
		work.Go(func() { a.registry.RunClock(working, a.log, a.signin.Forget) })
		a.outbox.Run(working)
	}()
	failed := make(chan error, 1)
	go func() { failed <- a.server.Serve(httpserver.Listen(a.listener, a.secured)) }()
	a.printAddresses()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-a.ctx.Done():
	}
	a.log.Info("ending: requests and deliveries under way are finished")
	stopWork()
	drain := a.settings.Drain
	ending, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), drain)
	defer cancel()
	if err := a.server.End(ending, drain); err != nil {
		return err
	}
	select {
	case <-workDone:
		return nil
	case <-ending.Done():
		return fmt.Errorf("messages were still being sent after %s: they are sent again after the next start", drain)
	}
}

// printAddresses prints where the program serves and, at the first start, a link to sign in to the console.
func (a *app) printAddresses() {
	s, listening := a.settings, a.listener.Addr().String()
	database := db.Redact(s.Database)
	a.log.Info("started", "version", ownVersion(), "database", database, "address", fmt.Sprintf("%s://%s%s", a.scheme(), listening, s.Root))
	fmt.Fprintf(a.out, "Comity serves %s at %s://%s%s\n", database, a.scheme(), localAddress(listening), s.Root)
	if a.link == "" {
		return
	}
	fmt.Fprintf(a.out, "\nThe console, signed in as %s; good once, for an hour:\n\n  %s\n\n", a.operator, signInLink(a.address(), a.link))
	if other := otherAddress(listening); other != "" && s.PublicURL == "" {
		fmt.Fprintf(a.out, "The same from another machine, if no name or port is translated on the way (--public-url sets the address):\n\n  %s\n\n",
			signInLink(a.scheme()+"://"+other, a.link))
	}
}
