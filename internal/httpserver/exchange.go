package httpserver

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"comity"
)

// Exchange is a request and its outcome.
type Exchange struct {
	// ID is the request's id, chosen by the client or the server; the answer and log lines have it.
	ID string
	// Address is the client's address.
	Address string
	Method  string
	URL     *url.URL
	Proto   string
	Referer string
	Agent   string
	Start   time.Time

	// Route is the kind of request and User who sent it, set by the handler; "" if it does not.
	Route, User string
	// Status is the answer's, 0 if there was none; Bytes is how much of its body was written.
	Status int
	Bytes  int64
	// Took is the duration of the exchange.
	Took time.Duration
	// Unwritten is why the answer was not sent completely; nil if it was.
	Unwritten error

	options Options
	limit   *time.Timer
	// gone is true if the client disconnected before it was answered, cut if the handler aborted the answer.
	gone, cut bool
	ended     bool
}

var (
	errGone = errors.New("the client was gone before the answer")
	errCut  = errors.New("the answer was broken off")
)

type exchangeKey struct{}

// Of returns the exchange of a request; a new, unused one if the request did not pass a Handler.
func Of(ctx context.Context) *Exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*Exchange); ok {
		return x
	}
	return &Exchange{}
}

// Ended returns why the work on a request was ended early: it took too long, or the server ends. It is nil
// while the work goes on, and if the client disconnected.
func Ended(ctx context.Context) *comity.Error {
	var e *comity.Error
	if errors.As(context.Cause(ctx), &e) {
		return e
	}
	return nil
}

// maxID is the maximum length of a request id that a client chooses.
const maxID = 64

// Handler gives each request its id and its time limit, and records the outcome.
func Handler(next http.Handler, o Options) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &Exchange{
			ID: requestID(r), Address: r.RemoteAddr, Method: r.Method, URL: r.URL, Proto: r.Proto,
			Referer: r.Referer(), Agent: r.UserAgent(), Start: time.Now(), options: o,
		}
		if o.Address != nil {
			x.Address = o.Address(r)
		}
		ctx, cancel := context.WithCancelCause(context.WithValue(r.Context(), exchangeKey{}, x))
		defer cancel(nil)
		if o.Limit > 0 {
			x.limit = time.AfterFunc(o.Limit, func() { cancel(tooLong(o.Limit)) })
			defer x.limit.Stop()
		}
		c := connOf(ctx)
		if c != nil {
			c.current = x
		}
		w.Header().Set("X-Request-Id", x.ID)
		if len(r.TransferEncoding) > 0 {
			// net/http has removed a Content-Length beside it. The two together are used to smuggle requests
			// past a proxy, so a connection that might have had both takes no further request.
			w.Header().Set("Connection", "close")
		}
		inner := r.WithContext(ctx)
		if strings.Contains(r.URL.Path, "//") {
			// Repeated slashes count as one, before any handler redirects or refuses them.
			u := *r.URL
			u.Path, u.RawPath = singleSlashes(u.Path), singleSlashes(u.RawPath)
			inner.URL = &u
		}
		if c != nil && c.secured {
			inner.TLS = c.tlsState()
		}
		if r.Body != nil && r.Body != http.NoBody {
			rc := http.NewResponseController(w)
			_ = rc.SetReadDeadline(time.Now().Add(bodyTime)) // fails on a server without deadlines, which has its own
			inner.Body = &body{ReadCloser: r.Body, x: x, control: rc}
		}
		done := false
		defer func() {
			x.gone = r.Context().Err() != nil && Ended(r.Context()) == nil
			x.cut = !done
			if c == nil {
				x.end(nil)
			}
		}()
		next.ServeHTTP(&writer{ResponseWriter: w, x: x}, inner)
		done = true
	})
}

func singleSlashes(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); id != "" && len(id) <= maxID {
		return id
	}
	return rand.Text()
}

func tooLong(limit time.Duration) error {
	e := comity.Unavailable("The work on this request took longer than "+limit.String()+
		", which is the most that one may take here, and was ended. What it had not finished is undone.", nil)
	e.RetryAfter = limit
	return e
}

// wait and work stop and resume the request's time limit: waiting for the client does not count.
func (x *Exchange) wait() {
	if x.limit != nil {
		x.limit.Stop()
	}
}

func (x *Exchange) work() {
	if x.limit != nil {
		x.limit.Reset(x.options.Limit)
	}
}

// end records the outcome, once.
func (x *Exchange) end(failure error) {
	if x.ended {
		return
	}
	x.ended, x.Took = true, time.Since(x.Start)
	switch {
	case failure != nil:
		x.Unwritten = failure
	case x.cut:
		x.Unwritten = errCut
	case x.gone:
		x.Unwritten = errGone
	}
	if x.Unwritten != nil && x.options.Log != nil {
		level := slog.LevelWarn
		if x.Method == http.MethodGet || x.Method == http.MethodHead {
			level = slog.LevelInfo
		}
		x.options.Log.Log(context.Background(), level, "an answer could not be written", "request", x.ID,
			"method", x.Method, "path", x.URL.Path, "status", x.Status, "address", x.Address, "error", x.Unwritten)
	}
	if x.options.Done != nil {
		x.options.Done(x)
	}
}

// body is a request's body; waiting for it does not count as work.
type body struct {
	io.ReadCloser
	x       *Exchange
	control *http.ResponseController
}

// Read reads a part of the body.
func (b *body) Read(p []byte) (int, error) {
	b.x.wait()
	n, err := b.ReadCloser.Read(p)
	b.x.work()
	if err != nil {
		// The body is complete: the client may take any time for the rest of the exchange.
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// writer writes an answer; waiting for its reader does not count as work.
type writer struct {
	http.ResponseWriter
	x *Exchange
}

// Unwrap is for http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader begins the answer.
func (w *writer) WriteHeader(status int) {
	if status >= http.StatusOK && w.x.Status == 0 {
		w.x.Status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write writes a part of the answer.
func (w *writer) Write(p []byte) (int, error) {
	if w.x.Status == 0 {
		w.x.Status = http.StatusOK
	}
	w.x.wait()
	n, err := w.ResponseWriter.Write(p)
	w.x.Bytes += int64(n)
	w.x.work()
	return n, err
}
