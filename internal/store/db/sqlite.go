package db

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/ext/fts5"
)

var sqliteDialect = Dialect{
	LockShared: "0 * %s", LockExclusive: "0 * %s",
	JsonObject: "json_object", JsonTrue: "json('true')", JsonFalse: "json('false')",
	JsonWithout: "json_remove(%s, '$.%s')",
	elements:    "json_each(%s)",
	Shared:      true,
	nextIDs: `WITH RECURSIVE x (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM x WHERE i < $1)
		SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = '%s'), 0) + i FROM x`,
	Columns:   `SELECT name, type FROM pragma_table_info($1)`,
	InSearch:  sqliteSearch,
	Unindexed: "+", NoIndex: "+%s",
	// The trigrams of a deleted text stay in an FTS5 index until its segments are merged.
	ForgetSearch: []string{
		`INSERT INTO identifiers_search (identifiers_search) VALUES ('optimize')`,
		`INSERT INTO people_search_words (people_search_words) VALUES ('optimize')`,
	},
	// Rows with ids were inserted, so the sequence has its row.
	SetNumber:     `UPDATE sqlite_sequence SET seq = max(seq, $2) WHERE name = $1`,
	AsJson:        "%s",
	NextOfHistory: `(SELECT coalesce(max(id), 0) FROM history) + row_number() OVER ()`,
}

// sqliteBackend is an SQLite file with several connections for reading and one for writing.
type sqliteBackend struct {
	clock   func() time.Time
	readers chan *sqliteConn
	count   int
	writer  *sqliteWriter
	closing sync.Once
}

// sqlitePragmas make every commit durable (synchronous=FULL in WAL mode) and every reference checked.
const sqlitePragmas = `PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768`

// forgetStatistics deletes what ANALYZE has stored, if anybody ran it. Without statistics a statement has the same plan
// in a registry of any size; with those of a registry where one CO has nearly everybody, SQLite scans tables.
const forgetStatistics = `DROP TABLE IF EXISTS sqlite_stat1; DROP TABLE IF EXISTS sqlite_stat4`

func openSQLite(o Options) (*sqliteBackend, error) {
	clock := o.Clock
	if clock == nil {
		clock = time.Now
	}
	n := o.Connections
	if n == 0 {
		n = max(4, 2*runtime.GOMAXPROCS(0))
	}
	b := &sqliteBackend{clock: clock, readers: make(chan *sqliteConn, n)}
	for range n {
		c, err := openSQLiteConn(o.Database)
		if err == nil {
			err = c.raw.Exec("PRAGMA query_only = ON")
		}
		if err != nil {
			return nil, errors.Join(err, b.close())
		}
		b.readers <- c
		b.count++
	}
	c, err := openSQLiteConn(o.Database)
	if err == nil {
		err = c.raw.Exec(forgetStatistics)
	}
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	b.writer = newSQLiteWriter(c, clock)
	return b, nil
}

func openSQLiteConn(path string) (*sqliteConn, error) {
	raw, err := sqlite3.OpenFlags(path, sqlite3.OPEN_READWRITE)
	if err != nil {
		return nil, err
	}
	c := &sqliteConn{raw: raw, statements: map[string]*sqliteStatement{}}
	// A statement has one plan for all parameters: otherwise SQLite plans it again for each limit and each
	// value that matters for a partial index.
	_, err = raw.Config(sqlite3.DBCONFIG_ENABLE_QPSG, true)
	if err := errors.Join(err, AddExtensions(raw), raw.Exec(sqlitePragmas)); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return c, nil
}

// AddExtensions adds to a connection the extensions that the schema needs: FTS5, and the function
// comity_plain, which is Normalize.
func AddExtensions(raw *sqlite3.Conn) error {
	plain := func(ctx sqlite3.Context, arg ...sqlite3.Value) {
		ctx.ResultText(Normalize(arg[0].Text()))
	}
	return errors.Join(fts5.Register(raw),
		raw.CreateFunction("comity_plain", 1, sqlite3.DETERMINISTIC|sqlite3.INNOCUOUS, plain))
}

