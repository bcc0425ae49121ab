package registry

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// Once makes an add answer the same when the same request comes again under the same key, for a day.
// The key is the caller's own. What failed is not kept: it is tried anew.
type Once struct {
	// Key is the client's; "" promises nothing.
	Key string
	// Request is a digest of the request.
	Request string
	// element says which of many records of the request is meant.
	element string
}

// of is the promise for one of the many records that a request adds.
func (o Once) of(element int) Once {
	o.element = fmt.Sprintf("\n%d", element) // no header has a line end, so no other key is so
	return o
}

const (
	maxOnceKey = 255
	onceKept   = 24 * time.Hour
)

// do adds a record, or returns the one that the same request added before.
func (o Once) do(ctx context.Context, tx *store.Tx, caller access.Caller, add func() (int64, error)) (int64, error) {
	if o.Key == "" {
		return add()
	}
	if utf8.RuneCountInString(o.Key) > maxOnceKey {
		return 0, comity.BadRequest("The Idempotency-Key is longer than %d characters", maxOnceKey)
	}
	if !utf8.ValidString(o.Key) {
		return 0, comity.BadRequest("The Idempotency-Key is no UTF-8")
	}
	now, err := tx.Now(ctx)
	if err != nil {
		return 0, err
	}
	key := o.Key + o.element
	request, id, err := tx.ClaimOnce(ctx, caller.Username, key, o.Request, now.Add(-onceKept))
	if err != nil {
		return 0, err
	}
	if request != o.Request {
		return 0, &comity.Error{
			Code: comity.NoSuchSearch, Phrase: "Unprocessable Entity",
			Detail: "The Idempotency-Key was used for another request",
		}
	}
	if id != 0 {
		return id, nil
	}
	if id, err = add(); err != nil {
		return 0, err
	}
	return id, tx.SetOnce(ctx, caller.Username, key, id)
}
