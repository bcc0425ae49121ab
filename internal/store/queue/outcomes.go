package queue

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/history"
)

// Outcome is the result of a claimed delivery.
type Outcome struct {
	Delivery
	// OK says that the target has the state that was claimed: the delivery is delivered.
	OK bool
	// DeadLetter says that a failed delivery is not retried until the subject changes or someone requests it.
	DeadLetter bool
	// LeftOut says that the delivery is dead-lettered because the subject has no identifier to be sent under, which
	// is no failure.
	LeftOut bool
	// Wait is the time until the next try of a failed delivery that is not dead-lettered.
	Wait time.Duration
	// Answer is the endpoint's answer, in words; Reason, for a failure, is the same without what the
	// endpoint said about the person.
	Answer, Reason string
	// Deleted are the identifiers that the target deleted on request.
	Deleted []string
	// Changed says that the message that the target holds about the subject changed to Holds, nil for none.
	Changed bool
	Holds   []byte
	// Down says that the receiver is unreachable or failed, Alive that it answered as a working one does,
	// whether or not it accepted the message. Where both are false nothing is known about the receiver.
	Down, Alive bool
	// Note is the note that is added to the subject's history, nil for none.
	Note *comity.Record
}

// outcomeRows is how many outcomes one statement stores.
const outcomeRows = 64

// outcomeColumns are the columns of a row of an outcome; outcomeTypes are their SQL types.
const outcomeColumns = `target, kind, subject, sequence, version, ok, answer, identifier, obsolete, state, attempts, refusals, next, edits, left_out, changed, holds, note`

var outcomeTypes = []string{
	"bigint", "bigint", "bigint", "bigint", "bigint", "boolean", "text", "text", "text", "bytea", "bigint", "bigint", "bigint", "bigint",
	"boolean", "boolean", "bytea", "text",
}

// Finish stores the outcomes of claimed deliveries. A delivery whose subject changed after the claim is
// pending again. One that another worker claimed after its lease ran out is left alone.
func Finish(ctx context.Context, tx *db.Tx, outcomes []Outcome) error {
	now := tx.Now()
	moment := now.UnixMicro()
	// In the order in which deliveries are enqueued, so that the two cannot deadlock.
	outcomes = slices.SortedFunc(slices.Values(outcomes), func(a, b Outcome) int { return a.Subject.Compare(b.Subject) })
	for some := range slices.Chunk(outcomes, outcomeRows) {
		if err := finish(ctx, tx, some, moment); err != nil {
			return err
		}
	}
	for _, o := range outcomes {
		if o.Subject.Kind != comity.KindPerson {
			continue // no two groups share an identifier
		}
		for _, identifier := range o.Deleted {
			if err := sendAgain(ctx, tx, o.Delivery, identifier, moment); err != nil {
				return err
			}
		}
	}
	return nil
}

func finish(ctx context.Context, tx *db.Tx, outcomes []Outcome, moment int64) error {
	rows := make([][]any, len(outcomes))
	noted := false
	for i, o := range outcomes {
		var err error
		if rows[i], err = o.row(moment); err != nil {
			return err
		}
		noted = noted || o.Note != nil
	}
	a := db.Args{moment}
	with := `WITH outcome (` + outcomeColumns + `) AS (` + tx.Dialect.ParameterRows(&a, outcomeTypes, rows) + `)`
	if noted {
		// Before the outcomes, while the deliveries are still in flight.
		if err := tx.ByKey(ctx, history.InsertNotes(tx, with, noteOfOutcome), a, nil); err != nil {
			return err
		}
	}
	return tx.ByKey(ctx, with+` UPDATE deliveries SET `+storeOutcome+` FROM outcome WHERE `+claimedFor("deliveries"), a, nil)
}

// row returns an outcome as a row of outcomeColumns.
func (o Outcome) row(moment int64) ([]any, error) {
	obsolete, err := obsoleteText(o.ProvisionedAs.Obsolete)
	if err != nil {
		return nil, err
	}
	attempts, refusals := o.Attempts, o.Refusals
	var next, note any
	switch {
	case o.OK:
		attempts, refusals = 0, 0
	case !o.DeadLetter:
		next = moment + o.Wait.Microseconds()
	}
	if o.Note != nil {
		note = history.Data(o.Note)
	}
	return []any{
		o.TargetId, int64(o.Subject.Kind), o.Subject.Id, o.Sequence, o.Version, o.OK, o.Answer, o.ProvisionedAs.Identifier, obsolete, bytesOf(o.Own),
		attempts, refusals, next, o.Edits, !o.OK && o.LeftOut, o.Changed, bytesOf(o.Holds), note,
	}, nil
}

// claimedFor is the SQL condition that a row of a table is the delivery of an outcome and still in flight.
func claimedFor(table string) string {
	return fmt.Sprintf(`%[1]s.co_provisioning_target_id = outcome.target AND %[1]s.kind = outcome.kind AND %[1]s.subject_id = outcome.subject
		AND %[1]s.sequence = outcome.sequence AND %[1]s.claimed`, table)
}

