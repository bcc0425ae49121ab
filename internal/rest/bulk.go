package rest

import (
	"errors"
	"net/http"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/httpserver"
	"comity/internal/registry"
	"comity/internal/wire"
)

// maxBulkBody is the largest body of a bulk request, in bytes.
const maxBulkBody = 8 << 20

// bulk adds many records: all in one transaction or none, or with separately=true each by itself. Either way
// every element has its own result in the answer.
func (c *call) bulk(rt route) error {
	if !c.caller.May(authz.Add, rt.resource) {
		return comity.Forbid()
	}
	body, err := c.bodyUpTo(maxBulkBody)
	if err != nil {
		return err
	}
	inputs, err := wire.DecodeBulk(rt.resource, body, comity.MaxBulk)
	if err != nil {
		return err
	}
	separately, err := parseFlag(c.r.URL.Query(), "separately")
	if err != nil {
		return err
	}
	var results []registry.BatchResult
	var failed error
	if separately {
		results = c.Registry.AddEach(c.r.Context(), c.caller, rt.resource, inputs, c.idempotency(body))
		added := func(r registry.BatchResult) bool { return r.Id != 0 }
		if ended := httpserver.Ended(c.r.Context()); ended != nil && !slices.ContainsFunc(results, added) {
			return ended
		}
	} else {
		results, failed = c.Registry.AddAll(c.r.Context(), c.caller, rt.resource, inputs, c.idempotency(body))
	}
	answers := make([]wire.BulkAnswer, len(results))
	for i, result := range results {
		answers[i] = c.bulkAnswer(result)
	}
	code, phrase := http.StatusOK, comity.PhraseOK
	if failed != nil {
		var e *comity.Error
		if !errors.As(failed, &e) || e.Code == comity.Unauthorised {
			return failed
		}
		code, phrase = status(e.Code), e.Phrase
	}
	c.answer(code, phrase, wire.AppendBulk(nil, rt.resource, answers))
	return nil
}

func (c *call) bulkAnswer(result registry.BatchResult) wire.BulkAnswer {
	if result.Err == nil && result.Id == 0 {
		return wire.BulkAnswer{Status: http.StatusFailedDependency, Reason: comity.PhraseNotCarriedOut}
	}
	if result.Err == nil {
		return wire.BulkAnswer{Status: http.StatusCreated, Reason: comity.PhraseAdded, Id: result.Id, Generated: result.Generated}
	}
	e := c.clientError(result.Err)
	return wire.BulkAnswer{Status: status(e.Code), Reason: e.Phrase, Error: e}
}
