package db

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

// trouble is a reason why the database cannot be read or written to for now, which no request caused.
type trouble struct {
	// why is the reason as a sentence for the client.
	why string
	// writes says that only writing fails, whole that reading fails too, whichever statement met it. Of
	// other troubles only the kind of statement that met them is known to fail.
	writes, whole bool
}

var (
	unreachable = trouble{why: "The database cannot be reached.", whole: true}
	failing     = trouble{why: "The database fails to read or write its files."}
	lacking     = trouble{why: "The database lacks a resource of its machine: memory, files or another."}
	noTables    = trouble{why: "The database does not have the registry's tables."}
	forbids     = trouble{why: "The database does not permit it: its user lacks a right, or its files may not be written to."}
	readOnly    = trouble{why: "The database is read-only.", writes: true}
	full        = trouble{why: "The disk of the database is full.", writes: true}
	locked      = trouble{why: "Another program holds the database.", writes: true}
)

// troubleOf returns the trouble of the database that an error comes from; false where there is none.
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
			// PostgreSQL has codes for some causes of a failed read or write of a file only; an exceeded disk
			// quota, for one, is an internal error.
			return failing, slices.Contains(filesOfPostgres, said.File)
		case "42P01", "3F000":
			return noTables, true
		case "57P01", "57P02", "57P03", "57P05", "53300":
			return unreachable, true
		}
		switch said.Code[:min(2, len(said.Code))] {
		case "08":
			return unreachable, true
		case "53":
			return lacking, true
		case "58":
			return failing, true
		}
	}
	var dialled *pgconn.ConnectError
	if errors.As(err, &dialled) {
		return unreachable, true
	}
	// Other errors may come from a file or connection of the closure's own.
	var ran *statementError
	if !errors.As(err, &ran) {
		return trouble{}, false
	}
	var network *net.OpError
	return unreachable, errors.As(ran, &network) || pgconn.SafeToRetry(ran) ||
		errors.Is(ran, io.EOF) || errors.Is(ran, io.ErrUnexpectedEOF) || errors.Is(ran, net.ErrClosed)
}

// filesOfPostgres are the source files of PostgreSQL that read and write its data files.
var filesOfPostgres = []string{"md.c", "fd.c", "smgr.c", "bulk_write.c", "slru.c", "buffile.c", "xlog.c"}

// statementError is the error of a statement that was sent to PostgreSQL.
type statementError struct{ error }

// Unwrap returns the cause.
func (e *statementError) Unwrap() error { return e.error }

// health is the state of the database: whether reading and writing work. Each trouble is logged once when it
// begins and once when it is over.
type health struct {
	log *slog.Logger
	// troubled is false while there is no trouble, so that successful calls need no lock.
	troubled atomic.Bool

	mu sync.Mutex
	// reads and writes are the troubles of reading and of writing, nil for none.
	reads, writes *outage
}

type outage struct {
	trouble
	began time.Time
}

// note updates the health by the result of a read or write that began at a time, and returns its error: for
// a trouble of the database a comity.Unavailable, by which the client retries later.
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
	h.log.ErrorContext(ctx, "the database is unavailable", "why", t.why, "error", err)
}

// succeeded ends the troubles that a successful read or write shows to be over, which began after they did. A
// write ends those of reading too.
func (h *health) succeeded(ctx context.Context, wrote bool, began time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, at := range []**outage{&h.reads, &h.writes} {
		if o := *at; o != nil && began.After(o.began) && (wrote || at == &h.reads) {
			h.log.InfoContext(ctx, "the database is available again", "was", o.why, "after", time.Since(o.began).Round(time.Millisecond))
			*at = nil
		}
	}
	h.troubled.Store(h.reads != nil || h.writes != nil)
}

// fullNow returns whether the disk was full at the last write.
func (h *health) fullNow() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.writes != nil && h.writes.trouble == full
}

// Troubled returns whether reading and writing are known to fail.
func (s *DB) Troubled() (reads, writes bool) {
	s.health.mu.Lock()
	defer s.health.mu.Unlock()
	return s.health.reads != nil, s.health.reads != nil || s.health.writes != nil
}

// filling is the number of bytes that Check writes to find out whether a full disk has room again: a few
// bytes can fit where a normal write does not. small is the number of bytes that it writes otherwise.
const filling, small = 1 << 20, 8

// noise returns a text of size random letters. The text does not compress, and is a new one for each call
// because SQLite does not write a page that has not changed.
func noise(size int) string {
	b := make([]byte, size/2)
	_, _ = rand.Read(b) // it never fails: the program ends instead
	return hex.EncodeToString(b)
}

// Check writes to the database and returns the error of the write, nil where it works.
func (s *DB) Check(ctx context.Context) error {
	sizes := []int{small}
	if s.health.fullNow() {
		sizes = []int{filling, small}
	}
	for _, size := range sizes {
		err := s.Write(ctx, func(tx *Tx) error {
			_, err := tx.Exec(ctx, `UPDATE probe SET filling = $1 WHERE id = 1`, Args{noise(size)})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
