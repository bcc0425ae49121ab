package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
	"comity/internal/store/queue"
	"comity/internal/store/storetest"
)

// A registry can grow faster than PostgreSQL analyzes its tables, so that the statistics are those of an empty
// registry, or of a small one with other proportions. The statements of groups and of the queue read a number
// of rows proportional to their result with any statistics, and also after they were run often (then PostgreSQL
// uses a generic plan).
func TestOldStatisticsKeepPlansFast(t *testing.T) {
	t.Parallel()
	for state, before := range map[string]func(*largeRegistry){
		"none":                func(*largeRegistry) {},
		"of an empty one":     func(c *largeRegistry) { c.run("ANALYZE") },
		"of one in one group": func(c *largeRegistry) { c.fill(1, 400, 1); c.run("ANALYZE") },
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			c := &largeRegistry{t, openTraced(t, storetest.PostgreSQL(t))}
			c.run(`INSERT INTO cos (id, name, status, created, modified, revision, actor) SELECT i, 'c' || i, 'Active', 0, 0, 0, 'tester' FROM generate_series(1, 3) i`,
				`INSERT INTO co_provisioning_targets (id, co_id, plugin, status, retry_interval, max_retry, ordr, created, modified, revision, actor)
					SELECT i, i, 'x', 'A', 1, 1, 1, 0, 0, 0, 'tester' FROM generate_series(1, 3) i`,
				`INSERT INTO full_syncs (co_provisioning_target_id, only_changed, last_subject_id, total, claimed, began, stopped) VALUES (1, false, 1000, 1, 0, 0, false)`)
			before(c)
			c.fill(1001, 20_000, levels)
			for _, o := range operationsOnFew() {
				t.Run(o.name, func(t *testing.T) {
					for range 6 {
						if n := c.countReads(t, o.do); n > 8000+20*o.rows {
							t.Fatalf("it reads %d rows for %d", n, o.rows)
						}
					}
				})
			}
		})
	}
}

// levels is the number of groups that the people of a largeRegistry are in, each nested in the next.
const levels = 20

// largeRegistry is a registry of very many people.
type largeRegistry struct {
	*testing.T
	store *tracedDB
}

