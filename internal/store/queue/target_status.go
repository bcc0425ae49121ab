package queue

import (
	"context"
	"math"
	"time"

	"comity"
	"comity/internal/store/db"
)

// TargetStatus is the provisioning status of a target.
type TargetStatus struct {
	// CoId and Description are the target's.
	CoId        int64
	Description string
	// Waiting is the number of deliveries that are pending or in flight, InFlight the number of those in
	// flight, Failed the number of those that are dead-lettered after too many refusals, LeftOut the number of subjects
	// that have no identifier to be sent under.
	Waiting, InFlight, Failed, LeftOut int64
	// WhyLeftOut is what they lack, "" where no subject is left out.
	WhyLeftOut string
	// OldestWait is since when the oldest delivery waits, zero for none. LastSuccess is the time of the last
	// successful delivery, zero for none.
	OldestWait, LastSuccess time.Time
	Breaker                 Breaker
}

// CountAll is the limit of counts that are exact.
const CountAll int64 = math.MaxInt64

// StatusOfTarget returns the provisioning status of a target. Its counts are limit at most; if so many deliveries wait,
// OldestWait is that of those that are due first.
func StatusOfTarget(ctx context.Context, tx *db.Tx, target, limit int64) (s TargetStatus, err error) {
	now := tx.Now()
	err = tx.Query(ctx, targetStatus+` WHERE t.id = $3`, db.Args{now.UnixMicro(), limit, target}, func(r *db.Row) error {
		_, s = scanTargetStatus(r)
		return nil
	})
	if err != nil {
		return s, err
	}
	s.Breaker, err = ReadBreaker(ctx, tx, target)
	return s, err
}

// StatusOfTargets returns the provisioning status of the targets of a CO (0: of all COs) by id, as StatusOfTarget does. Of
// the breaker only Opened is set.
func StatusOfTargets(ctx context.Context, tx *db.Tx, coID, limit int64) (map[int64]TargetStatus, error) {
	a := db.Args{tx.Now().UnixMicro(), limit}
	sql := targetStatus
	if coID != 0 {
		sql += " WHERE t.co_id = " + a.Put(coID)
	}
	all := map[int64]TargetStatus{}
	err := tx.Query(ctx, sql, a, func(r *db.Row) error {
		target, s := scanTargetStatus(r)
		all[target] = s
		return nil
	})
	return all, err
}

// targetStatus is the query of the status of targets t at time $1 with counts of up to $2. An index alone serves each
// count.
const targetStatus = `SELECT t.id,
	(SELECT count(*) FROM (SELECT 1 FROM deliveries d WHERE d.co_provisioning_target_id = t.id AND d.due IS NOT NULL LIMIT $2) x),
	(SELECT count(*) FROM deliveries d WHERE d.claimed AND d.due IS NOT NULL AND d.due > $1 AND d.co_provisioning_target_id = t.id),
	(SELECT count(*) FROM (SELECT 1 FROM deliveries d WHERE d.co_provisioning_target_id = t.id AND d.dead_lettered AND d.left_out = false LIMIT $2) x),
	(SELECT min(x.since) FROM (SELECT d.since FROM deliveries d WHERE d.co_provisioning_target_id = t.id AND d.due IS NOT NULL ORDER BY d.due LIMIT $2) x),
	(SELECT l.succeeded FROM target_states l WHERE l.co_provisioning_target_id = t.id),
	(SELECT l.opened FROM target_states l WHERE l.co_provisioning_target_id = t.id),
	t.co_id, t.description,
	(SELECT count(*) FROM (SELECT 1 FROM deliveries d WHERE d.co_provisioning_target_id = t.id AND d.dead_lettered AND d.left_out = true LIMIT $2) x),
	coalesce((SELECT d.answer FROM deliveries d WHERE d.co_provisioning_target_id = t.id AND d.dead_lettered AND d.left_out = true
		ORDER BY d.kind, d.subject_id LIMIT 1), '')
	FROM co_provisioning_targets t`

// scanTargetStatus reads a row of targetStatus: the target's id and its status.
func scanTargetStatus(r *db.Row) (target int64, s TargetStatus) {
	target = r.Int()
	return target, TargetStatus{
		Waiting: r.Int(), InFlight: r.Int(), Failed: r.Int(), OldestWait: r.Time(), LastSuccess: r.Time(),
		Breaker: Breaker{Opened: r.Time()}, CoId: r.Int(), Description: r.Text(),
		LeftOut: r.Int(), WhyLeftOut: r.Text(),
	}
}

