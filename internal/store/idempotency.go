package store

import (
	"context"
	"time"

	"comity/internal/store/db"
)

// ClaimIdempotencyKey claims a user's idempotency key for a request, unless the key was used since the given time. It
// returns the request that the key is used for and the id of the record that it added, 0 where the key is
// claimed now. Another transaction that claims the same key waits until this one ends.
func ClaimIdempotencyKey(ctx context.Context, tx *db.Tx, username, key, request string, since time.Time) (used string, id int64, err error) {
	now := tx.Now()
	err = tx.Queue(ctx, `INSERT INTO idempotency_keys (username, key, request, record_id, created) VALUES ($1, $2, $3, 0, $4)
		ON CONFLICT (username, key) DO UPDATE SET request = excluded.request, record_id = 0, created = excluded.created
		WHERE idempotency_keys.created < $5`, db.Args{username, key, request, now.UnixMicro(), since.UnixMicro()})
	if err != nil {
		return "", 0, err
	}
	err = tx.Query(ctx, `SELECT request, record_id FROM idempotency_keys WHERE username = $1 AND key = $2`,
		db.Args{username, key}, func(r *db.Row) error {
			used, id = r.Text(), r.Int()
			return nil
		})
	return used, id, err
}

// SetIdempotentRecord stores the id of the record that the request with a user's idempotency key added.
func SetIdempotentRecord(ctx context.Context, tx *db.Tx, username, key string, id int64) error {
	return tx.Queue(ctx, `UPDATE idempotency_keys SET record_id = $1 WHERE username = $2 AND key = $3`, db.Args{id, username, key})
}

// DeleteOldIdempotencyKeys deletes up to limit of the idempotency keys that were claimed before a time, oldest first, and
// returns how many.
func DeleteOldIdempotencyKeys(ctx context.Context, tx *db.Tx, before time.Time, limit int) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM idempotency_keys WHERE (username, key) IN (
		SELECT k.username, k.key FROM idempotency_keys k WHERE k.created < $1 ORDER BY k.created LIMIT $2)`, db.Args{before.UnixMicro(), int64(limit)})
}
