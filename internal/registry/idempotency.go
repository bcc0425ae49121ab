package registry

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Idempotency is the idempotency key of an add: the same request with the same key gets the same answer for a
// day. Keys belong to their caller. Failures are not stored: the request is tried again.
type Idempotency struct {
	// Key is chosen by the client; "" means no idempotency.
	Key string
	// Request is a digest of the request.
	Request string
	// element distinguishes the records of one request.
	element string
}

// of returns the key for one of the many records that a request adds.
func (k Idempotency) of(element int) Idempotency {
	k.element = fmt.Sprintf("\n%d", element) // no header contains a line end, so no other key is equal
	return k
}

const (
	maxIdempotencyKey = 255
	idempotencyKept   = 24 * time.Hour
)

// do adds a record, or returns the id of the one that the same request added before.
func (k Idempotency) do(ctx context.Context, tx *db.Tx, caller authz.Caller, add func() (int64, error)) (int64, error) {
	if k.Key == "" {
		return add()
	}
	if utf8.RuneCountInString(k.Key) > maxIdempotencyKey {
		return 0, comity.BadRequest("The Idempotency-Key is longer than %d characters", maxIdempotencyKey)
	}
	if !utf8.ValidString(k.Key) {
		return 0, comity.BadRequest("The Idempotency-Key is no UTF-8")
	}
	now := tx.Now()
	key := k.Key + k.element
	request, id, err := store.ClaimIdempotencyKey(ctx, tx, caller.Username, key, k.Request, now.Add(-idempotencyKept))
	if err != nil {
		return 0, err
	}
	if request != k.Request {
		return 0, &comity.Error{
			Code: comity.Unprocessable, Phrase: comity.PhraseUnprocessable,
			Detail: "The Idempotency-Key was used for another request",
		}
	}
	if id != 0 {
		return id, nil
	}
	if id, err = add(); err != nil {
		return 0, err
	}
	return id, store.SetIdempotentRecord(ctx, tx, caller.Username, key, id)
}
