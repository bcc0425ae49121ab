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
)

// ErrNoUser is returned by a Source for an unknown name.
var ErrNoUser = errors.New("no such API user")

// Source reads what a login is checked against.
type Source interface {
	Credential(ctx context.Context, username string) (comity.Credential, error)
}

// fresh is how long a credential is used before it is read again: a revoked key stops working on every
// instance within twice that.
const fresh = 500 * time.Millisecond

// Authenticator checks names and keys.
type Authenticator struct {
	source Source
	now    func() time.Time

	mu    sync.Mutex
	known map[string]entry
}

// entry is a cached credential.
type entry struct {
	comity.Credential
	remoteIP *regexp.Regexp
	read     time.Time
}

// NewAuthenticator returns an authenticator that reads credentials from the source.
func NewAuthenticator(source Source, now func() time.Time) *Authenticator {
	return &Authenticator{source: source, now: now, known: map[string]entry{}}
}

// Authenticate returns the caller with a name and key from an address, or an Unauthorised comity.Error. The
// error does not contain who was refused, or why.
func (a *Authenticator) Authenticate(ctx context.Context, username, key, address string) (authz.Caller, error) {
	e, err := a.lookup(ctx, username)
	if errors.Is(err, ErrNoUser) {
		return authz.Caller{}, comity.Forbid()
	}
	if err != nil {
		return authz.Caller{}, fmt.Errorf("read API user: %w", err)
	}
	if !Matches(key, e.Digest) {
		return authz.Caller{}, comity.Forbid()
	}
	return e.caller(a.now(), address)
}

// Resume returns the caller of a session that an API user opened while their key had the digest.
func (a *Authenticator) Resume(ctx context.Context, username, digest, address string) (authz.Caller, error) {
	e, err := a.lookup(ctx, username)
	if errors.Is(err, ErrNoUser) || err == nil && e.Digest != digest {
		return authz.Caller{}, comity.Forbid()
	}
	if err != nil {
		return authz.Caller{}, fmt.Errorf("read API user: %w", err)
	}
	return e.caller(a.now(), address)
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

func (a *Authenticator) lookup(ctx context.Context, username string) (entry, error) {
	if !comity.IsUsername(username) {
		return entry{}, ErrNoUser
	}
	now := a.now()
	a.mu.Lock()
	e, ok := a.known[username]
	a.mu.Unlock()
	if ok && now.Sub(e.read) < fresh {
		return e, nil
	}
	c, err := a.source.Credential(ctx, username)
	if err != nil {
		a.mu.Lock()
		delete(a.known, username)
		a.mu.Unlock()
		return entry{}, err
	}
	e = entry{Credential: c, read: now}
	if c.User.Text(comity.ApiUser.RemoteIp) != "" {
		if e.remoteIP, err = comity.RemoteIpExpression(c.User.Text(comity.ApiUser.RemoteIp)); err != nil {
			return entry{}, fmt.Errorf("RemoteIp of %s: %w", username, err)
		}
	}
	a.mu.Lock()
	a.known[username] = e
	a.mu.Unlock()
	return e, nil
}