// SubjectStatus is the state of the delivery of a subject to a target.
type SubjectStatus struct {
	Subject comity.Subject
	// SubjectState is what is kept of the subject at the target.
	comity.SubjectState
	// Sequence is the sequence of the last claim.
	Sequence int64
	// Due is the time of the next try, zero for none. Since is since when a change is pending, zero for none.
	Due, Since time.Time
	// InFlight says that a worker has the delivery, DeadLettered that it is not tried again: after too many
	// refusals or, if it is LeftOut, because the subject has no identifier to be sent under.
	InFlight, DeadLettered, LeftOut bool
	// Attempts is the number of failures since the last success.
	Attempts int64
	// Attempted is the time of the last attempt, Delivered that of the last successful one, zero for none. Answer
	// is what the endpoint answered.
	Attempted, Delivered time.Time
	Answer               string
	// Sent is the last sent message as the outbox packs it; nil for none.
	Sent []byte
}

const subjectColumns = `kind, subject_id, sequence, due, since, claimed, dead_lettered, left_out, attempts, attempted, delivered, answer, sent, identifier, obsolete, state`

func scanSubject(r *db.Row) (s SubjectStatus, err error) {
	s = SubjectStatus{
		Subject: subjectIn(r), Sequence: r.Int(), Due: r.Time(), Since: r.Time(),
		InFlight: r.Bool(), DeadLettered: r.Bool(), LeftOut: r.Bool(), Attempts: r.Int(), Attempted: r.Time(), Delivered: r.Time(), Answer: r.Text(), Sent: r.Bytes(),
	}
	s.LeftOut = s.LeftOut && s.DeadLettered
	s.SubjectState, err = stateIn(r)
	return s, err
}

// StatusOfSubject returns the state of the delivery of a subject to a target; found is false where there never
// was one.
func StatusOfSubject(ctx context.Context, tx *db.Tx, target int64, subject comity.Subject) (s SubjectStatus, found bool, err error) {
	err = tx.Query(ctx, `SELECT `+subjectColumns+` FROM deliveries WHERE `+deliveryKey,
		db.Args{target, int64(subject.Kind), subject.Id}, func(r *db.Row) (err error) {
			found = true
			s, err = scanSubject(r)
			return err
		})
	return s, found, err
}

// Failed returns up to limit of a target's deliveries that are dead-lettered after too many refusals, people
// first, in order of id, starting after the given subject.
func Failed(ctx context.Context, tx *db.Tx, target int64, after comity.Subject, limit int) ([]SubjectStatus, error) {
	return db.Collect(ctx, tx, `SELECT `+subjectColumns+` FROM deliveries
		WHERE co_provisioning_target_id = $1 AND dead_lettered AND left_out = false AND (kind, subject_id) > ($2, $3) ORDER BY kind, subject_id LIMIT $4`,
		db.Args{target, int64(after.Kind), after.Id, int64(limit)}, scanSubject)
}

// Retried returns up to limit of a target's deliveries that failed and whose next try is later than now,
// soonest first.
func Retried(ctx context.Context, tx *db.Tx, target int64, limit int) ([]SubjectStatus, error) {
	now := tx.Now()
	return db.Collect(ctx, tx, `SELECT `+subjectColumns+` FROM deliveries
		WHERE co_provisioning_target_id = $1 AND due > $2 AND attempts > 0 ORDER BY due LIMIT $3`,
		db.Args{target, now.UnixMicro(), int64(limit)}, scanSubject)
}

// Resend makes a target's deliveries due now that are dead-lettered after too many refusals, or wait for a later
// time or the breaker: the one of a subject or, for nil, all. It closes the breaker and returns how many deliveries it
// made due. Subjects that are left out are not among them.
func Resend(ctx context.Context, tx *db.Tx, target int64, subject *comity.Subject) (int64, error) {
	now := tx.Now()
	sql := `UPDATE deliveries SET due = $2, since = coalesce(since, CAST($2 AS bigint)), refusals = 0, dead_lettered = false
		WHERE co_provisioning_target_id = $1 AND (dead_lettered AND left_out = false OR NOT claimed AND (due > $2 OR due IS NOT NULL
			AND EXISTS (SELECT 1 FROM target_states l WHERE l.co_provisioning_target_id = $1 AND l.opened IS NOT NULL)))`
	a := db.Args{target, now.UnixMicro()}
	if subject != nil {
		sql += " AND kind = " + a.Put(int64(subject.Kind)) + " AND subject_id = " + a.Put(subject.Id)
	}
	count, err := tx.Exec(ctx, sql, a)
	if err != nil {
		return count, err
	}
	return count, tx.Queue(ctx, `UPDATE target_states SET `+closed+` WHERE co_provisioning_target_id = $1 AND opened IS NOT NULL`, db.Args{target})
}
