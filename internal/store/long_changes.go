package store

import (
	"context"
	"fmt"
)

// taskDelete is the task of a long change that deletes its record: see Nestings.
const taskDelete = "delete"

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

// Leave stores what is left of a long change: a new one where its Id is 0, otherwise how far it is now.
func (tx *Tx) Leave(ctx context.Context, l LongChange) error {
	tx.left = l.CoId
	if l.Task == taskDelete {
		clear(tx.nestings)
	}
	if l.Id != 0 {
		return tx.conn.queue(ctx, `UPDATE long_changes SET after_id = $1 WHERE id = $2`, args{l.After, l.Id})
	}
	return tx.conn.queue(ctx, `INSERT INTO long_changes (co_id, task, resource, record_id, after_id, actor) VALUES ($1, $2, $3, $4, $5, $6)`,
		args{l.CoId, l.Task, l.Resource, l.RecordId, l.After, l.Actor})
}

// Left returns the id of the CO whose long change the transaction left for later ones, 0 for none.
func (tx *Tx) Left() int64 { return tx.left }

// LongChanges returns up to limit of the long changes that are not done, oldest first.
func (tx *Tx) LongChanges(ctx context.Context, limit int) ([]LongChange, error) {
	sql := `SELECT id, co_id, task, resource, record_id, after_id, actor FROM long_changes ORDER BY id LIMIT $1`
	all, err := collect(ctx, tx.conn, sql, args{int64(limit)}, func(r Row) (LongChange, error) {
		return LongChange{r.Int(0), r.Int(1), r.Text(2), r.Text(3), r.Int(4), r.Int(5), r.Text(6)}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the long changes: %w", err)
	}
	return all, nil
}

// EndLongChange deletes a long change that is done.
func (tx *Tx) EndLongChange(ctx context.Context, id int64) error {
	return tx.conn.queue(ctx, `DELETE FROM long_changes WHERE id = $1`, args{id})
}
