package rest

import (
	"encoding/hex"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"

	"comity"
	"comity/internal/registry"
	"comity/internal/wire"
)

// A view's entity tag (RFC 9110, 8.8.3) is computed from its bytes, so it is the same on every instance and
// for every record that looks the same to the caller.

// entityTag returns the strong tag of a body.
func entityTag(body []byte) string {
	h := fnv.New128a()
	_, _ = h.Write(body) // a hash never fails
	return `"` + strconv.FormatUint(uint64(len(body)), 36) + "-" + hex.EncodeToString(h.Sum(nil)) + `"`
}

// matches says whether a header of If-Match or If-None-Match names the tag.
func matches(header, tag string, weak bool) bool {
	for _, one := range strings.Split(header, ",") {
		one = strings.TrimSpace(one)
		if weak {
			one = strings.TrimPrefix(one, "W/")
		}
		if one == "*" || one == tag {
			return true
		}
	}
	return false
}

// answerTagged answers a body with its tag, or 304 if the client has it already.
func (c *call) answerTagged(body []byte) {
	body = c.styled(body)
	tag := entityTag(body)
	c.w.Header().Set("ETag", tag)
	if given := c.r.Header.Get("If-None-Match"); given != "" && matches(given, tag, true) {
		c.answer(http.StatusNotModified, comity.PhraseNotModified, nil)
		return
	}
	c.answer(http.StatusOK, comity.PhraseOK, body)
}

// precondition returns that of an If-Match header: the record must still have the tag. Without the header it
// returns none.
func (c *call) precondition(rt route) []registry.Precondition {
	given := strings.Join(c.r.Header.Values("If-Match"), ",")
	if given == "" {
		return nil
	}
	return []registry.Precondition{func(rec *comity.Record) error {
		b := wire.AppendListOpen(nil, c.format, rt.resource)
		b = wire.AppendRecord(b, c.format, rec, true)
		if matches(given, entityTag(c.styled(wire.AppendListClose(b, c.format, rt.resource))), false) {
			return nil
		}
		return &comity.Error{Code: comity.Stale, Phrase: comity.PhrasePreconditionFailed, Detail: "The record has changed since it was read"}
	}}
}
