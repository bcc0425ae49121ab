package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"comity/internal/store/db"
)

const clockSetting = "clock"

// ClockDone returns the time up to which validities that begin or end by the clock have been processed; the
// Unix epoch where none ever were.
func ClockDone(ctx context.Context, tx *db.Tx) (time.Time, error) {
	text, err := tx.Setting(ctx, clockSetting)
	if err != nil || text == "" {
		return time.Unix(0, 0).UTC(), err
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("setting %s is %q, which is no time: %w", clockSetting, text, err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// SetClockDone stores the time that ClockDone returns, unless the stored one is later: only SetClockBack
// sets it back.
func SetClockDone(ctx context.Context, tx *db.Tx, done time.Time) error {
	text, err := tx.Setting(ctx, clockSetting)
	if err != nil {
		return err
	}
	if before, _ := strconv.ParseInt(text, 10, 64); before >= done.Unix() {
		return nil
	}
	return tx.SetSetting(ctx, clockSetting, strconv.FormatInt(done.Unix(), 10))
}

// SetClockBack stores the time that ClockDone returns, earlier or not: the clock was ahead and was set back.
func SetClockBack(ctx context.Context, tx *db.Tx, done time.Time) error {
	return tx.SetSetting(ctx, clockSetting, strconv.FormatInt(done.Unix(), 10))
}

// ValidityChanges returns up to limit people with a role or membership whose validity began or ended after since
// and not after until, in order of Id, starting after the given id. A validity ends after its last second.
func ValidityChanges(ctx context.Context, tx *db.Tx, since, until time.Time, after int64, limit int) ([]db.Place, error) {
	var people []db.Place
	const one = `SELECT co_id, co_person_id FROM %[1]s WHERE %[2]s >= $1 AND %[2]s < $2 AND co_person_id > $3`
	a := db.Args{since.Unix() + 1, until.Unix() + 1, after, int64(limit), since.Unix(), until.Unix()}
	ends := func(table string) string {
		return fmt.Sprintf(`SELECT co_id, co_person_id FROM %s WHERE valid_through >= $5 AND valid_through < $6 AND co_person_id > $3`, table)
	}
	sql := fmt.Sprintf(one, "co_person_roles", "valid_from") + " UNION " + ends("co_person_roles") +
		" UNION " + fmt.Sprintf(one, "co_group_members", "valid_from") + " UNION " + ends("co_group_members") +
		" ORDER BY 2 LIMIT $4"
	err := tx.Query(ctx, sql, a, func(r *db.Row) error {
		people = append(people, db.Place{CoId: r.Int(), CoPersonId: r.Int()})
		return nil
	})
	return people, err
}
