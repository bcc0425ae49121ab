// Package queue keeps the deliveries: a row per target and subject says that the target must learn about the
// subject. It enqueues them with the changes of a transaction, and gives them to dispatchers by lease. It also
// keeps the state of targets: the breaker, full syncs, and the counts that status pages show.
package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"comity"
	"comity/internal/store/db"
)

// Delivery is a claimed delivery: a change of one subject that one target is to be sent.
type Delivery struct {
	TargetId int64
	Subject  comity.Subject
	// Version is raised by each change; a higher one in the database is a change after the claim.
	Version int64
	// Sequence is one more with each claim; the receiver drops messages with a lower one.
	Sequence int64
	// Attempts is the number of failures since the last success, Refusals the number of those where the
	// endpoint refused the message.
	Attempts, Refusals int64
	// SubjectState is what is kept of the subject at the target.
	comity.SubjectState
	// Edits is how many times the target, its settings or its server had been edited at the claim.
	Edits int64
	// OnlyChanged says that the message is not sent where it equals Sent, the last sent message as the
	// outbox packs it.
	OnlyChanged bool
	Sent        []byte
}

const deliveryColumns = `co_provisioning_target_id, kind, subject_id, version, sequence, attempts, refusals, identifier, obsolete, state,
	coalesce((SELECT l.edits FROM target_states l WHERE l.co_provisioning_target_id = deliveries.co_provisioning_target_id), 0)`

// deliveryKey is the SQL condition on the key of a delivery: target $1, kind $2, subject id $3.
const deliveryKey = `co_provisioning_target_id = $1 AND kind = $2 AND subject_id = $3`

// newDelivery are the columns of an inserted delivery, sameDelivery the columns of its key.
const (
	newDelivery = `co_provisioning_target_id, kind, subject_id, co_id, version, due, claimed, since,
			sequence, attempts, refusals, dead_lettered, identifier, obsolete, answer`
	sameDelivery = `co_provisioning_target_id, kind, subject_id`
)

func scanDelivery(r *db.Row) (Delivery, error) {
	d := Delivery{
		TargetId: r.Int(), Subject: subjectIn(r), Version: r.Int(), Sequence: r.Int(), Attempts: r.Int(), Refusals: r.Int(),
	}
	var err error
	if d.SubjectState, err = stateIn(r); err != nil {
		return d, fmt.Errorf("%v at target %d: %w", d.Subject, d.TargetId, err)
	}
	d.Edits = r.Int()
	return d, nil
}

// stateIn reads a state from the next three columns: identifier, obsolete and state.
func stateIn(r *db.Row) (s comity.SubjectState, err error) {
	s.Identifier = r.Text()
	s.Obsolete, err = obsoleteOf(r.Text())
	s.Own = r.Bytes()
	return s, err
}

