package store_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/history"
	"comity/internal/store/storetest"
)

// Every list of the records of a CO, or of another record that they name, is read by an index on that column and the
// id: no other index or scan, and no sort.
func TestListsAreReadByTheirIndex(t *testing.T) {
	t.Parallel()
	for database, s := range tracedDatabases(t) {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			fillTables(t, s)
			for _, p := range lists() {
				t.Run(p.Resource.Plural+" by "+p.Of[0].Column, func(t *testing.T) {
					plan := s.planInKeyOrder(t, p)
					column := p.Of[0].Column
					want := "Index Cond: ((ROW(" + column + ", id) > ROW("
					if !s.postgres {
						// One row has the value of a unique index, so that the order does not matter.
						want = `USING INDEX \w+ \(` + column + `=\? AND|USING INDEX \w+_unique \(` + column + `=\?`
					} else {
						want = regexp.QuoteMeta(want)
					}
					if !regexp.MustCompile(want).MatchString(plan) || regexp.MustCompile("Sort|TEMP B-TREE|SCAN|Seq Scan|Bitmap").MatchString(plan) {
						t.Errorf("the plan is\n%s", plan)
					}
				})
			}
		})
	}
}

// planInKeyOrder returns the plan of the statement that reads a page.
func (r *tracedDB) planInKeyOrder(t *testing.T, p store.Page) string {
	t.Helper()
	explain, before := "EXPLAIN QUERY PLAN ", 3
	if r.postgres {
		explain, before = "EXPLAIN ", 0
	}
	var steps []string
	err := r.Write(t.Context(), func(tx *db.Tx) error {
		steps = nil
		statements, err := r.run(t.Context(), tx, func(ctx context.Context, tx *db.Tx) error {
			_, err := p.Records(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
		for _, s := range statements {
			err := tx.InKeyOrder(t.Context(), explain+s.sql, s.args, func(row *db.Row) error {
				for range before {
					row.Skip()
				}
				steps = append(steps, row.Text())
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "\n")
}

// lists are pages of lists of each resource that has a CO: by the CO, by each other record that they name, and by both.
func lists() (pages []store.Page) {
	const id = int64(31)
	inCO := store.Reference{Column: "co_id", Id: 1}
	for _, r := range comity.All() {
		if r == comity.Co.Resource || r.Table == "" {
			continue
		}
		page := func(of ...store.Reference) {
			pages = append(pages, store.Page{Resource: r, Of: of, After: 10, Limit: 20})
		}
		page(inCO)
		for _, key := range r.ListKeys() {
			if p, ok := r.Parent(key); ok && p.Column != "" {
				page(store.Reference{Column: p.Column, Id: id}, inCO)
			}
		}
	}
	return pages
}

// A page of a list reads its own rows and no others, in a small CO beside a very large one and the reverse, whatever
// the statistics say of the two, and also after it was read often (then PostgreSQL uses a generic plan).
func TestListsReadNoRowsOfOtherCOs(t *testing.T) {
	t.Parallel()
	const small, large = 30, 20_000
	for state, before := range map[string]func(*twoCOs){
		"no statistics":                func(*twoCOs) {},
		"of empty tables":              func(c *twoCOs) { c.run("ANALYZE") },
		"of a large and a small CO":    func(c *twoCOs) { c.fill(1, large); c.fill(2, small); c.run("ANALYZE") },
		"of a small and a large CO":    func(c *twoCOs) { c.fill(1, small); c.fill(2, large); c.run("ANALYZE") },
		"of the large CO's rows alone": func(c *twoCOs) { c.fill(1, large); c.run("ANALYZE"); c.fill(2, small) },
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			c := &twoCOs{largeRegistry{t, openTraced(t, storetest.PostgreSQL(t))}, 0}
			c.run(`INSERT INTO cos (id, name, status, created, modified, revision, actor) SELECT i, 'c' || i, 'Active', 0, 0, 0, 'tester' FROM generate_series(1, 2) i`,
				`INSERT INTO co_groups (id, co_id, name, open, status, group_type, auto, nesting_mode_all, created, modified, revision, actor)
					SELECT i, i, 'g', false, 'Active', 'S', false, false, 0, 0, 0, 'tester' FROM generate_series(1, 2) i`)
			before(c)
			c.fill(1, large)
			c.fill(2, small)
			for _, co := range []int64{1, 2} {
				c.testChanged(t, co)
				for _, p := range c.pages(co) {
					t.Run(fmt.Sprintf("%s of CO %d after %d", p.Resource.Plural, co, p.After), func(t *testing.T) {
						for range 7 {
							var rows []*comity.Record
							n := c.countReads(t, func(ctx context.Context, tx *db.Tx) (err error) {
								rows, err = p.Records(ctx, tx)
								return err
							})
							// Of each an index entry and a row; an index page may have entries of dead rows.
							if len(rows) != p.Limit || n > int64(4*p.Limit) {
								t.Fatalf("a page of %d has %d records, and reads %d rows", p.Limit, len(rows), n)
							}
						}
					})
				}
			}
		})
	}
}

// twoCOs is a registry of two COs whose rows have alternating ids.
type twoCOs struct {
	largeRegistry
	last int
}

// fill adds people to a CO, each with a name, a membership in one group and a row of history.
func (c *twoCOs) fill(co, people int) {
	c.Helper()
	from := fmt.Sprintf(" FROM generate_series(%d, %d) i", c.last+1, c.last+people)
	c.last += people
	const added = ", 0, 0, 0, 'tester'"
	c.run(fmt.Sprintf("INSERT INTO co_people (id, co_id, status, created, modified, revision, actor) SELECT i, %d, 'Active'%s%s", co, added, from),
		fmt.Sprintf(`INSERT INTO names (id, co_id, co_person_id, given, given_folded, type, primary_name, created, modified, revision, actor)
			SELECT i, %d, i, 'G', 'g', 'official', true%s%s`, co, added, from),
		fmt.Sprintf("INSERT INTO co_group_members (id, co_id, co_group_id, co_person_id, member, owner, created, modified, revision, actor) SELECT i, %[1]d, %[1]d, i, true, false%[2]s%[3]s", co, added, from),
		fmt.Sprintf("INSERT INTO history (id, resource, record_id, revision, operation, actor, since, co_id, co_person_id, co_group_id, data) SELECT i, 'CoGroupMember', i, 0, 'add', 'tester', 0, %[1]d, i, %[1]d, '{}'%[2]s", co, from))
}

// pages are a first and a later page of each list of a CO.
func (c *twoCOs) pages(co int64) (all []store.Page) {
	inCO, inGroup := store.Reference{Column: "co_id", Id: co}, store.Reference{Column: "co_group_id", Id: co}
	const limit = 10
	middle := int64(1)
	err := c.store.Read(c.Context(), func(tx *db.Tx) error {
		return tx.Query(c.Context(), "SELECT id FROM co_people WHERE co_id = $1 ORDER BY id DESC LIMIT 1 OFFSET 20", db.Args{co}, func(r *db.Row) error {
			middle = r.Int()
			return nil
		})
	})
	if err != nil {
		c.Fatal(err)
	}
	for _, after := range []int64{0, middle} {
		all = append(all,
			store.Page{Resource: comity.CoPerson.Resource, Of: []store.Reference{inCO}, After: after, Limit: limit},
			store.Page{Resource: comity.Name.Resource, Of: []store.Reference{inCO}, After: after, Limit: limit},
			store.Page{Resource: comity.CoGroupMember.Resource, Of: []store.Reference{inGroup}, After: after, Limit: limit},
			store.Page{Resource: comity.CoGroupMember.Resource, Of: []store.Reference{inGroup, inCO}, After: after, Limit: limit},
			store.Page{Resource: comity.CoGroupMember.Resource, Of: []store.Reference{inCO}, After: after, Limit: limit},
			store.Page{Resource: comity.HistoryRecord.Resource, Of: []store.Reference{inCO}, After: after, Limit: limit},
			store.Page{Resource: comity.HistoryRecord.Resource, Of: []store.Reference{inGroup}, After: after, Limit: limit})
	}
	return all
}

// testChanged finds what was changed in a CO, and lists it: that reads as many rows as were changed.
func (c *twoCOs) testChanged(t *testing.T, co int64) {
	t.Helper()
	const some = 5
	since := time.UnixMicro(co)
	c.run(fmt.Sprintf("UPDATE history SET since = %[1]d WHERE id IN (SELECT id FROM history WHERE co_id = %[1]d ORDER BY id DESC LIMIT %[2]d)", co, some),
		fmt.Sprintf("UPDATE co_group_members SET modified = %[1]d WHERE id IN (SELECT id FROM history WHERE co_id = %[1]d ORDER BY id DESC LIMIT %[2]d)", co, some))
	for _, of := range []store.Reference{{Column: "co_id", Id: co}, {Column: "co_group_id", Id: co}} {
		t.Run(fmt.Sprintf("what was changed by %s %d", of.Column, co), func(t *testing.T) {
			r := comity.CoGroupMember.Resource
			for range 7 {
				var rows []*comity.Record
				n := c.countReads(t, func(ctx context.Context, tx *db.Tx) error {
					ids, all, err := history.Changed(ctx, tx, r, of.Column, of.Id, since, 10)
					if err != nil || !all || len(ids) != some {
						return errors.Join(fmt.Errorf("%d were changed: %v", len(ids), all), err)
					}
					page := store.Page{Resource: r, Of: []store.Reference{of}, Filters: []db.Condition{store.ModifiedSince(since)}, Among: ids, Limit: 10}
					rows, err = page.Records(ctx, tx)
					return err
				})
				if len(rows) != some || n > 10*some {
					t.Fatalf("%d records were changed; listing %d of them reads %d rows", some, len(rows), n)
				}
			}
			if ids, all := c.changed(t, r, of, some-1); all || ids != nil {
				t.Errorf("of more than were asked for there are %v", ids)
			}
		})
	}
}

func (c *twoCOs) changed(t *testing.T, r *comity.Resource, of store.Reference, most int) (ids []int64, all bool) {
	t.Helper()
	err := c.store.Snapshot(t.Context(), func(tx *db.Tx) (err error) {
		ids, all, err = history.Changed(t.Context(), tx, r, of.Column, of.Id, time.UnixMicro(of.Id), most)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids, all
}
