package queue

import (
	"context"
	"time"

	"comity"
	"comity/internal/store/db"
)

// FullSync is the state of a target's full sync, which sends all subjects to the target: the people of its
// CO and those it was provisioned with before, in order of id; then, if the target receives groups, the
// groups likewise.
type FullSync struct {
	// OnlyChanged skips the subjects whose message equals the last sent one.
	OnlyChanged bool
	// Last is the last subject that was claimed. Total is the number of subjects at the start, Taken the
	// number of those claimed so far.
	Last         comity.Subject
	Total, Taken int64
	// Began is when the full sync began, Ended when it was complete or Stopped; zero while it is under way.
	Began, Ended time.Time
	Stopped      bool
}

// LastFullSync returns a target's last full sync; found is false where there was none.
func LastFullSync(ctx context.Context, tx *db.Tx, target int64) (s FullSync, found bool, err error) {
	return readFullSync(ctx, tx, target, "")
}

func readFullSync(ctx context.Context, tx *db.Tx, target int64, end string) (s FullSync, found bool, err error) {
	err = tx.Query(ctx, `SELECT only_changed, last_kind, last_subject_id, total, claimed, began, ended, stopped FROM full_syncs
		WHERE co_provisioning_target_id = $1`+end, db.Args{target}, func(r *db.Row) error {
		found = true
		s = FullSync{OnlyChanged: r.Bool(), Last: subjectIn(r), Total: r.Int(), Taken: r.Int(), Began: r.Time(), Ended: r.Time(), Stopped: r.Bool()}
		return nil
	})
	return s, found, err
}

// subjects is the query of the subjects of a full sync of target $1 of CO $2, starting after the subject
// $3, $4, up to $5. subjectsEver also has every subject that ever had a delivery to the target.
const (
	subjects     = subjectsThere + ` AND d.identifier <> ''` + inOrder
	subjectsEver = subjectsThere + inOrder
)

const subjectsThere = `SELECT kind, id FROM (SELECT 0 AS kind, p.id FROM co_people p
		WHERE p.co_id = $2 AND CAST($3 AS bigint) = 0 AND p.id > $4 ORDER BY p.id LIMIT $5) people
	UNION SELECT kind, id FROM (SELECT 1 AS kind, g.id FROM co_groups g
		WHERE g.co_id = $2 AND g.id > CASE CAST($3 AS bigint) WHEN 1 THEN CAST($4 AS bigint) ELSE 0 END AND ` + includesGroups + ` ORDER BY g.id LIMIT $5) groups
	UNION SELECT kind, id FROM (SELECT d.kind, d.subject_id AS id FROM deliveries d
		WHERE d.co_provisioning_target_id = $1 AND (d.kind, d.subject_id) > (CAST($3 AS bigint), CAST($4 AS bigint)) AND (d.kind = 0 OR ` + includesGroups + `)`

const inOrder = ` ORDER BY d.kind, d.subject_id LIMIT $5) known`

// includesGroups is the SQL condition that target $1 receives groups.
const includesGroups = `EXISTS (SELECT 1 FROM co_provisioning_targets s WHERE s.id = $1 AND s.include_groups)`

// StartFullSync begins a full sync of a target: after a subject, to continue an earlier one, or from the
// start for the zero subject.
func StartFullSync(ctx context.Context, tx *db.Tx, target, co int64, after comity.Subject, onlyChanged bool) error {
	now := tx.Now()
	const all = int64(1) << 62
	return tx.Queue(ctx, `INSERT INTO full_syncs (co_provisioning_target_id, only_changed, last_kind, last_subject_id, total, claimed, began, ended, stopped)
		VALUES ($1, $6, $3, $4, (SELECT count(*) FROM (`+subjects+`) everybody), 0, $7, NULL, false)
		ON CONFLICT (co_provisioning_target_id) DO UPDATE SET only_changed = excluded.only_changed,
			last_kind = excluded.last_kind, last_subject_id = excluded.last_subject_id, total = excluded.total, claimed = 0, began = excluded.began, ended = NULL, stopped = false`,
		db.Args{target, co, int64(after.Kind), after.Id, all, onlyChanged, now.UnixMicro()})
}

// EndFullSync ends the full sync of a target that is under way; stopped says that it is not complete.
func EndFullSync(ctx context.Context, tx *db.Tx, target int64, stopped bool) error {
	now := tx.Now()
	return tx.Queue(ctx, `UPDATE full_syncs SET ended = $2, stopped = $3 WHERE co_provisioning_target_id = $1 AND ended IS NULL`,
		db.Args{target, now.UnixMicro(), stopped})
}

// ClaimFullSync claims up to limit deliveries of the next subjects of a target's full sync, as Claim does.
// It skips deliveries that are in flight already. It ends a full sync that has no more subjects, for a
// limit of 0 too.
func ClaimFullSync(ctx context.Context, tx *db.Tx, target, co int64, limit int, lease time.Duration) ([]Delivery, error) {
	s, found, err := readFullSync(ctx, tx, target, " AND ended IS NULL"+tx.Dialect.ForUpdate)
	if err != nil || !found {
		return nil, err
	}
	var next []comity.Subject
	err = tx.InOrder(ctx, subjects+` ORDER BY kind, id LIMIT $5`, db.Args{target, co, int64(s.Last.Kind), s.Last.Id, int64(max(limit, 1))}, func(r *db.Row) error {
		next = append(next, subjectIn(r))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(next) == 0 {
		return nil, EndFullSync(ctx, tx, target, false)
	}
	if limit == 0 {
		return nil, nil
	}
	last := next[len(next)-1]
	claimed, err := claimNext(ctx, tx, target, co, s.Last, last, limit, lease)
	if err != nil {
		return nil, err
	}
	for i := range claimed {
		claimed[i].OnlyChanged = s.OnlyChanged
	}
	return claimed, tx.Queue(ctx, `UPDATE full_syncs SET last_kind = $2, last_subject_id = $3, claimed = claimed + $4 WHERE co_provisioning_target_id = $1`,
		db.Args{target, int64(last.Kind), last.Id, int64(len(next))})
}

// claimNext claims the deliveries of the subjects of a full sync after one subject, up to and including last.
func claimNext(ctx context.Context, tx *db.Tx, target, co int64, after, last comity.Subject, limit int, lease time.Duration) (claimed []Delivery, err error) {
	now := tx.Now()
	sql := `INSERT INTO deliveries (` + newDelivery + `)
		SELECT CAST($1 AS bigint), x.kind, x.id, CAST($2 AS bigint), 1, CAST($6 AS bigint), true, CAST($7 AS bigint), 1, 0, 0, false, '', '[]', ''
		FROM (` + subjects + ` ORDER BY kind, id LIMIT $5) x WHERE (x.kind, x.id) <= ($8, $9)
		ON CONFLICT (` + sameDelivery + `) DO UPDATE SET version = deliveries.version + 1, due = excluded.due, claimed = true,
			sequence = deliveries.sequence + 1, since = coalesce(deliveries.since, excluded.since), refusals = 0, dead_lettered = false
		WHERE NOT deliveries.claimed
		RETURNING ` + deliveryColumns + `, sent`
	a := db.Args{target, co, int64(after.Kind), after.Id, int64(limit), now.Add(lease).UnixMicro(), now.UnixMicro(), int64(last.Kind), last.Id}
	err = tx.InOrder(ctx, sql, a, func(r *db.Row) error {
		d, err := scanDelivery(r)
		d.Sent = r.Bytes()
		claimed = append(claimed, d)
		return err
	})
	return claimed, err
}