// bytesOf returns bytes as they are stored, NULL for nil.
func bytesOf(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// subjectIn reads a subject from the next two columns, its kind and its id.
func subjectIn(r *db.Row) comity.Subject {
	return comity.Subject{Kind: comity.SubjectKind(r.Int()), Id: r.Int()}
}

func obsoleteOf(text string) (identifiers []string, err error) {
	if err := json.Unmarshal([]byte(text), &identifiers); err != nil {
		return nil, fmt.Errorf("obsolete identifiers: %w", err)
	}
	return identifiers, nil
}

// Claim claims up to limit deliveries of a target that are due. They are in flight, and no other worker
// gets them, until they are finished (Finish) or, when the lease is over, given back (GiveBack).
func Claim(ctx context.Context, tx *db.Tx, target int64, limit int, lease time.Duration) ([]Delivery, error) {
	now := tx.Now()
	// Materialised: a plan that evaluated the subquery for each row would claim up to limit each time.
	sql := fmt.Sprintf(`WITH next AS MATERIALIZED (
			SELECT d.kind, d.subject_id FROM deliveries d WHERE d.co_provisioning_target_id = $2 AND d.due <= $3 AND NOT d.claimed
			ORDER BY d.due LIMIT $4%s)
		UPDATE deliveries SET claimed = true, due = $1, sequence = sequence + 1
		WHERE (co_provisioning_target_id, kind, subject_id) IN (SELECT CAST($2 AS bigint), kind, subject_id FROM next)
		RETURNING %s`, tx.Dialect.SkipLocked, deliveryColumns)
	var claimed []Delivery
	err := tx.ByKey(ctx, sql, db.Args{now.Add(lease).UnixMicro(), target, now.UnixMicro(), int64(limit)}, func(r *db.Row) error {
		d, err := scanDelivery(r)
		claimed = append(claimed, d)
		return err
	})
	return claimed, err
}

// ClaimOne claims the delivery of one subject, whether or not it is due, and returns whether it did: false
// while another worker has claimed it.
func ClaimOne(ctx context.Context, tx *db.Tx, target int64, subject comity.Subject, co int64, lease time.Duration) (Delivery, bool, error) {
	now := tx.Now()
	var d Delivery
	got := false
	sql := `INSERT INTO deliveries (` + newDelivery + `)
		VALUES ($1, $2, $3, $4, 1, $5, true, $6, 1, 0, 0, false, '', '[]', '')
		ON CONFLICT (` + sameDelivery + `) DO UPDATE SET
			version = deliveries.version + 1, due = excluded.due, claimed = true, sequence = deliveries.sequence + 1,
			since = coalesce(deliveries.since, excluded.since), refusals = 0, dead_lettered = false
		WHERE NOT deliveries.claimed
		RETURNING ` + deliveryColumns
	err := tx.Query(ctx, sql, db.Args{target, int64(subject.Kind), subject.Id, co, now.Add(lease).UnixMicro(), now.UnixMicro()}, func(r *db.Row) (err error) {
		got = true
		d, err = scanDelivery(r)
		return err
	})
	return d, got, err
}

// Release makes all deliveries in flight pending and due now, and probes due now, whichever worker has
// claimed them. The caller knows that no other worker runs.
func Release(ctx context.Context, tx *db.Tx) error {
	now := tx.Now()
	if err := tx.Queue(ctx, `UPDATE target_states SET probe = $1 WHERE probe > $1`, db.Args{now.UnixMicro()}); err != nil {
		return err
	}
	return tx.Queue(ctx, `UPDATE deliveries SET claimed = false, due = $1 WHERE claimed AND due IS NOT NULL`, db.Args{now.UnixMicro()})
}

// EnqueueOne enqueues a delivery of one subject to one target, due now.
func EnqueueOne(ctx context.Context, tx *db.Tx, target int64, subject comity.Subject, co int64) error {
	now := tx.Now()
	return tx.Queue(ctx, `INSERT INTO deliveries (`+newDelivery+`)
		VALUES ($1, $2, $3, $4, 1, $5, false, $5, 0, 0, 0, false, '', '[]', '')
		ON CONFLICT (`+sameDelivery+`) DO UPDATE SET
			version = deliveries.version + 1, due = CASE WHEN deliveries.claimed THEN deliveries.due ELSE excluded.due END,
			since = coalesce(deliveries.since, excluded.since), refusals = 0, dead_lettered = false`,
		db.Args{target, int64(subject.Kind), subject.Id, co, now.UnixMicro()})
}

func obsoleteText(identifiers []string) (string, error) {
	text, err := json.Marshal(append([]string{}, identifiers...))
	if err != nil {
		return "", fmt.Errorf("obsolete identifiers: %w", err)
	}
	return string(text), nil
}

// DueTarget is a target with pending deliveries or a full sync under way. Due is when the first delivery
// is due, Workers how many messages may be sent in parallel, 0 where the target's settings do not say.
type DueTarget struct {
	TargetId int64
	Due      time.Time
	Workers  int64
}

// DueTargets returns the targets in one of the modes that have pending deliveries, and those with a full
// sync under way, in order of their Ordr; targets without one come last.
func DueTargets(ctx context.Context, tx *db.Tx, modes []string) ([]DueTarget, error) {
	var targets []DueTarget
	var a db.Args
	sql := `SELECT x.id, CASE WHEN b.opened IS NOT NULL AND b.probe > x.due THEN b.probe ELSE x.due END, coalesce(x.workers, 0) FROM (
			SELECT t.id, t.ordr, t.workers, coalesce(
				CASE WHEN t.status <> ` + a.Put(comity.ModeDisabled) + ` THEN
					(SELECT 0 FROM full_syncs w WHERE w.co_provisioning_target_id = t.id AND w.ended IS NULL) END,
				CASE WHEN t.status IN ` + db.List(&a, modes) + ` THEN
					(SELECT min(d.due) FROM deliveries d WHERE d.co_provisioning_target_id = t.id AND d.due IS NOT NULL AND NOT d.claimed) END) AS due
			FROM co_provisioning_targets t) x
		LEFT JOIN target_states b ON b.co_provisioning_target_id = x.id
		WHERE x.due IS NOT NULL ORDER BY x.ordr IS NULL, x.ordr, x.id`
	err := tx.Query(ctx, sql, a, func(r *db.Row) error {
		targets = append(targets, DueTarget{r.Int(), time.UnixMicro(r.Int()).UTC(), r.Int()})
		return nil
	})
	return targets, err
}
