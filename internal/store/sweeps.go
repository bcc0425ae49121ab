package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Sweep is a run that tells a target about everybody: the people of its CO, and whoever it was told
// about before, in order of their id.
type Sweep struct {
	// OnlyChanged leaves out whoever the target was last sent the same message about.
	OnlyChanged bool
	// LastPersonId is how far it is. Total are the people when it began, Taken those it has come to.
	LastPersonId, Total, Taken int64
	// Began is when it began, Ended when it came to its end or was Stopped; zero while it goes on.
	Began, Ended time.Time
	Stopped      bool
}

// Sweep returns a target's last sweep; found is false where there was none.
func (tx *Tx) Sweep(ctx context.Context, target int64) (s Sweep, found bool, err error) {
	return tx.sweep(ctx, target, "")
}

func (tx *Tx) sweep(ctx context.Context, target int64, end string) (s Sweep, found bool, err error) {
	err = tx.conn.query(ctx, `SELECT only_changed, last_person_id, total, taken, began, ended, stopped FROM sweeps
		WHERE co_provisioning_target_id = $1`+end, args{target}, func(r Row) error {
		found = true
		s = Sweep{OnlyChanged: r.Bool(0), LastPersonId: r.Int(1), Total: r.Int(2), Taken: r.Int(3), Began: moment(r, 4), Ended: moment(r, 5), Stopped: r.Bool(6)}
		return nil
	})
	return s, found, err
}

// subjects is who a sweep of a target ($1) of a CO ($2) comes to after a person ($3), up to so many
// ($4).
const subjects = `SELECT id FROM (SELECT p.id FROM co_people p WHERE p.co_id = $2 AND p.id > $3 ORDER BY p.id LIMIT $4) people
	UNION SELECT id FROM (SELECT d.co_person_id AS id FROM deliveries d
		WHERE d.co_provisioning_target_id = $1 AND d.co_person_id > $3 AND d.identifier <> '' ORDER BY d.co_person_id LIMIT $4) known`

// StartSweep begins a sweep of a target, after a person where an earlier one is to go on.
func (tx *Tx) StartSweep(ctx context.Context, target, co, after int64, onlyChanged bool) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	const all = int64(1) << 62
	return tx.conn.queue(ctx, `INSERT INTO sweeps (co_provisioning_target_id, only_changed, last_person_id, total, taken, began, ended, stopped)
		VALUES ($1, $5, $3, (SELECT count(*) FROM (`+subjects+`) everybody), 0, $6, NULL, false)
		ON CONFLICT (co_provisioning_target_id) DO UPDATE SET only_changed = excluded.only_changed,
			last_person_id = excluded.last_person_id, total = excluded.total, taken = 0, began = excluded.began, ended = NULL, stopped = false`,
		args{target, co, after, all, onlyChanged, now.UnixMicro()})
}

// EndSweep ends a sweep where it is; stopped says that it is not at its end.
func (tx *Tx) EndSweep(ctx context.Context, target int64, stopped bool) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	return tx.conn.queue(ctx, `UPDATE sweeps SET ended = $2, stopped = $3 WHERE co_provisioning_target_id = $1 AND ended IS NULL`,
		args{target, now.UnixMicro(), stopped})
}

// ClaimSweep takes up to limit deliveries of the people that a target's sweep comes to next, as Claim
// does. Whoever another worker holds is being told already.
func (tx *Tx) ClaimSweep(ctx context.Context, target, co int64, limit int, lease time.Duration) ([]Delivery, error) {
	s, found, err := tx.sweep(ctx, target, " AND ended IS NULL"+tx.dialect.forUpdate)
	if err != nil || !found {
		return nil, err
	}
	now, err := tx.Now(ctx)
	if err != nil {
		return nil, err
	}
	var ids []int64
	err = tx.conn.query(ctx, subjects+` ORDER BY id LIMIT $4`, args{target, co, s.LastPersonId, int64(limit)}, func(r Row) error {
		ids = append(ids, r.Int(0))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, tx.EndSweep(ctx, target, false)
	}
	claimed, err := tx.claimPeople(ctx, target, ids, now, lease)
	if err != nil {
		return nil, err
	}
	for i := range claimed {
		claimed[i].OnlyChanged = s.OnlyChanged
	}
	return claimed, tx.conn.queue(ctx, `UPDATE sweeps SET last_person_id = $2, taken = taken + $3 WHERE co_provisioning_target_id = $1`,
		args{target, slices.Max(ids), int64(len(ids))})
}

func (tx *Tx) claimPeople(ctx context.Context, target int64, ids []int64, now time.Time, lease time.Duration) (claimed []Delivery, err error) {
	each := func(r Row) error {
		d, err := scanDelivery(r)
		if !r.Null(8) {
			d.Sent = append([]byte(nil), r.Bytes(8)...)
		}
		claimed = append(claimed, d)
		return err
	}
	const taken = `version = deliveries.version + 1, due = $2, held = true, sequence = deliveries.sequence + 1,
		since = coalesce(deliveries.since, $3), refusals = 0, resting = false`
	const free = `(NOT deliveries.held OR deliveries.due <= $3)`
	a := args{target, now.Add(lease).UnixMicro(), now.UnixMicro()}
	known := fmt.Sprintf(`UPDATE deliveries SET %s WHERE co_provisioning_target_id = $1 AND %s AND co_person_id IN %s RETURNING %s, sent`,
		taken, free, list(&a, ids), deliveryColumns)
	if err := tx.conn.query(ctx, known, a, each); err != nil {
		return nil, err
	}
	a = args{target, now.Add(lease).UnixMicro(), now.UnixMicro()}
	fresh := fmt.Sprintf(`INSERT INTO deliveries (co_provisioning_target_id, co_person_id, co_id, version, due, held, since,
			sequence, attempts, refusals, resting, identifier, obsolete, answer)
		SELECT CAST($1 AS bigint), p.id, p.co_id, 1, CAST($2 AS bigint), true, CAST($3 AS bigint), 1, 0, 0, false, '', '[]', ''
		FROM co_people p WHERE p.id IN %s
		ON CONFLICT (co_provisioning_target_id, co_person_id) DO NOTHING RETURNING %s, sent`, list(&a, ids), deliveryColumns)
	err = tx.conn.query(ctx, fresh, a, each)
	return claimed, err
}
