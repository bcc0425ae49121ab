package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity"
)

// Delivery is what one target is to be told about one subject, as it was claimed.
type Delivery struct {
	TargetId int64
	Subject  comity.Subject
	// Version is raised by each change; it tells whether one came after the claim.
	Version int64
	// Sequence is one more with each claim; the receiver drops what comes with a lower one.
	Sequence int64
	// Attempts are the failures since the last success, Refusals those of them where the endpoint
	// refused the message.
	Attempts, Refusals int64
	// Told is what the target was told before.
	ProvisionedAs comity.ProvisionedAs
	// Edits is how often the target, its settings or its server had been edited at the claim.
	Edits int64
	// OnlyChanged says that the target need not be told what it was last told: Sent, packed as the
	// outbox does.
	OnlyChanged bool
	Sent        []byte
}

// Outcome is what became of a claimed delivery.
type Outcome struct {
	Delivery
	// OK says that the target now knows the state that was claimed.
	OK bool
	// Rest says that a failed one is not tried again until the subject changes or someone asks.
	Rest bool
	// LeftOut says that it rests for the subject has nothing to be sent under, which is no failure.
	LeftOut bool
	// Wait is how long a failed one that does not rest waits for its next try.
	Wait time.Duration
	// Answer is what the endpoint said, in words; Reason, of a failure, is so without what it said of
	// the person.
	Answer, Reason string
	// Forgot are the identifiers that the target was told to delete, and did.
	Forgot []string
	// Changed says that the target holds another message about the subject now: Holds, nil for none.
	Changed bool
	Holds   []byte
	// Down says that it failed by the receiver's fault, Alive that the receiver answered as one that
	// works does, whatever it said of the message. Neither says nothing about the receiver.
	Down, Alive bool
	// Note is what the subject's history says of it, nil for nothing.
	Note *comity.Record
}

const deliveryColumns = `co_provisioning_target_id, kind, subject_id, version, sequence, attempts, refusals, identifier, obsolete,
	coalesce((SELECT l.edits FROM target_states l WHERE l.co_provisioning_target_id = deliveries.co_provisioning_target_id), 0)`

// deliveryWidth is how many columns those are.
const deliveryWidth = 10

// deliveryKey finds a delivery ($1, $2, $3).
const deliveryKey = `co_provisioning_target_id = $1 AND kind = $2 AND subject_id = $3`

// newDelivery are the columns of a new one, sameDelivery those that no two share.
const (
	newDelivery = `co_provisioning_target_id, kind, subject_id, co_id, version, due, held, since,
			sequence, attempts, refusals, resting, identifier, obsolete, answer`
	sameDelivery = `co_provisioning_target_id, kind, subject_id`
)

func scanDelivery(r Row) (Delivery, error) {
	d := Delivery{
		TargetId: r.Int(0), Subject: subjectIn(r, 1), Version: r.Int(3), Sequence: r.Int(4),
		Attempts: r.Int(5), Refusals: r.Int(6), ProvisionedAs: comity.ProvisionedAs{Identifier: r.Text(7)}, Edits: r.Int(9),
	}
	var err error
	if d.ProvisionedAs.Obsolete, err = obsoleteOf(r.Text(8)); err != nil {
		return d, fmt.Errorf("%v at target %d: %w", d.Subject, d.TargetId, err)
	}
	return d, nil
}

// subjectIn reads the subject in two columns.
func subjectIn(r Row, i int) comity.Subject {
	return comity.Subject{Kind: comity.SubjectKind(r.Int(i)), Id: r.Int(i + 1)}
}

func obsoleteOf(text string) (identifiers []string, err error) {
	if err := json.Unmarshal([]byte(text), &identifiers); err != nil {
		return nil, fmt.Errorf("obsolete identifiers: %w", err)
	}
	return identifiers, nil
}

// Claim takes up to limit deliveries of a target that are due: nobody else gets them before they are
// finished or, when the lease is over, given back (GiveBack).
func (tx *Tx) Claim(ctx context.Context, target int64, limit int, lease time.Duration) ([]Delivery, error) {
	now, err := tx.Now(ctx)
	if err != nil {
		return nil, err
	}
	// Materialised, for a plan that asked for these once a row would take so many each time.
	sql := fmt.Sprintf(`WITH next AS MATERIALIZED (
			SELECT d.kind, d.subject_id FROM deliveries d WHERE d.co_provisioning_target_id = $2 AND d.due <= $3 AND NOT d.held
			ORDER BY d.due LIMIT $4%s)
		UPDATE deliveries SET held = true, due = $1, sequence = sequence + 1
		WHERE co_provisioning_target_id = $2 AND (kind, subject_id) IN (SELECT kind, subject_id FROM next)
		RETURNING %s`, tx.dialect.skipLocked, deliveryColumns)
	var claimed []Delivery
	err = tx.inOrder(ctx, sql, args{now.Add(lease).UnixMicro(), target, now.UnixMicro(), int64(limit)}, func(r Row) error {
		d, err := scanDelivery(r)
		claimed = append(claimed, d)
		return err
	})
	return claimed, err
}

