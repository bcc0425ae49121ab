// Package signin says who is calling: API users by their keys, people by the sessions of their browsers. It
// keeps API users, sign-in links and sessions, limits failed logins, and asks the OpenID Connect provider who
// somebody is. Of keys and tokens it stores digests only.
//
// A session says who somebody is, never what they may do: their rights are read anew for each request, so that
// one that ends is effective at once.
package signin

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry"
	"comity/internal/signin/secret"
	"comity/internal/store"
	"comity/internal/store/db"
)

// errNoUser says that there is no API user with a name.
var errNoUser = errors.New("no such API user")

// fresh is how long a credential is used before it is read again: a revoked key stops working on every
// instance within twice that.
const fresh = 500 * time.Millisecond

// Service says who is calling, and keeps what they call with: API users and their keys, links, and sessions.
type Service struct {
	store    *db.DB
	registry *registry.Registry

	mu sync.Mutex
	// known are the credentials that were read lately, by username.
	known map[string]entry
}

// New returns the service over a store. It adds API users by the registry.
func New(s *db.DB, r *registry.Registry) *Service {
	return &Service{store: s, registry: r, known: map[string]entry{}}
}

// entry is a cached credential.
type entry struct {
	comity.Credential
	remoteIP *regexp.Regexp
	read     time.Time
}

// Authenticate returns the caller with a name and key from an address, or an Unauthorised comity.Error. The
// error does not contain who was refused, or why.
func (s *Service) Authenticate(ctx context.Context, username, key, address string) (authz.Caller, error) {
	e, err := s.lookup(ctx, username)
	if errors.Is(err, errNoUser) {
		return authz.Caller{}, comity.Forbid()
	}
	if err != nil {
		return authz.Caller{}, fmt.Errorf("read API user: %w", err)
	}
	if !secret.Matches(key, e.Digest) {
		return authz.Caller{}, comity.Forbid()
	}
	return e.caller(time.Now(), address)
}

// Resume returns the caller of a session that an API user opened while their key had the digest.
func (s *Service) Resume(ctx context.Context, username, digest, address string) (authz.Caller, error) {
	e, err := s.lookup(ctx, username)
	if errors.Is(err, errNoUser) || err == nil && e.Digest != digest {
		return authz.Caller{}, comity.Forbid()
	}
	if err != nil {
		return authz.Caller{}, fmt.Errorf("read API user: %w", err)
	}
	return e.caller(time.Now(), address)
}

// caller returns the caller that the user is, or an Unauthorised error if they may not call now and from that
// address.
func (e entry) caller(now time.Time, address string) (authz.Caller, error) {
	u, f := e.User, comity.ApiUser
	switch {
	case u.Text(f.Status) != comity.Active,
		u.Has(f.ValidFrom) && now.Before(u.Time(f.ValidFrom)),
		u.Has(f.ValidThrough) && now.After(u.Time(f.ValidThrough)),
		e.remoteIP != nil && !e.remoteIP.MatchString(address),
		u.CoId != comity.PlatformCO && e.CoStatus != comity.Active:
		return authz.Caller{}, comity.Forbid()
	}
	c := authz.Caller{Username: u.Text(f.Username), CoId: u.CoId, RateLimit: u.Int(f.RateLimit), StringIds: u.Bool(f.StringIds)}
	if u.Has(f.CoPersonId) {
		c.ActFor(u.Int(f.CoPersonId), e.Person)
	} else {
		c.Admin = u.Bool(f.Privileged) || u.CoId == comity.PlatformCO
	}
	c.Platform = c.Admin && u.CoId == comity.PlatformCO
	return c, nil
}

// lookup returns the credential of an API user, or errNoUser.
func (s *Service) lookup(ctx context.Context, username string) (entry, error) {
	if !comity.IsUsername(username) {
		return entry{}, errNoUser
	}
	now := time.Now()
	s.mu.Lock()
	e, ok := s.known[username]
	s.mu.Unlock()
	if ok && now.Sub(e.read) < fresh {
		return e, nil
	}
	c, err := s.credential(ctx, username)
	if err != nil {
		s.mu.Lock()
		delete(s.known, username)
		s.mu.Unlock()
		return entry{}, err
	}
	e = entry{Credential: c, read: now}
	if c.User.Text(comity.ApiUser.RemoteIp) != "" {
		if e.remoteIP, err = comity.RemoteIpExpression(c.User.Text(comity.ApiUser.RemoteIp)); err != nil {
			return entry{}, fmt.Errorf("RemoteIp of %s: %w", username, err)
		}
	}
	s.mu.Lock()
	s.known[username] = e
	s.mu.Unlock()
	return e, nil
}

// credential reads the credential of an API user, or returns errNoUser.
func (s *Service) credential(ctx context.Context, username string) (c comity.Credential, err error) {
	err = s.store.Read(ctx, func(tx *db.Tx) error {
		if c, err = store.Credential(ctx, tx, username); err != nil || !c.User.Has(comity.ApiUser.CoPersonId) {
			return err
		}
		c.Person, err = authz.RightsOf(ctx, tx, c.User.Int(comity.ApiUser.CoPersonId))
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		err = errNoUser
	}
	return c, err
}
