package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"comity/internal/access"
	"comity/internal/observe"
	"comity/internal/outbox"
	"comity/internal/provision"
	"comity/internal/registry"
	"comity/internal/rest"
	"comity/internal/store"
)

type serveCommand struct {
	database
	Listen    string        `help:"The address to listen on." default:"127.0.0.1:8080" env:"COMITY_LISTEN" placeholder:"HOST:PORT"`
	Root      string        `help:"The path that the API is below." default:"/registry/" env:"COMITY_ROOT" placeholder:"PATH"`
	LogFormat string        `help:"How log lines are written: text or json." default:"text" env:"COMITY_LOG_FORMAT"`
	LogLevel  string        `help:"The least level that is logged: debug, info, warn or error." default:"info" env:"COMITY_LOG_LEVEL"`
	Drain     time.Duration `help:"How long requests and deliveries under way may take at the end." default:"30s" env:"COMITY_DRAIN"`
}

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
	db, err := s.open(p.ctx, func(format string, args ...any) { log.Info(fmt.Sprintf(format, args...)) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()

	metrics := observe.NewMetrics()
	var queue *outbox.Outbox
	reg := registry.New(db.store, func() { queue.Wake() })
	sender := provision.NewHTTP(provision.Options{})
	defer sender.Close()
	queue = outbox.New(db.store, reg, sender, outbox.Options{Observe: metrics.Delivery, Log: log})
	if err := bootstrap(p, reg); err != nil {
		return err
	}
	mux := http.NewServeMux()
	metrics.Routes(mux, db.store.Ping)
	api := &rest.Server{
		Registry: reg, Authenticator: access.NewAuthenticator(reg, time.Now), Provisioner: queue,
		Root: root, Log: log, Observe: metrics.Request,
	}
	compress, err := gzhttp.NewWrapper()
	if err != nil {
		return fmt.Errorf("compression: %w", err)
	}
	server := &http.Server{
		Handler: below(root, compress(api), mux), ConnContext: rest.ConnContext,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	control, err := serveControl(s.Database, reg)
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
	go func() { failed <- server.Serve(rest.Listen(listener)) }()
	fmt.Fprintf(p.out, "Comity serves %s at http://%s%s\n", store.Redact(s.Database), listener.Addr(), root)
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-p.ctx.Done():
	}
	log.Info("ending: requests and deliveries under way are finished")
	stopWork()
	ending, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), s.Drain)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		return fmt.Errorf("requests were still under way after %s: %w", s.Drain, errors.Join(err, server.Close()))
	}
	select {
	case <-workDone:
		return nil
	case <-ending.Done():
		return fmt.Errorf("messages were still being sent after %s: they are sent again after the next start", s.Drain)
	}
}

// below sends what is below the root to the API, path untouched, for a mux would redirect paths
// that it writes otherwise; the program's own pages come first where the root is all there is.
func below(root string, api http.Handler, mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own := false
		if root == "/" {
			_, pattern := mux.Handler(r)
			own = pattern != ""
		}
		if !own && strings.HasPrefix(r.URL.Path, root) {
			api.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}
