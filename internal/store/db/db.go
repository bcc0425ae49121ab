// Package db runs transactions in an SQLite or PostgreSQL database, makes and migrates the schema, and has the
// differences between the two: the text of every statement works on both, with parameters written $1, $2 …
// and the parts of Dialect where they differ.
//
// All access is by closures. Read and Snapshot read; Write is one transaction, committed when its closure
// returns nil and rolled back when it returns an error. A write's closure may be run more than once, so it does
// no I/O of its own, reads no clock and no random number: the time is Tx.Now.
package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"strings"
	"sync"
	"time"

	"comity"
	"comity/internal/store/seal"
)

// ErrNotFound is returned when no record has the id.
var ErrNotFound = errors.New("no such record")

// ErrConflict is wrapped in the error of a write that violates a unique index or a foreign key although the
// checks before it succeeded: another write was committed in between.
var ErrConflict = errors.New("conflicts with another record")

// Options say how a database is opened.
type Options struct {
	// Database is a path of an SQLite file or a postgres:// URL.
	Database string
	// Clock returns the time; nil is the machine's clock for SQLite and the database's for PostgreSQL.
	Clock func() time.Time
	// Sealer seals and opens the secrets that must be read back; nil makes these an error.
	Sealer *seal.Sealer
	// Patience is how long a writing transaction holds back the time of CommitHorizon before it is ignored; 0 is
	// a default. It has no effect on SQLite, which has one writing transaction at a time.
	Patience time.Duration
	// ReadOnly says that nothing will be written, so that a PostgreSQL server may be a standby.
	ReadOnly bool
	// Connections is the maximum number of connections for reading (SQLite) or in all (PostgreSQL); 0 is
	// a default.
	Connections int
	// Log gets a record when the database becomes unavailable and when it is available again; nil is
	// slog.Default().
	Log *slog.Logger
	// Trace is called with each statement before it is run; nil for nothing. Tests look at the plans of these.
	Trace func(sql string, args []any)
	// Portion is how long a change of many rows may take in one transaction on SQLite, where all other
	// writes wait for it; 0 is a default.
	Portion time.Duration
}

// DB is an open database.
type DB struct {
	backend backend
	sealer  *seal.Sealer
	health  health
	portion time.Duration
	trace   func(sql string, args []any)
	// shared are the values of Shared by type.
	shared sync.Map
	// atCommit run at the end of each writing transaction, in order.
	atCommit []func(context.Context, *Tx) error
}

// backend is the interface that SQLite and PostgreSQL each implement.
type backend interface {
	dialect() Dialect
	read(ctx context.Context, fn func(conn) error) error
	snapshot(ctx context.Context, fn func(conn) error) error
	write(ctx context.Context, how sharing, fn func(conn) error) error
	commitHorizon(ctx context.Context) (CommitHorizon, error)
	connections() (used, most, waiting int)
	close() error
}

// conn is one connection as a closure sees it.
type conn interface {
	// query runs the statement and calls each with every row.
	query(ctx context.Context, sql string, args []any, each func(*Row) error) error
	// exec runs the statement and returns how many rows it changed.
	exec(ctx context.Context, sql string, args []any) (int64, error)
	// queue runs a statement whose result is not needed: at once, or together with the next statement
	// whose result is. Its error rolls the transaction back in both cases.
	queue(ctx context.Context, sql string, args []any) error
	// later queues a query: each is called before any later statement returns its result.
	later(ctx context.Context, sql string, args []any, each func(*Row) error) error
	// flush runs what is queued and returns when it has run.
	flush(ctx context.Context) error
	// now returns the transaction's time. Where it must be asked for and that fails, the error is that of the
	// next statement, or of the closure.
	now() time.Time
}

