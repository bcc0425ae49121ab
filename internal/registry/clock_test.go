package registry_test

import (
	"testing"
	"time"

	"comity"
	"comity/internal/store"
)

// version returns the sum of the versions of a person's deliveries, which grows with each enqueue.
func (w *world) version(t *testing.T, person int64) (version int64) {
	t.Helper()
	db := openRaw(t, w.name)
	defer func() { _ = db.Close() }()
	err := db.QueryRowContext(t.Context(), "SELECT coalesce(sum(version), 0) FROM deliveries WHERE kind = 0 AND subject_id = $1", person).Scan(&version)
	if err != nil {
		t.Fatal(err)
	}
	return version
}

// target adds a target in automatic mode, so that every change is enqueued.
func (w *world) target(t *testing.T) int64 {
	t.Helper()
	f := comity.CoProvisioningTarget
	return w.add(t, f.Resource, values{f.CoId: w.co, f.Description: "a target", f.Plugin: "ApiProvisioner", f.Status: comity.ModeAutomatic})
}

// in says whether a person has a row in the group with the name.
func (w *world) in(t tb, person int64, name string) bool {
	t.Helper()
	f := comity.CoGroup
	groups := w.list(t, f.Resource, store.Equal("co_id", w.co), store.Equal(f.Name.Column, name))
	if len(groups) != 1 {
		t.Fatalf("%d groups %q", len(groups), name)
	}
	m := comity.CoGroupMember
	return len(w.list(t, m.Resource, store.Equal(m.CoGroupId.Column, groups[0].Id), store.Equal(comity.OwnerCO.Column, person))) > 0
}

func (w *world) tick(t *testing.T, done time.Time) time.Time {
	t.Helper()
	done, err := w.Tick(t.Context(), done)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestRolesBeginAndEndByTheClock(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.target(t)
		unit := w.add(t, comity.Cou.Resource, values{comity.Cou.CoId: w.co, comity.Cou.Name: "Optics"})
		person, other := w.person(t), w.person(t)
		f := comity.CoPersonRole
		role := w.add(t, f.Resource, values{
			f.Person: person, f.CouId: unit, f.Affiliation: "member", f.Status: comity.Active,
			f.ValidFrom: began.Add(time.Hour), f.ValidThrough: began.Add(2 * time.Hour),
		})
		done := w.tick(t, time.Time{})
		check := func(when, status, actor string, active bool) {
			t.Helper()
			rec := w.get(t, f.Resource, role)
			if rec.Text(f.Status) != status || rec.Actor != actor {
				t.Errorf("%s the role is %s by %s, want %s by %s", when, rec.Text(f.Status), rec.Actor, status, actor)
			}
			if got := w.get(t, comity.CoPerson.Resource, person).Text(comity.CoPerson.Status); got != status {
				t.Errorf("%s the person is %s, want %s", when, got, status)
			}
			for _, group := range []string{"CO:members:active", "CO:COU:Optics:members:active"} {
				if got := w.in(t, person, group); got != active {
					t.Errorf("%s in %s: %v, want %v", when, group, got, active)
				}
			}
			if !w.in(t, person, "CO:COU:Optics:members:all") {
				t.Errorf("%s the person is not in the unit", when)
			}
		}
		check("before it begins", comity.Pending, tester.Username, false)
		alone := w.version(t, other)
		for _, step := range []struct {
			when, status, actor string
			wait                time.Duration
			turned              bool
		}{
			{"a second before it begins", comity.Pending, tester.Username, time.Hour - time.Second, false},
			{"as it begins", comity.Active, "clock", time.Second, true},
			{"in its last second", comity.Active, "clock", time.Hour, false},
			{"after its last second", comity.Expired, "clock", time.Second, true},
			{"long after", comity.Expired, "clock", 1000 * time.Hour, false},
		} {
			w.wait(step.wait)
			before, revision := w.version(t, person), w.get(t, f.Resource, role).Revision
			done = w.tick(t, done)
			check(step.when, step.status, step.actor, step.status == comity.Active)
			after := w.version(t, person)
			if (after > before) != step.turned {
				t.Errorf("%s: the version of the deliveries went from %d to %d", step.when, before, after)
			}
			if got := w.get(t, f.Resource, role).Revision; (got != revision) != step.turned {
				t.Errorf("%s: revision went from %d to %d", step.when, revision, got)
			}
			// The same again, as after a restart and on another instance, changes nothing.
			for _, since := range []time.Time{done, {}} {
				w.tick(t, since)
				if w.version(t, person) != after {
					t.Errorf("%s: another tick from %v enqueued the person again", step.when, since)
				}
			}
			check(step.when+", once more,", step.status, step.actor, step.status == comity.Active)
		}
		if got := w.version(t, other); got != alone {
			t.Errorf("somebody else was enqueued: version %d, then %d", alone, got)
		}
	})
}

