package outbox_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// modelSpeed is how many times faster than the machine's clock that of a model's database is, so that the
// seconds of a backoff and the minute of a lease pass quickly: a lease takes three seconds. A delivery's
// limit is one second of the machine's clock.
const (
	modelSpeed = 20
	modelLease = time.Minute
	modelLimit = time.Second
)

// modelsAtATime is the number of models that run concurrently, whatever -parallel says, since a model mostly
// waits for its clock.
const modelsAtATime = 10

// TestModel changes a registry at random while receivers fail at random, the clock is set, and instances
// end, are killed and abandon what they claimed. When all that is over every receiver holds exactly the
// present state, and none was ever sent an older state of a person after a newer one. In the soak it
// goes on for an hour, or for as long as COMITY_SOAK says.
func TestModel(t *testing.T) {
	t.Parallel()
	seeds, steps, length := int64(100), 25, time.Hour
	if soak := os.Getenv("COMITY_SOAK"); soak != "" {
		seeds, steps = 1_000_000, 200
		if said, err := time.ParseDuration(soak); err == nil {
			length = said
		}
	}
	var next atomic.Int64
	var running sync.WaitGroup
	begin := time.Now()
	for range modelsAtATime {
		running.Go(func() {
			for time.Since(begin) < length {
				seed := next.Add(1) - 1
				if seed >= seeds {
					return
				}
				// SQLite costs several times as much under the race detector.
				on, database := onPostgres, "PostgreSQL"
				if seed%4 == 0 {
					on, database = onSQLite, "SQLite"
				}
				t.Run(fmt.Sprintf("%s %d", database, seed), func(t *testing.T) { newModel(t, on(t), uint64(seed)).run(steps) })
			}
		})
	}
	running.Wait()
	t.Logf("%d seeds", min(next.Load(), seeds))
}

// model is a registry under random change, with its targets and their receivers.
type model struct {
	*fixture
	random *dice
	ends   []*end
	// provisioner is the outbox of provision calls; calls counts those that are running.
	provisioner *instance
	calls       sync.WaitGroup

	people        []*figure
	ever          []int64
	groups, units []int64
	// everGroups are all groups that ever existed, spare those that may be deleted.
	everGroups, spare []int64
	serial            int
	// free are identifiers that somebody had, owners all people who ever had each.
	free   []string
	noting sync.Mutex
	owners map[string][]int64
}

// figure is a person of the model.
type figure struct {
	id                              int64
	days                            int
	uids, names, roles, memberships []int64
}

// dice is a source of random numbers that is safe for concurrent use.
type dice struct {
	mu sync.Mutex
	*rand.Rand
}

func (d *dice) roll(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.IntN(n)
}

// one returns a random one of several values.
func one[T any](d *dice, of ...T) T { return of[d.roll(len(of))] }

func newModel(t *testing.T, w *fixture, seed uint64) *model {
	t.Helper()
	w.clock.begin, w.clock.speed = time.Now(), modelSpeed
	m := &model{fixture: w, random: &dice{Rand: rand.New(rand.NewPCG(seed, 0))}, owners: map[string][]int64{}}
	for i := range 3 {
		m.groups = append(m.groups, w.group(fmt.Sprintf("group %d", i)))
		m.everGroups = m.groups
	}
	m.units = append(m.units, w.add(comity.Cou.Resource, values{comity.Cou.Name: "unit"}))
	f := comity.CoProvisioningTarget
	patience := values{f.RetryInterval: 1 + m.random.roll(4), f.MaxRetry: 1 + m.random.roll(3)}
	only := values{f.ProvisionCoGroupId: m.groups[0]}
	for _, v := range [][]values{{patience}, {patience, byPOST, withGroups}, {patience, only, withGroups}} {
		e := &end{receiver: newReceiver(t), model: m, seen: map[comity.Subject]sight{}}
		e.reacts(e.misbehave)
		e.target = w.target(e.receiver, comity.ModeAutomatic, v...)
		m.ends = append(m.ends, e)
	}
	m.provisioner = w.queue(outbox.Options{Lease: modelLease, Limit: modelLimit})
	for _, e := range m.ends {
		// The groups exist before the targets.
		w.startFullSync(m.provisioner, e.target, false, false)
	}
	return m
}

