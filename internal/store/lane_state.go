package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"comity"
)

// Breaker is the state of a target's breaker. While it is open nothing is sent but one message at a
// time, to see whether the receiver is back.
type Breaker struct {
	// Failing are the subjects of whom a message failed since one was answered, each once.
	Failing []comity.Subject
	// Opened is since when the breaker is open; zero while it is closed.
	Opened time.Time
	// Probe is when the receiver is tried next, Probes how often it was in vain.
	Probe  time.Time
	Probes int64
}

// Equal says whether two states are the same.
func (b Breaker) Equal(other Breaker) bool {
	return slices.Equal(b.Failing, other.Failing) && b.Opened.Equal(other.Opened) && b.Probe.Equal(other.Probe) && b.Probes == other.Probes
}

// Breaker returns the state of a target's breaker.
func (tx *Tx) Breaker(ctx context.Context, target int64) (b Breaker, err error) {
	err = tx.conn.query(ctx, `SELECT failing, opened, probe, probes FROM lanes WHERE co_provisioning_target_id = $1`, args{target}, func(r Row) error {
		b.Opened, b.Probe, b.Probes = moment(r, 1), moment(r, 2), r.Int(3)
		if err := json.Unmarshal([]byte(r.Text(0)), &b.Failing); err != nil {
			return fmt.Errorf("breaker of target %d: %w", target, err)
		}
		return nil
	})
	return b, err
}

// SetBreaker notes the state of a target's breaker.
func (tx *Tx) SetBreaker(ctx context.Context, target int64, b Breaker) error {
	failing, err := json.Marshal(append([]comity.Subject{}, b.Failing...))
	if err != nil {
		return fmt.Errorf("breaker of target %d: %w", target, err)
	}
	return tx.conn.queue(ctx, `INSERT INTO lanes (co_provisioning_target_id, failing, opened, probe, probes) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (co_provisioning_target_id) DO UPDATE SET
			failing = excluded.failing, opened = excluded.opened, probe = excluded.probe, probes = excluded.probes`,
		args{target, string(failing), micros(b.Opened), micros(b.Probe), b.Probes})
}

// Succeed notes that a target took a message, to the second.
func (tx *Tx) Succeed(ctx context.Context, target int64) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	return tx.conn.queue(ctx, `INSERT INTO lanes (co_provisioning_target_id, failing, probes, succeeded) VALUES ($1, '[]', 0, $2)
		ON CONFLICT (co_provisioning_target_id) DO UPDATE SET succeeded = excluded.succeeded
		WHERE lanes.succeeded IS NULL OR lanes.succeeded < $3`, args{target, now.UnixMicro(), now.Add(-time.Second).UnixMicro()})
}

// Resume makes due at once what waits after a failure that was the receiver's, for it is back.
func (tx *Tx) Resume(ctx context.Context, target int64) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	return tx.conn.queue(ctx, `UPDATE deliveries SET due = $2
		WHERE co_provisioning_target_id = $1 AND due > $2 AND NOT held AND attempts > 0 AND refusals = 0`, args{target, now.UnixMicro()})
}

// moment reads a column of microseconds, the zero time where it has no value.
func moment(r Row, i int) time.Time {
	if r.Null(i) {
		return time.Time{}
	}
	return time.UnixMicro(r.Int(i)).UTC()
}

// micros is a time as it is stored, no value for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}
