package registry_test

import (
	"testing"
	"time"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/store"
)

// version returns the sum of the versions of a person's deliveries, which grows with each enqueue.
func (fx fixture) version(t *testing.T, person int64) (version int64) {
	t.Helper()
	db := openRaw(t, fx.Database)
	defer func() { _ = db.Close() }()
	err := db.QueryRowContext(t.Context(), "SELECT coalesce(sum(version), 0) FROM deliveries WHERE kind = 0 AND subject_id = $1", person).Scan(&version)
	if err != nil {
		t.Fatal(err)
	}
	return version
}

// target adds a target in automatic mode, so that every change is enqueued.
func (fx fixture) target(t *testing.T) int64 {
	t.Helper()
	f := comity.CoProvisioningTarget
	return fx.Insert(t, f.Resource, registrytest.Values{f.CoId: fx.CoId, f.Description: "a target", f.Plugin: "ApiProvisioner", f.Status: comity.ModeAutomatic})
}

// in says whether a person has a row in the group with the name.
func (fx fixture) in(t registrytest.TB, person int64, name string) bool {
	t.Helper()
	f := comity.CoGroup
	groups := fx.Records(t, f.Resource, store.Equal("co_id", fx.CoId), store.Equal(f.Name.Column, name))
	if len(groups) != 1 {
		t.Fatalf("%d groups %q", len(groups), name)
	}
	m := comity.CoGroupMember
	return len(fx.Records(t, m.Resource, store.Equal(m.CoGroupId.Column, groups[0].Id), store.Equal(comity.OwnerCO.Column, person))) > 0
}

func (fx fixture) tick(t *testing.T, done time.Time) time.Time {
	t.Helper()
	done, err := fx.Tick(t.Context(), done)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestRolesBeginAndEndByTheClock(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		fx.target(t)
		unit := fx.Insert(t, comity.Cou.Resource, registrytest.Values{comity.Cou.CoId: fx.CoId, comity.Cou.Name: "Optics"})
		person, other := fx.NewPerson(t), fx.NewPerson(t)
		f := comity.CoPersonRole
		role := fx.Insert(t, f.Resource, registrytest.Values{
			f.Person: person, f.CouId: unit, f.Affiliation: "member", f.Status: comity.Active,
			f.ValidFrom: registrytest.Began().Add(time.Hour), f.ValidThrough: registrytest.Began().Add(2 * time.Hour),
		})
		done := fx.tick(t, time.Time{})
		check := func(when, status, actor string, active bool) {
			t.Helper()
			rec := fx.Get(t, f.Resource, role)
			if rec.Text(f.Status) != status || rec.Actor != actor {
				t.Errorf("%s the role is %s by %s, want %s by %s", when, rec.Text(f.Status), rec.Actor, status, actor)
			}
			if got := fx.Get(t, comity.CoPerson.Resource, person).Text(comity.CoPerson.Status); got != status {
				t.Errorf("%s the person is %s, want %s", when, got, status)
			}
			for _, group := range []string{"CO:members:active", "CO:COU:Optics:members:active"} {
				if got := fx.in(t, person, group); got != active {
					t.Errorf("%s in %s: %v, want %v", when, group, got, active)
				}
			}
			if !fx.in(t, person, "CO:COU:Optics:members:all") {
				t.Errorf("%s the person is not in the unit", when)
			}
		}
		check("before it begins", comity.Pending, registrytest.Tester().Username, false)
		alone := fx.version(t, other)
		for _, step := range []struct {
			when, status, actor string
			wait                time.Duration
			turned              bool
		}{
			{"a second before it begins", comity.Pending, registrytest.Tester().Username, time.Hour - time.Second, false},
			{"as it begins", comity.Active, "clock", time.Second, true},
			{"in its last second", comity.Active, "clock", time.Hour, false},
			{"after its last second", comity.Expired, "clock", time.Second, true},
			{"long after", comity.Expired, "clock", 1000 * time.Hour, false},
		} {
			fx.Wait(step.wait)
			before, revision := fx.version(t, person), fx.Get(t, f.Resource, role).Revision
			done = fx.tick(t, done)
			check(step.when, step.status, step.actor, step.status == comity.Active)
			after := fx.version(t, person)
			if (after > before) != step.turned {
				t.Errorf("%s: the version of the deliveries went from %d to %d", step.when, before, after)
			}
			if got := fx.Get(t, f.Resource, role).Revision; (got != revision) != step.turned {
				t.Errorf("%s: revision went from %d to %d", step.when, revision, got)
			}
			// The same again, as after a restart and on another instance, changes nothing.
			for _, since := range []time.Time{done, {}} {
				fx.tick(t, since)
				if fx.version(t, person) != after {
					t.Errorf("%s: another tick from %v enqueued the person again", step.when, since)
				}
			}
			check(step.when+", once more,", step.status, step.actor, step.status == comity.Active)
		}
		if got := fx.version(t, other); got != alone {
			t.Errorf("somebody else was enqueued: version %d, then %d", alone, got)
		}
	})
}

