// Package store keeps the registry's records in SQL, in SQLite or PostgreSQL.
//
// It knows statements, not rules: the rules are the registry's, which passes the statuses and sets
// that a rule means. Every statement's text works on both databases, with parameters written $1, $2
// …; what differs between the two is in sqlite.go and postgres.go.
//
// All access is by closures. Read and Snapshot read; Write is one transaction, committed when its
// closure returns nil and undone when it returns an error. A write's closure may be run more than
// once, so it does no I/O of its own, reads no clock and draws no random number: the time is Tx.Now.
package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"comity"
)

// ErrNotFound is returned when no record has the id.
var ErrNotFound = errors.New("no such record")

// ErrConflict is wrapped in the error of a write that breaks a unique index or a foreign key, in
// spite of the checks before it: another write came between.
var ErrConflict = errors.New("conflicts with another record")

// Options say how a database is opened.
type Options struct {
	// Database is a path of an SQLite file or a postgres:// URL.
	Database string
	// Clock tells the time; nil is the machine's for SQLite and the database's for PostgreSQL.
	Clock func() time.Time
	// Sealer seals and opens the secrets that must be read back. Without one they cannot be.
	Sealer *Sealer
	// Patience is how long a transaction that writes is waited for by what must miss nothing that it
	// wrote; 0 is a sensible time. SQLite has one that writes at a time, for which everybody waits.
	Patience time.Duration
	// ReadOnly says that nothing will be written, so that a PostgreSQL server may be a standby.
	ReadOnly bool
	// Connections is the most connections that are used for reading (SQLite) or in all
	// (PostgreSQL); 0 is a sensible number.
	Connections int
	// Log is told when the database cannot be used and when it can again; slog.Default() if nil.
	Log *slog.Logger
	// Portion is how long a change of many rows goes on in one transaction where everybody else waits
	// for it; 0 is a sensible time.
	Portion time.Duration
}

// Store is an open database.
type Store struct {
	backend backend
	sealer  *Sealer
	health  health
	portion time.Duration
}

// backend is what SQLite and PostgreSQL each provide.
type backend interface {
	dialect() dialect
	read(ctx context.Context, fn func(conn) error) error
	snapshot(ctx context.Context, fn func(conn) error) error
	write(ctx context.Context, alone bool, fn func(conn) error) error
	settled(ctx context.Context) (Settled, error)
	connections() (used, most, waiting int)
	close() error
}

// conn is one connection as a closure sees it.
type conn interface {
	// query runs the statement and calls each with every row.
	query(ctx context.Context, sql string, args []any, each func(Row) error) error
	// exec runs the statement and returns how many rows it changed.
	exec(ctx context.Context, sql string, args []any) (int64, error)
	// queue runs a statement whose outcome is not looked at: at once, or together with the next
	// statement that is. An error of it undoes the transaction all the same.
	queue(ctx context.Context, sql string, args []any) error
	// later queues a query: each is called before the outcome of any later statement is known.
	later(ctx context.Context, sql string, args []any, each func(Row) error) error
	// now is the transaction's time.
	now(ctx context.Context) (time.Time, error)
}

// Row is one row of a query; i counts columns from 0.
type Row interface {
	Null(i int) bool
	Int(i int) int64
	Bool(i int) bool
	Text(i int) string
	Bytes(i int) []byte
}

// collect runs a query and returns what scan makes of its rows.
func collect[T any](ctx context.Context, c conn, sql string, a args, scan func(Row) (T, error)) (all []T, err error) {
	err = c.query(ctx, sql, a, func(row Row) error {
		one, err := scan(row)
		all = append(all, one)
		return err
	})
	return all, err
}

// dialect is what the two databases say differently.
type dialect struct {
	// forUpdate ends a SELECT whose rows are to be kept from other writers.
	forUpdate string
	// skipLocked ends a SELECT that takes only rows that nobody else holds.
	skipLocked string
	// lockShared and lockExclusive are expressions that take the lock of the CO with the id %s.
	lockShared, lockExclusive string
	// jsonObject is the function that makes an object of names and values.
	jsonObject string
	// jsonTrue and jsonFalse are the JSON booleans as arguments of jsonObject.
	jsonTrue, jsonFalse string
	// columns lists a table's columns with their types, setNumber makes the next id of a table one
	// more than a number.
	columns, setNumber string
	// inSearch is the condition, to be added to LIKE, that an index of trigrams finds the row of that id
	// by the parts of its text; nil where the index serves LIKE itself.
	inSearch func(index, id string, parts []string, coID int64, a *args) string
	// forgetSearch are statements that take what was deleted out of such indexes, none where there is none.
	forgetSearch []string
	// nextID is a query that gives out the next id of the table %s; "" where inserting costs no
	// round trip.
	nextID string
	// nextIDs gives out as many ids as $1 of the table %s.
	nextIDs string
	// elements are the rows that the JSON array of a parameter %s holds, each a column "value".
	elements string
	// research are the statements that put right what the people are searched by whom triggers noted.
	research []string
	// shared says that whoever writes keeps everybody else from writing, so that nobody may for long.
	shared bool
	// nextOfHistory is a query that gives out the id of the history's next row.
	nextOfHistory string
	// unindexed before a column keeps it from being looked for by an index.
	unindexed string
	// planAnew is a statement that has the rest of a transaction planned for what it asks for, "" where
	// all is planned alike.
	planAnew string
	// inOrder and anyOrder are statements between which a transaction reads what an index has in order only
	// as far as it is asked for, "" where that is always so.
	inOrder, anyOrder string
	// otherPrograms counts the connections of other programs of ours, "" where there are none.
	otherPrograms string
	// jsonWithout is an expression for the JSON of column %s without the key %s.
	jsonWithout string
}

