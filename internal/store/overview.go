package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity"
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
func (tx *Tx) StatusChanges(ctx context.Context, coID int64) ([]StatusChange, error) {
	var changes []StatusChange
	sql := `SELECT day, status, CAST(sum(change) AS bigint) FROM status_changes WHERE co_id = $1 GROUP BY day, status ORDER BY day, status`
	err := tx.conn.query(ctx, sql, args{coID}, func(row Row) error {
		day := time.Unix(row.Int(0)*daySeconds, 0).UTC()
		changes = append(changes, StatusChange{day, row.Text(1), row.Int(2)})
		return nil
	})
	return changes, err
}

// AddUpStatusChanges replaces the rows of the same CO, day and status by one row with their sum, for up to
// limit rows, and returns how many it replaced. It skips rows that another transaction has locked.
func (tx *Tx) AddUpStatusChanges(ctx context.Context, limit int) (int, error) {
	type key struct {
		co, day int64
		status  string
	}
	sums := map[key]int64{}
	var order []key
	var ids []int64
	sql := `SELECT s.id, s.co_id, s.day, s.status, s.change FROM status_changes s
		WHERE EXISTS (SELECT 1 FROM status_changes o WHERE o.co_id = s.co_id AND o.day = s.day AND o.status = s.status AND o.id <> s.id)
		ORDER BY s.co_id, s.day, s.status LIMIT $1` + tx.dialect.skipLocked
	err := tx.conn.query(ctx, sql, args{int64(limit)}, func(row Row) error {
		k := key{row.Int(1), row.Int(2), row.Text(3)}
		if _, known := sums[k]; !known {
			order = append(order, k)
		}
		sums[k] += row.Int(4)
		ids = append(ids, row.Int(0))
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, k := range order {
		sql := `INSERT INTO status_changes (co_id, day, status, change) VALUES ($1, $2, $3, $4)`
		if err := tx.conn.queue(ctx, sql, args{k.co, k.day, k.status, sums[k]}); err != nil {
			return 0, err
		}
	}
	for some := range slices.Chunk(ids, 1000) {
		var a args
		if err := tx.conn.queue(ctx, `DELETE FROM status_changes WHERE id IN `+list(&a, some), a); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// PeopleByStatus returns the number of people of a CO who meet a condition, by status.
func (tx *Tx) PeopleByStatus(ctx context.Context, coID int64, who Condition) (map[string]int64, error) {
	var a args
	counts := map[string]int64{}
	sql := fmt.Sprintf(`SELECT t.status, count(*) FROM people_search t WHERE t.co_id = %s AND %s GROUP BY t.status`, a.put(coID), who(tx.dialect, &a))
	err := tx.conn.query(ctx, sql, a, func(row Row) error {
		counts[row.Text(0)] = row.Int(1)
		return nil
	})
	return counts, err
}

// Count returns the number of records that meet the conditions.
func (tx *Tx) Count(ctx context.Context, r *comity.Resource, conditions ...Condition) (n int64, err error) {
	var a args
	sql := fmt.Sprintf("SELECT count(*) FROM %s t WHERE %s", r.Table, whole(conditions)(tx.dialect, &a))
	err = tx.conn.query(ctx, sql, a, func(row Row) error {
		n = row.Int(0)
		return nil
	})
	return n, err
}

// CountUpTo returns the number of records that meet the conditions, at most limit.
func (tx *Tx) CountUpTo(ctx context.Context, r *comity.Resource, limit int, conditions ...Condition) (n int, err error) {
	var a args
	sql := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s t WHERE %s LIMIT %d) x", r.Table, whole(conditions)(tx.dialect, &a), limit)
	err = tx.conn.query(ctx, sql, a, func(row Row) error {
		n = int(row.Int(0))
		return nil
	})
	return n, err
}

// ListNext returns up to limit records of a CO that meet the conditions and whose field f is at the time from
// or later, soonest first.
func (tx *Tx) ListNext(ctx context.Context, r *comity.Resource, f *comity.Field, coID int64, from time.Time, limit int, conditions ...Condition) ([]*comity.Record, error) {
	a := args{coID, from.Unix()}
	where := fmt.Sprintf(" WHERE t.co_id = $1 AND t.%s >= $2", f.Column)
	for _, c := range conditions {
		where += " AND " + c(tx.dialect, &a)
	}
	where += fmt.Sprintf(" ORDER BY t.%s, t.id LIMIT %s", f.Column, a.put(int64(limit)))
	return tx.records(ctx, r, where, a)
}