// What the clock carried out while it was ahead is reverted when it is right again, and what begins and ends
// after that does so in time, also in a program that was restarted.
func TestTheClockWasAheadAndCameBack(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		fx.target(t)
		unit := fx.Insert(t, comity.Cou.Resource, registrytest.Values{comity.Cou.CoId: fx.CoId, comity.Cou.Name: "Optics"})
		f := comity.CoPersonRole
		role := func(from, through time.Duration) (person, role int64) {
			person = fx.NewPerson(t)
			return person, fx.Insert(t, f.Resource, registrytest.Values{
				f.Person: person, f.CouId: unit, f.Affiliation: "member", f.Status: comity.Active,
				f.ValidFrom: registrytest.Began().Add(from), f.ValidThrough: registrytest.Began().Add(through),
			})
		}
		_, ends := role(-time.Hour, 10*time.Hour)
		_, begins := role(5*time.Hour, 1000*time.Hour)
		check := func(when, wantEnds, wantBegins string) {
			t.Helper()
			for id, want := range map[int64]string{ends: wantEnds, begins: wantBegins} {
				if got := fx.Get(t, f.Resource, id).Text(f.Status); got != want {
					t.Errorf("%s role %d is %s, want %s", when, id, got, want)
				}
			}
		}
		done := fx.tick(t, time.Time{})
		check("at first", comity.Active, comity.Pending)
		fx.Wait(100 * time.Hour)
		done = fx.tick(t, done)
		check("ahead", comity.Expired, comity.Active)
		fx.Wait(-99 * time.Hour)
		marked := fx.Insert(t, comity.CoPerson.Resource, registrytest.Values{comity.CoPerson.CoId: fx.CoId, comity.CoPerson.Status: comity.Active})
		if due := fx.due(t, marked); due.After(fx.Now().Add(time.Millisecond)) {
			t.Errorf("back: what changes now is due at %v, it is %v", due, fx.Now())
		}
		for _, since := range []time.Time{done, {}} {
			fx.tick(t, since)
			check("back", comity.Active, comity.Pending)
		}
		done = fx.tick(t, time.Time{})
		fx.Wait(5 * time.Hour)
		done = fx.tick(t, done)
		check("when one begins", comity.Active, comity.Active)
		fx.Wait(5 * time.Hour)
		fx.tick(t, done)
		check("when one ends", comity.Expired, comity.Active)
	})
}

// due returns when a person's delivery is due.
func (fx fixture) due(t *testing.T, person int64) time.Time {
	t.Helper()
	db := openRaw(t, fx.Database)
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
	onBoth(t, func(t *testing.T, fx fixture) {
		fx.Wait(time.Second / 2)
		f := comity.CoPersonRole
		role := fx.Insert(t, f.Resource, registrytest.Values{f.Person: fx.NewPerson(t), f.Affiliation: "member", f.Status: comity.Active, f.ValidThrough: registrytest.Began()})
		if got := fx.Get(t, f.Resource, role).Text(f.Status); got != comity.Active {
			t.Errorf("it is %s", got)
		}
	})
}

func TestMembershipsBeginAndEndByTheClock(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		fx.target(t)
		f := comity.CoGroupMember
		person, group, above := fx.NewPerson(t), fx.NewGroup(t, "readers"), fx.NewGroup(t, "everybody")
		fx.Nest(t, group, above)
		fx.Insert(t, f.Resource, registrytest.Values{
			f.CoGroupId: group, f.Person: person, f.Member: true,
			f.ValidFrom: registrytest.Began().Add(time.Hour), f.ValidThrough: registrytest.Began().Add(2 * time.Hour),
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
			fx.Wait(step.wait)
			before := fx.version(t, person)
			done = fx.tick(t, done)
			if got := fx.version(t, person) > before; got != step.enqueued {
				t.Errorf("at %v the person was enqueued: %v, want %v", fx.Now(), got, step.enqueued)
			}
			if got := fx.in(t, person, "everybody"); got != step.nested {
				t.Errorf("at %v the person is in the group above: %v, want %v", fx.Now(), got, step.nested)
			}
		}
		if problems, err := fx.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("check: %v, error %v", problems, err)
		}
	})
}

// What began while nothing ran is carried out by the first tick, for any number of people.
func TestTheClockCatchesUp(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		f := comity.CoPersonRole
		var roles []int64
		for range 120 {
			roles = append(roles, fx.Insert(t, f.Resource, registrytest.Values{
				f.Person: fx.NewPerson(t), f.Affiliation: "member", f.Status: comity.Active, f.ValidThrough: registrytest.Began().Add(time.Minute),
			}))
		}
		fx.Wait(30 * 24 * time.Hour)
		fx.tick(t, time.Time{})
		for _, id := range roles {
			if rec := fx.Get(t, f.Resource, id); rec.Text(f.Status) != comity.Expired {
				t.Fatalf("role %d is %s", id, rec.Text(f.Status))
			}
		}
	})
}