func (b *sqliteBackend) dialect() Dialect { return sqliteDialect }

func (b *sqliteBackend) close() (err error) {
	b.closing.Do(func() {
		if b.writer != nil {
			err = b.writer.close()
		}
		for range b.count {
			err = errors.Join(err, (<-b.readers).close())
		}
		close(b.readers)
	})
	return err
}

func (b *sqliteBackend) reader(ctx context.Context, fn func(*sqliteConn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case c, open := <-b.readers:
		if !open {
			return errClosed
		}
		defer func() { b.readers <- c }()
		c.raw.SetInterrupt(ctx)
		defer c.raw.SetInterrupt(context.Background())
		c.time = b.clock().UTC().Truncate(time.Microsecond)
		err := fn(c)
		if errors.Is(err, sqlite3.INTERRUPT) {
			err = errors.Join(ctx.Err(), err)
		}
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *sqliteBackend) read(ctx context.Context, fn func(conn) error) error {
	return b.reader(ctx, func(c *sqliteConn) error { return fn(c) })
}

func (b *sqliteBackend) snapshot(ctx context.Context, fn func(conn) error) error {
	return b.reader(ctx, func(c *sqliteConn) error {
		if err := c.run("BEGIN"); err != nil {
			return err
		}
		// A transaction that only read has nothing to commit.
		defer func() {
			c.raw.SetInterrupt(context.Background())
			_ = c.run("ROLLBACK")
		}()
		return fn(c)
	})
}

func (b *sqliteBackend) commitHorizon(context.Context) (CommitHorizon, error) {
	// The clock is read first: a batch that begins later has a later time.
	now := b.clock().UTC().Truncate(time.Microsecond)
	if begun := b.writer.begun.Load(); begun != 0 {
		since := time.UnixMicro(begun).UTC()
		return CommitHorizon{Time: since, Writing: &Writing{For: max(0, now.Sub(since)), By: "a change that is being made"}}, nil
	}
	return CommitHorizon{Time: now}, nil
}

func (b *sqliteBackend) write(ctx context.Context, how sharing, fn func(conn) error) error {
	return b.writer.write(ctx, how == sharesNothing, fn)
}

// sqliteConn is one connection with the statements it has prepared.
type sqliteConn struct {
	raw        *sqlite3.Conn
	statements map[string]*sqliteStatement
	time       time.Time
	// yield, unless nil, returns whether the write under way must end because others wait; yielded says that
	// it returned true.
	yield   func() bool
	yielded bool
}

// sqliteStatement is a prepared statement. Its parameters are named $1, $2 …, which SQLite numbers
// in the order they come in: args holds the place of each in the list of arguments.
type sqliteStatement struct {
	*sqlite3.Stmt
	args []int
}

func (c *sqliteConn) close() error {
	var err error
	for _, s := range c.statements {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.raw.Close())
}

func (c *sqliteConn) now() time.Time { return c.time }

// maxStatements is the maximum number of prepared statements of a connection. Their texts depend on what a
// request asks for.
const maxStatements = 1000

// forget closes all prepared statements that are not being read, where there are maxStatements.
func (c *sqliteConn) forget() (err error) {
	if len(c.statements) < maxStatements {
		return nil
	}
	for sql, s := range c.statements {
		if !s.Busy() {
			err = errors.Join(err, s.Close())
			delete(c.statements, sql)
		}
	}
	return err
}

func (c *sqliteConn) prepare(sql string) (*sqliteStatement, error) {
	if s, ok := c.statements[sql]; ok {
		return s, nil
	}
	if err := c.forget(); err != nil {
		return nil, fmt.Errorf("close statements: %w", err)
	}
	raw, tail, err := c.raw.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", sql, err)
	}
	if strings.TrimSpace(tail) != "" {
		return nil, errors.Join(fmt.Errorf("prepare %q: more than one statement", sql), raw.Close())
	}
	s := &sqliteStatement{Stmt: raw}
	for i := range raw.BindCount() {
		n, err := strconv.Atoi(strings.TrimPrefix(raw.BindName(i+1), "$"))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("prepare %q: parameter %d is not $n", sql, i+1), raw.Close())
		}
		s.args = append(s.args, n-1)
	}
	c.statements[sql] = s
	return s, nil
}

