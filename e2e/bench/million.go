package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// million uses registries of few, of some and of many people in every way, and reports how fast that is. What the
// server needs of memory is in the table of the parts.
func (b *bench) million(ctx context.Context) error {
	for _, people := range []int{fewPeople, somePeople} {
		r, err := b.registry(ctx, fmt.Sprintf("of%d", people), people)
		if err != nil {
			return err
		}
		if err := errors.Join(b.used(ctx, r), r.stop()); err != nil {
			return err
		}
	}
	r, err := b.many(ctx)
	if err != nil {
		return err
	}
	return b.used(ctx, r)
}

// used uses a registry in every way.
func (b *bench) used(ctx context.Context, r *registry) error {
	c, err := dial(ctx, r.process, r.authorization)
	if err != nil {
		return err
	}
	defer c.close()
	note("%s: list %d people", b.version, r.people)
	took, err := listPeople(c, r.co, r.people)
	if err != nil {
		return err
	}
	b.report.large(b.version, r.people, "list everybody, people", float64(r.people)/took.Seconds(), took, took)
	person := func() string { return strconv.FormatInt(r.first+rand.Int64N(int64(r.people)), 10) }
	questions := allLookups()
	for _, work := range []struct {
		name string
		do   func(c *conn) error
	}{
		{"view a person", func(c *conn) error {
			_, err := c.call(http.MethodGet, root+"co_people/"+person()+".json", "", http.StatusOK)
			return err
		}},
		{"a look-up, any of them", func(c *conn) error {
			path := root + questions[rand.IntN(len(questions))].path(r, rand.Int64N(int64(r.people)))
			_, err := c.call(http.MethodGet, path, "", http.StatusOK)
			return err
		}},
		{"add a person", func(c *conn) error {
			_, err := c.add("CoPeople", "co_people", `"CoId":"`+r.co+`","Status":"Active"`)
			return err
		}},
	} {
		t, err := side{process: r.process, authorization: r.authorization, work: work.do}.turn(ctx, b.clients, b.long())
		if err != nil {
			return fmt.Errorf("%s: %w", work.name, err)
		}
		b.report.large(b.version, r.people, work.name, t.rate, share(t.took, 0.5), share(t.took, 0.99))
	}
	return b.changed(ctx, r, person)
}

// long is how long one turn is that stands for all.
func (b *bench) long() time.Duration { return time.Duration(b.rounds) * b.length / 4 }

// changed changes people, any of all, while each change is sent to a target.
func (b *bench) changed(ctx context.Context, r *registry, person func() string) error {
	return b.target(ctx, r, false, func(_ *conn, receiver *receiver, _ string) error {
		receiver.begin()
		changes := side{process: r.process, authorization: r.authorization, work: func(c *conn) error { return addURL(c, person()) }}
		start := time.Now()
		t, err := changes.turn(ctx, b.clients, b.long())
		if err != nil {
			return err
		}
		// A person who is changed twice may be sent once.
		d, err := openDirect(ctx, r.database)
		if err != nil {
			return err
		}
		defer d.close()
		if _, err := sent(ctx, d); err != nil {
			return err
		}
		took := time.Since(start)
		b.report.large(b.version, r.people, "change a person, which is sent", t.rate, share(t.took, 0.5), share(t.took, 0.99))
		b.report.note("%s, %d people: of %d changes the target was sent %d messages, all %v after the first change.",
			b.version, r.people, len(t.took), receiver.arrived.Load(), took.Round(10*time.Millisecond))
		return nil
	})
}
