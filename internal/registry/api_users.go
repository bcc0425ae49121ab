package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"comity"
	"comity/internal/authz"
	"comity/internal/signin"
	"comity/internal/store"
	"comity/internal/store/db"
)

// The name of an API user must begin with the prefix of its CO.
var apiUserRules = rules{
	prepare: func(_ context.Context, c *change) error {
		f := comity.ApiUser.Username
		prefix := userPrefix(c.new.CoId)
		if name := c.new.Text(f); !strings.HasPrefix(name, prefix) {
			c.new.SetText(f, prefix+name)
		}
		return nil
	},
}

func userPrefix(coID int64) string { return fmt.Sprintf("co_%d.", coID) }

func newUser(coID int64, name string, privileged bool) *comity.Record {
	f := comity.ApiUser
	rec := comity.NewRecord(f.Resource)
	rec.SetInt(f.CoId, coID)
	rec.SetText(f.Username, name)
	rec.SetBool(f.Privileged, privileged)
	rec.SetText(f.Status, comity.Active)
	return rec
}

// AddUser adds an API user with the operator's key, or with a generated one if key is "".
func (r *Registry) AddUser(ctx context.Context, coID int64, name string, privileged bool, key string) (Login, error) {
	if err := checkKey(key); err != nil {
		return Login{}, err
	}
	f := comity.ApiUser
	cell, sentence := f.Username.Read(comity.Scalar{Type: comity.TextScalar, Text: name})
	if sentence != "" || cell.Text() == "" {
		return Login{}, fmt.Errorf("the name %q: %s", name, cmp.Or(sentence, "it is empty"))
	}
	rec := newUser(coID, cell.Text(), privileged)
	added, err := r.add(ctx, authz.Operator(), f.Resource, comity.Input{Record: rec}, key, Idempotency{})
	if err != nil {
		return Login{}, fmt.Errorf("API user %q of CO %d: %w", name, coID, err)
	}
	var user *comity.Record
	err = r.store.Read(ctx, func(tx *db.Tx) error {
		user, err = store.Get(ctx, tx, f.Resource, added.Id)
		return err
	})
	if err != nil {
		return Login{}, fmt.Errorf("API user %q of CO %d: %w", name, coID, err)
	}
	return Login{Username: user.Text(f.Username), Key: added.Generated}, nil
}

// checkKey returns an error if an operator's key is not acceptable; "" is.
func checkKey(key string) error {
	if n := utf8.RuneCountInString(key); key != "" && n < signin.MinKeyLength {
		return fmt.Errorf("the key has %d characters, it must have %d at least", n, signin.MinKeyLength)
	}
	if strings.ContainsFunc(key, unicode.IsControl) || !utf8.ValidString(key) {
		return errors.New("the key has a control character or is not UTF-8: Basic authentication (RFC 7617) cannot carry it")
	}
	return nil
}

// Users returns the API users of a CO, or all of them for 0.
func (r *Registry) Users(ctx context.Context, coID int64) (users []*comity.Record, err error) {
	in := store.All()
	if coID != 0 {
		in = store.Equal("co_id", coID)
	}
	err = r.store.Snapshot(ctx, func(tx *db.Tx) error {
		users = nil
		if coID != 0 {
			if _, err := store.Home(ctx, tx, comity.Co.Resource, coID); errors.Is(err, db.ErrNotFound) {
				return comity.Missing("CO Unknown")
			} else if err != nil {
				return err
			}
		}
		for after := int64(0); ; {
			page, err := store.List(ctx, tx, comity.ApiUser.Resource, after, maxLookedAt, in)
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
func (r *Registry) RotateKey(ctx context.Context, username, key string) (Login, error) {
	if err := checkKey(key); err != nil {
		return Login{}, err
	}
	if key == "" {
		var err error
		if key, err = signin.NewKey(); err != nil {
			return Login{}, err
		}
	}
	err := r.changeUser(ctx, username, func(u *comity.Record) { u.SetText(comity.ApiUser.ApiKey, signin.Digest(key)) })
	return Login{Username: username, Key: key}, err
}

// SuspendUser suspends an API user, which takes effect within a second.
func (r *Registry) SuspendUser(ctx context.Context, username string) error {
	return r.changeUser(ctx, username, func(u *comity.Record) { u.SetText(comity.ApiUser.Status, comity.Suspended) })
}

// ResumeUser ends the suspension of an API user.
func (r *Registry) ResumeUser(ctx context.Context, username string) error {
	return r.changeUser(ctx, username, func(u *comity.Record) { u.SetText(comity.ApiUser.Status, comity.Active) })
}

func (r *Registry) changeUser(ctx context.Context, username string, edit func(*comity.Record)) error {
	err := r.write(ctx, false, func(tx *db.Tx) error {
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
		edit(user)
		return store.Update(ctx, tx, user, authz.Operator().Username, where)
	})
	if errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("there is no API user %q; `comity api-user list` shows those there are", username)
	}
	if err != nil {
		return fmt.Errorf("API user %q: %w", username, err)
	}
	return nil
}
