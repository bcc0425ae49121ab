package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// receiver takes provisioning messages and answers 200 at once, or while it is silent never.
type receiver struct {
	server  *http.Server
	url     string
	arrived atomic.Int64
	silent  bool

	mu sync.Mutex
	arrivals
}

// arrivals are the messages that came since a receiver last began to count.
type arrivals struct {
	count       int
	first, last time.Time
	// method, path, header and body are the last one's.
	method, path string
	header       http.Header
	body         []byte
}

// perSecond returns the rate at which they came.
func (a arrivals) perSecond() float64 { return float64(a.count-1) / a.last.Sub(a.first).Seconds() }

func startReceiver(ctx context.Context) (*receiver, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{url: "http://" + listener.Addr().String()}
	r.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: r}
	go func() { _ = r.server.Serve(listener) }()
	return r, nil
}

// ServeHTTP takes a message.
func (r *receiver) ServeHTTP(_ http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body) // one that is cut off is not answered
	if r.silent {
		<-req.Context().Done()
		return
	}
	r.mu.Lock()
	r.last = time.Now()
	if r.count == 0 {
		r.first = r.last
	}
	r.count++
	r.method, r.path, r.header, r.body = req.Method, req.URL.Path, req.Header, body
	r.mu.Unlock()
	r.arrived.Add(1)
}

// begin begins to count anew.
func (r *receiver) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arrivals = arrivals{}
}

// wait waits until so many messages have come since it began.
func (r *receiver) wait(ctx context.Context, count int) (a arrivals, err error) {
	for deadline := time.Now().Add(10 * patience); ; time.Sleep(100 * time.Microsecond) {
		r.mu.Lock()
		a = r.arrivals
		r.mu.Unlock()
		if a.count >= count {
			return a, nil
		}
		if err := ctx.Err(); err != nil {
			return a, err
		}
		if time.Now().After(deadline) {
			return a, errTooFew
		}
	}
}

func (r *receiver) close() { _ = r.server.Close() }
