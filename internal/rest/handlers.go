package rest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry"
	"comity/internal/registry/view"
	"comity/internal/wire"
)

// noCompression is the header by which an answer asks the compressing handler around the API not to compress
// it; that handler removes it.
const noCompression = "No-Gzip-Compression"

// maxBody is the largest request body, in bytes.
const maxBody = 1 << 20

// buffers are reused for building answers.
var buffers = sync.Pool{New: func() any {
	b := make([]byte, 0, 4096)
	return &b
}}

// maxPooled is the largest buffer that is kept for reuse.
const maxPooled = 1 << 20

func release(p *[]byte, b []byte) {
	if cap(b) <= maxPooled {
		*p = b[:0]
		buffers.Put(p)
	}
}

// styled returns the body of an answer in the style of the caller: with StringIds every number in JSON is a
// string.
func (c *call) styled(body []byte) []byte {
	if !c.caller.StringIds || c.format != wire.JSON || c.verbatim {
		return body
	}
	return wire.AppendQuotingNumbers(make([]byte, 0, len(body)+len(body)/8), body)
}

func (c *call) view(rt route) error {
	rec, err := c.record(rt)
	if err != nil {
		return err
	}
	p, _ := buffers.Get().(*[]byte)
	b := wire.AppendListOpen(*p, c.format, rt.resource)
	b = wire.AppendRecord(b, c.format, rec, true)
	b = wire.AppendListClose(b, c.format, rt.resource)
	c.answerTagged(b)
	release(p, b)
	return nil
}

// record returns the record of a view: as it is, or with revision or at as it was.
func (c *call) record(rt route) (*comity.Record, error) {
	id := comity.ParseId(rt.id)
	if c.r.URL.RawQuery == "" {
		return c.View.Record(c.r.Context(), c.caller, rt.resource, id)
	}
	query := c.r.URL.Query()
	past, asked, err := asOf(query)
	if err != nil {
		return nil, err
	}
	if !asked {
		return c.View.Record(c.r.Context(), c.caller, rt.resource, id)
	}
	return c.View.RecordAsOf(c.r.Context(), c.caller, rt.resource, id, past)
}

// asOf parses which earlier state a query asks for; asked is false if it asks for none.
func asOf(query url.Values) (past view.AsOf, asked bool, err error) {
	if query.Has("revision") {
		n, err := strconv.ParseInt(query.Get("revision"), 10, 64)
		if err != nil || n < 0 {
			return past, true, comity.BadRequest("revision is %q, it must be a number from 0 on", query.Get("revision"))
		}
		return view.AsOf{Revision: n}, true, nil
	}
	if !query.Has("at") {
		return past, false, nil
	}
	past.Revision = -1
	past.Time, err = parseTime("at", query.Get("at"))
	return past, true, err
}

// listing returns the list that the parameters of a URL ask for, and calls each with the records of its first page.
func (c *call) listing(rt route, values url.Values, each func(*comity.Record)) (*view.Listing, error) {
	var at time.Time
	if rt.resource == comity.CoGroupMember.Resource && values.Has("at") {
		var err error
		if at, err = parseEpochTime("at", values.Get("at")); err != nil {
			return nil, err
		}
		values = maps.Clone(values)
		values.Del("at")
	}
	q, err := parseListQuery(rt.resource, values)
	if denied := q.Authorize(c.caller); denied != nil {
		return nil, denied
	}
	if err != nil {
		return nil, err
	}
	q.Each = each
	if q.At = at; !at.IsZero() {
		if err := checkAt(q); err != nil {
			return nil, err
		}
	}
	return c.View.List(c.r.Context(), c.caller, q)
}

// list writes a list page by page, each read and written before the next, so that memory does not grow with
// the list. The first page decides the status; if a later one fails the connection is cut, so that a client
// does not mistake a part for the whole.
func (c *call) list(rt route) error {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return comity.BadRequest("The query cannot be read: %v", err)
	}
	p, _ := buffers.Get().(*[]byte)
	b, first := wire.AppendListOpen(*p, c.format, rt.resource), true
	l, err := c.listing(rt, query, func(rec *comity.Record) {
		b = wire.AppendRecord(b, c.format, rec, first)
		first = false
	})
	if err != nil {
		return err
	}
	if !l.NextSince.IsZero() {
		c.w.Header().Set("Comity-Next-Since", l.NextSince.UTC().Format(sinceLayout))
	}
	if l.None != "" {
		c.answer(http.StatusNoContent, l.None, nil)
		return nil
	}
	if l.Limited {
		if l.More != 0 {
			c.linkNext(query, strconv.FormatInt(l.More, 10))
		}
		b = wire.AppendListClose(b, c.format, rt.resource)
		c.answerTagged(b)
		release(p, b)
		return nil
	}
	if l.Full {
		// A compressed answer is terminated properly even when it is cut, and would look complete: an answer
		// written page by page is not compressed.
		c.w.Header().Set(noCompression, "true")
	}
	c.begin(http.StatusOK, comity.PhraseOK, true)
	if err := c.pages(l, rt.resource, &b); err != nil {
		c.Log.WarnContext(c.r.Context(), "list cut short", "path", c.r.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
	release(p, b)
	return nil
}

// linkNext adds the link to the next page: the same query, with after set to the end of this one.
func (c *call) linkNext(query url.Values, after string) {
	query.Set("after", after)
	c.w.Header().Set("Link", fmt.Sprintf("<%s?%s>; rel=\"next\"", c.r.URL.EscapedPath(), query.Encode()))
}

// pages writes the page in b, and those after it, which the listing appends to b.
func (c *call) pages(l *view.Listing, res *comity.Resource, b *[]byte) error {
	for {
		last := !l.Full
		if last {
			*b = wire.AppendListClose(*b, c.format, res)
		}
		if _, err := c.w.Write(c.styled(*b)); err != nil || last {
			return err
		}
		*b = (*b)[:0]
		if err := l.Next(c.r.Context()); err != nil {
			return err
		}
	}
}

// idempotency returns the idempotency key of a request: the same request with the same key is carried out once.
func (c *call) idempotency(body []byte) registry.Idempotency {
	key := c.r.Header.Get("Idempotency-Key")
	if key == "" {
		return registry.Idempotency{}
	}
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\n", c.r.URL.Path) // a hash never fails
	_, _ = h.Write(body)
	return registry.Idempotency{Key: key, Request: hex.EncodeToString(h.Sum(nil))}
}

// body reads the request's body.
func (c *call) body() ([]byte, error) { return c.bodyUpTo(maxBody) }

func (c *call) bodyUpTo(limit int64) ([]byte, error) {
	for _, coding := range c.r.Header.Values("Content-Encoding") {
		if coding = strings.TrimSpace(coding); coding != "" && !strings.EqualFold(coding, "identity") {
			c.w.Header().Set("Accept-Encoding", "identity")
			return nil, &comity.Error{
				Code: comity.Unsupported, Phrase: comity.PhraseUnsupported,
				Detail: fmt.Sprintf("The body has the Content-Encoding %q; send it as it is, without one", coding),
			}
		}
	}
	b, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, limit))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, &comity.Error{
			Code: comity.TooLarge, Phrase: comity.PhraseTooLarge,
			Detail: fmt.Sprintf("The body is larger than %d MiB", limit>>20),
		}
	}
	if err != nil {
		return nil, comity.BadRequest("The body cannot be read to its end: %v", err)
	}
	return b, nil
}

