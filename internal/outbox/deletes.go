package outbox

import (
	"context"

	"comity"
)

// MaxDeletes is the default for the greatest share of the people at a target that a full sync may
// delete, in percent.
const MaxDeletes = 10

// CheckDeletes refuses a full sync that would delete more than most percent of the people at a target:
// so many deletes are more likely a mistake, such as a group that lost its members. Deletes of groups do
// not count, since they delete no people.
func (o *Outbox) CheckDeletes(ctx context.Context, target int64, most int64) error {
	held, leaving, err := o.source.Leaving(ctx, target)
	if err != nil || leaving*100 <= most*held {
		return err
	}
	share := (leaving*100 + held - 1) / held
	return comity.RefuseBecause(comity.PhraseForbidden,
		"%d of the %d people at target %d would be deleted, more than %d %%: allow this with --max-deletes %d%%, or with maxdeletes=%d in a request",
		leaving, held, target, most, share, share)
}
