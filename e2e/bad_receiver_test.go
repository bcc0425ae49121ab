package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/client"
)

// TestBadReceiverHoldsUpNobody has receivers that fail in every possible way. Each CO with such a target is
// compared with a CO without one, in turns: requests are as fast, and another target of the CO is provisioned
// as soon. Once repaired, the receiver holds exactly the present state.
func TestBadReceiverHoldsUpNobody(t *testing.T) {
	everybody := func(string) bool { return true }
	nobody := func(string) bool { return false }
	onBoth(t, func(t *testing.T, database string) {
		// A message has seven seconds, so that the slow receiver takes it and the silent one does not.
		r := serve(t, database, "--lease", "14s")
		for _, tt := range []struct {
			name string
			does failure
			// takes reports whether the receiver accepts a person in spite of its trouble; nil if that does not matter.
			takes func(uid string) bool
		}{
			{"it takes two seconds to answer", isSlow, nil},
			{"it is dead", nil, nobody},
			{"it is there and not there", failsNowAndThen(), everybody},
			{"it chokes on one person", failsAt("p3"), func(uid string) bool { return uid != "p3" }},
			{"it cuts the connection in mid-answer", cutsItsAnswer, everybody},
			{"it never answers", isSilent, nobody},
		} {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				bad := startReceiverLater(t)
				if tt.does != nil {
					bad = startFailingReceiver(t, tt.does)
				}
				c := r.platform()
				with, without := newBranch(t, c, "With: "+tt.name), newBranch(t, c, "Without: "+tt.name)
				p := addTarget(t, c, with.co, bad.url, endpoint{})
				for i := range 12 {
					with.hire(t, c, i)
					without.hire(t, c, i)
				}
				within(t, "a request", median(with.took), median(without.took), 200*time.Millisecond)
				within(t, "to provision the other target", median(with.lags(t)), median(without.lags(t)), time.Second)

				for uid := range with.began {
					if tt.takes != nil && tt.takes(uid) {
						bad.knowsOf(t, uid)
					}
				}
				for uid := range bad.present() {
					if tt.takes != nil && !tt.takes(uid) {
						t.Errorf("the receiver holds %s, which it does not take", uid)
					}
				}
				remove(t, c, comity.CoPerson.Resource, with.people[0])
				with.good.forgets(t, "p0")
				bad.repair()
				if !becomesTrue(func() bool { return maps.Equal(bad.present(), with.good.present()) }) {
					t.Errorf("once repaired, target %d does not hold what the other does (-want +got):\n%s", p.target, cmp.Diff(with.good.present(), bad.present()))
				}
				if n := len(with.good.present()); n != len(with.people)-1 {
					t.Errorf("the other target holds %d people", n)
				}
				bad.inOrder(t)
				with.good.inOrder(t)
			})
		}
	})
}

// branch is a CO with a target that takes everything, and how long what was done in it took.
type branch struct {
	co     int64
	good   *receiver
	people []int64
	took   []time.Duration
	// began is the time when each person's requests began, by uid.
	began map[string]time.Time
}

func newBranch(t *testing.T, c *client.Client, name string) *branch {
	t.Helper()
	b := &branch{co: addCO(t, c, name), good: receive(t), began: map[string]time.Time{}}
	addTarget(t, c, b.co, b.good.URL, endpoint{})
	return b
}

func (b *branch) hire(t *testing.T, c *client.Client, i int) {
	t.Helper()
	uid, start := fmt.Sprintf("p%d", i), time.Now()
	b.people = append(b.people, addPerson(t, c, b.co, uid))
	b.took, b.began[uid] = append(b.took, time.Since(start)), start
}

// lags returns how long after its requests began each person was sent to the target.
func (b *branch) lags(t *testing.T) (lags []time.Duration) {
	t.Helper()
	for uid, began := range b.began {
		b.good.knowsOf(t, uid)
		lags = append(lags, b.good.about(uid)[0].at.Sub(began))
	}
	return lags
}

// within checks that something takes no longer with a bad receiver than without, but for chance: so
// much, and three times as long.
func within(t *testing.T, what string, with, without, chance time.Duration) {
	t.Helper()
	t.Logf("%s takes %v with the bad receiver, %v without", what, with, without)
	if with > 3*without+chance {
		t.Errorf("%s takes %v with the bad receiver, %v without", what, with, without)
	}
}

func median(of []time.Duration) time.Duration { return slices.Sorted(slices.Values(of))[len(of)/2] }

// TestReceiverThatWasAwayForLong has a receiver that is unreachable from before the first person until after
// many changes and a restart of the registry. Then it is sent the present state, and of the past only deletes.
func TestReceiverThatWasAwayForLong(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database, "--lease", "4s")
		c := r.platform()
		away, good := startReceiverLater(t), receive(t)
		co := addCO(t, c, "Telescope")
		addTarget(t, c, co, away.url, endpoint{})
		addTarget(t, c, co, good.URL, endpoint{})
		var people []int64
		for i := range 10 {
			people = append(people, addPerson(t, c, co, fmt.Sprintf("p%d", i)))
		}
		good.knowsOf(t, "p9")
		remove(t, c, comity.CoPerson.Resource, people[0])
		f := comity.Identifier
		for _, i := range all(t, c, f.Resource, "copersonid", people[1]) {
			edit(t, c, i.Id, fields{f.Identifier: "renamed"})
		}
		edit(t, c, people[2], fields{comity.CoPerson.Status: comity.Denied})
		for _, id := range people[3:] {
			edit(t, c, id, fields{comity.CoPerson.Status: comity.GracePeriod})
		}
		r.kill()
		r.startAgain(t)
		c = r.platform()
		addPerson(t, c, co, "newcomer")
		good.knowsOf(t, "newcomer")
		for _, uid := range []string{"p0", "p1", "p2"} {
			good.forgets(t, uid)
		}
		for i := range people[3:] {
			good.knows(t, fmt.Sprintf("p%d", 3+i), "in grace", status("grace period"))
		}

		away.repair()
		if !becomesTrue(func() bool { return maps.Equal(away.present(), good.present()) }) {
			t.Errorf("it does not hold what the other does (-want +got):\n%s", cmp.Diff(good.present(), away.present()))
		}
		if n := len(away.present()); n != 9 {
			t.Errorf("it holds %d people", n)
		}
		for _, m := range away.messages() {
			if !m.deleted && m.person.Status == "active" && m.identifier != "renamed" && m.identifier != "newcomer" {
				t.Errorf("it was sent a past state: %s %s %s", m.method, m.path, m.body)
			}
		}
	})
}
