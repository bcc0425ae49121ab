package http

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"comity"
	"comity/internal/connector"
)

// maxHeld is the size limit, in bytes, of the message that an endpoint answers to a GET.
const maxHeld = 4 << 20

// Readable returns nil if the settings say that the endpoint answers GET.
func (h *Connector) Readable(d comity.Destination) error {
	if !d.Settings.Bool(comity.CoApiProvisionerTarget.AnswersGet) {
		return errors.New("does not say that its endpoint answers GET: set AnswersGet")
	}
	return nil
}

// Read reads what an endpoint holds of a subject under an identifier, by GET of the URL that the subject
// is PUT to.
func (h *Connector) Read(ctx context.Context, d comity.Destination, s comity.Subject, identifier string, _ []byte) comity.Holding {
	req, err := h.question(ctx, d, s, identifier)
	if _, unaddressed := errors.AsType[connector.NoAddress](err); unaddressed {
		return comity.Holding{Answered: true} // nothing can be there
	}
	if err != nil {
		return comity.Holding{Unreadable: err.Error()}
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	resp, err := h.transports[verifyOf(d.Server)].RoundTrip(req.WithContext(ctx))
	if err != nil {
		return comity.Holding{Unreadable: connector.NoAnswer(d, err, time.Since(start))}
	}
	defer func() { _ = resp.Body.Close() }()
	found := comity.Holding{Answered: true}
	switch resp.StatusCode {
	case http.StatusOK:
		found.Body, err = io.ReadAll(io.LimitReader(resp.Body, maxHeld+1))
		switch {
		case err != nil:
			return comity.Holding{Unreadable: connector.NoAnswer(d, err, time.Since(start))}
		case len(found.Body) > maxHeld:
			return comity.Holding{Answered: true, Unreadable: fmt.Sprintf("200 OK: longer than %d MiB", maxHeld>>20)}
		case !json.Valid(found.Body):
			text := said(resp.Header.Get("Content-Type"), found.Body[:min(len(found.Body), bodyRead)], connector.Redactor(d), 256)
			return comity.Holding{Answered: true, Unreadable: "200 OK: no JSON: " + text}
		}
	case http.StatusNotFound, http.StatusGone:
	default:
		found.Unreadable = judge(false, resp, connector.Redactor(d)).Text
		if resp.StatusCode < http.StatusMultipleChoices {
			found.Unreadable = connector.Clean(resp.Status, 256) + ": neither 200 nor 404"
		}
	}
	drain(resp.Body, cancel)
	return found
}

// question returns the GET request. It has no sequence; where the destination has a signing secret it
// is signed as a delete is.
func (h *Connector) question(ctx context.Context, d comity.Destination, s comity.Subject, identifier string) (*http.Request, error) {
	base, err := baseURL(d.Server.Text(comity.HttpServer.Serverurl))
	if err != nil {
		return nil, err
	}
	op := comity.Operation{Id: "get_" + rand.Text(), Subject: s, Identifier: identifier}
	if err := (endpoint{base: base, put: true}).address(&op); err != nil {
		return nil, err
	}
	op.Method = http.MethodGet
	headers := map[string]string{connector.IDHeader: op.Id}
	if err := connector.Sign(headers, d, op, time.Now()); err != nil {
		return nil, err
	}
	return h.request(ctx, d, op, headers)
}