// ClaimOne takes the delivery about one subject, whether or not it is due, and says whether it got
// it: false while another worker holds it.
func (tx *Tx) ClaimOne(ctx context.Context, target int64, subject comity.Subject, co int64, lease time.Duration) (Delivery, bool, error) {
	now, err := tx.Now(ctx)
	if err != nil {
		return Delivery{}, false, err
	}
	var d Delivery
	got := false
	sql := `INSERT INTO deliveries (` + newDelivery + `)
		VALUES ($1, $2, $3, $4, 1, $5, true, $6, 1, 0, 0, false, '', '[]', '')
		ON CONFLICT (` + sameDelivery + `) DO UPDATE SET
			version = deliveries.version + 1, due = excluded.due, held = true, sequence = deliveries.sequence + 1,
			since = coalesce(deliveries.since, excluded.since), refusals = 0, resting = false
		WHERE NOT deliveries.held
		RETURNING ` + deliveryColumns
	err = tx.conn.query(ctx, sql, args{target, int64(subject.Kind), subject.Id, co, now.Add(lease).UnixMicro(), now.UnixMicro()}, func(r Row) (err error) {
		got = true
		d, err = scanDelivery(r)
		return err
	})
	return d, got, err
}

// Release gives back what a worker holds, a probe too, whoever that is: for who knows that there is
// nobody else.
func (tx *Tx) Release(ctx context.Context) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	if err := tx.conn.queue(ctx, `UPDATE target_states SET probe = $1 WHERE probe > $1`, args{now.UnixMicro()}); err != nil {
		return err
	}
	return tx.conn.queue(ctx, `UPDATE deliveries SET held = false, due = $1 WHERE held AND due IS NOT NULL`, args{now.UnixMicro()})
}

// Queue notes that one target is to be told about one subject, now.
func (tx *Tx) Queue(ctx context.Context, target int64, subject comity.Subject, co int64) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	return tx.conn.queue(ctx, `INSERT INTO deliveries (`+newDelivery+`)
		VALUES ($1, $2, $3, $4, 1, $5, false, $5, 0, 0, 0, false, '', '[]', '')
		ON CONFLICT (`+sameDelivery+`) DO UPDATE SET
			version = deliveries.version + 1, due = CASE WHEN deliveries.held THEN deliveries.due ELSE excluded.due END,
			since = coalesce(deliveries.since, excluded.since), refusals = 0, resting = false`,
		args{target, int64(subject.Kind), subject.Id, co, now.UnixMicro()})
}

// Tell notes what the target may know about subjects from now on, for deliveries that are still held.
func (tx *Tx) SetProvisionedAs(ctx context.Context, deliveries []Delivery) error {
	for _, d := range deliveries {
		obsolete, err := obsoleteText(d.ProvisionedAs.Obsolete)
		if err != nil {
			return err
		}
		err = tx.conn.queue(ctx, `UPDATE deliveries SET identifier = $5, obsolete = $6
			WHERE `+deliveryKey+` AND sequence = $4 AND held`,
			args{d.TargetId, int64(d.Subject.Kind), d.Subject.Id, d.Sequence, d.ProvisionedAs.Identifier, obsolete})
		if err != nil {
			return err
		}
	}
	return nil
}

func obsoleteText(identifiers []string) (string, error) {
	text, err := json.Marshal(append([]string{}, identifiers...))
	if err != nil {
		return "", fmt.Errorf("obsolete identifiers: %w", err)
	}
	return string(text), nil
}

