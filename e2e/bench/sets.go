package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// reconcileTurns is the largest number of turns of a reconcile, each of which takes many seconds.
const reconcileTurns = 3

// reconcile takes all members out of a group of manyPeople, past the program, and lets it put them back, while another
// client adds people to another CO. The bare limit is the same rows, of members and history, put back from a copy by
// two statements.
func (b *bench) reconcile(ctx context.Context) error {
	f, err := b.rates(ctx)
	if err != nil {
		return err
	}
	members := "FROM co_group_members WHERE co_group_id = " + f.stock.members
	history := "FROM history WHERE resource = 'CoGroupMember' AND co_group_id = " + f.stock.members
	for _, sql := range []string{"CREATE TABLE bench_members AS SELECT * " + members, "CREATE TABLE bench_history AS SELECT * " + history} {
		if err := b.direct.exec(ctx, sql); err != nil {
			return err
		}
	}
	var ours, bare, waits []time.Duration
	for range min(b.rounds, reconcileTurns) {
		limit, err := b.timed(ctx, history, members, func() error {
			return b.transaction(ctx, "INSERT INTO co_group_members SELECT * FROM bench_members", "INSERT INTO history SELECT * FROM bench_history")
		})
		if err != nil {
			return err
		}
		took, err := b.timed(ctx, history, members, func() error {
			// A connection that is idle for as long as the bare statements take is closed.
			c, err := dial(ctx, f.server, f.server.authorization)
			if err != nil {
				return err
			}
			defer c.close()
			others := f.addMeanwhile(ctx)
			_, err = c.call(http.MethodPost, root+"co_groups/reconcile/"+f.stock.members+".json", "", http.StatusOK)
			took, failed := others()
			waits = append(waits, took...)
			return errors.Join(err, failed)
		})
		if err != nil {
			return err
		}
		ours, bare = append(ours, took), append(bare, limit)
	}
	b.report.reconcile(b.version, aims.reconcile.on(b.database), median(ours), median(bare), slices.Max(waits), aims.reconcileWait)
	return b.transaction(ctx, "DROP TABLE bench_members", "DROP TABLE bench_history")
}

// addMeanwhile has one client add people, one after the other, until the returned function is called, which returns
// how long each request took.
func (f *ratesFixture) addMeanwhile(ctx context.Context) func() ([]time.Duration, error) {
	var stop atomic.Bool
	var failed error
	var took []time.Duration
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := dial(ctx, f.server, f.server.authorization)
		if failed = err; err != nil {
			return
		}
		defer c.close()
		for failed == nil && !stop.Load() {
			_, failed = c.add("CoPeople", "co_people", `"CoId":"`+f.stock.adds+`","Status":"Active"`)
		}
		took = c.took
	}()
	return func() ([]time.Duration, error) {
		stop.Store(true)
		<-done
		return took, failed
	}
}

// timed empties the group, runs what fills it, and looks whether it is full.
func (b *bench) timed(ctx context.Context, history, members string, fill func() error) (time.Duration, error) {
	if err := b.transaction(ctx, "DELETE "+history, "DELETE "+members); err != nil {
		return 0, err
	}
	start := time.Now()
	if err := fill(); err != nil {
		return 0, err
	}
	took := time.Since(start)
	for _, rows := range []string{history, members} {
		n, err := number(ctx, b.direct, "SELECT CAST(count(*) AS text) "+rows)
		if err != nil {
			return 0, err
		}
		if n != manyPeople {
			return 0, fmt.Errorf("there are %d rows %s, not %d", n, rows, manyPeople)
		}
	}
	return took, nil
}

func (b *bench) transaction(ctx context.Context, statements ...string) error {
	for _, sql := range append(append([]string{"BEGIN"}, statements...), "COMMIT") {
		if err := b.direct.exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// bulkRecords is the number of records that one bulk request adds.
const bulkRecords = 1000

// bulk compares the records that go in by bulk requests with those that go in by single ones: people, who get their
// memberships with it, and identifiers of people.
func (b *bench) bulk(ctx context.Context) error {
	f, err := b.rates(ctx)
	if err != nil {
		return err
	}
	var number atomic.Int64
	for _, of := range []struct {
		what, plural, path string
		fields             func() string
	}{
		{"people", "CoPeople", "co_people", func() string { return `"CoId":"` + f.stock.adds + `","Status":"Active"` }},
		{"identifiers", "Identifiers", "identifiers", func() string {
			n := number.Add(1)
			return fmt.Sprintf(`"Identifier":"bulk%d","Type":"uid","Login":false,"Status":"Active","Person":{"Type":"CO","Id":"%d"}`, n, f.stock.firstPerson+n%manyPeople)
		}},
	} {
		many := side{process: f.server, authorization: f.server.authorization, work: func(c *conn) error {
			return c.addBulk(of.plural, of.path, bulkRecords, of.fields)
		}}
		one := side{process: f.server, authorization: f.server.authorization, work: func(c *conn) error {
			_, err := c.add(of.plural, of.path, of.fields())
			return err
		}}
		result, err := b.compare(ctx, many, one)
		if err != nil {
			return err
		}
		b.report.bulk(b.version, of.what, b.clients, aims.bulk.on(b.database), result)
	}
	return nil
}

// addBulk adds records by one request.
func (c *conn) addBulk(plural, path string, records int, fields func() string) error {
	var body strings.Builder
	body.WriteString(`{"RequestType":"` + plural + `","Version":"1.0","` + plural + `":[`)
	for i := range records {
		if i > 0 {
			body.WriteByte(',')
		}
		body.WriteString(`{"Version":"1.0",` + fields() + `}`)
	}
	body.WriteString(`]}`)
	_, err := c.call(http.MethodPost, root+path+"/bulk.json", body.String(), http.StatusOK)
	return err
}
