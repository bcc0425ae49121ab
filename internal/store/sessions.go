package store

import (
	"context"
	"time"

	"comity"
)

// AddSession stores a session.
func (tx *Tx) AddSession(ctx context.Context, s comity.Session) error {
	return tx.conn.queue(ctx, `INSERT INTO sessions (digest, who, key_digest, created, seen) VALUES ($1, $2, $3, $4, $5)`,
		args{s.Digest, s.Who, s.KeyDigest, s.Created.UnixMicro(), s.Seen.UnixMicro()})
}

// Session returns the session with the digest, or ErrNotFound.
func (tx *Tx) Session(ctx context.Context, digest string) (s comity.Session, err error) {
	err = tx.conn.query(ctx, `SELECT digest, who, key_digest, created, seen FROM sessions WHERE digest = $1`, args{digest}, func(r Row) error {
		s = comity.Session{
			Digest: r.Text(0), Who: r.Text(1), KeyDigest: r.Text(2),
			Created: time.UnixMicro(r.Int(3)).UTC(), Seen: time.UnixMicro(r.Int(4)).UTC(),
		}
		return nil
	})
	if err == nil && s.Digest == "" {
		err = ErrNotFound
	}
	return s, err
}

// TouchSession notes that a session was used.
func (tx *Tx) TouchSession(ctx context.Context, digest string, seen time.Time) error {
	return tx.conn.queue(ctx, `UPDATE sessions SET seen = $1 WHERE digest = $2`, args{seen.UnixMicro(), digest})
}

// EndSession drops a session.
func (tx *Tx) EndSession(ctx context.Context, digest string) error {
	return tx.conn.queue(ctx, `DELETE FROM sessions WHERE digest = $1`, args{digest})
}

// EndSessions drops all sessions of somebody: of an API user, or of a login identifier, which may be
// the same text.
func (tx *Tx) EndSessions(ctx context.Context, who string, ofApiUser bool) error {
	return tx.conn.queue(ctx, `DELETE FROM sessions WHERE who = $1 AND (key_digest <> '') = $2`, args{who, ofApiUser})
}

// ForgetSessions drops the sessions that began, or were last used, before a time each, and the links
// that are good no more.
func (tx *Tx) ForgetSessions(ctx context.Context, created, seen, now time.Time) error {
	err := tx.conn.queue(ctx, `DELETE FROM sessions WHERE created < $1 OR seen < $2`, args{created.UnixMicro(), seen.UnixMicro()})
	if err != nil {
		return err
	}
	return tx.conn.queue(ctx, `DELETE FROM sign_in_links WHERE expires < $1`, args{now.UnixMicro()})
}

// AddLink stores a link that signs an API user in until a time, by the digest of its token.
func (tx *Tx) AddLink(ctx context.Context, digest, who string, expires time.Time) error {
	return tx.conn.queue(ctx, `INSERT INTO sign_in_links (digest, who, expires) VALUES ($1, $2, $3)`, args{digest, who, expires.UnixMicro()})
}

// TakeLink drops the link with the digest, so that nobody else takes it, and returns whom it signs
// in; ErrNotFound where there is none that is still good.
func (tx *Tx) TakeLink(ctx context.Context, digest string, now time.Time) (who string, err error) {
	err = tx.conn.query(ctx, `DELETE FROM sign_in_links WHERE digest = $1 AND expires > $2 RETURNING who`,
		args{digest, now.UnixMicro()}, func(r Row) error {
			who = r.Text(0)
			return nil
		})
	if err == nil && who == "" {
		err = ErrNotFound
	}
	return who, err
}
