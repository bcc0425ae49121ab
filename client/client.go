// Package client calls the REST API of a registry from Go.
//
// It is generic over the tables of package comity: one Add, View, Edit, Delete and List serve every
// resource, and a new resource or field in the tables needs no change here.
//
//	registry := client.New("https://registry.example.org/registry/", "co_2.sync", key)
//	person := comity.NewRecord(comity.CoPerson.Resource)
//	person.SetInt(comity.CoPerson.CoId, 2)
//	person.SetText(comity.CoPerson.Status, comity.Active)
//	added, err := registry.Add(ctx, person)
//
// A refusal of the registry is a *comity.Error, found with errors.As: its Code is the kind of error, its
// Phrase the reason phrase, its Fields the field errors. Any other error means that no answer came; the call
// may or may not have been carried out.
package client

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"comity"
)

// Client calls one registry as one API user. It is safe for concurrent use.
type Client struct {
	base, user, key string
	http            *http.Client
}

// Option changes a Client that New makes.
type Option func(*Client)

// WithHTTPClient makes calls with another HTTP client than http.DefaultClient: for instance one with a
// timeout, or with its own certificate authorities.
func WithHTTPClient(h *http.Client) Option { return func(c *Client) { c.http = h } }

// New returns a client of the registry whose API is below base, which includes the API root
// (https://registry.example.org/registry/), as an API user with a key.
func New(base, user, key string, opts ...Option) *Client {
	c := &Client{base: strings.TrimSuffix(base, "/") + "/", user: user, key: key, http: http.DefaultClient}
	for _, opt := range opts {
		opt(c)
	}
	return c
}

// Added is the result of an add.
type Added struct {
	Id int64
	// Generated is a secret that the registry generated for the record, such as an API user's key, and shows
	// this once; "" for most resources.
	Generated string
}

// Add adds a record with the fields that it names.
func (c *Client) Add(ctx context.Context, rec *comity.Record) (Added, error) {
	resp, err := c.call(ctx, http.MethodPost, rec.Resource.Path, nil, rec)
	if err != nil {
		return Added{}, err
	}
	defer finish(resp)
	return decodeAdded(resp.Body, rec.Resource)
}

// View returns one record.
func (c *Client) View(ctx context.Context, res *comity.Resource, id int64) (*comity.Record, error) {
	resp, err := c.call(ctx, http.MethodGet, item(res.Path, id), nil, nil)
	if err != nil {
		return nil, err
	}
	defer finish(resp)
	for rec, err := range decodeList(resp.Body, res) {
		return rec, err
	}
	return nil, fmt.Errorf("view %s %d: the answer has no record", res.Singular, id)
}

// Edit changes the fields that the record names in the record with that Id; the others keep their value. A
// field that is named without a value is cleared. The required ones must be there, so most callers View, set,
// and Edit.
func (c *Client) Edit(ctx context.Context, rec *comity.Record) error {
	return c.do(ctx, http.MethodPut, item(rec.Resource.Path, rec.Id), nil, rec)
}

// Delete deletes a record and its dependents.
func (c *Client) Delete(ctx context.Context, res *comity.Resource, id int64) error {
	return c.do(ctx, http.MethodDelete, item(res.Path, id), nil, nil)
}

// Provision has a provisioning target provisioned with a person. It returns when the target has accepted the
// delivery; with queued true, the delivery is enqueued and follows soon.
func (c *Client) Provision(ctx context.Context, target, person int64) (queued bool, err error) {
	return c.provision(ctx, target, "copersonid", person)
}

// ProvisionGroup is Provision for a group, except that it does not return whether the delivery is queued. To
// a target without IncludeGroups nothing is sent.
func (c *Client) ProvisionGroup(ctx context.Context, target, group int64) error {
	_, err := c.provision(ctx, target, "cogroupid", group)
	return err
}

func (c *Client) provision(ctx context.Context, target int64, kind string, id int64) (queued bool, err error) {
	path := fmt.Sprintf("%s/provision/%d/%s:%d", comity.CoProvisioningTarget.Path, target, kind, id)
	resp, err := c.call(ctx, http.MethodPost, path, nil, nil)
	if err != nil {
		return false, err
	}
	defer finish(resp)
	return resp.StatusCode == http.StatusAccepted, nil
}

// ReconcileCO updates every automatic membership of a CO.
func (c *Client) ReconcileCO(ctx context.Context, co int64) error {
	query := url.Values{"coid": {strconv.FormatInt(co, 10)}}
	return c.do(ctx, http.MethodPut, comity.CoGroup.Path+"/reconcile", query, nil)
}

// ReconcileGroup updates the memberships of one group.
func (c *Client) ReconcileGroup(ctx context.Context, group int64) error {
	return c.do(ctx, http.MethodPost, item(comity.CoGroup.Path+"/reconcile", group), nil, nil)
}

func item(path string, id int64) string { return path + "/" + strconv.FormatInt(id, 10) }

// do makes a call whose answer is only a status.
func (c *Client) do(ctx context.Context, method, path string, query url.Values, rec *comity.Record) error {
	resp, err := c.call(ctx, method, path, query, rec)
	if err == nil {
		finish(resp)
	}
	return err
}

// call makes a call and returns its answer, or the error that the answer stands for.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, rec *comity.Record) (*http.Response, error) {
	target := c.base + path + ".json"
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	var body io.Reader
	if rec != nil {
		b, err := encode(rec)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.SetBasicAuth(c.user, c.key)
	if rec != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		defer finish(resp)
		return nil, decodeError(resp, method+" "+path)
	}
	return resp, nil
}

// finish reads the little that is left of an answer, so that its connection can be used again.
func finish(resp *http.Response) {
	const most = 4 << 10
	_, _ = io.CopyN(io.Discard, resp.Body, most)
	_ = resp.Body.Close()
}
