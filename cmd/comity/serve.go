package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"comity/internal/access"
	"comity/internal/console"
	"comity/internal/httpserver"
	"comity/internal/observe"
	"comity/internal/openapi"
	"comity/internal/outbox"
	"comity/internal/provision"
	"comity/internal/registry"
	"comity/internal/rest"
	"comity/internal/store"
)

type serveCommand struct {
	database
	consoleSettings
	httpSettings
	Listen       string        `help:"The address to listen on." default:"127.0.0.1:8080" env:"COMITY_LISTEN" placeholder:"HOST:PORT"`
	Root         string        `help:"The path that the API is below." default:"/registry/" env:"COMITY_ROOT" placeholder:"PATH"`
	Trusted      []string      `name:"trusted-proxies" help:"The networks whose X-Forwarded-For is believed." env:"COMITY_TRUSTED_PROXIES" placeholder:"CIDR,…"`
	AllowPrivate bool          `name:"allow-private-targets" help:"Let provisioning targets be at loopback, private and link-local addresses." env:"COMITY_ALLOW_PRIVATE_TARGETS"`
	Failures     int64         `name:"failed-logins" help:"How many logins an address may fail in a minute; 0 is any number." default:"600" env:"COMITY_FAILED_LOGINS"`
	Lease        time.Duration `help:"About how long what an instance is delivering is left to it before another takes it over; a message may take half as long." default:"1m" env:"COMITY_LEASE"`
	LogFormat    string        `help:"How log lines are written: text or json." default:"text" env:"COMITY_LOG_FORMAT"`
	LogLevel     string        `help:"The least level that is logged: debug, info, warn or error." default:"info" env:"COMITY_LOG_LEVEL"`
	Drain        time.Duration `help:"How long requests and deliveries under way may take at the end." default:"30s" env:"COMITY_DRAIN"`
}

// shortestLease leaves a machine that is busy the time to send what it has claimed.
const shortestLease = 2 * time.Second

