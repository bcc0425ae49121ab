package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// deliveryFixture is a CO with a target and a person, whose delivery the test changes, and a clock that it
// moves.
type deliveryFixture struct {
	*bed
	clock  *clock
	co     int64
	target *comity.Record
	person *comity.Record
}

// modes are the modes of targets that are sent changes.
var modes = []string{comity.ModeAutomatic, comity.ModeQueue, comity.ModeQueueOnError}

// deliveryFixture makes a CO with a target in the automatic mode and a person.
func (b *bed) deliveryFixture(t tb, c *clock) *deliveryFixture {
	t.Helper()
	co := b.co(t)
	person := b.person(t, co) // before the target, so that nothing is enqueued
	return &deliveryFixture{bed: b, clock: c, co: co, target: b.provisioningTarget(t, co), person: person}
}

// provisioningTarget makes a target, in the automatic mode unless the pairs set another.
func (b *bed) provisioningTarget(t tb, co int64, pairs ...any) *comity.Record {
	t.Helper()
	f := comity.CoProvisioningTarget
	return b.insert(t, f.Resource, append([]any{f.CoId, co, f.Plugin, comity.PluginAPI, f.Status, comity.ModeAutomatic}, pairs...)...)
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

// marks enqueues the delivery of the person by a change.
func (s *deliveryFixture) marks(t tb) time.Time {
	t.Helper()
	s.clock.move(time.Second)
	return s.mark(t, s.co, s.person.Id)
}

// claims claims the due deliveries, which must be the person's only.
func (s *deliveryFixture) claims(t tb) (d queue.Delivery, now time.Time) {
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

// finishes stores outcomes.
func (s *deliveryFixture) finishes(t tb, outcomes ...queue.Outcome) time.Time {
	t.Helper()
	s.clock.move(time.Second)
	return s.write(t, func(ctx context.Context, tx *db.Tx) error { return queue.Finish(ctx, tx, outcomes) })
}

// failed returns the outcome of a delivery that failed because the receiver was unreachable or refused it.
func failed(d queue.Delivery, refused, rest bool) queue.Outcome {
	d.Attempts++
	if refused {
		d.Refusals++
	}
	return queue.Outcome{Delivery: d, Wait: time.Hour, Rest: rest, Answer: "no"}
}

// testMarks enqueues deliveries that are in every possible state.
func testMarks(t *testing.T, b Backend) {
	c := newClock()
	bed := b.bedWith(t, db.Options{Clock: c.Now})
	t.Run("people and targets", func(t *testing.T) { testMarked(t, bed, c) })
	t.Run("again and again", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		first := s.marks(t)
		s.is(t, delivery{Version: 1, Due: first, Since: first})
		second := s.marks(t)
		s.is(t, delivery{Version: 2, Due: second, Since: first})
		third := s.mark(t, s.co, s.person.Id, s.person.Id)
		s.is(t, delivery{Version: 3, Due: third, Since: first})
	})
	t.Run("while it is held", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		first := s.marks(t)
		_, now := s.claims(t)
		s.marks(t)
		s.is(t, delivery{Version: 2, Due: now.Add(time.Minute), Held: true, Since: first, Sequence: 1})
		s.queues(t)
		s.is(t, delivery{Version: 3, Due: now.Add(time.Minute), Held: true, Since: first, Sequence: 1})
	})
	t.Run("after success", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		s.marks(t)
		d, _ := s.claims(t)
		d.ProvisionedAs.Identifier = "ada"
		delivered := s.finishes(t, queue.Outcome{Delivery: d, OK: true, Answer: "OK"})
		want := delivery{Version: 1, Sequence: 1, Identifier: "ada", Tried: delivered, Delivered: delivered, Answer: "OK"}
		s.is(t, want)
		want.Due = s.marks(t)
		want.Version, want.Since = 2, want.Due
		s.is(t, want)
	})
	t.Run("while the receiver is down", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		first := s.marks(t)
		d, _ := s.claims(t)
		tried := s.finishes(t, failed(d, false, false))
		want := delivery{Version: 1, Due: tried.Add(time.Hour), Since: first, Sequence: 1, Attempts: 1, Tried: tried, Answer: "no"}
		s.is(t, want)
		s.marks(t)
		want.Version = 2 // a change keeps the time of the next try
		s.is(t, want)
		want.Due = s.queues(t) // a request makes it due now
		want.Version = 3
		s.is(t, want)
	})
	t.Run("after a refusal", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		first := s.marks(t)
		d, _ := s.claims(t)
		tried := s.finishes(t, failed(d, true, false))
		want := delivery{Version: 1, Due: tried.Add(time.Hour), Since: first, Sequence: 1, Attempts: 1, Refusals: 1, Tried: tried, Answer: "no"}
		s.is(t, want)
		want.Due = s.marks(t)
		want.Version, want.Refusals = 2, 0
		s.is(t, want)
	})
	for name, again := range map[string]func(*deliveryFixture, tb) time.Time{"mark": (*deliveryFixture).marks, "queue": (*deliveryFixture).queues} {
		t.Run("of what rests, by "+name, func(t *testing.T) {
			s := bed.deliveryFixture(t, c)
			first := s.marks(t)
			d, _ := s.claims(t)
			tried := s.finishes(t, failed(d, true, true))
			want := delivery{Version: 1, Since: first, Sequence: 1, Attempts: 1, Refusals: 1, Resting: true, Tried: tried, Answer: "no"}
			s.is(t, want)
			want.Due = again(s, t)
			want.Version, want.Refusals, want.Resting = 2, 0, false
			s.is(t, want)
		})
	}
	t.Run("queue of a new delivery", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		now := s.queues(t)
		s.is(t, delivery{Version: 1, Due: now, Since: now})
	})
}

