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

// Exchange is a request and what becomes of it.
type Exchange struct {
	// ID is the request's name, its client's own or one of ours; the answer and log lines have it.
	ID string
	// Address is where it comes from.
	Address string
	Method  string
	URL     *url.URL
	Proto   string
	Referer string
	Agent   string
	Start   time.Time

	// Route is the kind of request and User who sent it, as its handler says; "" where it does not.
	Route, User string
	// Status is the answer's, 0 if there was none; Bytes is how much of its body was handed on.
	Status int
	Bytes  int64
	// Took is how long it all took.
	Took time.Duration
	// Unwritten is why the answer did not go out whole; nil where it did.
	Unwritten error

	options Options
	limit   *time.Timer
	// gone says that the client went before it was answered, cut that the handler broke off.
	gone, cut bool
	ended     bool
}

var (
	errGone = errors.New("the client was gone before the answer")
	errCut  = errors.New("the answer was broken off")
)

type exchangeKey struct{}

// Of is the exchange that a request belongs to. Where no Handler stands before it, it is one that
// nobody looks at.
func Of(ctx context.Context) *Exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*Exchange); ok {
		return x
	}
	return &Exchange{}
}

// Ended is why the work on a request was ended before its time: it took too long, or the server ends.
// It is nil while it goes on, and where the client went.
func Ended(ctx context.Context) *comity.Error {
	var e *comity.Error
	if errors.As(context.Cause(ctx), &e) {
		return e
	}
	return nil
}

// maxID is how long a request's name may be that a client gives it.
const maxID = 64

// Handler gives each request its name and its time, and follows what becomes of the answer.
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
			// net/http takes a Content-Length away that came beside it. The two together are how requests
			// are smuggled past a proxy, so nothing more is taken by a connection that might have had both.
			w.Header().Set("Connection", "close")
		}
		inner := r.WithContext(ctx)
		if strings.Contains(r.URL.Path, "//") {
			// Slashes in a row count as one, before any handler redirects or refuses them.
			u := *r.URL
			u.Path, u.RawPath = singleSlashes(u.Path), singleSlashes(u.RawPath)
			inner.URL = &u
		}
		if c != nil && c.secured {
			inner.TLS = c.tlsState()
		}
		if r.Body != nil && r.Body != http.NoBody {
			rc := http.NewResponseController(w)
			_ = rc.SetReadDeadline(time.Now().Add(bodyTime)) // a server without deadlines has its own
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

// wait and work stop and start the request's time: its client's part of it is not counted.
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

// end notes what became of the answer, once.
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

// body is a request's body, whose client's time is not counted as work.
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
		// What came is here: the client may be as long about the rest of the exchange as it likes.
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// writer writes an answer, whose reader's time is not counted as work.
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
