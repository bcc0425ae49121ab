package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"

	"comity"
)

// List returns the records that meet all the parameters of a query (coid, copersonid, search.identifier …),
// in order of Id. The answer is read as it arrives: memory does not grow with it, and ending the loop early
// ends the request. The last pair is an error if the list could not be read to its end.
func (c *Client) List(ctx context.Context, res *comity.Resource, query url.Values) iter.Seq2[*comity.Record, error] {
	return func(yield func(*comity.Record, error) bool) {
		resp, err := c.call(ctx, http.MethodGet, res.Path, query, nil)
		if err != nil {
			yield(nil, err)
			return
		}
		if resp.StatusCode == http.StatusNoContent {
			finish(resp)
			return
		}
		// The unread rest of a list is not worth reading.
		defer func() { _ = resp.Body.Close() }()
		decodeList(resp.Body, res)(yield)
	}
}

// All is List for a list that fits into memory.
func (c *Client) All(ctx context.Context, res *comity.Resource, query url.Values) ([]*comity.Record, error) {
	var all []*comity.Record
	for rec, err := range c.List(ctx, res, query) {
		if err != nil {
			return nil, err
		}
		all = append(all, rec)
	}
	return all, nil
}

// decodeList yields the records of a list, and last an error if the list is incomplete.
func decodeList(body io.Reader, res *comity.Resource) iter.Seq2[*comity.Record, error] {
	return func(yield func(*comity.Record, error) bool) {
		d := json.NewDecoder(body)
		d.UseNumber()
		err := openList(d, res)
		for err == nil && d.More() {
			var rec *comity.Record
			if rec, err = decodeRecord(d, res); err == nil && !yield(rec, nil) {
				return
			}
		}
		if err == nil {
			err = closeList(d)
		}
		if err != nil {
			yield(nil, fmt.Errorf("list %s: read the answer: %w", res.Plural, err))
		}
	}
}