// queues enqueues the delivery of the person by request.
func (s *deliveryFixture) queues(t tb) time.Time {
	t.Helper()
	s.clock.move(time.Second)
	return s.write(t, func(ctx context.Context, tx *db.Tx) error {
		return queue.EnqueueOne(ctx, tx, s.target.Id, comity.PersonSubject(s.person.Id), s.co)
	})
}

// testMarked checks whose deliveries are enqueued to which targets.
func testMarked(t *testing.T, bed *bed, c *clock) {
	f := comity.CoProvisioningTarget
	s, elsewhere := bed.deliveryFixture(t, c), bed.deliveryFixture(t, c)
	queued := bed.provisioningTarget(t, s.co, f.Status, comity.ModeQueue)
	for _, mode := range []string{comity.ModeDisabled, comity.ModeManual, comity.ModeEnrolment} {
		bed.provisioningTarget(t, s.co, f.Status, mode)
	}
	var many []*comity.Record
	for range 300 {
		many = append(many, row(comity.CoPerson.Resource, comity.CoPerson.CoId, s.co))
	}
	all := ids(bed.add(t, many...))
	var both []pair
	for _, target := range []*comity.Record{s.target, queued} {
		for _, p := range all {
			both = append(both, pair{target.Id, p})
		}
	}
	for _, tt := range []struct {
		name   string
		co     int64
		people []int64
		want   []pair
	}{
		{"nobody", s.co, nil, nil},
		{"one who is in another CO", elsewhere.co, []int64{elsewhere.person.Id}, nil},
		{"one, to the targets in each mode that learns of every change", s.co, []int64{s.person.Id}, []pair{{s.target.Id, s.person.Id}, {queued.Id, s.person.Id}}},
		{"two, and one twice", s.co, []int64{all[1], all[0], all[1]}, []pair{{s.target.Id, all[0]}, {s.target.Id, all[1]}, {queued.Id, all[0]}, {queued.Id, all[1]}}},
		{"many", s.co, all, both},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bed.forget(t, s.co)
			bed.mark(t, tt.co, tt.people...)
			if diff := cmp.Diff(tt.want, bed.marked(t, s.co), cmp.AllowUnexported(pair{})); diff != "" {
				t.Errorf("marked (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a member of a group whose membership changes", func(t *testing.T) {
		m, s := comity.CoGroupMember, bed.deliveryFixture(t, c)
		group := bed.insert(t, comity.CoGroup.Resource, comity.CoGroup.CoId, s.co)
		bed.insert(t, m.Resource, m.CoGroupId, group, m.Person, s.person, m.Member, true)
		if diff := cmp.Diff([]pair{{s.target.Id, s.person.Id}}, bed.marked(t, s.co), cmp.AllowUnexported(pair{})); diff != "" {
			t.Errorf("enqueued (-want +got):\n%s", diff)
		}
	})
	t.Run("nobody for an edit that changes no value", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		bed.edit(t, s.person.Resource, s.person.Id)
		if got := bed.marked(t, s.co); len(got) > 0 {
			t.Errorf("enqueued %v", got)
		}
	})
	t.Run("to a target in enrolment mode, one who is Active for the first time", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		enrolment := bed.provisioningTarget(t, s.co, f.Status, comity.ModeEnrolment)
		bed.write(t, func(_ context.Context, tx *db.Tx) error {
			queue.FirstActive(tx, s.co, s.person.Id)
			return nil
		})
		if diff := cmp.Diff([]pair{{s.target.Id, s.person.Id}, {enrolment.Id, s.person.Id}}, bed.marked(t, s.co), cmp.AllowUnexported(pair{})); diff != "" {
			t.Errorf("enqueued (-want +got):\n%s", diff)
		}
	})
}

// forget delivers all pending deliveries of a CO.
func (b *bed) forget(t tb, co int64) {
	t.Helper()
	waiting := b.deliveries(t, co)
	b.write(t, func(ctx context.Context, tx *db.Tx) error {
		for _, d := range waiting {
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
