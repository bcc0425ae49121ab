package storetest

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// pair is a target and a person with a pending delivery.
type pair struct{ target, person int64 }

func (p pair) compare(q pair) int {
	return cmp.Or(cmp.Compare(p.target, q.target), cmp.Compare(p.person, q.person))
}

// delivery is a row of the deliveries. A time that is NULL is zero.
type delivery struct {
	pair
	Co, Version          int64
	Due                  time.Time
	Held                 bool
	Since                time.Time
	Sequence             int64
	Attempts, Refusals   int64
	Resting              bool
	Identifier, Obsolete string
	Tried, Delivered     time.Time
	Answer               string
}

// deliveries reads the deliveries of a CO, in order of target and person.
func (b *bed) deliveries(t tb, co int64) (found []delivery) {
	t.Helper()
	rows, err := b.raw.QueryContext(context.WithoutCancel(t.Context()), `SELECT co_provisioning_target_id, subject_id, co_id, version, due, claimed, since,
		sequence, attempts, refusals, dead_lettered, identifier, obsolete, attempted, delivered, answer
		FROM deliveries WHERE co_id = $1 ORDER BY co_provisioning_target_id, kind, subject_id`, co)
	if err != nil {
		t.Fatalf("deliveries: %v", err)
	}
	defer rows.Close()
	for rows.Next() {
		var d delivery
		var due, since, tried, delivered sql.NullInt64
		err := rows.Scan(&d.target, &d.person, &d.Co, &d.Version, &due, &d.Held, &since,
			&d.Sequence, &d.Attempts, &d.Refusals, &d.Resting, &d.Identifier, &d.Obsolete, &tried, &delivered, &d.Answer)
		if err != nil {
			t.Fatalf("deliveries: %v", err)
		}
		for to, from := range map[*time.Time]sql.NullInt64{&d.Due: due, &d.Since: since, &d.Tried: tried, &d.Delivered: delivered} {
			if from.Valid {
				*to = time.UnixMicro(from.Int64).UTC()
			}
		}
		found = append(found, d)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("deliveries: %v", err)
	}
	return found
}

// marked returns the pairs of a CO with a pending delivery.
func (b *bed) marked(t tb, co int64) (found []pair) {
	t.Helper()
	for _, d := range b.deliveries(t, co) {
		if !d.Due.IsZero() {
			found = append(found, d.pair)
		}
	}
	return found
}

// mark enqueues deliveries of people of a CO by a change of each.
func (b *bed) mark(t tb, co int64, people ...int64) time.Time {
	t.Helper()
	return b.write(t, func(_ context.Context, tx *db.Tx) error {
		for _, person := range people {
			queue.PersonChanged(tx, co, person)
		}
		return nil
	})
}

// clearDeliveries deletes the deliveries that making a CO's records has enqueued.
func (b *bed) clearDeliveries(t tb, co int64) {
	t.Helper()
	b.write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM deliveries WHERE co_id = $1`, db.Args{co})
		return err
	})
}
