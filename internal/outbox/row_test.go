package outbox_test

import (
	"database/sql"
	"fmt"
	"time"

	"comity"
	"comity/internal/store/db"
)

// row is the delivery of one person to one target in the database.
type row struct {
	held, deadLettered                    bool
	version, sequence, attempts, refusals int64
	// due is the time of the next try, tried that of the last; the zero time is never.
	due, tried                   time.Time
	identifier, obsolete, answer string
}

// waits returns the time between the last try and the next.
func (r row) waits() time.Duration { return r.due.Sub(r.tried) }

// sql returns the test's own connection to the database.
func (w *fixture) sql() *sql.DB {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.db != nil {
		return w.db
	}
	driver, name := "sqlite3", "file:"+w.database
	if db.IsPostgres(w.database) {
		driver, name = "pgx", w.database
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	w.db = db
	return db
}

// row reads a delivery from the database; found is false if there is none.
func (w *fixture) row(t target, person int64) (r row, found bool) {
	w.t.Helper()
	return w.rowOf(t, comity.PersonSubject(person))
}

func (w *fixture) rowOf(t target, subject comity.Subject) (r row, found bool) {
	w.t.Helper()
	rows, err := w.sql().QueryContext(w.t.Context(), fmt.Sprintf(`SELECT claimed, dead_lettered, version, sequence, attempts, refusals,
			coalesce(due, 0), coalesce(attempted, 0), identifier, obsolete, answer
		FROM deliveries WHERE co_provisioning_target_id = %d AND kind = %d AND subject_id = %d`, t.id, subject.Kind, subject.Id))
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var due, tried int64
		err := rows.Scan(&r.held, &r.deadLettered, &r.version, &r.sequence, &r.attempts, &r.refusals, &due, &tried, &r.identifier, &r.obsolete, &r.answer)
		if err != nil {
			w.t.Fatal(err)
		}
		r.due, r.tried, found = moment(due), moment(tried), true
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return r, found
}

func moment(micro int64) time.Time {
	if micro == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micro)
}

// failed waits until a delivery has failed that often since its last success, and returns it.
func (w *fixture) failed(t target, person, attempts int64) (r row) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("the delivery about person %d has failed %d times", person, attempts), func() bool {
		r, _ = w.row(t, person)
		return r.attempts >= attempts && !r.held
	})
	return r
}

// held returns how many deliveries to a target are claimed.
func (w *fixture) held(t target) (n int) {
	w.t.Helper()
	err := w.sql().QueryRowContext(w.t.Context(),
		fmt.Sprintf(`SELECT count(*) FROM deliveries WHERE co_provisioning_target_id = %d AND claimed`, t.id)).Scan(&n)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
