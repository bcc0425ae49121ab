package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// touched is how old the note of a session's last use may grow: not every page is a write.
const touched = time.Minute

// OpenSession signs somebody in: an API user with the digest of their key, or a login identifier with
// none. It returns the session's token.
func (r *Registry) OpenSession(ctx context.Context, who, keyDigest string) (token string, err error) {
	token = access.NewToken()
	err = r.store.Write(ctx, func(tx *store.Tx) error { return openSession(ctx, tx, token, who, keyDigest) })
	if err != nil {
		return "", fmt.Errorf("open a session: %w", err)
	}
	return token, nil
}

func openSession(ctx context.Context, tx *store.Tx, token, who, keyDigest string) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	return tx.AddSession(ctx, comity.Session{
		Digest: access.Digest(token), Who: who, KeyDigest: keyDigest, Created: now, Seen: now,
	})
}

// Session returns the session that a token stands for, or an Unauthorised error.
func (r *Registry) Session(ctx context.Context, token string) (s comity.Session, err error) {
	var now time.Time
	err = r.store.Read(ctx, func(tx *store.Tx) error {
		if now, err = tx.Now(ctx); err != nil {
			return err
		}
		s, err = tx.Session(ctx, access.Digest(token))
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && !access.Live(s, now) {
		return s, comity.Forbid()
	}
	if err == nil && now.Sub(s.Seen) > touched {
		err = r.store.Write(ctx, func(tx *store.Tx) error { return tx.TouchSession(ctx, s.Digest, now) })
	}
	if err != nil {
		return s, fmt.Errorf("read a session: %w", err)
	}
	return s, nil
}

// EndSession signs a session out.
func (r *Registry) EndSession(ctx context.Context, s comity.Session) error {
	return r.store.Write(ctx, func(tx *store.Tx) error { return tx.EndSession(ctx, s.Digest) })
}

// EndSessions signs out all sessions of whoever a session is of.
func (r *Registry) EndSessions(ctx context.Context, s comity.Session) error {
	return r.store.Write(ctx, func(tx *store.Tx) error { return tx.EndSessions(ctx, s.Who, s.OfApiUser()) })
}

// NewLink makes the token of a link that signs an API user in, once, within access.LinkLife.
func (r *Registry) NewLink(ctx context.Context, username string) (token string, err error) {
	token = access.NewToken()
	err = r.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Credential(ctx, username); err != nil {
			return err
		}
		now, err := tx.Now(ctx)
		if err != nil {
			return err
		}
		return tx.AddLink(ctx, access.Digest(token), username, now.Add(access.LinkLife))
	})
	if errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("there is no API user %q; `comity api-user list` shows those there are", username)
	}
	if err != nil {
		return "", fmt.Errorf("make a link for %q: %w", username, err)
	}
	return token, nil
}

// FollowLink opens a session for the API user of a link, which is good no more then. A link that is
// not good is answered Unauthorised.
func (r *Registry) FollowLink(ctx context.Context, link string) (token string, err error) {
	token = access.NewToken()
	err = r.store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Now(ctx)
		if err != nil {
			return err
		}
		who, err := tx.TakeLink(ctx, access.Digest(link), now)
		if err != nil {
			return err
		}
		found, err := tx.Credential(ctx, who)
		if err != nil {
			return err
		}
		return openSession(ctx, tx, token, who, found.Digest)
	})
	if errors.Is(err, store.ErrNotFound) {
		return "", comity.Forbid()
	}
	if err != nil {
		return "", fmt.Errorf("follow a link: %w", err)
	}
	return token, nil
}

// maxMemberships is in how many COs somebody who logs in is looked for.
const maxMemberships = 200

// Memberships are the COs in which a login identifier is that of a person who is active, in order of
// the COs' ids.
func (r *Registry) Memberships(ctx context.Context, login string) (list []access.Membership, err error) {
	if !access.IsLogin(login) {
		return nil, nil
	}
	f := comity.Identifier
	err = r.store.Snapshot(ctx, func(tx *store.Tx) error {
		list = nil
		found, err := tx.List(ctx, f.Resource, 0, maxMemberships, store.Exactly(f.Identifier, login),
			store.IsTrue(f.Login.Column), store.Equal(f.Status.Column, comity.Active), store.IsSet(comity.OwnerCO.Column))
		if err != nil || len(found) == 0 {
			return err
		}
		var people, cos []int64
		for _, i := range found {
			people = append(people, i.OwnedBy(comity.OwnerCO))
			cos = append(cos, i.CoId)
		}
		active, err := tx.ListBy(ctx, comity.CoPerson.Resource, "id", people, store.OneOf(comity.CoPerson.Status.Column, automatic.Active...))
		if err != nil {
			return err
		}
		// The platform serves whatever is written in its status.
		open, err := tx.ListBy(ctx, comity.Co.Resource, "id", cos,
			store.AnyOf(store.Equal(comity.Co.Status.Column, comity.Active), store.Equal("id", comity.PlatformCO)))
		if err != nil {
			return err
		}
		list = membershipsOf(found, active, open)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for a login: %w", err)
	}
	return list, nil
}

func membershipsOf(identifiers []*comity.Record, people, cos map[int64][]*comity.Record) []access.Membership {
	var list []access.Membership
	seen := map[int64]bool{}
	for _, i := range identifiers {
		person, co := i.OwnedBy(comity.OwnerCO), cos[i.CoId]
		if len(people[person]) == 0 || len(co) == 0 || seen[person] {
			continue
		}
		seen[person] = true
		list = append(list, access.Membership{CoId: i.CoId, PersonId: person, CoName: co[0].Text(comity.Co.Name)})
	}
	return list
}

// CallerOf is who somebody who has logged in is in one of their COs.
func (r *Registry) CallerOf(ctx context.Context, login string, m access.Membership) (caller access.Caller, err error) {
	err = r.store.Read(ctx, func(tx *store.Tx) error {
		rights, err := rightsOf(ctx, tx, m.PersonId)
		caller = access.ForPerson(login, m.CoId, m.PersonId, rights)
		return err
	})
	if err != nil {
		return caller, fmt.Errorf("read the rights of person %d: %w", m.PersonId, err)
	}
	return caller, nil
}
