// Package httpserver is what all HTTP answers of the program have in common: their connections, the time
// limit of the work on a request, its id, and the outcome.
//
// No deadline of a connection ends an answer that is being read. The time for receiving a request is limited,
// that of the work on it (Options.Limit) separately, and an answer has as long as its reader goes on reading.
package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"comity"
)

const (
	headTime = 10 * time.Second
	// bodyTime is how long a client may take to send the body of a request.
	bodyTime = time.Minute
	idleTime = 2 * time.Minute
	maxHead  = 64 << 10
	// farewell is how long before the server ends the remaining requests are answered.
	farewell = 3 * time.Second
)

// Options say how requests are served.
type Options struct {
	// Limit is the time limit of the work on a request, without the time its client takes to send it and to
	// read the answer; 0 is no limit.
	Limit time.Duration
	// Address returns the address of the client; nil uses the connection's address.
	Address func(*http.Request) string
	// Log logs answers that could not be written.
	Log *slog.Logger
	// Done is called for each request when its answer was sent, or never will be; may be nil.
	Done func(*Exchange)
}

// Server serves requests until it is ended.
type Server struct {
	http   *http.Server
	cancel context.CancelCauseFunc
}

// New returns a server for a handler.
func New(handler http.Handler, o Options) *Server {
	base, cancel := context.WithCancelCause(context.Background())
	return &Server{cancel: cancel, http: &http.Server{
		Handler: Handler(handler, o), ConnContext: connContext, ConnState: connState,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: headTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHead,
		ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}}
}

// Serve serves the connections of a listener of Listen, until the server is ended.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// End accepts no more requests and lets those in progress finish. Shortly before the time is over, the
// remaining ones are ended with an answer that says so.
func (s *Server) End(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	timer := time.AfterFunc(within-min(farewell, within/2), func() {
		s.cancel(comity.Unavailable("This server is ending and was not done with the request in time. What it had not finished is undone.", nil))
	})
	defer timer.Stop()
	if err := s.http.Shutdown(ctx); err != nil {
		return fmt.Errorf("requests were still under way after %s: %w", within, errors.Join(err, s.http.Close()))
	}
	return nil
}

// Close ends the server immediately.
func (s *Server) Close() error { return s.http.Close() }
