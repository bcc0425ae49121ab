package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"comity"
)

// AddSession stores a session.
func (tx *Tx) AddSession(ctx context.Context, s comity.Session) error {
	return tx.conn.queue(ctx, `INSERT INTO sessions (digest, who, key_digest, people, created, seen) VALUES ($1, $2, $3, $4, $5, $6)`,
		args{s.Digest, s.Who, s.KeyDigest, joinIDs(s.People), s.Created.UnixMicro(), s.Seen.UnixMicro()})
}

// Session returns the session with the digest, or ErrNotFound.
func (tx *Tx) Session(ctx context.Context, digest string) (s comity.Session, err error) {
	err = tx.conn.query(ctx, `SELECT digest, who, key_digest, people, created, seen FROM sessions WHERE digest = $1`, args{digest}, func(r Row) error {
		s = comity.Session{
			Digest: r.Text(0), Who: r.Text(1), KeyDigest: r.Text(2),
			Created: time.UnixMicro(r.Int(4)).UTC(), Seen: time.UnixMicro(r.Int(5)).UTC(),
		}
		var err error
		s.People, err = splitIDs(r.Text(3))
		return err
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

// SetSessionPeople notes whom the login identifier of a session has been.
func (tx *Tx) SetSessionPeople(ctx context.Context, digest string, people []int64) error {
	return tx.conn.queue(ctx, `UPDATE sessions SET people = $1 WHERE digest = $2`, args{joinIDs(people), digest})
}

func joinIDs(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(texts, ",")
}

func splitIDs(text string) (ids []int64, err error) {
	for one := range strings.SplitSeq(text, ",") {
		if one == "" {
			continue
		}
		id, err := strconv.ParseInt(one, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read the ids %q: %w", text, err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// LoginPerson is a person who logs in by an identifier, and the CO they are in.
type LoginPerson struct {
	CoId, PersonId int64
	CoName         string
}

// LoginPeople returns the people of some statuses, at most so many of each CO and in at most so many COs,
// whose Active identifier it is to log in by, in order of CO and person. Of the COs only Active ones
// and the platform's are looked at.
func (tx *Tx) LoginPeople(ctx context.Context, login string, statuses []string, perCO, cos int) ([]LoginPerson, error) {
	var a args
	sql := `SELECT co_id, co_person_id, name FROM (
			SELECT i.co_id, i.co_person_id, c.name, dense_rank() OVER (ORDER BY i.co_id) AS co,
				row_number() OVER (PARTITION BY i.co_id ORDER BY i.co_person_id) AS person
			FROM identifiers i JOIN co_people p ON p.id = i.co_person_id JOIN cos c ON c.id = i.co_id
			WHERE ` + exactly("i", comity.Identifier.Identifier, login, &a) + ` AND i.login AND i.status = ` + a.put(comity.Active) + `
				AND p.status IN ` + list(&a, statuses) + ` AND (c.status = ` + a.put(comity.Active) + ` OR c.id = ` + a.put(comity.PlatformCO) + `)` + tx.notDeleted("c.id") + `
			GROUP BY i.co_id, i.co_person_id, c.name) found
		WHERE co <= ` + a.put(cos) + ` AND person <= ` + a.put(perCO) + ` ORDER BY co_id, co_person_id`
	return collect(ctx, tx.conn, sql, a, func(r Row) (LoginPerson, error) {
		return LoginPerson{r.Int(0), r.Int(1), r.Text(2)}, nil
	})
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
