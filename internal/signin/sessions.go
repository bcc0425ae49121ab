package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity"
	"comity/internal/signin/secret"
	"comity/internal/store"
	"comity/internal/store/db"
)

// How long a session lasts when idle, and at most; and how long a sign-in link is valid.
const (
	SessionIdle = 8 * time.Hour
	SessionLife = 24 * time.Hour
	LinkLife    = time.Hour
)

// isLive says whether a session is valid at a time.
func isLive(s comity.Session, now time.Time) bool {
	return now.Before(s.Created.Add(SessionLife)) && now.Before(s.Seen.Add(SessionIdle))
}

// touched is the precision of a session's last use: it is written this often only, as not every page should
// be a write.
const touched = time.Minute

// SignIn opens a session of an API user who has typed their key, and returns its token. The error is
// Unauthorised if Authenticate refuses them.
func (s *Service) SignIn(ctx context.Context, username, key, address string) (token string, err error) {
	if _, err := s.Authenticate(ctx, username, key, address); err != nil {
		return "", err
	}
	return s.open(ctx, comity.Session{Who: username, KeyDigest: secret.Digest(key)})
}

// SignInPerson opens a session of a person by their login identifier, and returns its token. The error is
// ErrNobody if no active person has the identifier.
func (s *Service) SignInPerson(ctx context.Context, login string) (token string, err error) {
	memberships, err := s.Memberships(ctx, login)
	if err != nil {
		return "", err
	}
	if len(memberships) == 0 {
		return "", ErrNobody
	}
	return s.open(ctx, comity.Session{Who: login, People: peopleOf(memberships)})
}

// ErrNobody says that nobody has a login identifier.
var ErrNobody = errors.New("nobody has the login")

func (s *Service) open(ctx context.Context, session comity.Session) (token string, err error) {
	token = secret.NewToken()
	err = s.store.Write(ctx, func(tx *db.Tx) error { return openSession(ctx, tx, token, session) })
	if err != nil {
		return "", fmt.Errorf("open a session: %w", err)
	}
	return token, nil
}

func openSession(ctx context.Context, tx *db.Tx, token string, s comity.Session) error {
	now := tx.Now()
	s.Digest, s.Created, s.Seen = secret.Digest(token), now, now
	return store.AddSession(ctx, tx, s)
}

// Session returns the session of a token, or an Unauthorised error.
func (s *Service) Session(ctx context.Context, token string) (session comity.Session, err error) {
	var now time.Time
	err = s.store.Read(ctx, func(tx *db.Tx) error {
		now = tx.Now()
		session, err = store.Session(ctx, tx, secret.Digest(token))
		return err
	})
	if errors.Is(err, db.ErrNotFound) || err == nil && !isLive(session, now) {
		return session, comity.Forbid()
	}
	if err == nil && now.Sub(session.Seen) > touched {
		err = s.store.Write(ctx, func(tx *db.Tx) error { return store.TouchSession(ctx, tx, session.Digest, now) })
	}
	if err != nil {
		return session, fmt.Errorf("read a session: %w", err)
	}
	return session, nil
}

// EndSession ends a session.
func (s *Service) EndSession(ctx context.Context, session comity.Session) error {
	return s.store.Write(ctx, func(tx *db.Tx) error { return store.EndSession(ctx, tx, session.Digest) })
}

// EndSessions ends all sessions of the user that a session belongs to.
func (s *Service) EndSessions(ctx context.Context, session comity.Session) error {
	return s.store.Write(ctx, func(tx *db.Tx) error { return store.EndSessions(ctx, tx, session.Who, session.OfApiUser()) })
}

// Forget deletes the sessions and links that have ended.
func (s *Service) Forget(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		return store.DeleteOldSessions(ctx, tx, now.Add(-SessionLife), now.Add(-SessionIdle), now)
	})
}
