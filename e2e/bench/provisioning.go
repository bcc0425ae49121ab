package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// provisionedPeople is how many people are sent in a turn, and in the smaller full sync.
const provisionedPeople = 1_000

// width is how many messages a target is sent side by side.
const width = 4

var errTooFew = errors.New("the receiver was not sent everyone")

// fullSyncs runs full syncs of few people and of many.
func (b *bench) fullSyncs(ctx context.Context) (err error) {
	few, err := b.provisioned(ctx)
	if err != nil {
		return err
	}
	if err := b.fullSync(ctx, few); err != nil {
		return err
	}
	many, err := b.registry(ctx, "manyprovisioned", somePeople)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, many.stop()) }()
	return b.fullSync(ctx, many)
}

// target gives the CO of a registry a target with a receiver of its own, for as long as do takes.
func (b *bench) target(ctx context.Context, r *registry, silent bool, do func(c *conn, receiver *receiver, target string) error) error {
	c, err := dial(ctx, r.process, r.authorization)
	if err != nil {
		return err
	}
	defer c.close()
	receiver, err := startReceiver(ctx)
	if err != nil {
		return err
	}
	defer receiver.close()
	receiver.silent = silent
	target, err := addTarget(c, r.co, receiver.url)
	if err != nil {
		return err
	}
	if err := do(c, receiver, target); err != nil {
		return err
	}
	// The connection may have been idle for longer than the server keeps it.
	last, err := dial(ctx, r.process, r.authorization)
	if err != nil {
		return err
	}
	defer last.close()
	_, err = last.call(http.MethodDelete, root+"co_provisioning_targets/"+target+".json", "", http.StatusOK)
	return err
}

// fullSync runs a full sync and measures its time and the peak of the server's memory.
func (b *bench) fullSync(ctx context.Context, r *registry) error {
	note("%s: everybody, of %d people", b.version, r.people)
	return b.target(ctx, r, false, func(c *conn, receiver *receiver, target string) error {
		before, err := r.memory("VmRSS")
		if err == nil {
			err = r.resetPeak()
		}
		if err != nil {
			return err
		}
		start := time.Now()
		if _, err := c.call(http.MethodPost, root+"co_provisioning_targets/provision/"+target+"/all.json", "", http.StatusAccepted); err != nil {
			return err
		}
		came, err := receiver.wait(ctx, r.people)
		if err != nil {
			return err
		}
		peak, err := r.memory("VmHWM")
		b.report.all(b.version, r.people, came.last.Sub(start), before, peak)
		return err
	})
}

// besideSilentTarget has one client write, in turns, in a CO with a target that never answers and in one without a target.
func (b *bench) besideSilentTarget(ctx context.Context) error {
	r, err := b.provisioned(ctx)
	if err != nil {
		return err
	}
	return b.target(ctx, r, true, func(c *conn, _ *receiver, _ string) error {
		free, err := c.add("Cos", "cos", `"Name":"Free","Status":"Active"`)
		if err != nil {
			return err
		}
		var people [2][]string
		for i := range r.people / 10 {
			id, err := c.add("CoPeople", "co_people", `"CoId":"`+free+`","Status":"Active"`)
			if err != nil {
				return err
			}
			people[0] = append(people[0], id)
			people[1] = append(people[1], strconv.FormatInt(r.first+int64(i), 10))
		}
		var took [2][]time.Duration
		start := time.Now()
		for n := 0; time.Since(start) < 2*time.Duration(b.rounds)*b.length; n++ {
			for k := range 2 {
				side := (n + k) % 2
				before := time.Now()
				if err := addURL(c, people[side][n%len(people[side])]); err != nil {
					return err
				}
				took[side] = append(took[side], time.Since(before))
			}
		}
		b.report.hold(b.version, aims.silent.on(b.database), len(took[0]), median(took[0]), median(took[1]))
		return nil
	})
}

// addURL is a write that is sent to a target.
func addURL(c *conn, person string) error {
	_, err := c.add("Urls", "urls", `"Url":"https://example.org/","Type":"official","Person":{"Type":"CO","Id":"`+person+`"}`)
	return err
}

// arrive has one client write, one message at a time, and measures when each arrives.
func (b *bench) arrive(ctx context.Context) error {
	r, err := b.provisioned(ctx)
	if err != nil {
		return err
	}
	return b.target(ctx, r, false, func(c *conn, receiver *receiver, _ string) error {
		var took []time.Duration
		start := time.Now()
		for n := int64(0); time.Since(start) < time.Duration(b.rounds)*b.length; n++ {
			receiver.begin()
			if err := addURL(c, strconv.FormatInt(r.first+n%int64(r.people), 10)); err != nil {
				return err
			}
			answered := time.Now()
			came, err := receiver.wait(ctx, 1)
			if err != nil {
				return err
			}
			took = append(took, max(0, came.first.Sub(answered)))
		}
		b.report.arrival(b.version, took)
		return nil
	})
}

// deliver makes the deliveries of everybody pending at once, directly in the database, and compares the rate of
// their messages with that of as many prepared requests.
func (b *bench) deliver(ctx context.Context) error {
	r, err := b.provisioned(ctx)
	if err != nil {
		return err
	}
	direct, err := openDirect(ctx, r.database)
	if err != nil {
		return err
	}
	defer direct.close()
	return b.target(ctx, r, false, func(c *conn, receiver *receiver, target string) error {
		if _, err := c.call(http.MethodPost, root+"co_provisioning_targets/provision/"+target+"/all.json", "", http.StatusAccepted); err != nil {
			return err
		}
		if _, err := receiver.wait(ctx, r.people); err != nil {
			return err
		}
		ours := func() (arrivals, error) { return enqueueAll(ctx, direct, receiver, r.people) }
		last, err := ours()
		if err != nil {
			return err
		}
		bare := func() (arrivals, error) {
			receiver.begin()
			if err := b.post(ctx, receiver.url, last, r.people); err != nil {
				return arrivals{}, err
			}
			return receiver.wait(ctx, r.people)
		}
		var rates, limits, ratios []float64
		for i := range b.rounds {
			pace, err := alternate(i, ours, bare)
			if err != nil {
				return err
			}
			rates, limits, ratios = append(rates, pace[0]), append(limits, pace[1]), append(ratios, pace[0]/pace[1])
		}
		b.report.message(b.version, r.people, aims.message.on(b.database), compared{
			ours: median(rates), bare: median(limits), ratio: median(ratios), least: slices.Min(ratios), top: slices.Max(ratios),
		})
		return nil
	})
}

// enqueueAll makes the deliveries of all people pending at once, when none is any more, and waits for their
// messages.
func enqueueAll(ctx context.Context, database direct, receiver *receiver, people int) (arrivals, error) {
	for {
		pending, err := number(ctx, database, `SELECT CAST(count(*) AS text) FROM deliveries WHERE due IS NOT NULL`)
		if err != nil {
			return arrivals{}, err
		}
		if pending == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	receiver.begin()
	err := database.exec(ctx, fmt.Sprintf(`UPDATE deliveries SET version = version + 1, due = %[1]d, since = %[1]d`, time.Now().UnixMicro()))
	if err != nil {
		return arrivals{}, err
	}
	return receiver.wait(ctx, people)
}

// alternate has messages sent by two senders, of which another begins in each round, and returns how many arrived
// per second from each.
func alternate(round int, senders ...func() (arrivals, error)) (pace [2]float64, err error) {
	for k := range senders {
		side := (round + k) % len(senders)
		came, err := senders[side]()
		if err != nil {
			return pace, err
		}
		pace[side] = came.perSecond()
	}
	return pace, nil
}
