package outbox

import (
	"context"

	"comity"
)

// MaxDeletes is the share of the people whom a target knows, in percent, that a run may have it delete
// where nobody says otherwise.
const MaxDeletes = 10

// CheckDeletes refuses a run that would have a target delete more than so many percent of the people
// whom it knows: that is rather a mistake, such as a group that lost its members, than what became of
// people. Groups are not counted: one that is deleted takes nobody away.
func (o *Outbox) CheckDeletes(ctx context.Context, target int64, most int64) error {
	known, leaving, err := o.source.Leaving(ctx, target)
	if err != nil || leaving*100 <= most*known {
		return err
	}
	share := (leaving*100 + known - 1) / known
	return comity.RefuseBecause(comity.PhraseForbidden,
		"it would delete %d of the %d people whom target %d knows, more than %d %%: --max-deletes %d%%, or maxdeletes=%d in a request, lets it",
		leaving, known, target, most, share, share)
}
