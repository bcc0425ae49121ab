package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/store/db"
)

// AddSession stores a session.
func AddSession(ctx context.Context, tx *db.Tx, s comity.Session) error {
	return tx.Queue(ctx, `INSERT INTO sessions (digest, who, key_digest, people, created, seen) VALUES ($1, $2, $3, $4, $5, $6)`,
		db.Args{s.Digest, s.Who, s.KeyDigest, joinIDs(s.People), s.Created.UnixMicro(), s.Seen.UnixMicro()})
}

// Session returns the session with the digest, or ErrNotFound.
func Session(ctx context.Context, tx *db.Tx, digest string) (s comity.Session, err error) {
	err = tx.Query(ctx, `SELECT digest, who, key_digest, created, seen, people FROM sessions WHERE digest = $1`, db.Args{digest}, func(r *db.Row) error {
		s = comity.Session{
			Digest: r.Text(), Who: r.Text(), KeyDigest: r.Text(), Created: r.Time(), Seen: r.Time(),
		}
		var err error
		s.People, err = splitIDs(r.Text())
		return err
	})
	if err == nil && s.Digest == "" {
		err = db.ErrNotFound
	}
	return s, err
}

// TouchSession stores the time at which a session was last used.
func TouchSession(ctx context.Context, tx *db.Tx, digest string, seen time.Time) error {
	return tx.Queue(ctx, `UPDATE sessions SET seen = $1 WHERE digest = $2`, db.Args{seen.UnixMicro(), digest})
}

// SetSessionPeople stores the ids of the people that the login identifier of a session has belonged to.
func SetSessionPeople(ctx context.Context, tx *db.Tx, digest string, people []int64) error {
	return tx.Queue(ctx, `UPDATE sessions SET people = $1 WHERE digest = $2`, db.Args{joinIDs(people), digest})
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
func LoginPeople(ctx context.Context, tx *db.Tx, login string, statuses []string, perCO, cos int) ([]LoginPerson, error) {
	var a db.Args
	sql := `SELECT co_id, co_person_id, name FROM (
			SELECT i.co_id, i.co_person_id, c.name, dense_rank() OVER (ORDER BY i.co_id) AS co,
				row_number() OVER (PARTITION BY i.co_id ORDER BY i.co_person_id) AS person
			FROM identifiers i JOIN co_people p ON p.id = i.co_person_id JOIN cos c ON c.id = i.co_id
			WHERE ` + exactly("i", comity.Identifier.Identifier, login, &a) + ` AND i.login AND i.status = ` + a.Put(comity.Active) + `
				AND p.status IN ` + db.List(&a, statuses) + ` AND (c.status = ` + a.Put(comity.Active) + ` OR c.id = ` + a.Put(comity.PlatformCO) + `)` + notDeleted(tx, "c.id") + `
			GROUP BY i.co_id, i.co_person_id, c.name) found
		WHERE co <= ` + a.Put(cos) + ` AND person <= ` + a.Put(perCO) + ` ORDER BY co_id, co_person_id`
	return db.Collect(ctx, tx, sql, a, func(r *db.Row) (LoginPerson, error) {
		return LoginPerson{r.Int(), r.Int(), r.Text()}, nil
	})
}

// EndSession deletes a session.
func EndSession(ctx context.Context, tx *db.Tx, digest string) error {
	return tx.Queue(ctx, `DELETE FROM sessions WHERE digest = $1`, db.Args{digest})
}

// EndSessions deletes all sessions of an API user (ofApiUser) or of a login identifier. who may be the same
// text for both.
func EndSessions(ctx context.Context, tx *db.Tx, who string, ofApiUser bool) error {
	return tx.Queue(ctx, `DELETE FROM sessions WHERE who = $1 AND (key_digest <> '') = $2`, db.Args{who, ofApiUser})
}

// DeleteOldSessions deletes the sessions that began before created or were last used before seen, and the sign-in
// links that have expired.
func DeleteOldSessions(ctx context.Context, tx *db.Tx, created, seen, now time.Time) error {
	err := tx.Queue(ctx, `DELETE FROM sessions WHERE created < $1 OR seen < $2`, db.Args{created.UnixMicro(), seen.UnixMicro()})
	if err != nil {
		return err
	}
	return tx.Queue(ctx, `DELETE FROM sign_in_links WHERE expires < $1`, db.Args{now.UnixMicro()})
}

// AddLink stores a link that signs an API user in until it expires, under the digest of its token.
func AddLink(ctx context.Context, tx *db.Tx, digest, who string, expires time.Time) error {
	return tx.Queue(ctx, `INSERT INTO sign_in_links (digest, who, expires) VALUES ($1, $2, $3)`, db.Args{digest, who, expires.UnixMicro()})
}

// UseLink deletes the sign-in link with the digest, so that it works once, and returns whom it signs in;
// ErrNotFound where there is none or it has expired.
func UseLink(ctx context.Context, tx *db.Tx, digest string, now time.Time) (who string, err error) {
	err = tx.Query(ctx, `DELETE FROM sign_in_links WHERE digest = $1 AND expires > $2 RETURNING who`,
		db.Args{digest, now.UnixMicro()}, func(r *db.Row) error {
			who = r.Text()
			return nil
		})
	if err == nil && who == "" {
		err = db.ErrNotFound
	}
	return who, err
}
