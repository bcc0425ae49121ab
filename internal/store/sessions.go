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

// TouchSession stores the time at which a session was last used.
func (tx *Tx) TouchSession(ctx context.Context, digest string, seen time.Time) error {
	return tx.conn.queue(ctx, `UPDATE sessions SET seen = $1 WHERE digest = $2`, args{seen.UnixMicro(), digest})
}

// SetSessionPeople stores the ids of the people that the login identifier of a session has belonged to.
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

// LoginPerson is a person who logs in by an identifier, with their CO.
type LoginPerson struct {
	CoId, PersonId int64
	CoName         string
}

// LoginPeople returns the people with one of the statuses who have the text login as an Active login
// identifier, in order of CO and person: at most perCO people of each CO, in at most cos COs. Only Active
// COs and the platform's are searched.
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

// EndSession deletes a session.
func (tx *Tx) EndSession(ctx context.Context, digest string) error {
	return tx.conn.queue(ctx, `DELETE FROM sessions WHERE digest = $1`, args{digest})
}

// EndSessions deletes all sessions of an API user (ofApiUser) or of a login identifier. who may be the same
// text for both.
func (tx *Tx) EndSessions(ctx context.Context, who string, ofApiUser bool) error {
	return tx.conn.queue(ctx, `DELETE FROM sessions WHERE who = $1 AND (key_digest <> '') = $2`, args{who, ofApiUser})
}

// ForgetSessions deletes the sessions that began before created or were last used before seen, and the sign-in
// links that have expired.
func (tx *Tx) ForgetSessions(ctx context.Context, created, seen, now time.Time) error {
	err := tx.conn.queue(ctx, `DELETE FROM sessions WHERE created < $1 OR seen < $2`, args{created.UnixMicro(), seen.UnixMicro()})
	if err != nil {
		return err
	}
	return tx.conn.queue(ctx, `DELETE FROM sign_in_links WHERE expires < $1`, args{now.UnixMicro()})
}

// AddLink stores a link that signs an API user in until it expires, under the digest of its token.
func (tx *Tx) AddLink(ctx context.Context, digest, who string, expires time.Time) error {
	return tx.conn.queue(ctx, `INSERT INTO sign_in_links (digest, who, expires) VALUES ($1, $2, $3)`, args{digest, who, expires.UnixMicro()})
}

// TakeLink deletes the sign-in link with the digest, so that it works once, and returns whom it signs in;
// ErrNotFound where there is none or it has expired.
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