// Finish writes outcomes. One whose subject changed after the claim goes again; one whose lease ran
// out and that somebody else has claimed since is left to them.
func (tx *Tx) Finish(ctx context.Context, outcomes []Outcome) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	moment := now.UnixMicro()
	// In the order in which marks are written, so that neither waits for the other.
	outcomes = slices.SortedFunc(slices.Values(outcomes), func(a, b Outcome) int { return a.Subject.Compare(b.Subject) })
	for _, o := range outcomes {
		if err := tx.finish(ctx, o, moment); err != nil {
			return err
		}
	}
	for _, o := range outcomes {
		if o.Subject.Kind != comity.KindPerson {
			continue // a group has the only one of its name
		}
		for _, identifier := range o.Forgot {
			if err := tx.sendAgain(ctx, o.Delivery, identifier, moment); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *Tx) finish(ctx context.Context, o Outcome, moment int64) error {
	obsolete, err := obsoleteText(o.ProvisionedAs.Obsolete)
	if err != nil {
		return err
	}
	if err := tx.note(ctx, o, moment); err != nil {
		return err
	}
	var next any
	if !o.Rest {
		next = moment + o.Wait.Microseconds()
	}
	const changed = "version <> $6"
	sql := `UPDATE deliveries SET held = false, tried = $5, told = $5, answer = $7, identifier = $8, obsolete = $9,
			attempts = 0, refusals = 0, resting = false,
			due = CASE WHEN ` + changed + ` THEN CAST($5 AS bigint) END, since = CASE WHEN ` + changed + ` THEN CAST($5 AS bigint) END
		WHERE ` + deliveryKey + ` AND sequence = $4 AND held`
	a := args{o.TargetId, int64(o.Subject.Kind), o.Subject.Id, o.Sequence, moment, o.Version, o.Answer, o.ProvisionedAs.Identifier, obsolete}
	if !o.OK {
		// A refused message that changed is worth another try at once, and so is one that went by
		// settings that are others now; a receiver that could not take the old one gets the new one at
		// the time of its next try.
		const again = `coalesce((SELECT l.edits FROM target_states l WHERE l.co_provisioning_target_id = $1), 0) <> CAST($13 AS bigint)
			AND (CAST($12 AS bigint) IS NOT NULL OR CAST($14 AS boolean))`
		sql = `UPDATE deliveries SET held = false, tried = $5, answer = $7, identifier = $8, obsolete = $9,
			attempts = $10, refusals = CASE WHEN ` + changed + ` THEN 0 ELSE CAST($11 AS bigint) END,
			due = CASE WHEN ` + changed + ` AND $11 > 0 THEN CAST($5 AS bigint) WHEN ` + changed + ` THEN coalesce($12, CAST($5 AS bigint))
				WHEN ` + again + ` THEN CAST($5 AS bigint) ELSE $12 END,
			resting = (` + changed + `) = false AND (` + again + `) = false AND CAST($12 AS bigint) IS NULL, left_out = $14
		WHERE ` + deliveryKey + ` AND sequence = $4 AND held`
		a = append(a, o.Attempts, o.Refusals, next, o.Edits, o.LeftOut)
	}
	if o.Changed {
		var sent any
		if o.Holds != nil {
			sent = o.Holds
		}
		sql = strings.Replace(sql, " SET ", " SET sent = "+a.put(sent)+", ", 1)
	}
	return tx.conn.queue(ctx, sql, a)
}

// provisioner is the actor of notes about what targets were told.
const provisioner = "provisioner"

// note writes an outcome's note, if the delivery is still held.
func (tx *Tx) note(ctx context.Context, o Outcome, moment int64) error {
	if o.Note == nil {
		return nil
	}
	person, group := "d.subject_id", "NULL"
	if o.Subject.Kind == comity.KindGroup {
		person, group = group, person
	}
	sql := tx.insertNote(`$1, $2, $2, d.co_id, `+person+`, NULL, `+group+`, $3`, `, deliveries d
		WHERE d.co_provisioning_target_id = $4 AND d.kind = $5 AND d.subject_id = $6 AND d.sequence = $7 AND d.held`)
	return tx.conn.queue(ctx, sql, args{provisioner, moment, dataOf(o.Note), o.TargetId, int64(o.Subject.Kind), o.Subject.Id, o.Sequence})
}

// tellAgain notes that whoever has an identifier that a target deleted on another's behalf is to be
// told again: the delete may have come after their own message.
func (tx *Tx) sendAgain(ctx context.Context, d Delivery, identifier string, moment int64) error {
	return tx.conn.queue(ctx, `UPDATE deliveries SET version = version + 1, refusals = 0, resting = false,
			due = CASE WHEN held OR (due IS NOT NULL AND attempts > 0 AND refusals = 0) THEN due ELSE CAST($5 AS bigint) END,
			since = coalesce(since, CAST($5 AS bigint))
		WHERE co_provisioning_target_id = $1 AND kind = 0 AND subject_id IN (
			SELECT i.co_person_id FROM co_provisioning_targets t JOIN identifiers i ON i.co_id = t.co_id
			WHERE t.id = $1 AND i.co_person_id <> $2 AND i.identifier_folded = $3 AND i.identifier = $4)`,
		args{d.TargetId, d.Subject.Id, Fold(identifier), identifier, moment})
}

// Lane is a target that has something to be told that nobody holds, when the first of it is due, and how
// many messages it takes side by side, 0 where it does not say.
type DueTarget struct {
	TargetId int64
	Due      time.Time
	Workers  int64
}

// Lanes returns the targets for which something waits, if they are in one of the modes, or which a sweep
// is under way to, in their order: those that have none come last.
func (tx *Tx) DueTargets(ctx context.Context, modes []string) ([]DueTarget, error) {
	var targets []DueTarget
	var a args
	sql := `SELECT x.id, CASE WHEN b.opened IS NOT NULL AND b.probe > x.due THEN b.probe ELSE x.due END, coalesce(s.workers, 0) FROM (
			SELECT t.id, t.ordr, coalesce(
				CASE WHEN t.status <> ` + a.put(comity.ModeDisabled) + ` THEN
					(SELECT 0 FROM full_syncs w WHERE w.co_provisioning_target_id = t.id AND w.ended IS NULL) END,
				CASE WHEN t.status IN ` + list(&a, modes) + ` THEN
					(SELECT min(d.due) FROM deliveries d WHERE d.co_provisioning_target_id = t.id AND d.due IS NOT NULL AND NOT d.held) END) AS due
			FROM co_provisioning_targets t) x
		LEFT JOIN target_states b ON b.co_provisioning_target_id = x.id
		LEFT JOIN co_api_provisioner_targets s ON s.co_provisioning_target_id = x.id
		WHERE x.due IS NOT NULL ORDER BY x.ordr IS NULL, x.ordr, x.id`
	err := tx.conn.query(ctx, sql, a, func(r Row) error {
		targets = append(targets, DueTarget{r.Int(0), time.UnixMicro(r.Int(1)).UTC(), r.Int(2)})
		return nil
	})
	return targets, err
}

// Destination reads where and how a target is told, with the server's password.
func (tx *Tx) Destination(ctx context.Context, target int64) (comity.Destination, error) {
	var d comity.Destination
	var err error
	if d.Target, err = tx.Get(ctx, comity.CoProvisioningTarget.Resource, target); err != nil {
		return d, err
	}
	settings, err := tx.List(ctx, comity.CoApiProvisionerTarget.Resource, 0, 1,
		Equal(comity.CoApiProvisionerTarget.CoProvisioningTargetId.Column, target))
	if err != nil || len(settings) == 0 {
		return d, err
	}
	d.Settings = settings[0]
	if d.SigningSecret, err = tx.signingSecret(ctx, d.Settings.Id); err != nil {
		return d, err
	}
	server, err := tx.Get(ctx, comity.Server.Resource, d.Settings.Int(comity.CoApiProvisionerTarget.ServerId))
	if err != nil {
		return d, err
	}
	d.ServerType = server.Text(comity.Server.ServerType)
	d.ServerActive = server.Text(comity.Server.Status) == comity.Active
	side := comity.HttpServer.Resource
	if d.ServerType == comity.ServerKafka {
		side = comity.KafkaServer.Resource
	}
	sql := `SELECT ` + texts[side].columns + `, password FROM ` + side.Table + ` WHERE server_id = $1`
	err = tx.conn.query(ctx, sql, args{server.Id}, func(r Row) (err error) {
		n := len(scanColumns(side))
		d.Server = scan(side, r)
		if !r.Null(n) {
			d.Password, err = tx.sealer.open(r.Bytes(n))
		}
		return err
	})
	return d, err
}

// TargetsOf returns the targets that are told by a server.
func (tx *Tx) TargetsOf(ctx context.Context, server int64) ([]int64, error) {
	return collect(ctx, tx.conn, `SELECT co_provisioning_target_id FROM co_api_provisioner_targets WHERE server_id = $1 ORDER BY 1`,
		args{server}, func(r Row) (int64, error) { return r.Int(0), nil })
}

func (tx *Tx) signingSecret(ctx context.Context, settings int64) (secret string, err error) {
	err = tx.conn.query(ctx, `SELECT signing_secret FROM co_api_provisioner_targets WHERE id = $1 AND signing_secret IS NOT NULL`,
		args{settings}, func(r Row) error {
			secret, err = tx.sealer.open(r.Bytes(0))
			return err
		})
	return secret, err
}

// Membership is one group that a person counts as a member of.
type Membership struct {
	CoPersonId, CoGroupId, CouId int64
	Name, GroupType              string
}

// MembershipsNow returns the memberships of people in groups of the status, at the time.
func (tx *Tx) MembershipsNow(ctx context.Context, people []int64, status string, now time.Time) ([]Membership, error) {
	if len(people) == 0 {
		return nil, nil
	}
	var found []Membership
	var a args
	sql := fmt.Sprintf(`SELECT DISTINCT m.co_person_id, g.id, coalesce(g.cou_id, 0), g.name, g.group_type FROM co_group_members m
		JOIN co_groups g ON g.id = m.co_group_id
		WHERE m.co_person_id IN %s AND m.member AND g.status = %s AND %s`, list(&a, people), a.put(status), validNow("m", &a, now))
	err := tx.conn.query(ctx, sql, a, func(r Row) error {
		found = append(found, Membership{r.Int(0), r.Int(1), r.Int(2), r.Text(3), r.Text(4)})
		return nil
	})
	return found, err
}
