package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/internal/store/db"
)

// Breaker is the state of a target's breaker. While it is open, only one message at a time is sent, to find out
// whether the receiver is reachable again.
type Breaker struct {
	// Failing are the subjects whose message failed since the receiver last answered, each once.
	Failing []comity.Subject
	// Opened is when the breaker opened; zero while it is closed.
	Opened time.Time
	// Probe is the time of the next probe, Probes the number of failed ones.
	Probe  time.Time
	Probes int64
	// Edits is how many times the target, its settings or its server were edited. SetBreaker does not
	// change it.
	Edits int64
}

// Equal returns whether two states are the same, Edits aside.
func (b Breaker) Equal(other Breaker) bool {
	return slices.Equal(b.Failing, other.Failing) && b.Opened.Equal(other.Opened) && b.Probe.Equal(other.Probe) && b.Probes == other.Probes
}

// ReadBreaker returns the state of a target's breaker.
func ReadBreaker(ctx context.Context, tx *db.Tx, target int64) (Breaker, error) {
	return readBreaker(ctx, tx, target, "")
}

// LockBreaker is Breaker, and locks it against other writers until the transaction ends.
func LockBreaker(ctx context.Context, tx *db.Tx, target int64) (Breaker, error) {
	return readBreaker(ctx, tx, target, tx.Dialect.ForUpdate)
}

func readBreaker(ctx context.Context, tx *db.Tx, target int64, end string) (b Breaker, err error) {
	err = tx.Query(ctx, `SELECT failing, opened, probe, probes, edits FROM target_states WHERE co_provisioning_target_id = $1`+end, db.Args{target}, func(r *db.Row) error {
		if err := json.Unmarshal([]byte(r.Text()), &b.Failing); err != nil {
			return fmt.Errorf("breaker of target %d: %w", target, err)
		}
		b.Opened, b.Probe, b.Probes, b.Edits = r.Time(), r.Time(), r.Int(), r.Int()
		return nil
	})
	return b, err
}

// SetBreaker stores the state of a target's breaker.
func SetBreaker(ctx context.Context, tx *db.Tx, target int64, b Breaker) error {
	failing, err := json.Marshal(append([]comity.Subject{}, b.Failing...))
	if err != nil {
		return fmt.Errorf("breaker of target %d: %w", target, err)
	}
	return tx.Queue(ctx, `INSERT INTO target_states (co_provisioning_target_id, failing, opened, probe, probes) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (co_provisioning_target_id) DO UPDATE SET
			failing = excluded.failing, opened = excluded.opened, probe = excluded.probe, probes = excluded.probes`,
		db.Args{target, string(failing), db.Micros(b.Opened), db.Micros(b.Probe), b.Probes})
}

// Succeed stores the time of a successful delivery to a target, to the second. It closes the breaker and
// makes deliveries that failed because the receiver was unreachable due now.
func Succeed(ctx context.Context, tx *db.Tx, target int64) error {
	now := tx.Now()
	err := tx.Queue(ctx, resume+` AND EXISTS (SELECT 1 FROM target_states l WHERE l.co_provisioning_target_id = $1 AND l.opened IS NOT NULL)`,
		db.Args{target, now.UnixMicro()})
	if err != nil {
		return err
	}
	return tx.Queue(ctx, `INSERT INTO target_states (co_provisioning_target_id, failing, probes, succeeded) VALUES ($1, '[]', 0, $2)
		ON CONFLICT (co_provisioning_target_id) DO UPDATE SET succeeded = excluded.succeeded, `+closed+`
		WHERE target_states.succeeded IS NULL OR target_states.succeeded < $3 OR target_states.succeeded > $2 OR target_states.failing <> '[]' OR target_states.opened IS NOT NULL`,
		db.Args{target, now.UnixMicro(), now.Add(-time.Second).UnixMicro()})
}

// Resume makes deliveries that failed because the receiver was unreachable due now.
func Resume(ctx context.Context, tx *db.Tx, target int64) error {
	now := tx.Now()
	return tx.Queue(ctx, resume, db.Args{target, now.UnixMicro()})
}

const resume = `UPDATE deliveries SET due = $2
	WHERE co_provisioning_target_id = $1 AND due > $2 AND NOT claimed AND attempts > 0 AND refusals = 0`

