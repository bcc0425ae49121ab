package storetest

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// pair is a target and a person with a pending delivery.
type pair struct{ target, person int64 }

func (p pair) compare(q pair) int {
	return slices.Compare([]int64{p.target, p.person}, []int64{q.target, q.person})
}

// delivery is a row of the deliveries. A time that is NULL is zero.
type delivery struct {
	pair
	Co, Version          int64
	Due                  time.Time
	InFlight             bool
	Since                time.Time
	Sequence             int64
	Attempts, Refusals   int64
	DeadLettered         bool
	Identifier, Obsolete string
	Attempted, Delivered time.Time
	Answer               string
}

// deliveries reads the deliveries of a CO, in order of target and person.
func (fx *fixture) deliveries(t tb, co int64) (found []delivery) {
	t.Helper()
	rows, err := fx.raw.QueryContext(context.WithoutCancel(t.Context()), `SELECT co_provisioning_target_id, subject_id, co_id, version, due, claimed, since,
		sequence, attempts, refusals, dead_lettered, identifier, obsolete, attempted, delivered, answer
		FROM deliveries WHERE co_id = $1 ORDER BY co_provisioning_target_id, kind, subject_id`, co)
	if err != nil {
		t.Fatalf("deliveries: %v", err)
	}
	defer rows.Close()
	for rows.Next() {
		var d delivery
		var due, since, attempted, delivered sql.NullInt64
		err := rows.Scan(&d.target, &d.person, &d.Co, &d.Version, &due, &d.InFlight, &since,
			&d.Sequence, &d.Attempts, &d.Refusals, &d.DeadLettered, &d.Identifier, &d.Obsolete, &attempted, &delivered, &d.Answer)
		if err != nil {
			t.Fatalf("deliveries: %v", err)
		}
		for to, from := range map[*time.Time]sql.NullInt64{&d.Due: due, &d.Since: since, &d.Attempted: attempted, &d.Delivered: delivered} {
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

// pending returns the pairs of a CO with a pending delivery.
func (fx *fixture) pending(t tb, co int64) (found []pair) {
	t.Helper()
	for _, d := range fx.deliveries(t, co) {
		if !d.Due.IsZero() {
			found = append(found, d.pair)
		}
	}
	return found
}

// enqueue enqueues deliveries of people of a CO by a change of each.
func (fx *fixture) enqueue(t tb, co int64, people ...int64) time.Time {
	t.Helper()
	return fx.write(t, func(_ context.Context, tx *db.Tx) error {
		for _, person := range people {
			queue.PersonChanged(tx, co, person)
		}
		return nil
	})
}

// clearDeliveries deletes the deliveries that adding the records of a CO has enqueued.
func (fx *fixture) clearDeliveries(t tb, co int64) {
	t.Helper()
	fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM deliveries WHERE co_id = $1`, db.Args{co})
		return err
	})
}

// deliveryFixture is a CO with a target and a person, whose delivery the test changes, and a clock that it
// moves.
type deliveryFixture struct {
	*fixture
	clock  *clock
	co     int64
	target *comity.Record
	person *comity.Record
}

// modes are the modes of targets that are sent changes.
var modes = []string{comity.ModeAutomatic, comity.ModeQueue, comity.ModeQueueOnError}

// deliveryFixture adds a CO with a target in the automatic mode and a person.
func (fx *fixture) deliveryFixture(t tb, c *clock) *deliveryFixture {
	t.Helper()
	co := fx.co(t)
	person := fx.person(t, co) // before the target, so that nothing is enqueued
	return &deliveryFixture{fixture: fx, clock: c, co: co, target: fx.provisioningTarget(t, co), person: person}
}

// provisioningTarget adds a target, in the automatic mode unless the pairs set another.
func (fx *fixture) provisioningTarget(t tb, co int64, pairs ...any) *comity.Record {
	t.Helper()
	f := comity.CoProvisioningTarget
	return fx.insert(t, f.Resource, append([]any{f.CoId, co, f.Plugin, comity.PluginAPI, f.Status, comity.ModeAutomatic}, pairs...)...)
}

// row reads the one delivery of the CO.
func (s *deliveryFixture) row(t tb) delivery {
	t.Helper()
	all := s.deliveries(t, s.co)
	if len(all) != 1 {
		t.Fatalf("%d deliveries, want one: %+v", len(all), all)
	}
	return all[0]
}

// is fails the test unless the one delivery of the CO is equal to want.
func (s *deliveryFixture) is(t tb, want delivery) {
	t.Helper()
	want.pair = pair{s.target.Id, s.person.Id}
	want.Co = s.co
	if want.Obsolete == "" {
		want.Obsolete = "[]"
	}
	if diff := cmp.Diff(want, s.row(t), cmp.AllowUnexported(delivery{}, pair{})); diff != "" {
		t.Errorf("delivery (-want +got):\n%s", diff)
	}
}

// enqueueByChange enqueues the delivery of the person by a change.
func (s *deliveryFixture) enqueueByChange(t tb) time.Time {
	t.Helper()
	s.clock.move(time.Second)
	return s.enqueue(t, s.co, s.person.Id)
}

// claimPerson claims the due deliveries, which must be the person's only.
func (s *deliveryFixture) claimPerson(t tb) (d queue.Delivery, now time.Time) {
	t.Helper()
	s.clock.move(time.Second)
	var got []queue.Delivery
	now = s.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		got, err = queue.Claim(ctx, tx, s.target.Id, 10, time.Minute)
		return err
	})
	if len(got) != 1 || got[0].Subject.Id != s.person.Id {
		t.Fatalf("claimed %+v, want person %d", got, s.person.Id)
	}
	return got[0], now
}

// finish stores outcomes.
func (s *deliveryFixture) finish(t tb, outcomes ...queue.Outcome) time.Time {
	t.Helper()
	s.clock.move(time.Second)
	return s.write(t, func(ctx context.Context, tx *db.Tx) error { return queue.Finish(ctx, tx, outcomes) })
}

// failed returns the outcome of a delivery that failed because the receiver was unreachable or refused it.
func failed(d queue.Delivery, refused, deadLetter bool) queue.Outcome {
	d.Attempts++
	if refused {
		d.Refusals++
	}
	return queue.Outcome{Delivery: d, Wait: time.Hour, DeadLetter: deadLetter, Answer: "no"}
}

// enqueueByRequest enqueues the delivery of the person by request.
func (s *deliveryFixture) enqueueByRequest(t tb) time.Time {
	t.Helper()
	s.clock.move(time.Second)
	return s.write(t, func(ctx context.Context, tx *db.Tx) error {
		return queue.EnqueueOne(ctx, tx, s.target.Id, comity.PersonSubject(s.person.Id), s.co)
	})
}

// deliverAll delivers all pending deliveries of a CO.
func (fx *fixture) deliverAll(t tb, co int64) {
	t.Helper()
	all := fx.deliveries(t, co)
	fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		for _, d := range all {
			got, ok, err := queue.ClaimOne(ctx, tx, d.target, comity.PersonSubject(d.person), co, time.Minute)
			if err != nil || !ok {
				return err
			}
			if err := queue.Finish(ctx, tx, []queue.Outcome{{Delivery: got, OK: true}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// claim claims the due deliveries of a target.
func (fx *fixture) claim(t tb, target int64, limit int, lease time.Duration) (claimed []queue.Delivery) {
	t.Helper()
	fx.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		claimed, err = queue.Claim(ctx, tx, target, limit, lease)
		return err
	})
	return claimed
}

// giveBackOverdue gives back the overdue claims of a target, whose number must be want. It also checks that claims
// with an older sequence give nothing back.
func (fx *fixture) giveBackOverdue(t *testing.T, s *deliveryFixture, want int) {
	t.Helper()
	var overdue []queue.InFlight
	s.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		overdue, err = queue.Overdue(ctx, tx)
		return err
	})
	overdue = slices.DeleteFunc(overdue, func(c queue.InFlight) bool { return c.TargetId != s.target.Id })
	if len(overdue) != want {
		t.Errorf("overdue: %+v, want %d", overdue, want)
	}
	claimed := s.row(t)
	for _, of := range []int64{-1, 0} {
		claims := slices.Clone(overdue)
		for i := range claims {
			claims[i].Sequence += of
		}
		now := s.write(t, func(ctx context.Context, tx *db.Tx) error { return queue.GiveBack(ctx, tx, claims) })
		if of == 0 && want > 0 {
			claimed.InFlight, claimed.Due = false, now
		}
		s.is(t, claimed)
	}
}

// sameProvisionedAs compares provisioned identifiers; nil and empty Obsolete are the same.
func sameProvisionedAs(a, b comity.ProvisionedAs) bool {
	return a.Identifier == b.Identifier && slices.Equal(a.Obsolete, b.Obsolete)
}