func (m *model) run(steps int) {
	m.t.Helper()
	over := make(chan struct{})
	var instances sync.WaitGroup
	for range 1 + m.random.roll(3) {
		instances.Go(func() { m.instances(over) })
	}
	for range steps {
		m.step()
		time.Sleep(time.Duration(m.random.roll(6)) * time.Millisecond)
	}
	close(over)
	instances.Wait()
	m.calls.Wait()
	m.calmDown()
	for _, e := range m.ends {
		if diff := e.differs(m.present(e.target)); diff != "" {
			m.t.Errorf("target %d: the receiver does not hold the present state (-want +got):\n%s", e.target.id, diff)
		}
		e.report()
	}
}

// calmDown ends all failures, resends deadLettered deliveries and waits until nothing is pending.
func (m *model) calmDown() {
	m.t.Helper()
	for _, e := range m.ends {
		e.calm.Store(true)
		m.setMode(e.target, comity.ModeAutomatic)
		m.serve(e.target, comity.Active)
	}
	m.later(2 * modelLease) // abandoned claims are released
	// Its lease is one by which it is seen what lies beyond any: six seconds for what was claimed ahead of time.
	q, _ := m.start(outbox.Options{Lease: 2 * modelLease, Limit: 2 * time.Second, Poll: 20 * time.Millisecond})
	for _, e := range m.ends {
		m.awaitFullSync(q, e.target)
		m.awaitDelivered(e.target)
		for _, person := range m.ever {
			row, _ := m.row(e.target, person)
			if !row.deadLettered && !e.missedSome.Load() {
				continue
			}
			// People whose changes were not enqueued in the target's mode, and those refused too often.
			target := m.view(comity.CoProvisioningTarget.Resource, e.target.id)
			if err := q.DeliverNow(m.t.Context(), target, comity.PersonSubject(person)); err != nil && !strings.Contains(err.Error(), "no identifier of type uid") {
				m.t.Errorf("provision person %d to target %d: %v", person, e.target.id, err)
			}
		}
		m.provisionGroups(q, e)
	}
	for _, e := range m.ends {
		m.awaitDelivered(e.target)
		for _, person := range m.ever {
			row, _ := m.row(e.target, person)
			if row.held || row.obsolete != "[]" && row.obsolete != "" || row.deadLettered && row.answer != "no identifier of type uid" {
				m.t.Errorf("target %d, person %d: noted as %+v in the end", e.target.id, person, row)
			}
		}
	}
}

// instances runs one instance after another, each for a while, and ends them in different ways.
func (m *model) instances(over <-chan struct{}) {
	o := outbox.Options{Lease: modelLease, Limit: modelLimit, Poll: 20 * time.Millisecond, Width: 1 + m.random.roll(4)}
	s := m.open(m.clock.now, 0)
	for {
		stop := m.fixture.run(m.queueOver(s, o))
		ended := false
		select {
		case <-over:
			ended = true
		case <-time.After(time.Duration(20+m.random.roll(200)) * time.Millisecond):
		}
		switch {
		case ended || m.random.roll(3) > 0:
			stop()
		default:
			// Killed: its messages in flight still arrive, but it stores nothing more.
			_ = s.Close()
			stop()
			s = m.open(m.clock.now, 0)
		}
		if ended {
			return
		}
		if m.random.roll(3) == 0 {
			m.abandon(s, one(m.random, m.ends...).target)
		}
	}
}

// abandon claims deliveries as an instance does that dies at once.
func (m *model) abandon(s *db.DB, to target) {
	ctx := m.t.Context()
	err := s.Write(ctx, func(tx *db.Tx) error {
		_, err := queue.Claim(ctx, tx, to.id, 1+m.random.roll(3), modelLease)
		return err
	})
	if err != nil {
		m.t.Errorf("claim: %v", err)
	}
}
