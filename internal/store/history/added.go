package history

import (
	"context"
	"time"

	"comity"
	"comity/internal/store/db"
)

// Addition is who did something, and when.
type Addition struct {
	Actor string
	At    time.Time
}

// AddedBy returns who added each of the records with the ids, and when, by record id.
func AddedBy(ctx context.Context, tx *db.Tx, r *comity.Resource, ids []int64) (map[int64]Addition, error) {
	found := map[int64]Addition{}
	if len(ids) == 0 {
		return found, nil
	}
	a := db.Args{r.Singular}
	sql := `SELECT record_id, actor, since FROM history WHERE resource = $1 AND revision = 0 AND record_id IN ` + db.List(&a, ids)
	err := tx.Query(ctx, sql, a, func(row *db.Row) error {
		found[row.Int()] = Addition{row.Text(), time.UnixMicro(row.Int()).UTC()}
		return nil
	})
	return found, err
}
