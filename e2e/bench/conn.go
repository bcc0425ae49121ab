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
	"strconv"
	"time"
)

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