// provisioner is the actor of history notes about deliveries.
const provisioner = "provisioner"

// noteOfOutcome is the query of the notes of the outcomes at time $1.
var noteOfOutcome = `SELECT '` + provisioner + `' AS actor, CAST($1 AS bigint) AS at, d.co_id, CASE d.kind WHEN 0 THEN d.subject_id END AS co_person_id,
	CAST(NULL AS bigint) AS org_identity_id, CASE d.kind WHEN 1 THEN d.subject_id END AS co_group_id, outcome.note AS data
	FROM outcome JOIN deliveries d ON ` + claimedFor("d") + ` WHERE outcome.note IS NOT NULL`

// storeOutcome are the SQL assignments of an outcome at time $1.
const (
	// A refused message is retried at once where the subject or the target's settings changed since the claim.
	// An unreachable receiver gets the new message at the time of its next try.
	storeOutcome = `claimed = false, attempted = $1, answer = outcome.answer, identifier = outcome.identifier, obsolete = outcome.obsolete, state = outcome.state,
		sent = CASE WHEN outcome.changed THEN outcome.holds ELSE deliveries.sent END,
		delivered = CASE WHEN outcome.ok THEN CAST($1 AS bigint) ELSE deliveries.delivered END, attempts = outcome.attempts,
		refusals = CASE WHEN ` + subjectChanged + ` THEN 0 ELSE outcome.refusals END,
		since = CASE WHEN NOT outcome.ok THEN deliveries.since WHEN ` + subjectChanged + ` THEN CAST($1 AS bigint) END,
		due = CASE WHEN outcome.ok THEN CASE WHEN ` + subjectChanged + ` THEN CAST($1 AS bigint) END
			WHEN ` + subjectChanged + ` AND outcome.refusals > 0 THEN CAST($1 AS bigint) WHEN ` + subjectChanged + ` THEN coalesce(outcome.next, CAST($1 AS bigint))
			WHEN ` + targetEdited + ` THEN CAST($1 AS bigint) ELSE outcome.next END,
		dead_lettered = NOT outcome.ok AND outcome.next IS NULL AND NOT (` + subjectChanged + `) AND NOT (` + targetEdited + `), left_out = outcome.left_out`

	subjectChanged = `deliveries.version <> outcome.version`
	targetEdited   = `(outcome.next IS NOT NULL OR outcome.left_out)
			AND coalesce((SELECT l.edits FROM target_states l WHERE l.co_provisioning_target_id = outcome.target), 0) <> outcome.edits`
)

// SetProvisionedAs stores the identifiers that the target may have for subjects from now on, for
// deliveries that are still in flight.
func SetProvisionedAs(ctx context.Context, tx *db.Tx, deliveries []Delivery) error {
	deliveries = slices.SortedFunc(slices.Values(deliveries), func(a, b Delivery) int { return a.Subject.Compare(b.Subject) })
	for some := range slices.Chunk(deliveries, outcomeRows) {
		rows := make([][]any, len(some))
		for i, d := range some {
			obsolete, err := obsoleteText(d.ProvisionedAs.Obsolete)
			if err != nil {
				return err
			}
			rows[i] = []any{d.TargetId, int64(d.Subject.Kind), d.Subject.Id, d.Sequence, d.ProvisionedAs.Identifier, obsolete}
		}
		var a db.Args
		sql := `WITH outcome (target, kind, subject, sequence, identifier, obsolete) AS (` +
			tx.Dialect.ParameterRows(&a, []string{"bigint", "bigint", "bigint", "bigint", "text", "text"}, rows) + `)
			UPDATE deliveries SET identifier = outcome.identifier, obsolete = outcome.obsolete FROM outcome WHERE ` + claimedFor("deliveries")
		if err := tx.ByKey(ctx, sql, a, nil); err != nil {
			return err
		}
	}
	return nil
}

// sendAgain enqueues a delivery of the people who have an identifier that the target deleted for another
// person: the target may have processed the delete after their own message.
func sendAgain(ctx context.Context, tx *db.Tx, d Delivery, identifier string, moment int64) error {
	return tx.Queue(ctx, `UPDATE deliveries SET version = version + 1, refusals = 0, dead_lettered = false,
			due = CASE WHEN claimed OR (due IS NOT NULL AND attempts > 0 AND refusals = 0) THEN due ELSE CAST($5 AS bigint) END,
			since = coalesce(since, CAST($5 AS bigint))
		WHERE co_provisioning_target_id = $1 AND kind = 0 AND subject_id IN (
			SELECT i.co_person_id FROM co_provisioning_targets t JOIN identifiers i ON i.co_id = t.co_id
			WHERE t.id = $1 AND i.co_person_id <> $2 AND i.identifier_folded = $3 AND i.identifier = $4)`,
		db.Args{d.TargetId, d.Subject.Id, db.Fold(identifier), identifier, moment})
}
