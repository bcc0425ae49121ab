package store

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

const clockSetting = "clock"

// ClockDone returns the time up to which validities that begin or end by the clock have been processed; the
// Unix epoch where none ever were.
func (tx *Tx) ClockDone(ctx context.Context) (time.Time, error) {
	text, err := tx.setting(ctx, clockSetting)
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
func (tx *Tx) SetClockDone(ctx context.Context, done time.Time) error {
	text, err := tx.setting(ctx, clockSetting)
	if err != nil {
		return err
	}
	if before, _ := strconv.ParseInt(text, 10, 64); before >= done.Unix() {
		return nil
	}
	return tx.setSetting(ctx, clockSetting, strconv.FormatInt(done.Unix(), 10))
}

// SetClockBack stores the time that ClockDone returns, earlier or not: the clock was ahead and was set back.
func (tx *Tx) SetClockBack(ctx context.Context, done time.Time) error {
	return tx.setSetting(ctx, clockSetting, strconv.FormatInt(done.Unix(), 10))
}

// Crossed returns up to limit people with a role or membership whose validity began or ended after since
// and not after until, in order of Id, starting after the given id. A validity ends after its last second.
func (tx *Tx) Crossed(ctx context.Context, since, until time.Time, after int64, limit int) ([]Where, error) {
	var people []Where
	const one = `SELECT co_id, co_person_id FROM %[1]s WHERE %[2]s >= $1 AND %[2]s < $2 AND co_person_id > $3`
	a := args{since.Unix() + 1, until.Unix() + 1, after, int64(limit), since.Unix(), until.Unix()}
	ends := func(table string) string {
		return fmt.Sprintf(`SELECT co_id, co_person_id FROM %s WHERE valid_through >= $5 AND valid_through < $6 AND co_person_id > $3`, table)
	}
	sql := fmt.Sprintf(one, "co_person_roles", "valid_from") + " UNION " + ends("co_person_roles") +
		" UNION " + fmt.Sprintf(one, "co_group_members", "valid_from") + " UNION " + ends("co_group_members") +
		" ORDER BY 2 LIMIT $4"
	err := tx.conn.query(ctx, sql, a, func(r Row) error {
		people = append(people, Where{CoId: r.Int(0), CoPersonId: r.Int(1)})
		return nil
	})
	return people, err
}
