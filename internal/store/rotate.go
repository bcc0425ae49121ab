package store

import (
	"context"
	"errors"
	"fmt"

	"comity"
)

// sealedFields returns the fields whose values are stored sealed.
func sealedFields() (all []*comity.Field) {
	for _, r := range comity.Stored() {
		for _, f := range r.Fields {
			if f.Kind == comity.Secret && !f.Minted {
				all = append(all, f)
			}
		}
	}
	return all
}

// HasSealed returns whether the database holds a sealed secret.
func (tx *Tx) HasSealed(ctx context.Context) (bool, error) {
	for _, f := range sealedFields() {
		found, err := tx.exists(ctx, "SELECT 1 FROM "+f.Resource().Table+" WHERE "+f.Column+" IS NOT NULL", nil)
		if err != nil || found {
			return found, err
		}
	}
	return false, nil
}

// LostSecret is a secret that none of the available keys opens.
type LostSecret struct {
	Field    *comity.Field
	Id, CoId int64
}

// Reseal seals all secrets with the key to, stores its id as that of the database's key, and returns how many
// it sealed. A secret that neither to nor from, which may be nil, opens is an error; with blank it is
// cleared and returned in lost.
func (tx *Tx) Reseal(ctx context.Context, from, to *Sealer, blank bool) (sealed int, lost []LostSecret, err error) {
	type row struct {
		id, co int64
		value  []byte
	}
	for _, f := range sealedFields() {
		sql := "SELECT id, co_id, " + f.Column + " FROM " + f.Resource().Table + " WHERE " + f.Column + " IS NOT NULL ORDER BY id"
		rows, err := collect(ctx, tx.conn, sql, nil, func(r Row) (row, error) { return row{r.Int(0), r.Int(1), r.Bytes(2)}, nil })
		if err != nil {
			return 0, nil, err
		}
		for _, r := range rows {
			var value any
			plain, err := openWith(r.value, from, to)
			switch {
			case err == nil:
				if value, err = to.seal(plain); err != nil {
					return 0, nil, err
				}
				sealed++
			case blank:
				lost = append(lost, LostSecret{f, r.id, r.co})
			default:
				return 0, nil, fmt.Errorf("%s %d: %w", f.Resource().Singular, r.id, err)
			}
			update := "UPDATE " + f.Resource().Table + " SET " + f.Column + " = $1 WHERE id = $2"
			if err := tx.conn.queue(ctx, update, args{value, r.id}); err != nil {
				return 0, nil, err
			}
		}
	}
	return sealed, lost, tx.setSetting(ctx, keySetting, to.KeyID())
}

func openWith(sealed []byte, keys ...*Sealer) (plain string, err error) {
	for _, key := range keys {
		if key == nil {
			continue
		}
		var openErr error
		if plain, openErr = key.open(sealed); openErr == nil {
			return plain, nil
		}
		err = errors.Join(err, openErr)
	}
	return "", err
}

// OtherPrograms returns the number of connections that other Comity processes have to a PostgreSQL database.
// It is 0 for an SQLite file, which only the process with its lock uses.
func (tx *Tx) OtherPrograms(ctx context.Context) (n int64, err error) {
	if tx.dialect.otherPrograms == "" {
		return 0, nil
	}
	err = tx.conn.query(ctx, tx.dialect.otherPrograms, nil, func(r Row) error {
		n = r.Int(0)
		return nil
	})
	return n, err
}
