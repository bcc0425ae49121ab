package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"comity"
	"comity/internal/store/db"
)

// IsAncestor returns whether a unit is the unit of or an ancestor of it.
func IsAncestor(ctx context.Context, tx *db.Tx, unit, of int64) (bool, error) {
	return tx.Exists(ctx, `WITH RECURSIVE up (id) AS (
			SELECT CAST($1 AS bigint)
			UNION SELECT u.parent_id FROM cous u JOIN up ON u.id = up.id WHERE u.parent_id IS NOT NULL)
		SELECT 1 FROM up WHERE id = $2`, db.Args{of, unit})
}

// RoleStatuses returns the statuses of a person's roles, each once, and the person, who is locked against other writers.
// Without roles there may be no person.
func RoleStatuses(ctx context.Context, tx *db.Tx, id int64) (statuses []string, person *comity.Record, err error) {
	err = tx.Later(ctx, `SELECT DISTINCT status FROM co_person_roles WHERE co_person_id = $1`, db.Args{id}, func(r *db.Row) error {
		statuses = append(statuses, r.Text())
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	person, err = GetForUpdate(ctx, tx, comity.CoPerson.Resource, id)
	if errors.Is(err, db.ErrNotFound) && len(statuses) == 0 {
		err = nil
	}
	return statuses, person, err
}

// RoleStatusesOf returns the statuses of the roles of people.
func RoleStatusesOf(ctx context.Context, tx *db.Tx, people []int64) (map[int64][]string, error) {
	statuses := map[int64][]string{}
	if len(people) == 0 {
		return statuses, nil
	}
	var a db.Args
	sql := `SELECT co_person_id, status FROM co_person_roles WHERE ` + tx.Dialect.Among("co_person_id", tx.Dialect.IdsIn(&a, people))
	err := tx.Query(ctx, sql, a, func(r *db.Row) error {
		id := r.Int()
		statuses[id] = append(statuses[id], r.Text())
		return nil
	})
	return statuses, err
}

// RevisionsWith returns the number of revisions of a record that have the value in a field.
func RevisionsWith(ctx context.Context, tx *db.Tx, rec *comity.Record, f *comity.Field, value string) (int64, error) {
	n := int64(0)
	err := tx.Query(ctx, `SELECT count(*) FROM history WHERE resource = $1 AND record_id = $2 AND data ->> '`+f.Name+`' = $3`,
		db.Args{rec.Resource.Singular, rec.Id, value}, func(r *db.Row) error {
			n = r.Int()
			return nil
		})
	return n, err
}

// NextOfSequence returns the next number, at least least, of an identifier assignment for the text around the
// number, and stores it. It stores a digest of the text, which may contain a person's name and outlives the
// person.
func NextOfSequence(ctx context.Context, tx *db.Tx, assignment int64, affix string, least int64) (int64, error) {
	n, digest := least, sha256.Sum256([]byte(affix))
	err := tx.Query(ctx, `INSERT INTO identifier_numbers (co_identifier_assignment_id, affix, last) VALUES ($1, $2, $3)
		ON CONFLICT (co_identifier_assignment_id, affix) DO UPDATE SET
			last = CASE WHEN identifier_numbers.last < excluded.last THEN excluded.last ELSE identifier_numbers.last + 1 END
		RETURNING last`, db.Args{assignment, hex.EncodeToString(digest[:]), least}, func(r *db.Row) error {
		n = r.Int()
		return nil
	})
	return n, err
}
