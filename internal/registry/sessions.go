package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/signin"
	"comity/internal/store"
	"comity/internal/store/db"
)

// touched is the precision of a session's last use: it is written this often only, as not every page should
// be a write.
const touched = time.Minute

// OpenSession opens a session: of an API user, with the digest of their key, or of a login identifier, with
// the person that it stands for. It returns the session's token.
func (r *Registry) OpenSession(ctx context.Context, s comity.Session) (token string, err error) {
	token = signin.NewToken()
	err = r.store.Write(ctx, func(tx *db.Tx) error { return openSession(ctx, tx, token, s) })
	if err != nil {
		return "", fmt.Errorf("open a session: %w", err)
	}
	return token, nil
}

func openSession(ctx context.Context, tx *db.Tx, token string, s comity.Session) error {
	now := tx.Now()
	s.Digest, s.Created, s.Seen = signin.Digest(token), now, now
	return store.AddSession(ctx, tx, s)
}

// Session returns the session of a token, or an Unauthorised error.
func (r *Registry) Session(ctx context.Context, token string) (s comity.Session, err error) {
	var now time.Time
	err = r.store.Read(ctx, func(tx *db.Tx) error {
		now = tx.Now()
		s, err = store.Session(ctx, tx, signin.Digest(token))
		return err
	})
	if errors.Is(err, db.ErrNotFound) || err == nil && !signin.Live(s, now) {
		return s, comity.Forbid()
	}
	if err == nil && now.Sub(s.Seen) > touched {
		err = r.store.Write(ctx, func(tx *db.Tx) error { return store.TouchSession(ctx, tx, s.Digest, now) })
	}
	if err != nil {
		return s, fmt.Errorf("read a session: %w", err)
	}
	return s, nil
}

// EndSession ends a session.
func (r *Registry) EndSession(ctx context.Context, s comity.Session) error {
	return r.store.Write(ctx, func(tx *db.Tx) error { return store.EndSession(ctx, tx, s.Digest) })
}

// EndSessions ends all sessions of the user that a session belongs to.
func (r *Registry) EndSessions(ctx context.Context, s comity.Session) error {
	return r.store.Write(ctx, func(tx *db.Tx) error { return store.EndSessions(ctx, tx, s.Who, s.OfApiUser()) })
}

// NewLink returns the token of a link that opens a session of an API user, once, within signin.LinkLife.
func (r *Registry) NewLink(ctx context.Context, username string) (token string, err error) {
	token = signin.NewToken()
	err = r.store.Write(ctx, func(tx *db.Tx) error {
		if _, err := store.Credential(ctx, tx, username); err != nil {
			return err
		}
		now := tx.Now()
		return store.AddLink(ctx, tx, signin.Digest(token), username, now.Add(signin.LinkLife))
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
func (r *Registry) FollowLink(ctx context.Context, link string) (token string, err error) {
	token = signin.NewToken()
	err = r.store.Write(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		who, err := store.TakeLink(ctx, tx, signin.Digest(link), now)
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

// maxLoginCOs and maxLoginPerCO bound in how many COs a login is looked up, and for how many people in each.
const (
	maxLoginCOs   = 200
	maxLoginPerCO = 20
)

// Memberships returns the COs in which a login identifier is that of an active person, in order of the COs'
// ids.
func (r *Registry) Memberships(ctx context.Context, login string) (list []signin.Membership, err error) {
	if !signin.IsLogin(login) {
		return nil, nil
	}
	err = r.store.Read(ctx, func(tx *db.Tx) error {
		found, err := store.LoginPeople(ctx, tx, login, comity.ActiveStatuses(), maxLoginPerCO, maxLoginCOs)
		list = nil
		for _, p := range found {
			list = append(list, signin.Membership(p))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for a login: %w", err)
	}
	return list, nil
}

// SessionMemberships returns the Memberships of a session's login identifier. If the identifier has gone from
// one person to another, it ends the session and returns an Unauthorised error.
func (r *Registry) SessionMemberships(ctx context.Context, s comity.Session) ([]signin.Membership, error) {
	list, err := r.Memberships(ctx, s.Who)
	if err != nil {
		return nil, err
	}
	now := signin.PeopleOf(list)
	has := func(people []int64) func(int64) bool {
		return func(id int64) bool { return slices.Contains(people, id) }
	}
	came, went := slices.DeleteFunc(slices.Clone(now), has(s.People)), slices.DeleteFunc(slices.Clone(s.People), has(now))
	switch {
	case len(came) == 0:
		return list, nil
	case len(went) > 0:
		if err := r.EndSession(ctx, s); err != nil {
			return nil, fmt.Errorf("end the session of a login that went to somebody else: %w", err)
		}
		return nil, comity.Forbid()
	}
	all := append(came, s.People...)
	slices.Sort(all)
	err = r.store.Write(ctx, func(tx *db.Tx) error { return store.SetSessionPeople(ctx, tx, s.Digest, all) })
	if err != nil {
		return nil, fmt.Errorf("note whom a session is of: %w", err)
	}
	return list, nil
}

// CallerOf returns the caller that a login identifier is in one of their COs.
func (r *Registry) CallerOf(ctx context.Context, login string, m signin.Membership) (caller authz.Caller, err error) {
	err = r.store.Read(ctx, func(tx *db.Tx) error {
		rights, err := authz.RightsOf(ctx, tx, m.PersonId)
		caller = authz.ForPerson(login, m.CoId, m.PersonId, rights)
		return err
	})
	if err != nil {
		return caller, fmt.Errorf("read the rights of person %d: %w", m.PersonId, err)
	}
	return caller, nil
}
