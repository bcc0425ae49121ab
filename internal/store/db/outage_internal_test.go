package db

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"comity"
)

// TestFileThatCannotBeWritten: with a full disk, or a file that may not be written to, Write and Check return the
// reason and reading works. Writing works again as soon as the cause is gone. The log has a line for the
// begin and one for the end of each trouble.
func TestFileThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ why, begin, end string }{
		{full.why, "PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000"},
		{readOnly.why, "PRAGMA query_only = ON", "PRAGMA query_only = OFF"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			database := filepath.Join(t.TempDir(), "registry.db")
			if _, err := Migrate(t.Context(), database); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			s, err := Open(t.Context(), Options{Database: database, Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			writer := s.backend.(*sqliteBackend).writer.conn.raw // not in use between two writes
			if err := writer.Exec(tt.begin); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				var e *comity.Error
				if err := addLarge(t, s); !errors.As(err, &e) || e.Code != comity.NotNow || e.Detail != tt.why || e.RetryAfter == 0 {
					t.Errorf("a write ends with %v", err)
				}
				if err := s.Check(t.Context()); !errors.As(err, &e) || e.Code != comity.NotNow || e.Detail != tt.why {
					t.Errorf("a check ends with %v", err)
				}
			}
			if reads, writes := s.Troubled(); reads || !writes {
				t.Errorf("troubled: reading %v, writing %v", reads, writes)
			}
			if err := s.Read(t.Context(), func(tx *Tx) error { _, err := tx.Setting(t.Context(), "1"); return err }); err != nil {
				t.Errorf("reading ends with %v", err)
			}
			if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), tt.why) {
				t.Errorf("the log has %d lines:\n%s", n, &log)
			}
			if err := writer.Exec(tt.end); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(s.Check(t.Context()), addLarge(t, s)); err != nil {
				t.Errorf("afterwards a write ends with %v", err)
			}
			if reads, writes := s.Troubled(); reads || writes {
				t.Errorf("afterwards troubled: reading %v, writing %v", reads, writes)
			}
			if n := strings.Count(log.String(), "\n"); n != 2 {
				t.Errorf("the log has %d lines:\n%s", n, &log)
			}
		})
	}
}

// addLarge writes more than the free space of a new file.
func addLarge(t *testing.T, s *DB) error {
	t.Helper()
	return s.Write(t.Context(), func(tx *Tx) error {
		return tx.SetSetting(t.Context(), "large", strings.Repeat("x", 4<<20))
	})
}

// TestFilesThatPostgreSQLCannotWriteAreAnOutage: for any reason; PostgreSQL's other internal errors are not.
func TestFilesThatPostgreSQLCannotWriteAreAnOutage(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]bool{"md.c": true, "fd.c": true, "planner.c": false, "": false} {
		err := postgresError("INSERT", &pgconn.PgError{Code: "XX000", File: file, Message: "Disk quota exceeded"})
		if why, is := troubleOf(err); is != want || is && why != failing {
			t.Errorf("%s: it is taken for %+v, %v", file, why, is)
		}
	}
}

// TestErrorOfAClosureIsNoOutage: an error of a closure that reads from a file or connection of its own is no
// trouble of the database.
func TestErrorOfAClosureIsNoOutage(t *testing.T) {
	t.Parallel()
	for _, err := range []error{io.EOF, io.ErrUnexpectedEOF, errors.New("x"), ErrConflict, comity.Forbid()} {
		if why, is := troubleOf(fmt.Errorf("read a backup: %w", err)); is {
			t.Errorf("%v is taken for %v", err, why)
		}
	}
	if _, is := troubleOf(postgresError("SELECT 1", io.ErrUnexpectedEOF)); !is {
		t.Error("a connection that ends is not taken for a trouble")
	}
}
