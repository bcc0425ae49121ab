package signin

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/signin/secret"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Login is an API user's name and key. The key is shown once.
type Login struct {
	Username string `json:"username"`
	Key      string `json:"key"`
}

// AddUser adds an API user with the operator's key, or with a generated one if key is "".
func (s *Service) AddUser(ctx context.Context, coID int64, name string, privileged bool, key string) (Login, error) {
	if err := secret.CheckKey(key); err != nil {
		return Login{}, err
	}
	f := comity.ApiUser
	cell, sentence := f.Username.Read(comity.Scalar{Type: comity.TextScalar, Text: name})
	if sentence != "" || cell.Text() == "" {
		return Login{}, fmt.Errorf("the name %q: %s", name, cmp.Or(sentence, "it is empty"))
	}
	rec := comity.NewApiUser(coID, cell.Text(), privileged)
	added, err := s.registry.AddWithSecret(ctx, authz.Operator(), f.Resource, comity.Input{Record: rec}, key)
	if err != nil {
		return Login{}, fmt.Errorf("API user %q of CO %d: %w", name, coID, err)
	}
	var user *comity.Record
	err = s.store.Read(ctx, func(tx *db.Tx) error {
		user, err = store.Get(ctx, tx, f.Resource, added.Id)
		return err
	})
	if err != nil {
		return Login{}, fmt.Errorf("API user %q of CO %d: %w", name, coID, err)
	}
	return Login{Username: user.Text(f.Username), Key: added.Generated}, nil
}

// usersPage is how many API users one query reads.
const usersPage = 1000

// Users returns the API users of a CO, or all of them for 0.
func (s *Service) Users(ctx context.Context, coID int64) (users []*comity.Record, err error) {
	in := store.All()
	if coID != 0 {
		in = store.Equal("co_id", coID)
	}
	err = s.store.Snapshot(ctx, func(tx *db.Tx) error {
		users = nil
		if coID != 0 {
			if _, err := store.Home(ctx, tx, comity.Co.Resource, coID); errors.Is(err, db.ErrNotFound) {
				return comity.Missing(comity.PhraseCOUnknown)
			} else if err != nil {
				return err
			}
		}
		for after := int64(0); ; {
			page, err := store.List(ctx, tx, comity.ApiUser.Resource, after, usersPage, in)
			if err != nil || len(page) == 0 {
				return err
			}
			users = append(users, page...)
			after = page[len(page)-1].Id
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", comity.ApiUser.Plural, err)
	}
	return users, nil
}

// RotateKey gives an API user a new key: the operator's, or a generated one if key is "". The old one stops
// working within a second.
func (s *Service) RotateKey(ctx context.Context, username, key string) (Login, error) {
	if err := secret.CheckKey(key); err != nil {
		return Login{}, err
	}
	if key == "" {
		var err error
		if key, err = secret.NewKey(); err != nil {
			return Login{}, err
		}
	}
	err := s.changeUser(ctx, username, func(u *comity.Record) { u.SetText(comity.ApiUser.ApiKey, secret.Digest(key)) })
	return Login{Username: username, Key: key}, err
}

// SuspendUser suspends an API user, which takes effect within a second.
func (s *Service) SuspendUser(ctx context.Context, username string) error {
	return s.changeUser(ctx, username, func(u *comity.Record) { u.SetText(comity.ApiUser.Status, comity.Suspended) })
}

// ResumeUser ends the suspension of an API user.
func (s *Service) ResumeUser(ctx context.Context, username string) error {
	return s.changeUser(ctx, username, func(u *comity.Record) { u.SetText(comity.ApiUser.Status, comity.Active) })
}

func (s *Service) changeUser(ctx context.Context, username string, edit func(*comity.Record)) error {
	err := s.store.Write(ctx, func(tx *db.Tx) error {
		found, err := store.Credential(ctx, tx, username)
		if err != nil {
			return err
		}
		where, err := store.Enter(ctx, tx, comity.ApiUser.Resource, found.User.Id, false)
		if err != nil {
			return err
		}
		user, err := store.GetForUpdate(ctx, tx, comity.ApiUser.Resource, found.User.Id)
		if err != nil {
			return err
		}
		was := user.Clone()
		edit(user)
		return store.Update(ctx, tx, was, user, authz.Operator().Username, where)
	})
	if errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("there is no API user %q; `comity api-user list` shows those there are", username)
	}
	if err != nil {
		return fmt.Errorf("API user %q: %w", username, err)
	}
	return nil
}