// Dialect is the SQL that differs between the two databases.
type Dialect struct {
	// ForUpdate is the end of a SELECT that locks its rows against other writers.
	ForUpdate string
	// SkipLocked is the end of a SELECT that locks its rows and skips those that are locked.
	SkipLocked string
	// LockShared and lockExclusive are expressions that take the lock of the CO with the id %s.
	LockShared, LockExclusive string
	// JsonObject is the function that returns an object of names and values.
	JsonObject string
	// JsonTrue and jsonFalse are the JSON booleans as arguments of jsonObject.
	JsonTrue, JsonFalse string
	// Columns is the query of a table's columns with their types, setNumber the statement that sets the
	// next id of a table to one more than a number.
	Columns, SetNumber string
	// InSearch returns the condition, to be added to LIKE, that a trigram index finds the row with the id by
	// the parts of its text; nil where the index serves LIKE itself.
	InSearch func(index, id string, parts []string, coID int64, a *Args) string
	// ForgetSearch are the statements that remove deleted texts from such indexes, empty for none.
	ForgetSearch []string
	// DrawsIDs says that an insert needs a round trip of its own where the id was not reserved before.
	DrawsIDs bool
	// nextIDs is the query that reserves the next $1 ids of the table %s.
	nextIDs string
	// elements is the table expression of the elements of a parameter %s, a JSON array; its column is
	// "value".
	elements string
	// UpdateSearch are the statements that update the search texts of the people whose ids triggers stored, empty
	// where that is done by itself before each commit.
	UpdateSearch []string
	// Shared says that a write keeps all others from writing, so that none may take long.
	Shared bool
	// NextOfHistory is the expression of the id of a row that a query adds to the history.
	NextOfHistory string
	// AsJson is the expression of a text %s as a value of a column of JSON.
	AsJson string
	// Unindexed is the prefix of a column that keeps an index from being used for it, "" for none.
	Unindexed string
	// NoIndex is the expression of a text column %s that keeps an index from being used for it.
	NoIndex string
	// byIndex and anyPlan are the statements before and after queries that are planned for the values of their
	// parameters and read no table as a whole, none where that is always so.
	byIndex, anyPlan []string
	// inOrder and anyOrder are the statements before and after a query that must read an index in order
	// and only as far as its limit, "" where that is always so.
	inOrder, anyOrder string
	// inKeyOrder and sorted are the statements before and after a query that must not sort, "" where none does.
	inKeyOrder, sorted string
	// byKey and byAnything are the statements before and after a query that must find its rows by an index (ByKey), ""
	// where it always does.
	byKey, byAnything string
	// OtherPrograms is the query of the number of connections of other Comity processes, "" where there
	// are none.
	OtherPrograms string
	// JsonWithout is an expression for the JSON of column %s without the key %s.
	JsonWithout string
}

// Open opens the database, which must be migrated (Migrate). The functions atCommit run at the end of each
// writing transaction, in order.
func Open(ctx context.Context, o Options, atCommit ...func(context.Context, *Tx) error) (*DB, error) {
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
	trace := o.Trace
	if trace == nil {
		trace = func(string, []any) {}
	}
	log := o.Log
	if log == nil {
		log = slog.Default()
	}
	return &DB{backend: b, sealer: o.Sealer, health: health{log: log}, portion: cmp.Or(o.Portion, portion), atCommit: atCommit, trace: trace}, nil
}

// IsPostgres returns whether a database's name is a PostgreSQL URL and not a path.
func IsPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// Close closes the database after the writes under way.
func (s *DB) Close() error { return s.backend.close() }

// Read runs a closure that makes one query. Several queries in one Read may see different states.
func (s *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	began := time.Now()
	return s.health.note(ctx, false, began, s.backend.read(ctx, func(c conn) error { return fn(s.tx(c)) }))
}

// Snapshot runs a closure that makes several queries, which all see the same state.
func (s *DB) Snapshot(ctx context.Context, fn func(*Tx) error) error {
	began := time.Now()
	return s.health.note(ctx, false, began, s.backend.snapshot(ctx, func(c conn) error { return fn(s.tx(c)) }))
}

// sharing is what a write shares with others that wait at the same time.
type sharing int

const (
	sharesCommit sharing = iota
	sharesTransaction
	sharesNothing
)

// Write runs a closure that changes the registry, in one transaction. On SQLite it shares its commit with others.
func (s *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	return s.write(ctx, sharesCommit, fn)
}

// WriteGrouped is Write for a short change that locks few rows and no whole CO: on PostgreSQL, too, it shares its
// commit with others. It may see what others of its group have written, and is committed with them or runs again.
func (s *DB) WriteGrouped(ctx context.Context, fn func(*Tx) error) error {
	return s.write(ctx, sharesTransaction, fn)
}

// WriteAlone is Write for changes of many rows: it shares its commit with no other write.
func (s *DB) WriteAlone(ctx context.Context, fn func(*Tx) error) error {
	return s.write(ctx, sharesNothing, fn)
}

func (s *DB) write(ctx context.Context, how sharing, fn func(*Tx) error) error {
	began := time.Now()
	return s.health.note(ctx, true, began, s.backend.write(ctx, how, s.whole(ctx, fn)))
}

