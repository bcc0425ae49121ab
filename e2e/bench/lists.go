package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// lists lists many people, and few as often as makes as many, each in a process of its own, and
// compares the time of a person and the most memory that the process ever had.
func (b *bench) lists(ctx context.Context) error {
	f, err := b.rates(ctx)
	if err != nil {
		return err
	}
	if err := b.besideBareLists(ctx, f); err != nil {
		return err
	}
	// Only one process of the program may have a file open.
	if err := b.closeRates(); err != nil {
		return err
	}
	few, err := b.listed(ctx, f.stock, f.stock.few, fewPeople)
	if err != nil {
		return err
	}
	many, err := b.listed(ctx, f.stock, f.stock.many, manyPeople)
	if err != nil {
		return err
	}
	b.report.list(b.version, few, many)
	return nil
}

// besideBareLists lists people and members beside a bare handler that reads the same rows.
func (b *bench) besideBareLists(ctx context.Context, f *ratesFixture) (err error) {
	bare, err := startBare(ctx, bareListCommand, b.database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	one := b.alone()
	for _, of := range []struct {
		co     string
		people int
	}{{f.stock.few, fewPeople}, {f.stock.mid, midPeople}} {
		group, err := b.allMembers(ctx, of.co)
		if err != nil {
			return err
		}
		for _, l := range []struct{ what, ours, bare string }{
			{"people", root + "co_people.json?coid=" + of.co, "/people/" + of.co},
			{"members", root + "co_group_members.json?cogroupid=" + group, "/members/" + group},
		} {
			result, err := one.compare(ctx,
				side{process: f.server, authorization: f.server.authorization, work: listing(l.ours, l.what, of.people)},
				side{process: bare, work: listing(l.bare, l.what, of.people)})
			if err != nil {
				return err
			}
			b.report.rate(b.version, fmt.Sprintf("list %d %s", of.people, l.what), one.clients, aims.list.on(b.database), result)
		}
	}
	return nil
}

// listing returns the work of reading a list to its end.
func listing(path, what string, count int) func(*conn) error {
	objects := 1 + count
	if what == "members" {
		objects += count // each with the person
	}
	return func(c *conn) error {
		start := time.Now()
		got, err := readList(c, path)
		if err == nil && got != objects {
			err = fmt.Errorf("%s has %d objects, not %d", path, got, objects)
		}
		c.took = append(c.took, time.Since(start))
		return err
	}
}

// listed is the result of listing a CO's people repeatedly.
type listed struct {
	people int
	// took is the median time of one list.
	took time.Duration
	// before is what the process had in memory when it had answered one small list, peak the most
	// it had from then on, in MiB.
	before, peak float64
}

// listings is how often many people are listed.
const listings = 3

func (b *bench) listed(ctx context.Context, all stock, co string, people int) (l listed, err error) {
	server, err := b.start(ctx)
	if err != nil {
		return l, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	c, err := dial(ctx, server, b.authorization)
	if err != nil {
		return l, err
	}
	defer c.close()
	if _, err = listPeople(c, all.few, fewPeople); err != nil {
		return l, err
	}
	if l.before, err = server.memory("VmRSS"); err != nil {
		return l, err
	}
	if err := server.resetPeak(); err != nil {
		return l, err
	}
	var times []time.Duration
	for range listings * manyPeople / people {
		took, err := listPeople(c, co, people)
		if err != nil {
			return l, err
		}
		times = append(times, took)
	}
	l.people, l.took = people, median(times)
	l.peak, err = server.memory("VmHWM")
	return l, err
}

// listPeople reads a list to its end and throws it away.
func listPeople(c *conn, co string, people int) (time.Duration, error) {
	start := time.Now()
	objects, err := readList(c, root+"co_people.json?coid="+co)
	if err == nil && objects != people+1 {
		err = fmt.Errorf("the list of %d people has %d objects", people, objects-1)
	}
	return time.Since(start), err
}

// readList reads a list to its end and returns how many objects it has.
func readList(c *conn, path string) (int, error) {
	resp, err := c.ask(http.MethodGet, path, "", http.StatusOK)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	var list counted
	_, err = io.Copy(&list, resp.Body)
	return list.objects, err
}

// counted is a writer that counts the objects of a list and keeps nothing.
type counted struct{ objects int }

// Write counts opening braces: one of each object.
func (c *counted) Write(p []byte) (int, error) {
	c.objects += bytes.Count(p, []byte{'{'})
	return len(p), nil
}
