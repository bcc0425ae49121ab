package signin

import (
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/signin/secret"
	"comity/internal/store"
	"comity/internal/store/db"
)

// NewLink returns the token of a link that opens a session of an API user, once, within LinkLife.
func (s *Service) NewLink(ctx context.Context, username string) (token string, err error) {
	token = secret.NewToken()
	err = s.store.Write(ctx, func(tx *db.Tx) error {
		if _, err := store.Credential(ctx, tx, username); err != nil {
			return err
		}
		now := tx.Now()
		return store.AddLink(ctx, tx, secret.Digest(token), username, now.Add(LinkLife))
	})
	if errors.Is(err, db.ErrNotFound) {
		return "", fmt.Errorf("there is no API user %q; `comity api-user list` shows those there are", username)
	}
	if err != nil {
		return "", fmt.Errorf("make a link for %q: %w", username, err)
	}
	return token, nil
}

// FollowLink opens a session for the API user of a link, and invalidates the link. A link that is not valid
// is answered Unauthorised.
func (s *Service) FollowLink(ctx context.Context, link string) (token string, err error) {
	token = secret.NewToken()
	err = s.store.Write(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		who, err := store.UseLink(ctx, tx, secret.Digest(link), now)
		if err != nil {
			return err
		}
		found, err := store.Credential(ctx, tx, who)
		if err != nil {
			return err
		}
		return openSession(ctx, tx, token, comity.Session{Who: who, KeyDigest: found.Digest})
	})
	if errors.Is(err, db.ErrNotFound) {
		return "", comity.Forbid()
	}
	if err != nil {
		return "", fmt.Errorf("follow a link: %w", err)
	}
	return token, nil
}
