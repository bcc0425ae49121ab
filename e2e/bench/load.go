package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// side is one of the two that take turns: a server, and what a client asks of it over and over.
type side struct {
	*process
	// more are further instances of it, which the clients share.
	more          []*process
	authorization string
	work          func(*conn) error
	// await waits until what the requests have caused is done; nil if they cause nothing.
	await func() error
}

// turn is the result of one turn.
type turn struct {
	// rate is the requests per second, of all clients.
	rate float64
	took []time.Duration
}

// turn lets the clients work for a while.
func (s side) turn(ctx context.Context, clients int, length time.Duration) (t turn, err error) {
	conns := make([]*conn, clients)
	instances := append([]*process{s.process}, s.more...)
	for i := range conns {
		if conns[i], err = dial(ctx, instances[i%len(instances)], s.authorization); err != nil {
			return t, err
		}
		defer conns[i].close()
	}
	failed := make([]error, clients)
	start := time.Now()
	var working sync.WaitGroup
	for i, c := range conns {
		working.Go(func() {
			for failed[i] == nil && ctx.Err() == nil && time.Since(start) < length {
				failed[i] = s.work(c)
			}
		})
	}
	working.Wait()
	elapsed := time.Since(start)
	if err := errors.Join(errors.Join(failed...), ctx.Err()); err != nil {
		return t, err
	}
	for _, c := range conns {
		t.took = append(t.took, c.took...)
	}
	t.rate = float64(len(t.took)) / elapsed.Seconds()
	if s.await != nil {
		err = s.await()
	}
	return t, err
}

// warmUp is how long each side works before what counts.
const warmUp = 500 * time.Millisecond

// compared is the result of all turns: medians, and the ratio's range.
type compared struct {
	ours, bare        float64
	ratio, least, top float64
	usual, slow       time.Duration
}

// compare lets the program and the bare limit take turns, now one first and now the other.
func (b *bench) compare(ctx context.Context, ours, bare side) (c compared, err error) {
	for _, s := range []side{ours, bare} {
		if _, err := s.turn(ctx, b.clients, warmUp); err != nil {
			return c, err
		}
	}
	var took []time.Duration
	var rates, limits, ratios []float64
	for i := range b.rounds {
		var o, l turn
		for j := range 2 {
			if (i+j)%2 == 0 {
				o, err = ours.turn(ctx, b.clients, b.length)
			} else {
				l, err = bare.turn(ctx, b.clients, b.length)
			}
			if err != nil {
				return c, err
			}
		}
		rates, limits, ratios = append(rates, o.rate), append(limits, l.rate), append(ratios, o.rate/l.rate)
		took = append(took, o.took...)
	}
	return compared{
		ours: median(rates), bare: median(limits),
		ratio: median(ratios), least: slices.Min(ratios), top: slices.Max(ratios),
		usual: share(took, 0.5), slow: share(took, 0.99),
	}, nil
}

func median[T float64 | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// share is the value that so many of all are not above.
func share(values []time.Duration, part float64) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(part*float64(len(sorted)-1))]
}

// conn is one client's connection, kept for all its requests. It costs less than net/http's client,
// which takes as long over a request as the servers do.
type conn struct {
	raw           net.Conn
	in            *bufio.Reader
	out           []byte
	body          bytes.Buffer
	authorization string
	// took is how long each request took.
	took []time.Duration
}

// patience is how long one request may take.
const patience = 2 * time.Minute

func dial(ctx context.Context, p *process, authorization string) (*conn, error) {
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.address)
	if err != nil {
		return nil, err
	}
	return &conn{raw: raw, in: bufio.NewReader(raw), authorization: authorization}, nil
}

func (c *conn) close() { _ = c.raw.Close() }

// basic is the value of the header Authorization.
func basic(user, key string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+key))
}

// call sends a request and returns the answer's body, which is good until the next call. Another
// status than the one wanted is an error: what fails fast is no measure.
func (c *conn) call(method, path, body string, want int) ([]byte, error) {
	start := time.Now()
	resp, err := c.ask(method, path, body, want)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	c.body.Reset()
	if _, err := c.body.ReadFrom(resp.Body); err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	c.took = append(c.took, time.Since(start))
	return c.body.Bytes(), nil
}

// ask sends a request and returns the answer with its body still to come.
func (c *conn) ask(method, path, body string, want int) (*http.Response, error) {
	b := append(c.out[:0], method...)
	b = append(append(b, ' '), path...)
	b = append(append(b, " HTTP/1.1\r\nHost: bench\r\nAuthorization: "...), c.authorization...)
	if body != "" {
		b = strconv.AppendInt(append(b, "\r\nContent-Type: application/json\r\nContent-Length: "...), int64(len(body)), 10)
	}
	b = append(append(b, "\r\n\r\n"...), body...)
	c.out = b
	if err := c.raw.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := c.raw.Write(b); err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode != want {
		said, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return nil, fmt.Errorf("%s %s: %s, not %d: %w", method, path, resp.Status, want,
			errors.Join(errors.New(string(said)), err, resp.Body.Close()))
	}
	return resp, nil
}

const root = "/registry/"

// add adds a record through the API and returns its id.
func (c *conn) add(plural, path, fields string) (string, error) {
	body := `{"RequestType":"` + plural + `","Version":"1.0","` + plural + `":[{"Version":"1.0",` + fields + `}]}`
	answer, err := c.call(http.MethodPost, root+path+".json", body, http.StatusCreated)
	if err != nil {
		return "", err
	}
	_, rest, _ := bytes.Cut(answer, []byte(`"Id":"`))
	id, _, found := bytes.Cut(rest, []byte(`"`))
	if !found {
		return "", fmt.Errorf("POST %s: the answer has no Id: %s", path, answer)
	}
	return string(id), nil
}
