package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"time"
)

// limit is how long a request may take that is not unlimited.
const limit = time.Minute

// errVersion is the error of a server that is another version of the program.
var errVersion = errors.New("the server is of another version than this program: restart it, or use its own program")

// Client has requests carried out: by a Service of its own process, or by the server behind a socket.
type Client struct {
	service *Service // nil if the requests go to a server
	http    *http.Client
}

// Local returns a client whose requests the service carries out in this process.
func Local(s *Service) *Client { return &Client{service: s} }

// Dial returns a client of the server that has an SQLite file open. It fails if no server answers.
func Dial(ctx context.Context, database string) (*Client, error) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		path, done, err := shortPath(socketOf(database))
		if err != nil {
			return nil, err
		}
		defer done()
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	c, err := dial(ctx, "", "")
	if err != nil {
		return nil, err
	}
	return &Client{http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}, c.Close()
}

// Do carries out a request and returns the response. The error of a server has the text that it had there, and
// is or wraps the comity.Error that it was.
func Do[R any](ctx context.Context, c *Client, request Request[R]) (response R, err error) {
	if c.service != nil {
		return request.carryOut(ctx, c.service)
	}
	if _, ok := request.(unlimited); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	body, err := json.Marshal(request)
	if err != nil {
		return response, err
	}
	answer, err := c.send(ctx, requestMessage{version, reflect.TypeOf(request).Name(), body})
	switch {
	case err != nil:
		return response, err
	case answer.Error != nil:
		return response, answer.Error.err()
	case decodeBytes(answer.Response, &response) != nil:
		return response, errVersion
	}
	return response, nil
}

// send sends a message to the server and returns its answer.
func (c *Client) send(ctx context.Context, message requestMessage) (answer responseMessage, err error) {
	body, err := json.Marshal(message)
	if err != nil {
		return answer, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://comity/", bytes.NewReader(body))
	if err != nil {
		return answer, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer, fmt.Errorf("ask the server: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return answer, fmt.Errorf("read the server's answer: %w", err)
	}
	if answer.Version != version {
		return answer, errVersion
	}
	return answer, nil
}
