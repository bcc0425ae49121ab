package store

import (
	"context"

	"comity"
)

// Claim identifies a delivery in flight; Sequence is the one it was claimed with.
type Claim struct {
	TargetId int64
	Subject  comity.Subject
	Sequence int64
}

// Overdue returns the claims whose lease is over by the clock. Their holder may still be sending: the
// clock may have been set ahead meanwhile.
func (tx *Tx) Overdue(ctx context.Context) ([]Claim, error) {
	now, err := tx.Now(ctx)
	if err != nil {
		return nil, err
	}
	return collect(ctx, tx.conn, `SELECT co_provisioning_target_id, kind, subject_id, sequence FROM deliveries WHERE claimed AND due <= $1`,
		args{now.UnixMicro()}, func(r Row) (Claim, error) { return Claim{r.Int(0), subjectIn(r, 1), r.Int(3)}, nil })
}

// GiveBack makes the claimed deliveries pending and due now. The caller knows that no worker sends them any
// more. Deliveries that were finished or claimed again since are left alone.
func (tx *Tx) GiveBack(ctx context.Context, claims []Claim) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	for _, c := range claims {
		err := tx.conn.queue(ctx, `UPDATE deliveries SET claimed = false, due = $5 WHERE `+deliveryKey+` AND sequence = $4 AND claimed`,
			args{c.TargetId, int64(c.Subject.Kind), c.Subject.Id, c.Sequence, now.UnixMicro()})
		if err != nil {
			return err
		}
	}
	return nil
}
