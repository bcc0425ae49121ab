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
	resp, err := c.ask(http.MethodGet, root+"co_people.json?coid="+co, "", http.StatusOK)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	var list counted
	if _, err := io.Copy(&list, resp.Body); err != nil {
		return 0, err
	}
	if list.objects != people+1 {
		return 0, fmt.Errorf("the list of %d people has %d objects", people, list.objects-1)
	}
	return time.Since(start), nil
}

// counted is a writer that counts the objects of a list and keeps nothing.
type counted struct{ objects int }

// Write counts opening braces: one of each object.
func (c *counted) Write(p []byte) (int, error) {
	c.objects += bytes.Count(p, []byte{'{'})
	return len(p), nil
}
