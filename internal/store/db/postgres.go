package db

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// lockSpace is added to the id of a CO for the number of its advisory lock. It keeps these locks apart from
// others of the same database.
const lockSpace = "4852340000000000000"

var postgresDialect = Dialect{
	ForUpdate: " FOR NO KEY UPDATE", SkipLocked: " FOR NO KEY UPDATE SKIP LOCKED",
	LockShared:    "pg_advisory_xact_lock_shared(" + lockSpace + " + %s)",
	LockExclusive: "pg_advisory_xact_lock(" + lockSpace + " + %s)",
	JsonObject:    "jsonb_build_object", JsonTrue: "true", JsonFalse: "false",
	JsonWithout: "%s - '%s'",
	NoIndex:     "(%s || '')",
	byIndex:     []string{`SET LOCAL plan_cache_mode = force_custom_plan`, `SET LOCAL enable_seqscan = off`},
	anyPlan:     []string{`SET LOCAL plan_cache_mode TO DEFAULT`, `SET LOCAL enable_seqscan TO DEFAULT`},
	// A bitmap scan of all matching rows, with a sort, looks cheap where the statistics show few: the queue
	// is often empty when its table is analyzed.
	inOrder: `SET LOCAL enable_bitmapscan = off`, anyOrder: `SET LOCAL enable_bitmapscan TO DEFAULT`,
	// One statement for both is half the work of two SETs.
	inKeyOrder: `SELECT set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true)`,
	sorted:     `SELECT set_config('enable_sort', 'on', true), set_config('enable_incremental_sort', 'on', true)`,
	byKey:      `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('enable_sort', 'off', true)`,
	// Whole tables stay excluded, as they are on connections without a pooler.
	byAnything: `SELECT set_config('enable_bitmapscan', 'on', true), set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true), set_config('enable_sort', 'on', true)`,
	// The program that asks has a single connection.
	OtherPrograms: `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'comity' AND pid <> pg_backend_pid()`,
	DrawsIDs:      true,
	UpdateSearch: []string{
		// The array has each person looked up by an index, whatever the statistics say.
		`UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id)
			WHERE id = ANY (ARRAY(SELECT c.id FROM people_search_changed c))`,
		`DELETE FROM people_search_changed`,
	},
	nextIDs:  `SELECT nextval('%s_id_seq') FROM generate_series(1, CAST($1 AS bigint))`,
	elements: "jsonb_array_elements(CAST(%s AS jsonb))",
	Columns: `SELECT CAST(column_name AS text), CAST(data_type AS text) FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`,
	SetNumber:     `SELECT setval(pg_get_serial_sequence(CAST($1 AS text), 'id'), CAST($2 AS bigint))`,
	AsJson:        "CAST(%s AS jsonb)",
	NextOfHistory: `nextval('history_id_seq')`,
}

// maxTries is the maximum number of times that a write is run when it collides with others.
const maxTries = 8

// postgresBackend is a pool of connections to one PostgreSQL database.
type postgresBackend struct {
	pool     *pgxpool.Pool
	clock    func() time.Time
	patience time.Duration
	groups   *postgresGroups
}

