package store

import (
	"context"
	"time"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/history"
)

// Revision returns a record as of a revision, or ErrNotFound. The last revision of a deleted record is the
// deletion, which has the values that the record had.
func Revision(ctx context.Context, tx *db.Tx, r *comity.Resource, id, revision int64) (*comity.Record, error) {
	if r.InHistory && revision == 0 {
		return Get(ctx, tx, r, id)
	}
	return history.ReadRevision(ctx, tx, r, `h.revision = $3`, db.Args{r.Singular, id, revision}, true)
}

// At returns a record as of a time, or ErrNotFound.
func At(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64, at time.Time) (*comity.Record, error) {
	if r.InHistory {
		rec, err := Get(ctx, tx, r, id)
		if err == nil && rec.Created.After(at) {
			err = db.ErrNotFound
		}
		return rec, err
	}
	return history.ReadRevision(ctx, tx, r, `h.since <= $3 AND (h.until IS NULL OR h.until > $3)`, db.Args{r.Singular, id, at.UnixMicro()}, false)
}
