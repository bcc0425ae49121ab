package groups

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store/db"
)

// TaskDelete is the task of a long change that deletes its record: see Nestings.
const TaskDelete = "delete"

// LongChange is the rest of a change of many rows that is carried out in portions, each in its own
// transaction. It is stored with the first portion, so that the change continues after a crash.
type LongChange struct {
	Id, CoId int64
	// Task is the registry's name of what is done with the record RecordId of the Resource.
	Task, Resource string
	RecordId       int64
	// After is the id of the last person that is done, in order of id.
	After int64
	Actor string
}

// StoreLongChange stores what is left of a long change: a new one where its Id is 0, otherwise how far it is now.
func StoreLongChange(ctx context.Context, tx *db.Tx, l LongChange) error {
	db.Local[stored](tx).co = l.CoId
	if l.Task == TaskDelete {
		tx.CountChange(comity.CoGroupNesting.Resource)
	}
	if l.Id != 0 {
		return tx.Queue(ctx, `UPDATE long_changes SET after_id = $1 WHERE id = $2`, db.Args{l.After, l.Id})
	}
	return tx.Queue(ctx, `INSERT INTO long_changes (co_id, task, resource, record_id, after_id, actor) VALUES ($1, $2, $3, $4, $5, $6)`,
		db.Args{l.CoId, l.Task, l.Resource, l.RecordId, l.After, l.Actor})
}

// stored has the CO whose long change a transaction left for later ones, 0 for none.
type stored struct{ co int64 }

// StoredLongChange returns the id of the CO whose long change the transaction left for later ones, 0 for none.
func StoredLongChange(tx *db.Tx) int64 { return db.Local[stored](tx).co }

// LongChanges returns up to limit of the long changes that are not done, oldest first.
func LongChanges(ctx context.Context, tx *db.Tx, limit int) ([]LongChange, error) {
	sql := `SELECT id, co_id, task, resource, record_id, after_id, actor FROM long_changes ORDER BY id LIMIT $1`
	all, err := db.Collect(ctx, tx, sql, db.Args{int64(limit)}, func(r *db.Row) (LongChange, error) {
		return LongChange{r.Int(), r.Int(), r.Text(), r.Text(), r.Int(), r.Int(), r.Text()}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the long changes: %w", err)
	}
	return all, nil
}

// EndLongChange deletes a long change that is done.
func EndLongChange(ctx context.Context, tx *db.Tx, id int64) error {
	return tx.Queue(ctx, `DELETE FROM long_changes WHERE id = $1`, db.Args{id})
}
