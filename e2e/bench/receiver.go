package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
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

// postCommand makes this program the bare limit of deliveries: it sends one request over and over.
const postCommand = "post"

// post has another process send a message as it came, so often.
func (b *bench) post(ctx context.Context, url string, m arrivals, count int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, postCommand, m.method, url+m.path, strconv.Itoa(width), strconv.Itoa(count))
	cmd.Stdin, cmd.Env = bytes.NewReader(m.body), environment()
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the bare limit: %w\n%s", err, said)
	}
	return nil
}

// post sends what it reads, by net/http's client as the program does.
func post(arguments []string, in io.Reader) error {
	method, url := arguments[0], arguments[1]
	width, err := strconv.Atoi(arguments[2])
	if err != nil {
		return err
	}
	count, err := strconv.ParseInt(arguments[3], 10, 64)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: width}}
	var begun atomic.Int64
	failed := make([]error, width)
	var sending sync.WaitGroup
	for i := range width {
		sending.Go(func() {
			for failed[i] == nil && begun.Add(1) <= count {
				failed[i] = postOne(client, method, url, body)
			}
		})
	}
	sending.Wait()
	return errors.Join(failed...)
}

func postOne(client *http.Client, method, url string, body []byte) error {
	req, err := http.NewRequestWithContext(context.Background(), method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	return resp.Body.Close()
}