func (c *call) add(rt route) error {
	if !c.caller.May(authz.Add, rt.resource) {
		return comity.Forbid()
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	in, err := wire.Decode(c.format, rt.resource, body)
	if err != nil {
		return err
	}
	added, err := c.Registry.AddIdempotent(c.r.Context(), c.caller, rt.resource, in, c.idempotency(body))
	if err != nil {
		return err
	}
	c.answer(http.StatusCreated, comity.PhraseAdded, wire.AppendNewObject(nil, c.format, rt.resource, added.Id, added.Generated))
	return nil
}

func (c *call) edit(rt route) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	id := comity.ParseId(rt.id)
	in, err := wire.Decode(c.format, rt.resource, body)
	if err != nil {
		return errors.Join(c.View.Exists(c.r.Context(), c.caller, rt.resource, id), err)
	}
	if err := c.Registry.Edit(c.r.Context(), c.caller, rt.resource, id, in, c.precondition(rt)...); err != nil {
		return err
	}
	c.answer(http.StatusOK, comity.PhraseOK, nil)
	return nil
}

func (c *call) delete(rt route) error {
	if err := c.Registry.Delete(c.r.Context(), c.caller, rt.resource, comity.ParseId(rt.id), c.precondition(rt)...); err != nil {
		return err
	}
	c.answer(http.StatusOK, comity.PhraseDeleted, nil)
	return nil
}

// deleteNothing answers a delete that names no record.
func (c *call) deleteNothing(rt route) error {
	if !c.caller.May(authz.Delete, rt.resource) {
		return comity.Forbid()
	}
	return comity.InvalidFields(comity.FieldError{Field: "id", Sentence: "An id must be provided"})
}

func (c *call) reconcileAll(rt route) error {
	groups, err := c.Registry.ReconcileCO(c.r.Context(), c.caller, comity.ParseId(c.r.URL.Query().Get("coid")))
	if err != nil {
		return err
	}
	b := wire.AppendListOpen(nil, c.format, rt.resource)
	for i, g := range groups {
		b = wire.AppendRecord(b, c.format, g, i == 0)
	}
	c.answer(http.StatusOK, comity.PhraseOK, wire.AppendListClose(b, c.format, rt.resource))
	return nil
}

func (c *call) reconcileOne(rt route) error {
	if err := c.Registry.ReconcileGroup(c.r.Context(), c.caller, comity.ParseId(rt.id)); err != nil {
		return err
	}
	c.answer(http.StatusOK, comity.PhraseOK, nil)
	return nil
}

// assign answers the call that adds the identifiers which the CO assigns to a person.
func (c *call) assign(rt route) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	in, err := wire.Decode(c.format, rt.resource, body)
	if err != nil {
		return err
	}
	if err := c.Registry.AssignIdentifiers(c.r.Context(), c.caller, in); err != nil {
		return err
	}
	c.answer(http.StatusOK, comity.PhraseOK, nil)
	return nil
}

// verify answers the call that marks an email address as verified, on an administrator's word.
func (c *call) verify(rt route) error {
	if _, err := c.body(); err != nil {
		return err
	}
	if err := c.Registry.VerifyEmailAddress(c.r.Context(), c.caller, comity.ParseId(rt.id)); err != nil {
		return err
	}
	c.answer(http.StatusOK, comity.PhraseOK, nil)
	return nil
}

// duplicate answers the call that adds a CO configured like another.
func (c *call) duplicate(rt route) error {
	if _, err := c.body(); err != nil {
		return err
	}
	added, err := c.Registry.DuplicateCO(c.r.Context(), c.caller, comity.ParseId(rt.id))
	if err != nil {
		return err
	}
	c.answer(http.StatusCreated, comity.PhraseAdded, wire.AppendNewObject(nil, c.format, rt.resource, added.Id, ""))
	return nil
}
