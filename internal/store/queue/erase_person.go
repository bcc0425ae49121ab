package queue

import (
	"context"
	"fmt"

	"comity/internal/store/db"
)

// TargetIdentifiers are the identifiers that a target may have for a person.
type TargetIdentifiers struct {
	Target int64
	// Identifiers are those that the target was sent the person under.
	Identifiers []string
	// Waiting says that the delivery of the person's delete is pending, in flight or dead-lettered.
	Waiting bool
}

// ErasePerson erases what is stored about deliveries of a deleted person and returns the targets that
// may have identifiers of the person. Where the delivery of the delete is still pending, its identifiers
// stay until it is delivered, because the message needs them; a dead-lettered one is made due now.
func ErasePerson(ctx context.Context, tx *db.Tx, person int64) ([]TargetIdentifiers, error) {
	// The delete that the transaction made is one of these deliveries.
	if err := Enqueue(ctx, tx); err != nil {
		return nil, err
	}
	*MadeDue(tx) = true
	now := tx.Now()
	// The key finds a delivery by its target: there are few targets, but each may have a delivery of everybody.
	anyTarget := tx.Dialect.Among("co_provisioning_target_id", "SELECT t.id FROM co_provisioning_targets t")
	var known []TargetIdentifiers
	err := tx.Query(ctx, `SELECT co_provisioning_target_id, identifier, obsolete, due IS NOT NULL OR claimed OR dead_lettered FROM deliveries
		WHERE `+anyTarget+` AND kind = 0 AND subject_id = $1 ORDER BY co_provisioning_target_id`+tx.Dialect.ForUpdate, db.Args{person}, func(row *db.Row) (err error) {
		k := TargetIdentifiers{Target: row.Int()}
		identifier := row.Text()
		if k.Identifiers, err = obsoleteOf(row.Text()); err != nil {
			return fmt.Errorf("person %d at target %d: %w", person, k.Target, err)
		}
		k.Waiting = row.Bool()
		if identifier != "" {
			k.Identifiers = append(k.Identifiers, identifier)
		}
		if len(k.Identifiers) > 0 {
			known = append(known, k)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = tx.Queue(ctx, `UPDATE deliveries SET answer = '', sent = NULL, refusals = 0, dead_lettered = false, due = CASE WHEN dead_lettered THEN $1 ELSE due END
		WHERE `+anyTarget+` AND kind = 0 AND subject_id = $2 AND (due IS NOT NULL OR claimed OR dead_lettered)`, db.Args{now.UnixMicro(), person})
	if err != nil {
		return nil, err
	}
	err = tx.Queue(ctx, `UPDATE deliveries SET answer = '', sent = NULL, identifier = '', obsolete = '[]', state = NULL
		WHERE `+anyTarget+` AND kind = 0 AND subject_id = $1 AND due IS NULL AND NOT claimed AND NOT dead_lettered`, db.Args{person})
	if err != nil {
		return nil, err
	}
	// What endpoints answered to messages about the person's groups may name the person.
	return known, tx.Queue(ctx, `UPDATE deliveries SET answer = '', sent = NULL
		WHERE `+anyTarget+` AND kind = 1 AND `+
		tx.Dialect.Among("subject_id", "SELECT h.co_group_id FROM history h WHERE h.co_person_id = $1 AND h.co_group_id IS NOT NULL"), db.Args{person})
}
