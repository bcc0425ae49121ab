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

// testEnqueue enqueues deliveries that are in every possible state.
func testEnqueue(t *testing.T, b Backend) {
	c := newClock()
	fx := b.newFixtureWith(t, db.Options{Clock: c.Now})
	t.Run("people and targets", func(t *testing.T) { testEnqueued(t, fx, c) })
	t.Run("again and again", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		first := s.enqueueByChange(t)
		s.is(t, delivery{Version: 1, Due: first, Since: first})
		second := s.enqueueByChange(t)
		s.is(t, delivery{Version: 2, Due: second, Since: first})
		third := s.enqueue(t, s.co, s.person.Id, s.person.Id)
		s.is(t, delivery{Version: 3, Due: third, Since: first})
	})
	t.Run("while it is in flight", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		first := s.enqueueByChange(t)
		_, now := s.claimPerson(t)
		s.enqueueByChange(t)
		s.is(t, delivery{Version: 2, Due: now.Add(time.Minute), InFlight: true, Since: first, Sequence: 1})
		s.enqueueByRequest(t)
		s.is(t, delivery{Version: 3, Due: now.Add(time.Minute), InFlight: true, Since: first, Sequence: 1})
	})
	t.Run("after success", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		s.enqueueByChange(t)
		d, _ := s.claimPerson(t)
		d.ProvisionedAs.Identifier = "ada"
		delivered := s.finish(t, queue.Outcome{Delivery: d, OK: true, Answer: "OK"})
		want := delivery{Version: 1, Sequence: 1, Identifier: "ada", Attempted: delivered, Delivered: delivered, Answer: "OK"}
		s.is(t, want)
		want.Due = s.enqueueByChange(t)
		want.Version, want.Since = 2, want.Due
		s.is(t, want)
	})
	t.Run("while the receiver is down", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		first := s.enqueueByChange(t)
		d, _ := s.claimPerson(t)
		attempted := s.finish(t, failed(d, false, false))
		want := delivery{Version: 1, Due: attempted.Add(time.Hour), Since: first, Sequence: 1, Attempts: 1, Attempted: attempted, Answer: "no"}
		s.is(t, want)
		s.enqueueByChange(t)
		want.Version = 2 // a change keeps the time of the next try
		s.is(t, want)
		want.Due = s.enqueueByRequest(t) // a request makes it due now
		want.Version = 3
		s.is(t, want)
	})
	t.Run("after a refusal", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		first := s.enqueueByChange(t)
		d, _ := s.claimPerson(t)
		attempted := s.finish(t, failed(d, true, false))
		want := delivery{Version: 1, Due: attempted.Add(time.Hour), Since: first, Sequence: 1, Attempts: 1, Refusals: 1, Attempted: attempted, Answer: "no"}
		s.is(t, want)
		want.Due = s.enqueueByChange(t)
		want.Version, want.Refusals = 2, 0
		s.is(t, want)
	})
	for name, again := range map[string]func(*deliveryFixture, tb) time.Time{"a change": (*deliveryFixture).enqueueByChange, "a request": (*deliveryFixture).enqueueByRequest} {
		t.Run("of a dead-lettered delivery, by "+name, func(t *testing.T) {
			s := fx.deliveryFixture(t, c)
			first := s.enqueueByChange(t)
			d, _ := s.claimPerson(t)
			attempted := s.finish(t, failed(d, true, true))
			want := delivery{Version: 1, Since: first, Sequence: 1, Attempts: 1, Refusals: 1, DeadLettered: true, Attempted: attempted, Answer: "no"}
			s.is(t, want)
			want.Due = again(s, t)
			want.Version, want.Refusals, want.DeadLettered = 2, 0, false
			s.is(t, want)
		})
	}
	t.Run("by request, of a new delivery", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		now := s.enqueueByRequest(t)
		s.is(t, delivery{Version: 1, Due: now, Since: now})
	})
}

// testEnqueued checks whose deliveries are enqueued to which targets.
func testEnqueued(t *testing.T, fx *fixture, c *clock) {
	f := comity.CoProvisioningTarget
	s, elsewhere := fx.deliveryFixture(t, c), fx.deliveryFixture(t, c)
	queued := fx.provisioningTarget(t, s.co, f.Status, comity.ModeQueue)
	for _, mode := range []string{comity.ModeDisabled, comity.ModeManual, comity.ModeEnrolment} {
		fx.provisioningTarget(t, s.co, f.Status, mode)
	}
	var many []*comity.Record
	for range 300 {
		many = append(many, row(comity.CoPerson.Resource, comity.CoPerson.CoId, s.co))
	}
	all := ids(fx.add(t, many...))
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
			fx.deliverAll(t, s.co)
			fx.enqueue(t, tt.co, tt.people...)
			if diff := cmp.Diff(tt.want, fx.pending(t, s.co), cmp.AllowUnexported(pair{})); diff != "" {
				t.Errorf("enqueued (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a member of a group whose membership changes", func(t *testing.T) {
		m, s := comity.CoGroupMember, fx.deliveryFixture(t, c)
		group := fx.insert(t, comity.CoGroup.Resource, comity.CoGroup.CoId, s.co)
		fx.insert(t, m.Resource, m.CoGroupId, group, m.Person, s.person, m.Member, true)
		if diff := cmp.Diff([]pair{{s.target.Id, s.person.Id}}, fx.pending(t, s.co), cmp.AllowUnexported(pair{})); diff != "" {
			t.Errorf("enqueued (-want +got):\n%s", diff)
		}
	})
	t.Run("nobody for an edit that changes no value", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		fx.edit(t, s.person.Resource, s.person.Id)
		if got := fx.pending(t, s.co); len(got) > 0 {
			t.Errorf("enqueued %v", got)
		}
	})
	t.Run("to a target in enrolment mode, one who is Active for the first time", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		enrolment := fx.provisioningTarget(t, s.co, f.Status, comity.ModeEnrolment)
		fx.write(t, func(_ context.Context, tx *db.Tx) error {
			queue.FirstActive(tx, s.co, s.person.Id)
			return nil
		})
		if diff := cmp.Diff([]pair{{s.target.Id, s.person.Id}, {enrolment.Id, s.person.Id}}, fx.pending(t, s.co), cmp.AllowUnexported(pair{})); diff != "" {
			t.Errorf("enqueued (-want +got):\n%s", diff)
		}
	})
}
