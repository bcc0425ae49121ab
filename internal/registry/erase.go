package registry

import (
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/history"
	"comity/internal/store/queue"
)

// Erased is the result of Erase.
type Erased struct {
	// Rows is the number of history rows that lost their values.
	Rows int64 `json:"rows"`
	// OrgIdentities were linked to this person only, and are erased with them.
	OrgIdentities []int64 `json:"orgIdentities,omitempty"`
	// Known are the targets that were provisioned with the person.
	Known []queue.TargetIdentifiers `json:"known,omitempty"`
}

// Erase removes the values of a deleted person from the history and from what is stored for the targets. That
// there was somebody, what was done, when and by whom is kept, with the ids. If deleting is true, a person
// who still exists is deleted first, with the org identities that are theirs only.
func (r *Registry) Erase(ctx context.Context, person int64, deleting bool) (Erased, error) {
	var e Erased
	err := r.write(ctx, r.store.WriteAlone, func(tx *db.Tx) (err error) {
		e, err = erase(ctx, tx, person, deleting)
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		return Erased{}, fmt.Errorf("there is no person %d, and there was none", person)
	}
	if err != nil {
		return Erased{}, fmt.Errorf("erase person %d: %w", person, err)
	}
	return e, nil
}

func erase(ctx context.Context, tx *db.Tx, person int64, deleting bool) (e Erased, err error) {
	coID, err := history.COOfPerson(ctx, tx, person)
	if err != nil {
		return e, err
	}
	if _, err := store.EnterCO(ctx, tx, coID, true); err != nil {
		return e, err
	}
	if e.OrgIdentities, err = history.OrgIdentitiesOnlyOf(ctx, tx, person); err != nil {
		return e, err
	}
	if err := eraseRecords(ctx, tx, person, e.OrgIdentities, deleting); err != nil {
		return e, err
	}
	if e.Rows, err = history.Erase(ctx, tx, person, coID, e.OrgIdentities, authz.Operator().Username); err != nil {
		return e, err
	}
	e.Known, err = queue.ErasePerson(ctx, tx, person)
	return e, err
}

// eraseRecords deletes the remaining records of a person: the roles, the person with their dependents, and
// the org identities.
func eraseRecords(ctx context.Context, tx *db.Tx, person int64, orgs []int64, deleting bool) error {
	for _, part := range []struct {
		resource  *comity.Resource
		condition db.Condition
	}{
		{comity.CoPersonRole.Resource, store.Equal(comity.OwnerCO.Column, person)},
		{comity.CoPerson.Resource, store.Equal("id", person)},
		{comity.OrgIdentity.Resource, store.In("id", orgs)},
	} {
		records, err := store.List(ctx, tx, part.resource, 0, maxLookedAt, part.condition)
		if err != nil {
			return err
		}
		for _, rec := range records {
			if !deleting {
				return fmt.Errorf("%s %d is still there: delete it first, or have --delete do that", part.resource.Singular, rec.Id)
			}
			c := &change{tx: tx, caller: authz.Operator()}
			if err := c.lock(ctx, authz.Delete, part.resource, rec.Id, true, part.resource.UnknownOnDelete); err != nil {
				return err
			}
			if err := c.delete(ctx, rulesOf(part.resource), nil); err != nil {
				return err
			}
		}
	}
	return nil
}
