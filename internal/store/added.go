package store

import (
	"context"
	"time"

	"comity"
)

// Deed is who did something, and when.
type Deed struct {
	Actor string
	At    time.Time
}

// AddedBy returns who added each of the records with the ids, and when, by record id.
func (tx *Tx) AddedBy(ctx context.Context, r *comity.Resource, ids []int64) (map[int64]Deed, error) {
	found := map[int64]Deed{}
	if len(ids) == 0 {
		return found, nil
	}
	a := args{r.Singular}
	sql := `SELECT record_id, actor, since FROM history WHERE resource = $1 AND revision = 0 AND record_id IN ` + list(&a, ids)
	err := tx.conn.query(ctx, sql, a, func(row Row) error {
		found[row.Int(0)] = Deed{row.Text(1), time.UnixMicro(row.Int(2)).UTC()}
		return nil
	})
	return found, err
}