// Run serves until the program is told to end, then lets what is under way finish. It is the one
// place where the parts are put together.
func (s *serveCommand) Run(p *program) (err error) {
	log, err := observe.Logger(p.errOut, s.LogFormat, s.LogLevel)
	if err != nil {
		return err
	}
	root := "/" + strings.Trim(s.Root, "/") + "/"
	if root == "//" {
		root = "/"
	}
	listener, err := (&net.ListenConfig{}).Listen(p.ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.Listen, err)
	}
	defer func() { _ = listener.Close() }()
	secured, err := s.tlsConfig(log)
	if err != nil {
		return err
	}
	scheme := "http"
	if secured != nil {
		scheme = "https"
	}
	trusted, err := prefixes(s.Trusted)
	if err != nil {
		return err
	}
	metrics := observe.NewMetrics()
	serving, closeLog, err := s.options(p.errOut, func(r *http.Request) string { return access.ClientAddress(r, trusted) }, metrics, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	s.log = log
	db, err := s.open(p.ctx, use{creates: true, callsOut: true}, func(format string, args ...any) { log.Info(fmt.Sprintf(format, args...)) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()

	var queue *outbox.Outbox
	reg := registry.New(db.store, func() { queue.Wake() })
	sender := newSender(s.AllowPrivate)
	defer sender.Close()
	queue = outbox.New(db.store, reg, sender, outbox.Options{Lease: s.Lease, Observe: metrics.Delivery, Log: log})
	first, err := bootstrap(p, reg)
	if err != nil {
		return err
	}
	link := ""
	if first != "" {
		if link, err = reg.NewLink(p.ctx, first); err != nil {
			return err
		}
	}
	if err := db.takeOver(p.ctx, queue); err != nil {
		return err
	}
	metrics.Lanes(lanesOf(queue))
	mux := http.NewServeMux()
	metrics.Writing(func(ctx context.Context) (time.Duration, error) {
		_, open, err := reg.ClockWaits(ctx)
		return open, err
	})
	metrics.Database(db.store.Troubled)
	metrics.Build(ownVersion())
	metrics.Connections(db.store.Connections)
	metrics.LastBackup(db.store.LastBackup)
	metrics.Routes(mux, db.store.Check, func(ctx context.Context) string {
		text, _, _ := reg.ClockWaits(ctx)
		return text
	})
	authenticator := access.NewAuthenticator(reg, time.Now)
	logins := &access.Logins{PerMinute: s.Failures, Log: log, Count: metrics.FailedLogin}
	api := &rest.Server{
		Registry: reg, Authenticator: authenticator, Provisioner: queue,
		Root: root, TrustedProxies: trusted, Logins: logins, Log: log,
	}
	oidc, err := s.oidc()
	if err != nil {
		return err
	}
	reachable := provision.Public
	if s.AllowPrivate {
		reachable = nil
	}
	pages, err := console.New(console.Options{
		Reachable: reachable,
		Registry:  reg, Authenticator: authenticator, Provisioner: queue, TrustedProxies: trusted,
		Logins: logins, PublicURL: s.PublicURL, OIDC: oidc, Log: log,
	})
	if err != nil {
		return err
	}
	described, err := openapi.Handler(root, ownVersion(), provision.Schema(), api)
	if err != nil {
		return fmt.Errorf("documentation: %w", err)
	}
	compress, err := gzhttp.NewWrapper()
	if err != nil {
		return fmt.Errorf("compression: %w", err)
	}
	mux.Handle(console.Root, compress(pages))
	if root != "/" {
		mux.Handle("GET /{$}", http.RedirectHandler(console.Root, http.StatusSeeOther))
	}
	server := httpserver.New(below(root, compress(described), mux), serving)
	address := s.PublicURL
	if address == "" {
		address = fmt.Sprintf("%s://%s", scheme, fromHere(listener.Addr().String()))
	}
	control, err := serveControl(s.Database, address, reg, queue)
	if err != nil {
		return err
	}
	defer control.close()

	working, stopWork := context.WithCancel(context.WithoutCancel(p.ctx))
	defer stopWork()
	workDone := make(chan struct{})
	go func() {
		defer close(workDone)
		var work sync.WaitGroup
		defer work.Wait()
		work.Go(func() { reg.RunClock(working, log) })
		queue.Run(working)
	}()

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(httpserver.Listen(listener, secured)) }()
	here := fmt.Sprintf("%s://%s%s", scheme, fromHere(listener.Addr().String()), root)
	log.Info("started", "version", ownVersion(), "database", store.Redact(s.Database), "address", fmt.Sprintf("%s://%s%s", scheme, listener.Addr(), root))
	fmt.Fprintf(p.out, "Comity serves %s at %s\n", store.Redact(s.Database), here)
	if link != "" {
		fmt.Fprintf(p.out, "\nThe console, signed in as %s; good once, for an hour:\n\n  %s\n\n", first, signInLink(address, link))
		if other := elsewhere(listener.Addr().String()); other != "" && s.PublicURL == "" {
			fmt.Fprintf(p.out, "The same from another machine, if no name or port is translated on the way (--public-url sets the address):\n\n  %s\n\n",
				signInLink(scheme+"://"+other, link))
		}
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-p.ctx.Done():
	}
	log.Info("ending: requests and deliveries under way are finished")
	stopWork()
	ending, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), s.Drain)
	defer cancel()
	if err := server.End(ending, s.Drain); err != nil {
		return err
	}
	select {
	case <-workDone:
		return nil
	case <-ending.Done():
		return fmt.Errorf("messages were still being sent after %s: they are sent again after the next start", s.Drain)
	}
}

// lanesOf reads how the targets do, for the metrics.
func lanesOf(queue *outbox.Outbox) func(context.Context) ([]observe.Lane, error) {
	return func(ctx context.Context) ([]observe.Lane, error) {
		all, now, err := queue.Statuses(ctx)
		if err != nil {
			return nil, err
		}
		ago := func(t time.Time, never time.Duration) time.Duration {
			if t.IsZero() {
				return never
			}
			return max(0, now.Sub(t))
		}
		var lanes []observe.Lane
		for id, s := range all {
			lanes = append(lanes, observe.Lane{
				Target: id, CoId: s.CoId, Name: s.Description, Waiting: s.Waiting, InFlight: s.InFlight, Failed: s.Failed, LeftOut: s.LeftOut, BreakerOpen: !s.Breaker.Opened.IsZero(),
				OldestWait: ago(s.OldestWait, 0), SinceSuccess: ago(s.LastSuccess, -1),
			})
		}
		return lanes, nil
	}
}

// prefixes reads networks, or single addresses.
func prefixes(texts []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if a, addrErr := netip.ParseAddr(text); addrErr == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxies: %q is no network such as 10.0.0.0/8", text)
		}
		all = append(all, p)
	}
	return all, nil
}
