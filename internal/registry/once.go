package registry

import (
	"context"
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
	now, err := tx.Now(ctx)
	if err != nil {
		return 0, err
	}
	request, id, err := tx.ClaimOnce(ctx, caller.Username, o.Key, o.Request, now.Add(-onceKept))
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
	return id, tx.SetOnce(ctx, caller.Username, o.Key, id)
}