// Open opens the database, which must be migrated (Migrate).
func Open(ctx context.Context, o Options) (*Store, error) {
	var b backend
	var err error
	if IsPostgres(o.Database) {
		b, err = openPostgres(ctx, o)
	} else {
		b, err = openSQLite(o)
	}
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", Redact(o.Database), err)
	}
	log := o.Log
	if log == nil {
		log = slog.Default()
	}
	return &Store{backend: b, sealer: o.Sealer, health: health{log: log}, portion: cmp.Or(o.Portion, portion)}, nil
}

// IsPostgres says whether a database's name is a PostgreSQL URL and not a path.
func IsPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// Close closes the database after the writes under way.
func (s *Store) Close() error { return s.backend.close() }

// Read runs a closure that asks one question. Several questions in one Read may each see another moment.
func (s *Store) Read(ctx context.Context, fn func(*Tx) error) error {
	began := time.Now()
	return s.health.note(ctx, false, began, s.backend.read(ctx, func(c conn) error { return fn(s.tx(c)) }))
}

// Snapshot runs a closure that asks several questions of one moment.
func (s *Store) Snapshot(ctx context.Context, fn func(*Tx) error) error {
	began := time.Now()
	return s.health.note(ctx, false, began, s.backend.snapshot(ctx, func(c conn) error { return fn(s.tx(c)) }))
}

// Write runs a closure that changes the registry, in one transaction.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	return s.write(ctx, false, fn)
}

// WriteAlone is Write for what touches many rows: it shares its commit with no other write.
func (s *Store) WriteAlone(ctx context.Context, fn func(*Tx) error) error {
	return s.write(ctx, true, fn)
}

func (s *Store) write(ctx context.Context, alone bool, fn func(*Tx) error) error {
	began := time.Now()
	return s.health.note(ctx, true, began, s.backend.write(ctx, alone, s.whole(ctx, fn)))
}

// whole is a closure with what its transaction ends with.
func (s *Store) whole(ctx context.Context, fn func(*Tx) error) func(conn) error {
	return func(c conn) error {
		tx := s.tx(c)
		if err := fn(tx); err != nil {
			return err
		}
		if err := tx.research(ctx); err != nil {
			return err
		}
		return tx.markFound(ctx)
	}
}

// Settled tells up to when everything is written.
type Settled struct {
	// Time is a time before which nothing is still being written: every change that a Snapshot taken
	// after it does not show will have a later time, unless it is of a transaction that is Ignored.
	Time time.Time
	// Writing is the oldest transaction under way that writes, nil where there is none.
	Writing *Writing
}

// Writing is a transaction that writes.
type Writing struct {
	// For is how long it has been under way, By whose it is, in words.
	For time.Duration
	By  string
	// Ignored says that it has been for so long that it is not waited for any more.
	Ignored bool
}

// longestWrite is how long a transaction that writes is waited for, longer than any request takes: a client
// that forgets to end one would keep everybody from what is to happen by the clock.
const longestWrite = 2 * time.Minute

// Settled asks up to when everything is written.
func (s *Store) Settled(ctx context.Context) (Settled, error) {
	began := time.Now()
	t, err := s.backend.settled(ctx)
	return t, s.health.note(ctx, false, began, err)
}

// Tx is a closure's hold on the database.
type Tx struct {
	conn    conn
	dialect dialect
	sealer  *Sealer
	// reserved is the id that the next record of a resource will have.
	reserved map[*comity.Resource]int64
	// marked are the people who are marked already, by the modes.
	marked map[string]bool
	// tellsGroups says that some CO that was entered has a target that is told about groups.
	includesGroups bool
	// groups are those that are to be marked in the end, nil where it was never asked which.
	groups map[groupMark]bool
	// nestings are those of the COs that were asked for.
	nestings map[int64][]Nesting
	// began is when the closure did, portion how long it may change many rows, 0 for as long as it takes.
	began   time.Time
	portion time.Duration
	// rows are how many records of what a transaction adds to hang on their owners.
	rows map[string]int64
	// searched says that what people are searched by may have changed.
	searched bool
	// left is a CO of which a long change was left for later transactions, 0 for none.
	left int64
}

// portion is how long a change of many rows goes on in one transaction on SQLite. The set of rows that
// is under way then is finished, which takes about as long once more.
const portion = 50 * time.Millisecond

func (s *Store) tx(c conn) *Tx {
	tx := &Tx{
		conn: c, dialect: s.backend.dialect(), sealer: s.sealer,
		reserved: map[*comity.Resource]int64{}, marked: map[string]bool{}, nestings: map[int64][]Nesting{}, rows: map[string]int64{}, began: time.Now(),
	}
	if tx.dialect.shared {
		tx.portion = s.portion
	}
	return tx
}

// Spent says that the transaction has gone on for so long that what is not yet done of a long change is
// to be left for others (Leave): everybody else waits to write. On PostgreSQL nobody does.
func (tx *Tx) Spent() bool { return tx.portion > 0 && time.Since(tx.began) > tx.portion }

// Now is the transaction's time: every row that it writes says so.
func (tx *Tx) Now(ctx context.Context) (time.Time, error) { return tx.conn.now(ctx) }

// args collects a statement's parameters while its text is put together.
type args []any

// put adds a parameter and returns its name in the text.
func (a *args) put(v any) string {
	*a = append(*a, v)
	return fmt.Sprintf("$%d", len(*a))
}

// list adds parameters and returns them as a list for IN. Its length is rounded up by repeating
// the last one, so that the statements prepared are few.
func list[T any](a *args, values []T) string {
	n := 1
	for n < len(values) {
		n *= 4
	}
	names := make([]string, n)
	for i := range names {
		names[i] = a.put(values[min(i, len(values)-1)])
	}
	return "(" + strings.Join(names, ", ") + ")"
}
