package store

import (
	"context"
	"time"
)

// Done returns the request that a user's key was used for since a time, and the record it made; 0
// where it was not used.
func (tx *Tx) Done(ctx context.Context, username, key string, since time.Time) (request string, id int64, err error) {
	err = tx.conn.query(ctx, `SELECT request, record_id FROM idempotency_keys WHERE username = $1 AND key = $2 AND created >= $3`,
		args{username, key, since.UnixMicro()}, func(r Row) error {
			request, id = r.Text(0), r.Int(1)
			return nil
		})
	return request, id, err
}

// SetDone notes what a user's key was used for, in place of what it was used for too long ago.
func (tx *Tx) SetDone(ctx context.Context, username, key, request string, id int64) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	a := args{username, key}
	if err := tx.conn.queue(ctx, `DELETE FROM idempotency_keys WHERE username = $1 AND key = $2`, a); err != nil {
		return err
	}
	return tx.conn.queue(ctx, `INSERT INTO idempotency_keys (username, key, request, record_id, created) VALUES ($1, $2, $3, $4, $5)`,
		append(a, request, id, now.UnixMicro()))
}

// ForgetDone drops the keys that were used before a time.
func (tx *Tx) ForgetDone(ctx context.Context, before time.Time) error {
	return tx.conn.queue(ctx, `DELETE FROM idempotency_keys WHERE created < $1`, args{before.UnixMicro()})
}
