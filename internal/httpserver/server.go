// Package httpserver is what all HTTP answers of the program have in common, whoever makes them: the
// connections they go out by, how long the work on a request may take, its id, and what becomes of the
// answer.
//
// No deadline of a connection ends an answer that is being read. What a client sends has a time of its
// own, the work on it another (Options.Limit), and the answer as long as its reader goes on reading.
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
	// farewell is how long before the end those are answered that are not done then.
	farewell = 3 * time.Second
)

// Options say how requests are served.
type Options struct {
	// Limit is how long the work on a request may take, not counting the time its client takes to send
	// it and to read the answer; 0 is any time.
	Limit time.Duration
	// Address says where a request comes from; nil is the connection's address.
	Address func(*http.Request) string
	// Log is told of answers that could not be written.
	Log *slog.Logger
	// Done is told of each request when its answer has gone out, or never will; may be nil.
	Done func(*Exchange)
}

// Server serves requests until it is ended.
type Server struct {
	http   *http.Server
	cancel context.CancelCauseFunc
}

// New returns a server of a handler.
func New(handler http.Handler, o Options) *Server {
	base, cancel := context.WithCancelCause(context.Background())
	return &Server{cancel: cancel, http: &http.Server{
		Handler: Handler(handler, o), ConnContext: connContext, ConnState: connState,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: headTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHead,
		ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}}
}

// Serve answers what comes by a listener of Listen, until the server is ended.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// End takes no more requests and lets those under way finish. Shortly before the time is over those
// that are not done are ended with an answer that says so.
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

// Close ends the server at once.
func (s *Server) Close() error { return s.http.Close() }