func openPostgres(ctx context.Context, o Options) (*postgresBackend, error) {
	config, err := postgresConfig(ctx, o.Database, o.ReadOnly)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 16
	if o.Connections > 0 {
		config.MaxConns = int32(min(o.Connections, 1000))
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	b := &postgresBackend{pool: pool, clock: o.Clock, patience: cmp.Or(o.Patience, longestWrite)}
	b.groups = &postgresGroups{backend: b, open: maxBatchTime}
	return b, nil
}

func (b *postgresBackend) dialect() Dialect { return postgresDialect }

func (b *postgresBackend) close() error {
	b.pool.Close()
	return nil
}

func (b *postgresBackend) read(ctx context.Context, fn func(conn) error) error {
	return b.pool.AcquireFunc(ctx, func(raw *pgxpool.Conn) error {
		c := &postgresConn{raw: raw.Conn(), clock: b.clock, ctx: ctx}
		if err := fn(c); err != nil {
			return err
		}
		return c.failed
	})
}

func (b *postgresBackend) snapshot(ctx context.Context, fn func(conn) error) error {
	return b.transaction(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", fn)
}

func (b *postgresBackend) write(ctx context.Context, how sharing, fn func(conn) error) error {
	if how == sharesTransaction {
		return b.groups.write(ctx, fn)
	}
	return b.writeAlone(ctx, fn)
}

// writeAlone runs the closure in a transaction, and again when it collides with another transaction. A violated
// unique index or foreign key counts as a collision: in the next run, the closure's own checks see what the
// other one wrote.
func (b *postgresBackend) writeAlone(ctx context.Context, fn func(conn) error) error {
	for try := 1; ; try++ {
		err := b.transaction(ctx, beginWrite, fn)
		if err == nil || try == maxTries || !collided(err) {
			return err
		}
		select {
		case <-time.After(time.Duration(rand.Int64N(int64(try * try * int(2*time.Millisecond))))):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func collided(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "40001", "40P01", "23505", "23503":
		return true
	}
	return false
}

// commitHorizon looks for the oldest writing transaction under way. A transaction of this program gets its number
// before its time, and the clock is read before the list of transactions: one that gets its number later has
// a later time. Transactions that only read have no number and are not waited for.
func (b *postgresBackend) commitHorizon(ctx context.Context) (s CommitHorizon, err error) {
	const sql = `WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now),
		writers AS MATERIALIZED (SELECT xact_start, pid, application_name FROM pg_stat_activity
			WHERE datname = current_database() AND backend_type = 'client backend' AND backend_xid IS NOT NULL AND pid <> pg_backend_pid())
		SELECT CAST(extract(epoch FROM now) * 1000000 AS bigint),
			(SELECT CAST(extract(epoch FROM min(w.xact_start)) * 1000000 AS bigint) FROM writers w
				WHERE w.xact_start > now - CAST($1 AS bigint) * interval '1 microsecond'),
			CAST(extract(epoch FROM o.xact_start) * 1000000 AS bigint), CAST(o.pid AS bigint), coalesce(o.application_name, '')
		FROM clock LEFT JOIN (SELECT * FROM writers ORDER BY xact_start LIMIT 1) o ON true`
	err = b.read(ctx, func(c conn) error {
		return c.query(ctx, sql, []any{b.patience.Microseconds()}, func(r *Row) error {
			now, writing, since, process, client := r.Time(), r.Time(), r.Time(), r.Int(), r.Text()
			s = CommitHorizon{Time: now}
			if !writing.IsZero() && writing.Before(now) {
				s.Time = writing
			}
			if !since.IsZero() {
				s.Writing = &Writing{
					For: max(0, now.Sub(since)), By: fmt.Sprintf("%s (process %d of the database)", cmp.Or(client, "a client"), process),
					Ignored: now.Sub(since) >= b.patience,
				}
			}
			return nil
		})
	})
	if b.clock != nil && err == nil {
		s = CommitHorizon{Time: b.clock().UTC()}
	}
	return s, err
}

func (b *postgresBackend) transaction(ctx context.Context, begin string, fn func(conn) error) error {
	return b.pool.AcquireFunc(ctx, func(raw *pgxpool.Conn) error {
		c := &postgresConn{raw: raw.Conn(), clock: b.clock, begin: begin, ctx: ctx}
		defer func() {
			if c.begun {
				// The pool closes a connection that cannot roll back.
				_, _ = c.raw.Exec(context.WithoutCancel(ctx), "ROLLBACK")
			}
		}()
		if err := call(func() error { return fn(c) }); err != nil {
			return err
		}
		return c.commit(ctx)
	})
}

// postgresConn is a connection with a queue of statements to be sent. A transaction begins with the first
// statement whose result is needed; the queue is sent with it in one round trip.
type postgresConn struct {
	raw     *pgx.Conn
	clock   func() time.Time
	begin   string
	begun   bool
	time    time.Time
	waiting []queued
	// ctx is that of the closure, failed the error with which now could not get the time.
	ctx    context.Context //nolint:containedctx // now takes none
	failed error
	// grouped is the state of the closure in its group, nil outside of a group.
	grouped *grouped
}

type queued struct {
	sql  string
	args []any
	each func(*Row) error
	// changed gets the number of rows that the statement changed, nil for nothing.
	changed *int64
	// writes says that the statement may change rows.
	writes bool
}

const postgresNow = `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)`

const beginWrite = "BEGIN"

// postgresWritesNow selects the time of a transaction that writes, and gives it its number first: so commitHorizon
// sees the transaction for as long as it can write rows with that time.
const postgresWritesNow = `SELECT CASE WHEN pg_current_xact_id() IS NOT NULL THEN CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) END`

// prepareBatch empties the queue and returns its statements, preceded by those that begin the transaction
// where it has not begun.
func (c *postgresConn) prepareBatch() []queued {
	batch := c.waiting
	c.waiting = nil
	if c.grouped != nil {
		c.grouped.taken(batch)
	}
	if c.begin == "" || c.begun {
		return batch
	}
	c.begun = true
	first := []queued{{sql: c.begin}}
	if c.grouped != nil {
		first = append(first, queued{sql: limitLockWait})
	}
	if c.clock == nil {
		now := postgresNow
		if c.begin == beginWrite {
			now = postgresWritesNow
		}
		first = append(first, queued{sql: now, each: func(r *Row) error {
			c.time = r.Time()
			if c.grouped != nil {
				c.grouped.read = time.Now()
			}
			return nil
		}})
	} else {
		c.time = c.clock().UTC().Truncate(time.Microsecond)
	}
	return append(first, batch...)
}

func (c *postgresConn) now() time.Time {
	if !c.time.IsZero() || c.failed != nil {
		return c.time
	}
	switch {
	case c.begin != "":
		c.failed = c.send(c.ctx, c.prepareBatch())
	case c.clock != nil:
		c.time = c.clock().UTC().Truncate(time.Microsecond)
	default:
		c.failed = c.send(c.ctx, append(c.prepareBatch(), queued{sql: postgresNow, each: func(r *Row) error {
			c.time = r.Time()
			return nil
		}}))
	}
	return c.time
}

func (c *postgresConn) commit(ctx context.Context) error {
	if !c.begun && len(c.waiting) == 0 {
		return c.failed
	}
	if slices.ContainsFunc(c.waiting, queued.reads) {
		// What these queries return may be refused, which must be known before COMMIT is sent.
		if err := c.flush(ctx); err != nil {
			return err
		}
	}
	batch := append(c.prepareBatch(), queued{sql: "COMMIT"})
	err := c.send(ctx, batch)
	if err == nil {
		c.begun = false
		err = unconfirmed(c.raw.PgConn())
	}
	return err
}

// reads returns whether the rows of a statement are looked at.
func (q queued) reads() bool { return q.each != nil }

func (c *postgresConn) flush(ctx context.Context) error {
	if len(c.waiting) == 0 {
		return nil
	}
	return c.send(ctx, c.prepareBatch())
}

func (c *postgresConn) queue(ctx context.Context, sql string, args []any) error {
	return c.later(ctx, sql, args, nil)
}

func (c *postgresConn) later(_ context.Context, sql string, args []any, each func(*Row) error) error {
	if err := storable(args); err != nil {
		return err
	}
	c.waiting = append(c.waiting, queued{sql: sql, args: args, each: each, writes: writes(sql)})
	return nil
}

func (c *postgresConn) query(ctx context.Context, sql string, args []any, each func(*Row) error) error {
	if err := storable(args); err != nil {
		return err
	}
	return c.run(ctx, queued{sql: sql, args: args, each: each, writes: writes(sql)})
}

// run sends a statement after those that wait.
func (c *postgresConn) run(ctx context.Context, q queued) error {
	if c.grouped != nil {
		if err := c.grouped.mayRun(); err != nil {
			return err
		}
		c.grouped.sent = c.grouped.sent || q.writes
	}
	return c.send(ctx, append(c.prepareBatch(), q))
}

// writes returns whether a statement may change rows. One that locks rows or draws a number changes none.
func writes(sql string) bool { return !strings.HasPrefix(sql, "SELECT") }

func (c *postgresConn) exec(ctx context.Context, sql string, args []any) (int64, error) {
	if err := storable(args); err != nil {
		return 0, err
	}
	changed := int64(0)
	err := c.run(ctx, queued{sql: sql, args: args, changed: &changed, writes: true})
	return changed, err
}

// send runs statements in one round trip and passes their rows on.
func (c *postgresConn) send(ctx context.Context, batch []queued) (err error) {
	if c.failed != nil {
		return c.failed
	}
	if c.grouped != nil {
		ctx = c.ctx
		defer func() {
			var ran *statementError
			c.grouped.failed = c.grouped.failed || errors.As(err, &ran)
		}()
	}
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
	}()
	if len(batch) == 1 {
		rows, err := c.raw.Query(ctx, batch[0].sql, batch[0].args...)
		if err != nil {
			return postgresError(batch[0].sql, err)
		}
		return readRows(rows, batch[0])
	}
	b := &pgx.Batch{}
	for _, q := range batch {
		b.Queue(q.sql, q.args...)
	}
	results := c.raw.SendBatch(ctx, b)
	defer func() {
		if closing := results.Close(); err == nil && closing != nil {
			err = fmt.Errorf("end of batch: %w", &statementError{closing})
		}
	}()
	for _, q := range batch {
		rows, err := results.Query()
		if err != nil {
			return postgresError(q.sql, err)
		}
		if err := readRows(rows, q); err != nil {
			return err
		}
	}
	return nil
}

func readRows(rows pgx.Rows, q queued) error {
	defer rows.Close()
	for rows.Next() {
		if q.each == nil {
			continue
		}
		if err := q.each(&Row{cells: postgresCells(rows.RawValues())}); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return postgresError(q.sql, err)
	}
	if q.changed != nil {
		*q.changed = rows.CommandTag().RowsAffected()
	}
	return nil
}

func postgresError(sql string, err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && (e.Code == "23505" || e.Code == "23503") {
		err = errors.Join(ErrConflict, err)
	}
	return fmt.Errorf("run %q: %w", sql, &statementError{err})
}

// postgresCells are the values of a row in PostgreSQL's binary format, in which the few types that the registry
// uses (bigint, integer, boolean, text, jsonb as text, bytea) need no decoder.
type postgresCells [][]byte

func (c postgresCells) null(i int) bool { return c[i] == nil }

func (c postgresCells) int(i int) int64 {
	switch v := c[i]; len(v) {
	case 8:
		return int64(binary.BigEndian.Uint64(v))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(v)))
	}
	return 0
}

func (c postgresCells) bool(i int) bool    { return len(c[i]) == 1 && c[i][0] == 1 }
func (c postgresCells) text(i int) []byte  { return c[i] }
func (c postgresCells) bytes(i int) []byte { return c[i] }
