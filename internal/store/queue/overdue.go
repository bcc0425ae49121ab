package queue

import (
	"context"

	"comity"
	"comity/internal/store/db"
)

// InFlight identifies a delivery in flight; Sequence is the one it was claimed with.
type InFlight struct {
	TargetId int64
	Subject  comity.Subject
	Sequence int64
}

// Overdue returns the claims whose lease is over by the clock. Their worker may still be sending: the clock
// may have been set ahead since.
func Overdue(ctx context.Context, tx *db.Tx) ([]InFlight, error) {
	now := tx.Now()
	return db.Collect(ctx, tx, `SELECT co_provisioning_target_id, kind, subject_id, sequence FROM deliveries WHERE claimed AND due <= $1`,
		db.Args{now.UnixMicro()}, func(r *db.Row) (InFlight, error) { return InFlight{r.Int(), subjectIn(r), r.Int()}, nil })
}

// GiveBack makes the claimed deliveries pending and due now. The caller knows that no worker sends them any
// more. Deliveries that were finished or claimed again since are left alone.
func GiveBack(ctx context.Context, tx *db.Tx, claims []InFlight) error {
	now := tx.Now()
	for _, c := range claims {
		err := tx.Queue(ctx, `UPDATE deliveries SET claimed = false, due = $5 WHERE `+deliveryKey+` AND sequence = $4 AND claimed`,
			db.Args{c.TargetId, int64(c.Subject.Kind), c.Subject.Id, c.Sequence, now.UnixMicro()})
		if err != nil {
			return err
		}
	}
	return nil
}
