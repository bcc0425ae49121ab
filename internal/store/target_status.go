package store

import (
	"context"
	"fmt"
	"time"

	"comity"
)

// LaneStatus is what a target waits for, and how it goes.
type TargetStatus struct {
	// CoId and Description are the target's.
	CoId        int64
	Description string
	// Waiting are the subjects that it is to be told about, InFlight those of them of whom it is being
	// told, Failed those that rest after too many refusals, LeftOut those who have nothing to be sent under.
	Waiting, InFlight, Failed, LeftOut int64
	// WhyLeftOut is what they lack, "" where nobody is left out.
	WhyLeftOut string
	// OldestWait is since when the one who waits longest does, zero where nobody does. LastSuccess is
	// when it last took a message.
	OldestWait, LastSuccess time.Time
	Breaker                 Breaker
}

// LaneStatus returns how a target does.
func (tx *Tx) TargetStatus(ctx context.Context, target int64) (s TargetStatus, err error) {
	now, err := tx.Now(ctx)
	if err != nil {
		return s, err
	}
	sql := fmt.Sprintf(targetStatus, " AND d.co_provisioning_target_id = $2") + ` WHERE t.id = $2`
	err = tx.conn.query(ctx, sql, args{now.UnixMicro(), target}, func(r Row) error {
		s = scanTargetStatus(r)
		return nil
	})
	if err != nil {
		return s, err
	}
	s.Breaker, err = tx.Breaker(ctx, target)
	return s, err
}

// LaneStatuses returns how every target does, by its id; of the breaker only whether it is open.
func (tx *Tx) TargetStatuses(ctx context.Context) (map[int64]TargetStatus, error) {
	now, err := tx.Now(ctx)
	if err != nil {
		return nil, err
	}
	all := map[int64]TargetStatus{}
	err = tx.conn.query(ctx, fmt.Sprintf(targetStatus, ""), args{now.UnixMicro()}, func(r Row) error {
		all[r.Int(0)] = scanTargetStatus(r)
		return nil
	})
	return all, err
}

// laneStatus reads how targets t do at a time ($1). Who waits (%s: for which target) is counted from an
// index alone.
const targetStatus = `SELECT t.id, coalesce(w.waiting, 0), coalesce(w.held, 0),
	(SELECT count(*) FROM deliveries d WHERE d.co_provisioning_target_id = t.id AND d.resting AND d.left_out = false),
	w.since,
	(SELECT l.succeeded FROM target_states l WHERE l.co_provisioning_target_id = t.id),
	(SELECT l.opened FROM target_states l WHERE l.co_provisioning_target_id = t.id),
	t.co_id, t.description,
	(SELECT count(*) FROM deliveries d WHERE d.co_provisioning_target_id = t.id AND d.resting AND d.left_out = true),
	coalesce((SELECT d.answer FROM deliveries d WHERE d.co_provisioning_target_id = t.id AND d.resting AND d.left_out = true
		ORDER BY d.kind, d.subject_id LIMIT 1), '')
	FROM co_provisioning_targets t LEFT JOIN (
		SELECT d.co_provisioning_target_id AS target, count(*) AS waiting, count(CASE WHEN d.held AND d.due > $1 THEN 1 END) AS held, min(d.since) AS since
		FROM deliveries d WHERE d.due IS NOT NULL%s GROUP BY d.co_provisioning_target_id
	) w ON w.target = t.id`

func scanTargetStatus(r Row) TargetStatus {
	return TargetStatus{
		Waiting: r.Int(1), InFlight: r.Int(2), Failed: r.Int(3), OldestWait: moment(r, 4), LastSuccess: moment(r, 5),
		Breaker: Breaker{Opened: moment(r, 6)}, CoId: r.Int(7), Description: r.Text(8),
		LeftOut: r.Int(9), WhyLeftOut: r.Text(10),
	}
}

// SubjectStatus is what a target was told about a subject, and what it is to be told.
type SubjectStatus struct {
	Subject comity.Subject
	// Told is what the target was told.
	ProvisionedAs comity.ProvisionedAs
	// Sequence is that of the last try.
	Sequence int64
	// Due is when the next try is, zero where none is. Since is since when something waits.
	Due, Since time.Time
	// Held says that a message is under way, Resting that it rests after too many refusals or, if it is
	// LeftOut, for the subject has nothing to be sent under.
	Held, Resting, LeftOut bool
	// Attempts are the failures since the last success.
	Attempts int64
	// Tried is when the last try was, Success the last that the target took, Answer what it said.
	Tried, Success time.Time
	Answer         string
	// Sent is the message that it was last sent, packed as the outbox does; nil where it was never.
	Sent []byte
}

