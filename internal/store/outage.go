package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"

	"comity"
)

// trouble is what keeps the database from answering, or from being written to: nothing that a request
// could be blamed for, and nothing that lasts.
type trouble struct {
	// why is a sentence for who asks.
	why string
	// writes says that it keeps from writing alone, whole that it keeps from reading, too, whatever it
	// was met by. Of others one knows no more than what they were met by.
	writes, whole bool
}

var (
	away     = trouble{why: "The database cannot be reached.", whole: true}
	failing  = trouble{why: "The database fails to read or write its files."}
	lacking  = trouble{why: "The database has not what it needs: memory, files or another resource of its machine."}
	noTables = trouble{why: "The database does not have the registry's tables."}
	forbids  = trouble{why: "The database does not permit it: its user lacks a right, or its files may not be written to."}
	readOnly = trouble{why: "The database is read-only.", writes: true}
	full     = trouble{why: "The disk of the database is full.", writes: true}
	locked   = trouble{why: "Another program holds the database.", writes: true}
)

// troubleOf finds out whether an error is a trouble of the database.
func troubleOf(err error) (trouble, bool) {
	for _, of := range []func(error) (trouble, bool){sqliteTrouble, postgresTrouble} {
		if t, is := of(err); is {
			return t, true
		}
	}
	return trouble{}, false
}

func sqliteTrouble(err error) (trouble, bool) {
	for code, t := range map[sqlite3.ErrorCode]trouble{
		sqlite3.FULL: full, sqlite3.READONLY: readOnly, sqlite3.IOERR: failing, sqlite3.CANTOPEN: failing, sqlite3.BUSY: locked,
	} {
		if errors.Is(err, code) {
			return t, true
		}
	}
	return trouble{}, false
}

func postgresTrouble(err error) (trouble, bool) {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		switch said.Code {
		case "25006":
			return readOnly, true
		case "53100":
			return full, true
		case "42501":
			return forbids, true
		case "XX000":
			// Of files that cannot be read or written it knows some reasons only, and a disk quota is none of them.
			return failing, slices.Contains(filesOfPostgres, said.File)
		case "42P01", "3F000":
			return noTables, true
		case "57P01", "57P02", "57P03", "57P05", "53300":
			return away, true
		}
		switch said.Code[:min(2, len(said.Code))] {
		case "08":
			return away, true
		case "53":
			return lacking, true
		case "58":
			return failing, true
		}
	}
	var dialled *pgconn.ConnectError
	if errors.As(err, &dialled) {
		return away, true
	}
	// A closure may fail at a file or connection of its own, too.
	var ran *statementError
	if !errors.As(err, &ran) {
		return trouble{}, false
	}
	var network *net.OpError
	return away, errors.As(ran, &network) || pgconn.SafeToRetry(ran) ||
		errors.Is(ran, io.EOF) || errors.Is(ran, io.ErrUnexpectedEOF) || errors.Is(ran, net.ErrClosed)
}

// filesOfPostgres are the parts of PostgreSQL that read and write its files.
var filesOfPostgres = []string{"md.c", "fd.c", "smgr.c", "bulk_write.c", "slru.c", "buffile.c", "xlog.c"}

// statementError is what came of a statement that was sent to PostgreSQL.
type statementError struct{ error }

// Unwrap returns the cause.
func (e *statementError) Unwrap() error { return e.error }

// health follows whether the database is of use. Each trouble is logged once when it begins and once
// when it is over, however much is asked meanwhile.
type health struct {
	log *slog.Logger
	// troubled spares who asks of a healthy database the lock.
	troubled atomic.Bool

	mu sync.Mutex
	// reads and writes are the troubles under way, with when each began; nil for none.
	reads, writes *outage
}

type outage struct {
	trouble
	began time.Time
}

// note takes in what became of something that began at a time, and returns its error: one that is a
// trouble of the database tells the caller to come again.
func (h *health) note(ctx context.Context, wrote bool, began time.Time, err error) error {
	if err == nil {
		if h.troubled.Load() {
			h.succeeded(ctx, wrote, began)
		}
		return nil
	}
	if ctx.Err() != nil {
		return err
	}
	t, is := troubleOf(err)
	if !is {
		return err
	}
	h.failed(ctx, wrote, t, err)
	return comity.Unavailable(t.why, err)
}

func (h *health) failed(ctx context.Context, wrote bool, t trouble, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.troubled.Store(true)
	at := &h.reads
	if t.writes || wrote && !t.whole {
		at = &h.writes
	}
	if *at != nil {
		return
	}
	*at = &outage{t, time.Now()}
	h.log.ErrorContext(ctx, "the database is of no use for now", "why", t.why, "error", err)
}

// succeeded ends the troubles that something shows to be over which began after them.
func (h *health) succeeded(ctx context.Context, wrote bool, began time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, at := range []**outage{&h.reads, &h.writes} {
		if o := *at; o != nil && began.After(o.began) && (wrote || at == &h.reads) {
			h.log.InfoContext(ctx, "the database is of use again", "was", o.why, "after", time.Since(o.began).Round(time.Millisecond))
			*at = nil
		}
	}
	h.troubled.Store(h.reads != nil || h.writes != nil)
}

// fullNow says whether the disk was full when something was last written.
func (h *health) fullNow() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.writes != nil && h.writes.trouble == full
}

// Troubled says whether reading and writing are known to fail.
func (s *Store) Troubled() (reads, writes bool) {
	s.health.mu.Lock()
	defer s.health.mu.Unlock()
	return s.health.reads != nil, s.health.reads != nil || s.health.writes != nil
}

// filling is what is written to see whether a disk that was full has room again: a few bytes find some
// where nothing else does. It cannot be pressed together.
const filling, small = 1 << 20, 8

// noise is a text of random letters: one that is another each time, for SQLite writes no page that stays
// the same.
func noise(size int) string {
	b := make([]byte, size/2)
	_, _ = rand.Read(b) // it never fails: the program ends instead
	return hex.EncodeToString(b)
}

// Check writes to the database, to see whether it can be.
func (s *Store) Check(ctx context.Context) error {
	sizes := []int{small}
	if s.health.fullNow() {
		sizes = []int{filling, small}
	}
	for _, size := range sizes {
		err := s.Write(ctx, func(tx *Tx) error {
			_, err := tx.conn.exec(ctx, `UPDATE probe SET filling = $1 WHERE id = 1`, args{noise(size)})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
