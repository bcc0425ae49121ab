package store

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"comity"
	"comity/internal/pgtest"
)

// Rows of the history from before the migration that adds ids get ids in the order of the changes.
func TestHistoryIsNumbered(t *testing.T) {
	t.Parallel()
	for kind, name := range map[string]string{"SQLite": filepath.Join(t.TempDir(), "comity.db"), "PostgreSQL": pgtest.URL(t)} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p, db, err := migrator(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if _, err := p.UpTo(t.Context(), 2); err != nil {
				t.Fatal(err)
			}
			for i, since := range []int64{30, 10, 20} {
				_, err := db.ExecContext(t.Context(), fmt.Sprintf(`INSERT INTO history (resource, record_id, revision, operation, actor, since, co_id, co_person_id, data)
					VALUES ('CoPerson', %d, 0, 'add', 'tester', %d, 1, %[1]d, '{"Status":"Active"}')`, i+1, since))
				if err != nil {
					t.Fatal(err)
				}
			}
			if _, err := p.Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), Options{Database: name, Sealer: sealerOf(t, 1)})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			checkNumbered(t, s)
		})
	}
}

func checkNumbered(t *testing.T, s *Store) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *Tx) error {
		note := comity.NewRecord(comity.HistoryRecord.Resource)
		note.SetText(comity.HistoryRecord.Comment, "Came by")
		note.CoId = 1
		if err := tx.AddNote(t.Context(), note, "tester", Where{CoId: 1, CoPersonId: 3}); err != nil {
			return err
		}
		return described(t.Context(), tx, func(lines []string) {
			want := []string{
				`1 1970-01-01 00:00:00.00001 CoPerson 2 added: Status "Active"`, `2 1970-01-01 00:00:00.00002 CoPerson 3 added: Status "Active"`,
				`3 1970-01-01 00:00:00.00003 CoPerson 1 added: Status "Active"`, `4 Came by`,
			}
			if !slices.Equal(lines, want) {
				t.Errorf("%q, want %q", lines, want)
			}
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// described passes the lines of the history of CO 1 to check.
func described(ctx context.Context, tx *Tx, check func([]string)) error {
	records, err := tx.List(ctx, comity.HistoryRecord.Resource, 0, 10, Equal("co_id", int64(1)))
	lines := make([]string, len(records))
	for i, rec := range records {
		lines[i] = fmt.Sprint(rec.Id, " ")
		if rec.Created.Before(time.Unix(1, 0)) {
			lines[i] += rec.Created.Format("2006-01-02 15:04:05.999999 ")
		}
		lines[i] += rec.Text(comity.HistoryRecord.Comment)
	}
	check(lines)
	return err
}
