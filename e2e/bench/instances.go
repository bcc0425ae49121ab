package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strconv"
	"time"
)

// instancesPeople is how many people are sent in a turn: so many that all instances take part, which look for
// deliveries once a second.
const instancesPeople = 5_000

// fullProcessors is the share of the machine's processors from which on they count as full.
const fullProcessors = 0.9

// numbersOfInstances are how many instances take turns. The first is what the others are compared with.
var numbersOfInstances = []int{1, 2, 4}

// instancesTurn is the result of a turn of some instances: requests and messages per second, and what share of the
// machine's processors the views used.
type instancesTurn struct{ views, adds, messages, used float64 }

// instances compares several instances on one database with one. Each instance has one processor, so that one has
// not what two have; the database and the clients have all.
func (b *bench) instances(ctx context.Context) error {
	if err := b.closeFixtures(); err != nil {
		return err
	}
	r, err := b.registry(ctx, "instances", instancesPeople)
	if err != nil {
		return err
	}
	receiver, err := startReceiver(ctx)
	if err != nil {
		return errors.Join(err, r.stop())
	}
	defer receiver.close()
	if err := errors.Join(syncAll(ctx, r, receiver), r.stop()); err != nil {
		return err
	}
	direct, err := openDirect(ctx, r.database)
	if err != nil {
		return err
	}
	defer direct.close()
	turns := map[int][]instancesTurn{}
	for range max(1, b.rounds/2) {
		for _, n := range numbersOfInstances {
			turn, err := b.instancesTurn(ctx, r, n, direct, receiver)
			if err != nil {
				return fmt.Errorf("%d instances: %w", n, err)
			}
			turns[n] = append(turns[n], turn)
		}
	}
	for _, n := range numbersOfInstances {
		b.report.instances(b.version, n, aims.instances.on(b.database), turns[n], turns[numbersOfInstances[0]])
	}
	return nil
}

// syncAll gives a registry's CO a target and waits until it was sent everybody.
func syncAll(ctx context.Context, r *registry, receiver *receiver) error {
	c, err := dial(ctx, r.process, r.authorization)
	if err != nil {
		return err
	}
	defer c.close()
	target, err := addTarget(c, r.co, receiver.url)
	if err != nil {
		return err
	}
	if _, err := c.call(http.MethodPost, root+"co_provisioning_targets/provision/"+target+"/all.json", "", http.StatusAccepted); err != nil {
		return err
	}
	_, err = receiver.wait(ctx, r.people)
	return err
}

// instancesTurn starts n instances, measures each kind of work on them, and stops them.
func (b *bench) instancesTurn(ctx context.Context, r *registry, n int, direct direct, receiver *receiver) (t instancesTurn, err error) {
	own, running := b.on(r.database), make([]*process, n)
	for i := range running {
		if running[i], err = own.startPinned(ctx, i%runtime.NumCPU()); err != nil {
			return t, err
		}
		defer func() { err = errors.Join(err, running[i].stop()) }()
	}
	views := side{process: running[0], more: running[1:], authorization: r.authorization, work: func(c *conn) error {
		id := r.first + rand.Int64N(int64(r.people))
		_, err := c.call(http.MethodGet, root+"co_people/"+strconv.FormatInt(id, 10)+".json", "", http.StatusOK)
		return err
	}}
	// The target has nothing to do with these: they have no identifier.
	adds := views
	adds.work = func(c *conn) error {
		_, err := c.add("CoPeople", "co_people", `"CoId":"`+platformCO+`","Status":"Active"`)
		return err
	}
	for _, work := range []struct {
		side
		rate *float64
	}{{views, &t.views}, {adds, &t.adds}} {
		if _, err := work.turn(ctx, b.clients, warmUp); err != nil {
			return t, err
		}
		m, err := watchMachine()
		if err != nil {
			return t, err
		}
		result, err := work.turn(ctx, b.clients, b.length)
		if err != nil {
			return t, err
		}
		*work.rate = result.rate
		if work.rate == &t.views {
			if t.used, err = m.used(); err != nil {
				return t, err
			}
		}
	}
	came, err := enqueueAll(ctx, direct, receiver, r.people)
	if err != nil {
		return t, err
	}
	t.messages = came.perSecond()
	return t, nil
}

// platformCO is the CO that every registry has.
const platformCO = "1"

// used returns the share of the machine's processors that was used since it was first looked at.
func (m machine) used() (float64, error) {
	now, err := watchMachine()
	return float64(now.all-m.all) / float64(time.Since(m.start)) / float64(runtime.NumCPU()), err
}
