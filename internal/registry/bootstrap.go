package registry

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/signin/secret"
	"comity/internal/store"
	"comity/internal/store/admin"
	"comity/internal/store/db"
)

// firstUser is the name of the platform's first API user.
const firstUser = "operator"

// Bootstrap adds the platform CO and its first API user to an empty registry, and returns the user's name and
// key, which are "" if the registry was not empty. It also records which key seals the database's secrets, and fails if that is another one.
func (r *Registry) Bootstrap(ctx context.Context) (username, key string, err error) {
	generated, err := secret.NewKey()
	if err != nil {
		return "", "", err
	}
	made := false
	err = r.store.WriteAlone(ctx, func(tx *db.Tx) error {
		made = false
		if _, err := store.EnterCO(ctx, tx, 0, true); err != nil {
			return err
		}
		if err := store.ClaimKey(ctx, tx); err != nil {
			return err
		}
		there, err := store.Any(ctx, tx, comity.Co.Resource)
		if err != nil || there {
			return err
		}
		made = true
		return bootstrap(ctx, tx, generated)
	})
	if err != nil {
		return "", "", fmt.Errorf("set up the registry: %w", err)
	}
	if !made {
		return "", "", nil
	}
	return userPrefix(comity.PlatformCO) + firstUser, generated, nil
}

func bootstrap(ctx context.Context, tx *db.Tx, key string) error {
	co := comity.NewRecord(comity.Co.Resource)
	co.Id = comity.PlatformCO
	co.SetText(comity.Co.Name, comity.PlatformName)
	co.SetText(comity.Co.Description, "The platform, whose API users administer the whole registry")
	co.SetText(comity.Co.Status, comity.Active)
	if err := store.Insert(ctx, tx, co, authz.Operator().Username, db.Place{CoId: co.Id}); err != nil {
		return err
	}
	c := &change{tx: tx, caller: authz.Operator(), new: co}
	if err := c.addDefaultTypes(ctx, co.Id); err != nil {
		return err
	}
	if err := c.addOwnGroups(ctx, co.Id, 0, groupPrefix(""), comity.PlatformName); err != nil {
		return err
	}
	user := comity.NewApiUser(comity.PlatformCO, userPrefix(comity.PlatformCO)+firstUser, true)
	if fieldErrors := applyDefaults(user); len(fieldErrors) > 0 {
		return comity.InvalidFields(fieldErrors...)
	}
	user.CoId = comity.PlatformCO
	user.SetText(comity.ApiUser.ApiKey, secret.Digest(key))
	return store.Insert(ctx, tx, user, authz.Operator().Username, db.Place{CoId: co.Id})
}

// NoteBackup records that the registry was backed up now.
func (r *Registry) NoteBackup(ctx context.Context) error { return admin.NoteBackup(ctx, r.store) }