const subjectColumns = `kind, subject_id, identifier, obsolete, sequence, due, since, held, resting, attempts, tried, told, answer, sent, left_out`

func scanSubject(r Row) (s SubjectStatus, err error) {
	s = SubjectStatus{
		Subject: subjectIn(r, 0), ProvisionedAs: comity.ProvisionedAs{Identifier: r.Text(2)}, Sequence: r.Int(4), Due: moment(r, 5), Since: moment(r, 6),
		Held: r.Bool(7), Resting: r.Bool(8), LeftOut: r.Bool(8) && r.Bool(14), Attempts: r.Int(9), Tried: moment(r, 10), Success: moment(r, 11), Answer: r.Text(12),
	}
	if !r.Null(13) {
		s.Sent = append([]byte(nil), r.Bytes(13)...)
	}
	s.ProvisionedAs.Obsolete, err = obsoleteOf(r.Text(3))
	return s, err
}

// SubjectStatus returns how it stands between a target and a subject; found is false where the target
// was never to be told about it.
func (tx *Tx) SubjectStatus(ctx context.Context, target int64, subject comity.Subject) (s SubjectStatus, found bool, err error) {
	err = tx.conn.query(ctx, `SELECT `+subjectColumns+` FROM deliveries WHERE `+deliveryKey,
		args{target, int64(subject.Kind), subject.Id}, func(r Row) (err error) {
			found = true
			s, err = scanSubject(r)
			return err
		})
	return s, found, err
}

// Failed returns up to limit of those that rest after too many refusals, people first, in
// order of their id, from the one after the one given.
func (tx *Tx) Failed(ctx context.Context, target int64, after comity.Subject, limit int) ([]SubjectStatus, error) {
	return collect(ctx, tx.conn, `SELECT `+subjectColumns+` FROM deliveries
		WHERE co_provisioning_target_id = $1 AND resting AND left_out = false AND (kind, subject_id) > ($2, $3) ORDER BY kind, subject_id LIMIT $4`,
		args{target, int64(after.Kind), after.Id, int64(limit)}, scanSubject)
}

// Retried returns up to limit of those of whom a message failed and whose next try is to come, the
// soonest first.
func (tx *Tx) Retried(ctx context.Context, target int64, limit int) ([]SubjectStatus, error) {
	now, err := tx.Now(ctx)
	if err != nil {
		return nil, err
	}
	return collect(ctx, tx.conn, `SELECT `+subjectColumns+` FROM deliveries
		WHERE co_provisioning_target_id = $1 AND due > $2 AND attempts > 0 ORDER BY due LIMIT $3`,
		args{target, now.UnixMicro(), int64(limit)}, scanSubject)
}

// Resend makes due what rests after too many refusals and what waits for a later time or the breaker, of one
// subject or, for nil, of all, closes the breaker, and says how many that are. Who is left out has nothing to
// be sent.
func (tx *Tx) Resend(ctx context.Context, target int64, subject *comity.Subject) (int64, error) {
	now, err := tx.Now(ctx)
	if err != nil {
		return 0, err
	}
	sql := `UPDATE deliveries SET due = $2, since = coalesce(since, CAST($2 AS bigint)), refusals = 0, resting = false
		WHERE co_provisioning_target_id = $1 AND (resting AND left_out = false OR NOT held AND (due > $2 OR due IS NOT NULL
			AND EXISTS (SELECT 1 FROM target_states l WHERE l.co_provisioning_target_id = $1 AND l.opened IS NOT NULL)))`
	a := args{target, now.UnixMicro()}
	if subject != nil {
		sql += " AND kind = " + a.put(int64(subject.Kind)) + " AND subject_id = " + a.put(subject.Id)
	}
	count, err := tx.conn.exec(ctx, sql, a)
	if err != nil {
		return count, err
	}
	return count, tx.conn.queue(ctx, `UPDATE target_states SET `+closed+` WHERE co_provisioning_target_id = $1 AND opened IS NOT NULL`, args{target})
}
