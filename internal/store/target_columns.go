package store

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store/db"
)

// setTargetColumns fills the columns of a target that the queue reads from the target's settings rec. It does
// nothing for records of other resources.
func setTargetColumns(ctx context.Context, tx *db.Tx, rec *comity.Record) error {
	if rec.Resource.Plugin == "" {
		return nil
	}
	var identifierType, workers any
	includeGroups := false
	if f := rec.Resource.QueueField(comity.QueueIdentifierType); f != nil {
		identifierType = text(rec.Get(f))
	}
	if f := rec.Resource.QueueField(comity.QueueWorkers); f != nil {
		workers = db.NumberOrNull(rec.Get(f))
	}
	if f := rec.Resource.QueueField(comity.QueueIncludeGroups); f != nil {
		includeGroups = rec.Bool(f)
	}
	return tx.Queue(ctx, `UPDATE co_provisioning_targets SET identifier_type = $2, workers = $3, include_groups = $4 WHERE id = $1`,
		db.Args{rec.Int(rec.Resource.TargetId()), identifierType, workers, includeGroups})
}

// clearTargetColumns empties these columns for the targets of the settings whose ids the subquery selects. It
// does nothing for other resources.
func clearTargetColumns(ctx context.Context, tx *db.Tx, r *comity.Resource, ids string, a db.Args) error {
	if r.Plugin == "" {
		return nil
	}
	return tx.Queue(ctx, fmt.Sprintf(`UPDATE co_provisioning_targets SET identifier_type = NULL, workers = NULL, include_groups = false
		WHERE id IN (SELECT s.co_provisioning_target_id FROM %s s WHERE %s)`, r.Table, tx.Dialect.Among("s.id", ids)), a)
}