func (c *largeRegistry) run(statements ...string) {
	c.Helper()
	err := c.store.WriteAlone(c.Context(), func(tx *db.Tx) error {
		for _, sql := range statements {
			if _, err := tx.Exec(c.Context(), sql, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		c.Fatal(err)
	}
}

// fill adds people to the first CO, with ids beginning at from: all are members of one group, which is the
// first of a chain of nested groups, and have a delivery to a target.
func (c *largeRegistry) fill(from, people, groups int) {
	c.Helper()
	ids := fmt.Sprintf(" FROM generate_series(%d, %d) i", from, from+people-1)
	of := fmt.Sprintf(" FROM generate_series(%d, %d) i", from, from+groups-1)
	const added = ", 0, 0, 0, 'tester'"
	c.run("INSERT INTO co_people (id, co_id, status, created, modified, revision, actor) SELECT i, 1, 'Active'"+added+ids,
		"INSERT INTO identifiers (co_id, co_person_id, identifier, identifier_folded, type, login, status, created, modified, revision, actor) SELECT 1, i, 'I' || i, 'i' || i, 'uid', false, 'Active'"+added+ids,
		"INSERT INTO co_groups (id, co_id, name, open, status, group_type, auto, nesting_mode_all, created, modified, revision, actor) SELECT i, 1, 'g' || i, false, 'Active', 'S', false, false"+added+of,
		fmt.Sprintf("INSERT INTO co_groups (id, co_id, name, open, status, group_type, auto, nesting_mode_all, created, modified, revision, actor) VALUES (%d, 1, 'm%[1]d', false, 'Active', 'M', true, false%s)", from+5000, added),
		fmt.Sprintf("INSERT INTO co_group_nestings (id, co_id, co_group_id, target_co_group_id, negate, created, modified, revision, actor) SELECT i, 1, i, i + 1, false%s%s WHERE i < %d", added, of, from+groups-1),
		fmt.Sprintf("INSERT INTO co_group_members (id, co_id, co_group_id, co_person_id, member, owner, created, modified, revision, actor) SELECT i, 1, %d, i, true, false%s%s", from, added, ids),
		"INSERT INTO history (resource, record_id, revision, operation, actor, since, co_id, co_person_id, co_group_id, data) SELECT 'CoGroupMember', i, 0, 'add', 'tester', 0, 1, i, "+fmt.Sprint(from)+", '{}'"+ids,
		"INSERT INTO history (resource, record_id, revision, operation, actor, since, co_id, co_person_id, data) SELECT 'CoPerson', i, 0, 'add', 'tester', 0, 1, i, '{}'"+ids,
		"INSERT INTO deliveries (co_provisioning_target_id, subject_id, co_id, version, due, claimed, sequence, attempts, refusals, dead_lettered, identifier, obsolete, answer) SELECT 1, i, 1, 1, i, false, 0, 0, 0, false, 'I' || i, '[]', ''"+ids,
		fmt.Sprintf("SELECT setval('co_group_members_id_seq', %d)", from+people))
}

var errUndo = errors.New("undo the transaction")

// countReads runs do in a transaction that it rolls back, and returns the number of rows and index entries that
// do read.
func (c *largeRegistry) countReads(t *testing.T, do func(context.Context, *db.Tx) error) (n int64) {
	t.Helper()
	read := func(tx *db.Tx) (n int64, err error) {
		err = tx.Query(t.Context(), `SELECT CAST(coalesce(sum(pg_stat_get_xact_tuples_returned(oid)), 0) AS bigint)
			FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = CAST(current_schema() AS regnamespace)`, nil, func(r *db.Row) error {
			n = r.Int()
			return nil
		})
		return n, err
	}
	err := c.store.WriteAlone(t.Context(), func(tx *db.Tx) error {
		before, err := read(tx) // the counters include earlier transactions for a while
		statements, doing := c.store.run(t.Context(), tx, func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(do(ctx, tx), queue.Enqueue(ctx, tx))
		})
		if err := errors.Join(err, doing); err != nil {
			return err
		}
		after, err := read(tx)
		n = after - before
		return errors.Join(err, checkJoins(t, tx, statements), errUndo)
	})
	if !errors.Is(err, errUndo) || strings.Contains(err.Error(), "\n") {
		t.Fatal(err)
	}
	return n
}

// checkJoins fails the test for statements that compare each of their ids with each row of a table.
func checkJoins(t *testing.T, tx *db.Tx, statements []statement) error {
	t.Helper()
	for _, q := range statements {
		err := tx.Query(t.Context(), "EXPLAIN "+q.sql, q.args, func(r *db.Row) error {
			if step := r.Text(); strings.Contains(step, "Join Filter") && strings.Contains(step, "value ->>") {
				t.Errorf("%.60s…: %s", q.sql, step)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// operationsOnFew returns operations on a largeRegistry with the number of rows that each is about. They also read the dead rows
// of operations that were rolled back before.
func operationsOnFew() []struct {
	name string
	rows int64
	do   func(context.Context, *db.Tx) error
} {
	const first, some = 1001, 20
	modes := []string{comity.ModeAutomatic}
	rule := groups.AutomaticRule{Never: comity.Deleted, Active: []string{comity.Active}, AllGroup: comity.GroupMembers, ActiveGroup: comity.GroupActive}
	var people []int64
	for i := range int64(some) {
		people = append(people, first+19_000+i)
	}
	nest := func(ctx context.Context, tx *db.Tx) error {
		nestings, err := groups.Nestings(ctx, tx, 1, comity.Active)
		if err != nil {
			return err
		}
		return groups.SyncNested(ctx, tx, 1, nestings, people, "tester")
	}
	return []struct {
		name string
		rows int64
		do   func(context.Context, *db.Tx) error
	}{
		{"people enter a graph of groups", some * levels, nest},
		{"people leave it", 3 * some * levels, func(ctx context.Context, tx *db.Tx) error {
			if err := nest(ctx, tx); err != nil {
				return err
			}
			return groups.SyncNested(ctx, tx, 1, nil, people, "tester")
		}},
		{"an automatic membership", 1, func(ctx context.Context, tx *db.Tx) error {
			_, err := groups.SyncAutomatic(ctx, tx, groups.Scope{CoId: 1, CoPersonId: people[0]}, rule, "tester")
			return err
		}},
		{"automatic memberships of some", some, func(ctx context.Context, tx *db.Tx) error {
			_, err := groups.SyncAutomatic(ctx, tx, groups.Scope{CoId: 1, People: people}, rule, "tester")
			return err
		}},
		{"some of the members of a group", some, func(ctx context.Context, tx *db.Tx) error {
			_, err := groups.PeopleIn(ctx, tx, first, 2000, some)
			return err
		}},
		{"deliveries of members are enqueued", some, func(_ context.Context, tx *db.Tx) error {
			for _, person := range people {
				queue.MembershipChanged(tx, 1, first, person)
				queue.PersonChanged(tx, 1, person)
			}
			return nil
		}},
		{"members are removed", some, func(ctx context.Context, tx *db.Tx) error {
			return groups.RemoveMembers(ctx, tx, 1, first, people, "tester")
		}},
		{"a person is deleted", 10, func(ctx context.Context, tx *db.Tx) error {
			rec, err := store.Get(ctx, tx, comity.CoPerson.Resource, people[0])
			if err != nil {
				return err
			}
			return store.Delete(ctx, tx, rec, "tester")
		}},
		{"a claim", some, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.Claim(ctx, tx, 1, some, time.Minute)
			return err
		}},
		{"claims and their outcomes", 4 * some, func(ctx context.Context, tx *db.Tx) error {
			claimed, err := queue.Claim(ctx, tx, 1, some, time.Minute)
			if err != nil {
				return err
			}
			if len(claimed) != some {
				return fmt.Errorf("%d were claimed", len(claimed))
			}
			var outcomes []queue.Outcome
			for _, d := range claimed {
				outcomes = append(outcomes, queue.Outcome{Delivery: d, OK: true})
			}
			return errors.Join(queue.SetProvisionedAs(ctx, tx, claimed), queue.Finish(ctx, tx, outcomes))
		}},
		{"a full sync", some, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.ClaimFullSync(ctx, tx, 1, 1, some, time.Minute)
			return err
		}},
		{"what is due", 1, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.DueTargets(ctx, tx, modes)
			if err == nil {
				_, err = queue.Overdue(ctx, tx)
			}
			return err
		}},
	}
}