// closed are the SQL assignments that close a breaker.
const closed = `failing = '[]', opened = NULL, probe = NULL, probes = 0`

// TargetsEdited counts an edit of targets, their settings or their server. It makes their pending deliveries due now
// and closes their breakers, because the edit may have fixed the cause of the failures.
func TargetsEdited(ctx context.Context, tx *db.Tx, targets ...int64) error {
	*MadeDue(tx) = true
	for _, target := range targets {
		now := tx.Now()
		err := tx.Queue(ctx, `UPDATE deliveries SET due = $2 WHERE co_provisioning_target_id = $1 AND due > $2 AND NOT claimed`,
			db.Args{target, now.UnixMicro()})
		if err != nil {
			return err
		}
		err = tx.Queue(ctx, `INSERT INTO target_states (co_provisioning_target_id, failing, probes, edits) VALUES ($1, '[]', 0, 1)
			ON CONFLICT (co_provisioning_target_id) DO UPDATE SET edits = target_states.edits + 1, `+closed, db.Args{target})
		if err != nil {
			return err
		}
	}
	return nil
}

// RetryLeftOut makes the deliveries of subjects that were left out due now: after a change of the identifier type
// they may have an identifier.
func RetryLeftOut(ctx context.Context, tx *db.Tx, target int64) error {
	*MadeDue(tx) = true
	now := tx.Now()
	return tx.Queue(ctx, `UPDATE deliveries SET due = $2, since = coalesce(since, CAST($2 AS bigint)), dead_lettered = false
		WHERE co_provisioning_target_id = $1 AND dead_lettered AND left_out = true`, db.Args{target, now.UnixMicro()})
}

// ofTarget is the SQL expression of the maximum number of microseconds between two tries of target %s.
const ofTarget = `1000000 * (SELECT CASE WHEN t.retry_interval < 1000000000 THEN t.retry_interval ELSE 1000000000 END
	FROM co_provisioning_targets t WHERE t.id = %s)`

// DueTooLate returns the ids of the targets with a delivery or probe that is due later than any lease or retry
// allows: it was set while the clock was ahead. back says that the clock was set back since the last call;
// then a time later than now is enough.
func DueTooLate(ctx context.Context, tx *db.Tx, lease time.Duration, back bool) ([]int64, error) {
	now := tx.Now()
	if back {
		lease = 0
	}
	beyond := db.Bigint("$1")
	if !back {
		beyond += " + " + fmt.Sprintf(ofTarget, "x.id")
	}
	return db.Collect(ctx, tx, `SELECT x.id FROM co_provisioning_targets x
		WHERE (SELECT max(d.due) FROM deliveries d WHERE d.co_provisioning_target_id = x.id AND d.due IS NOT NULL) > `+beyond+`
			OR (SELECT l.probe FROM target_states l WHERE l.co_provisioning_target_id = x.id) > `+beyond,
		db.Args{now.Add(lease).UnixMicro()}, func(r *db.Row) (int64, error) { return r.Int(), nil })
}

// MakeDue makes the deliveries and probes that DueTooLate finds due now. Deliveries in flight, which a worker may
// still be sending, get the time of a lease.
func MakeDue(ctx context.Context, tx *db.Tx, lease time.Duration, targets ...int64) error {
	now := tx.Now()
	beyond := db.Bigint("$3") + " + " + fmt.Sprintf(ofTarget, "$1")
	for _, target := range targets {
		a := db.Args{target, now.UnixMicro(), now.Add(lease).UnixMicro()}
		err := tx.Queue(ctx, `UPDATE deliveries SET due = CASE WHEN claimed THEN CAST($3 AS bigint) ELSE CAST($2 AS bigint) END
			WHERE co_provisioning_target_id = $1 AND due > $2
				AND (claimed AND due > $3 OR NOT claimed AND (attempts = 0 OR attempted > $2 OR due > `+beyond+`))`, a)
		if err != nil {
			return err
		}
		err = tx.Queue(ctx, `UPDATE target_states SET probe = $2 WHERE co_provisioning_target_id = $1 AND probe > $2 AND (opened > $2 OR probe > `+beyond+`)`, a)
		if err != nil {
			return err
		}
	}
	return nil
}

// StateTables are the tables that hold the provisioning state of targets, as opposed to their settings.
var StateTables = []string{"deliveries", "target_states", "full_syncs"}