// What the clock carried out while it was ahead is reverted when it is right again, and what begins and ends
// after that does so in time, also in a program that was restarted.
func TestTheClockWasAheadAndCameBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.target(t)
		unit := w.add(t, comity.Cou.Resource, values{comity.Cou.CoId: w.co, comity.Cou.Name: "Optics"})
		f := comity.CoPersonRole
		role := func(from, through time.Duration) (person, role int64) {
			person = w.person(t)
			return person, w.add(t, f.Resource, values{
				f.Person: person, f.CouId: unit, f.Affiliation: "member", f.Status: comity.Active,
				f.ValidFrom: began.Add(from), f.ValidThrough: began.Add(through),
			})
		}
		_, ends := role(-time.Hour, 10*time.Hour)
		_, begins := role(5*time.Hour, 1000*time.Hour)
		check := func(when, wantEnds, wantBegins string) {
			t.Helper()
			for id, want := range map[int64]string{ends: wantEnds, begins: wantBegins} {
				if got := w.get(t, f.Resource, id).Text(f.Status); got != want {
					t.Errorf("%s role %d is %s, want %s", when, id, got, want)
				}
			}
		}
		done := w.tick(t, time.Time{})
		check("at first", comity.Active, comity.Pending)
		w.wait(100 * time.Hour)
		done = w.tick(t, done)
		check("ahead", comity.Expired, comity.Active)
		w.wait(-99 * time.Hour)
		marked := w.add(t, comity.CoPerson.Resource, values{comity.CoPerson.CoId: w.co, comity.CoPerson.Status: comity.Active})
		if due := w.due(t, marked); due.After(w.clock().Add(time.Millisecond)) {
			t.Errorf("back: what changes now is due at %v, it is %v", due, w.clock())
		}
		for _, since := range []time.Time{done, {}} {
			w.tick(t, since)
			check("back", comity.Active, comity.Pending)
		}
		done = w.tick(t, time.Time{})
		w.wait(5 * time.Hour)
		done = w.tick(t, done)
		check("when one begins", comity.Active, comity.Active)
		w.wait(5 * time.Hour)
		w.tick(t, done)
		check("when one ends", comity.Expired, comity.Active)
	})
}

// due returns when a person's delivery is due.
func (w *world) due(t *testing.T, person int64) time.Time {
	t.Helper()
	db := openRaw(t, w.name)
	defer func() { _ = db.Close() }()
	var due int64
	err := db.QueryRowContext(t.Context(), "SELECT due FROM deliveries WHERE kind = 0 AND subject_id = $1", person).Scan(&due)
	if err != nil {
		t.Fatal(err)
	}
	return time.UnixMicro(due)
}

// A validity includes the whole of its last second, in every check.
func TestARoleThatIsWrittenInItsLastSecondIsActive(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.wait(time.Second / 2)
		f := comity.CoPersonRole
		role := w.add(t, f.Resource, values{f.Person: w.person(t), f.Affiliation: "member", f.Status: comity.Active, f.ValidThrough: began})
		if got := w.get(t, f.Resource, role).Text(f.Status); got != comity.Active {
			t.Errorf("it is %s", got)
		}
	})
}

func TestMembershipsBeginAndEndByTheClock(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.target(t)
		f := comity.CoGroupMember
		person, group, above := w.person(t), w.group(t, "readers"), w.group(t, "everybody")
		w.nest(t, group, above)
		w.add(t, f.Resource, values{
			f.CoGroupId: group, f.Person: person, f.Member: true,
			f.ValidFrom: began.Add(time.Hour), f.ValidThrough: began.Add(2 * time.Hour),
		})
		var done time.Time
		for _, step := range []struct {
			wait             time.Duration
			enqueued, nested bool
		}{
			{0, false, false},
			{time.Hour - time.Second, false, false},
			{time.Second, true, true},
			{time.Hour, false, true},
			{time.Second, true, false},
			{time.Hour, false, false},
		} {
			w.wait(step.wait)
			before := w.version(t, person)
			done = w.tick(t, done)
			if got := w.version(t, person) > before; got != step.enqueued {
				t.Errorf("at %v the person was enqueued: %v, want %v", w.clock(), got, step.enqueued)
			}
			if got := w.in(t, person, "everybody"); got != step.nested {
				t.Errorf("at %v the person is in the group above: %v, want %v", w.clock(), got, step.nested)
			}
		}
		if problems, err := w.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("check: %v, error %v", problems, err)
		}
	})
}

// What began while nothing ran is carried out by the first tick, for any number of people.
func TestTheClockCatchesUp(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		f := comity.CoPersonRole
		var roles []int64
		for range 120 {
			roles = append(roles, w.add(t, f.Resource, values{
				f.Person: w.person(t), f.Affiliation: "member", f.Status: comity.Active, f.ValidThrough: began.Add(time.Minute),
			}))
		}
		w.wait(30 * 24 * time.Hour)
		w.tick(t, time.Time{})
		for _, id := range roles {
			if rec := w.get(t, f.Resource, id); rec.Text(f.Status) != comity.Expired {
				t.Fatalf("role %d is %s", id, rec.Text(f.Status))
			}
		}
	})
}