func (s *sqliteStatement) bind(args []any) error {
	if err := storable(args); err != nil {
		return err
	}
	for i, n := range s.args {
		if n >= len(args) {
			return fmt.Errorf("parameter $%d is missing", n+1)
		}
		var err error
		switch v := args[n].(type) {
		case nil:
			err = s.BindNull(i + 1)
		case int64:
			err = s.BindInt64(i+1, v)
		case int:
			err = s.BindInt64(i+1, int64(v))
		case string:
			err = s.BindText(i+1, v)
		case bool:
			err = s.BindBool(i+1, v)
		case []byte:
			err = s.BindBlob(i+1, v)
		default:
			err = fmt.Errorf("parameter $%d: a %T cannot be stored", n+1, v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// run executes a statement without parameters or rows.
func (c *sqliteConn) run(sql string) error {
	_, err := c.exec(context.Background(), sql, nil)
	return err
}

func (c *sqliteConn) exec(ctx context.Context, sql string, args []any) (int64, error) {
	if err := c.query(ctx, sql, args, func(*Row) error { return nil }); err != nil {
		return 0, err
	}
	return c.raw.Changes(), nil
}

func (c *sqliteConn) queue(ctx context.Context, sql string, args []any) error {
	_, err := c.exec(ctx, sql, args)
	return err
}

func (c *sqliteConn) flush(context.Context) error { return nil }

func (c *sqliteConn) later(ctx context.Context, sql string, args []any, each func(*Row) error) error {
	return c.query(ctx, sql, args, each)
}

func (c *sqliteConn) query(_ context.Context, sql string, args []any, each func(*Row) error) (err error) {
	// A long statement is interrupted by itself, many short ones between two of them.
	if err := c.raw.GetInterrupt().Err(); err != nil {
		return err
	}
	if c.yielded || c.yield != nil && c.yield() {
		c.yielded = true
		return errYield
	}
	s, err := c.prepare(sql)
	if err != nil {
		return err
	}
	if err := s.bind(args); err != nil {
		return fmt.Errorf("bind %q: %w", sql, err)
	}
	// Reset reports the error of the last step again, so its own is not looked at.
	defer func() { _ = s.Reset() }()
	row := Row{cells: sqliteCells{s.Stmt}}
	for s.Step() {
		row.next = 0
		if err := each(&row); err != nil {
			return err
		}
	}
	if err := s.Err(); err != nil {
		return sqliteError(sql, err)
	}
	return nil
}

func sqliteError(sql string, err error) error {
	for _, broken := range []error{sqlite3.CONSTRAINT_UNIQUE, sqlite3.CONSTRAINT_PRIMARYKEY, sqlite3.CONSTRAINT_FOREIGNKEY} {
		if errors.Is(err, broken) {
			err = errors.Join(ErrConflict, err)
			break
		}
	}
	return fmt.Errorf("run %q: %w", sql, err)
}

// sqliteCells are the values of the row that a statement is at.
type sqliteCells struct{ s *sqlite3.Stmt }

func (c sqliteCells) null(i int) bool    { return c.s.ColumnType(i) == sqlite3.NULL }
func (c sqliteCells) int(i int) int64    { return c.s.ColumnInt64(i) }
func (c sqliteCells) bool(i int) bool    { return c.s.ColumnBool(i) }
func (c sqliteCells) text(i int) []byte  { return c.s.ColumnRawText(i) }
func (c sqliteCells) bytes(i int) []byte { return c.s.ColumnRawBlob(i) }
