package store

import (
	"context"
	"fmt"

	"comity"
)

// setTargetColumns fills the columns of a target that the queue reads from the target's settings rec. It does
// nothing for records of other resources.
func (tx *Tx) setTargetColumns(ctx context.Context, rec *comity.Record) error {
	if rec.Resource.Plugin == "" {
		return nil
	}
	var identifierType, workers any
	includeGroups := false
	if f := rec.Resource.QueueField(comity.QueueIdentifierType); f != nil {
		identifierType = text(rec.Get(f))
	}
	if f := rec.Resource.QueueField(comity.QueueWorkers); f != nil {
		workers = number(rec.Get(f))
	}
	if f := rec.Resource.QueueField(comity.QueueIncludeGroups); f != nil {
		includeGroups = rec.Bool(f)
	}
	return tx.conn.queue(ctx, `UPDATE co_provisioning_targets SET identifier_type = $2, workers = $3, include_groups = $4 WHERE id = $1`,
		args{rec.Int(rec.Resource.Field("CoProvisioningTargetId")), identifierType, workers, includeGroups})
}

// clearTargetColumns empties these columns for the targets of the settings whose ids the subquery selects. It
// does nothing for other resources.
func (tx *Tx) clearTargetColumns(ctx context.Context, r *comity.Resource, ids string, a args) error {
	if r.Plugin == "" {
		return nil
	}
	return tx.conn.queue(ctx, fmt.Sprintf(`UPDATE co_provisioning_targets SET identifier_type = NULL, workers = NULL, include_groups = false
		WHERE id IN (SELECT s.co_provisioning_target_id FROM %s s WHERE %s)`, r.Table, tx.dialect.among("s.id", ids)), a)
}

// CheckTargetColumns finds targets whose columns for the queue are not as their settings say.
func (tx *Tx) CheckTargetColumns(ctx context.Context) ([]Problem, error) {
	var problems []Problem
	for _, r := range comity.TargetSettings() {
		column := func(name, none string) string {
			if f := r.QueueField(name); f != nil {
				return fmt.Sprintf("coalesce(s.%s, %s)", f.Column, none)
			}
			return none
		}
		sql := fmt.Sprintf(`SELECT t.id FROM co_provisioning_targets t LEFT JOIN %s s ON s.co_provisioning_target_id = t.id
			WHERE t.plugin = $1 AND (coalesce(t.identifier_type, '') <> %s OR coalesce(t.workers, 0) <> %s OR t.include_groups <> %s) ORDER BY t.id`,
			r.Table, column(comity.QueueIdentifierType, "''"), column(comity.QueueWorkers, "0"), column(comity.QueueIncludeGroups, "false"))
		found, err := tx.problems(ctx, "the queue serves a target as its "+r.Singular+" says", sql, args{r.Plugin}, func(row Row) string {
			return fmt.Sprintf("CoProvisioningTarget %d: edit its %s", row.Int(0), r.Singular)
		})
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return problems, nil
}
