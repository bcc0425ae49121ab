package admin

import (
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/seal"
)

// LostSecret is a secret that none of the available keys opens.
type LostSecret struct {
	Field    *comity.Field
	Id, CoId int64
}

// Reseal seals all secrets with the key to, stores its id as that of the database's key, and returns how many
// it sealed. A secret that neither to nor from, which may be nil, opens is an error; with blank it is
// cleared and returned in lost.
func Reseal(ctx context.Context, tx *db.Tx, from, to *seal.Sealer, blank bool) (sealed int, lost []LostSecret, err error) {
	type row struct {
		id, co int64
		value  []byte
	}
	for _, f := range store.SealedFields() {
		sql := "SELECT id, co_id, " + f.Column + " FROM " + f.Resource().Table + " WHERE " + f.Column + " IS NOT NULL ORDER BY id"
		rows, err := db.Collect(ctx, tx, sql, nil, func(r *db.Row) (row, error) { return row{r.Int(), r.Int(), r.Bytes()}, nil })
		if err != nil {
			return 0, nil, err
		}
		for _, r := range rows {
			var value any
			plain, err := openWith(r.value, from, to)
			switch {
			case err == nil:
				if value, err = to.Seal(plain); err != nil {
					return 0, nil, err
				}
				sealed++
			case blank:
				lost = append(lost, LostSecret{f, r.id, r.co})
			default:
				return 0, nil, fmt.Errorf("%s %d: %w", f.Resource().Singular, r.id, err)
			}
			update := "UPDATE " + f.Resource().Table + " SET " + f.Column + " = $1 WHERE id = $2"
			if err := tx.Queue(ctx, update, db.Args{value, r.id}); err != nil {
				return 0, nil, err
			}
		}
	}
	return sealed, lost, tx.SetSetting(ctx, store.KeySetting, to.KeyID())
}

func openWith(sealed []byte, keys ...*seal.Sealer) (plain string, err error) {
	for _, key := range keys {
		if key == nil {
			continue
		}
		var openErr error
		if plain, openErr = key.Open(sealed); openErr == nil {
			return plain, nil
		}
		err = errors.Join(err, openErr)
	}
	return "", err
}

// OtherPrograms returns the number of connections that other Comity processes have to a PostgreSQL database.
// It is 0 for an SQLite file, which only the process with its lock uses.
func OtherPrograms(ctx context.Context, tx *db.Tx) (n int64, err error) {
	if tx.Dialect.OtherPrograms == "" {
		return 0, nil
	}
	err = tx.Query(ctx, tx.Dialect.OtherPrograms, nil, func(r *db.Row) error {
		n = r.Int()
		return nil
	})
	return n, err
}
