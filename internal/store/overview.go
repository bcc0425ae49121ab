package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/internal/store/db"
)

// StatusChange is the change of the number of people with a status in the course of a day.
type StatusChange struct {
	// Day is the day's start, in UTC.
	Day    time.Time
	Status string
	Change int64
}

const daySeconds = 24 * 60 * 60

// StatusChanges returns the changes of the number of people of a CO with each status, in order of day and
// status.
func StatusChanges(ctx context.Context, tx *db.Tx, coID int64) ([]StatusChange, error) {
	var changes []StatusChange
	sql := `SELECT day, status, CAST(sum(change) AS bigint) FROM status_changes WHERE co_id = $1 GROUP BY day, status ORDER BY day, status`
	err := tx.Query(ctx, sql, db.Args{coID}, func(row *db.Row) error {
		day := time.Unix(row.Int()*daySeconds, 0).UTC()
		changes = append(changes, StatusChange{day, row.Text(), row.Int()})
		return nil
	})
	return changes, err
}

// AddUpStatusChanges replaces the rows of the same CO, day and status by one row with their sum, for up to
// limit rows, and returns how many it replaced. It skips rows that another transaction has locked.
func AddUpStatusChanges(ctx context.Context, tx *db.Tx, limit int) (int, error) {
	type key struct {
		co, day int64
		status  string
	}
	sums := map[key]int64{}
	var order []key
	var ids []int64
	sql := `SELECT s.id, s.co_id, s.day, s.status, s.change FROM status_changes s
		WHERE EXISTS (SELECT 1 FROM status_changes o WHERE o.co_id = s.co_id AND o.day = s.day AND o.status = s.status AND o.id <> s.id)
		ORDER BY s.co_id, s.day, s.status LIMIT $1` + tx.Dialect.SkipLocked
	err := tx.Query(ctx, sql, db.Args{int64(limit)}, func(row *db.Row) error {
		ids = append(ids, row.Int())
		k := key{row.Int(), row.Int(), row.Text()}
		if _, known := sums[k]; !known {
			order = append(order, k)
		}
		sums[k] += row.Int()
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, k := range order {
		sql := `INSERT INTO status_changes (co_id, day, status, change) VALUES ($1, $2, $3, $4)`
		if err := tx.Queue(ctx, sql, db.Args{k.co, k.day, k.status, sums[k]}); err != nil {
			return 0, err
		}
	}
	for some := range slices.Chunk(ids, 1000) {
		var a db.Args
		if err := tx.Queue(ctx, `DELETE FROM status_changes WHERE id IN `+db.List(&a, some), a); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// PeopleByStatus returns the number of people of a CO who meet a condition, which selects them by their ids, by status.
func PeopleByStatus(ctx context.Context, tx *db.Tx, coID int64, who db.Condition) (map[string]int64, error) {
	var a db.Args
	counts := map[string]int64{}
	sql := fmt.Sprintf(`SELECT t.status, count(*) FROM people_search t WHERE %st.co_id = %s AND %s GROUP BY t.status`, tx.Dialect.Unindexed, a.Put(coID), who(tx.Dialect, &a))
	err := tx.Query(ctx, sql, a, func(row *db.Row) error {
		counts[row.Text()] = row.Int()
		return nil
	})
	return counts, err
}

// CountUpTo returns the number of records that meet the conditions, at most limit.
func CountUpTo(ctx context.Context, tx *db.Tx, r *comity.Resource, limit int, conditions ...db.Condition) (n int, err error) {
	var a db.Args
	sql := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s t WHERE %s LIMIT %d) x", r.Table, conjunction(conditions)(tx.Dialect, &a), limit)
	err = tx.ByIndex(ctx, func() error {
		return tx.Query(ctx, sql, a, func(row *db.Row) error {
			n = int(row.Int())
			return nil
		})
	})
	return n, err
}

// ListNext returns up to limit records of a CO that meet the conditions and whose field f is at the time from
// or later, soonest first.
func ListNext(ctx context.Context, tx *db.Tx, r *comity.Resource, f *comity.Field, coID int64, from time.Time, limit int, conditions ...db.Condition) ([]*comity.Record, error) {
	a := db.Args{coID, from.Unix()}
	where := fmt.Sprintf(" WHERE t.co_id = $1 AND t.%s >= $2", f.Column)
	for _, c := range conditions {
		where += " AND " + c(tx.Dialect, &a)
	}
	where += fmt.Sprintf(" ORDER BY t.%s, t.id LIMIT %s", f.Column, a.Put(int64(limit)))
	return records(ctx, tx, r, where, a)
}
