package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// reconcile takes all members out of a group, past the program, and lets it put them back. The bare
// limit is the same rows, of members and history, put back from a copy by two statements.
func (b *bench) reconcile(ctx context.Context) error {
	f, err := b.rates(ctx)
	if err != nil {
		return err
	}
	c, err := dial(ctx, f.server, f.server.authorization)
	if err != nil {
		return err
	}
	defer c.close()
	members := "FROM co_group_members WHERE co_group_id = " + f.stock.members
	history := "FROM history WHERE resource = 'CoGroupMember' AND co_group_id = " + f.stock.members
	for _, sql := range []string{"CREATE TABLE bench_members AS SELECT * " + members, "CREATE TABLE bench_history AS SELECT * " + history} {
		if err := b.direct.exec(ctx, sql); err != nil {
			return err
		}
	}
	var ours, bare []time.Duration
	for range b.rounds {
		limit, err := b.timed(ctx, history, members, func() error {
			return b.transaction(ctx, "INSERT INTO co_group_members SELECT * FROM bench_members", "INSERT INTO history SELECT * FROM bench_history")
		})
		if err != nil {
			return err
		}
		took, err := b.timed(ctx, history, members, func() error {
			_, err := c.call(http.MethodPost, root+"co_groups/reconcile/"+f.stock.members+".json", "", http.StatusOK)
			return err
		})
		if err != nil {
			return err
		}
		ours, bare = append(ours, took), append(bare, limit)
	}
	b.report.reconcile(b.version, aims.reconcile.on(b.database), median(ours), median(bare))
	return b.transaction(ctx, "DROP TABLE bench_members", "DROP TABLE bench_history")
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
		if n != groupPeople {
			return 0, fmt.Errorf("there are %d rows %s, not %d", n, rows, groupPeople)
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