// whole returns a closure that also runs the statements at the end of a writing transaction.
func (s *DB) whole(ctx context.Context, fn func(*Tx) error) func(conn) error {
	return func(c conn) error {
		tx := s.tx(c)
		if err := fn(tx); err != nil {
			return err
		}
		for _, end := range s.atCommit {
			if err := end(ctx, tx); err != nil {
				return err
			}
		}
		return tx.insertAll(ctx)
	}
}

// CommitHorizon is the time up to which all changes are committed.
type CommitHorizon struct {
	// Time is the time up to which no change is still being written: every change that a later Snapshot
	// does not show will have a later time, except for those of Ignored transactions.
	Time time.Time
	// Writing is the oldest writing transaction under way, nil for none.
	Writing *Writing
}

// Writing is a transaction that writes.
type Writing struct {
	// For is how long it has been under way, By the client that runs it, in words.
	For time.Duration
	By  string
	// Ignored says that it has been under way for so long that it no longer holds Time back.
	Ignored bool
}

// longestWrite is the default of Options.Patience. It is longer than any request takes; without a limit, a
// client that does not end its transaction would stop everything that waits for CommitHorizon.
const longestWrite = 2 * time.Minute

// CommitHorizon returns the time up to which all changes are committed.
func (s *DB) CommitHorizon(ctx context.Context) (CommitHorizon, error) {
	began := time.Now()
	t, err := s.backend.commitHorizon(ctx)
	return t, s.health.note(ctx, false, began, err)
}

// Tx is the access of one closure to the database.
type Tx struct {
	conn    conn
	Dialect Dialect
	Sealer  *seal.Sealer
	trace   func(sql string, args []any)
	// locals are the values of Local by type, shared those of Shared.
	locals map[reflect.Type]any
	shared *sync.Map
	// ids are the ids that were reserved (ReserveIDs).
	ids map[*comity.Resource][]int64
	// changes counts the changes of records of each resource (CountChange).
	changes map[*comity.Resource]int
	// inserts are the rows that Insert collected.
	inserts []inserts
	// byIndex says that a closure of ByIndex is being run.
	byIndex bool
	// began is when the closure began, portion how long it may change many rows, 0 for no limit.
	began   time.Time
	portion time.Duration
}

// portion is the default of Options.Portion. The set of rows that is being changed at its end is finished,
// which takes about as long again.
const portion = 50 * time.Millisecond

func (s *DB) tx(c conn) *Tx {
	tx := &Tx{
		conn: c, Dialect: s.backend.dialect(), trace: s.trace, Sealer: s.sealer, shared: &s.shared,
		locals: map[reflect.Type]any{}, ids: map[*comity.Resource][]int64{}, changes: map[*comity.Resource]int{}, began: time.Now(),
	}
	if tx.Dialect.Shared {
		tx.portion = s.portion
	}
	return tx
}

// Local returns the transaction's value of a type, the zero value at first. A package keeps there what it must
// know about a transaction until its end.
func Local[T any](tx *Tx) *T {
	key := reflect.TypeFor[T]()
	if v, ok := tx.locals[key].(*T); ok {
		return v
	}
	v := new(T)
	tx.locals[key] = v
	return v
}

// Shared returns the value of a type that all transactions of the database share, the zero value at first. Its users
// guard it against each other.
func Shared[T any](tx *Tx) *T {
	v, _ := tx.shared.LoadOrStore(reflect.TypeFor[T](), new(T))
	return v.(*T)
}

// CountChange registers that the transaction changes records of a resource, for what is derived from them.
func (tx *Tx) CountChange(r *comity.Resource) { tx.changes[r]++ }

// Changes returns how many changes of records of the resources were registered.
func (tx *Tx) Changes(resources ...*comity.Resource) (n int) {
	for _, r := range resources {
		n += tx.changes[r]
	}
	return n
}

// Spent returns whether the transaction has taken so long that the rest of a long change must be left for
// later ones (StoreLongChange), because all other writes wait. It is always false on PostgreSQL, where they do
// not.
func (tx *Tx) Spent() bool { return tx.Left() < 0 }

// Left returns how much longer the transaction may take until it is Spent: not less than nothing while it may, and
// always the same on PostgreSQL.
func (tx *Tx) Left() time.Duration {
	if tx.portion == 0 {
		return math.MaxInt64
	}
	return tx.portion - time.Since(tx.began)
}

// Now returns the transaction's time, which every row that it writes has. It was read with the first statement; a
// closure that asks for it before has one round trip more. While rows are read, it must have been read already.
func (tx *Tx) Now() time.Time { return tx.conn.now() }
