package store

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/seal"
)

// SealedFields returns the fields whose values are stored sealed.
func SealedFields() (all []*comity.Field) {
	for _, r := range comity.Stored() {
		for _, f := range r.Fields {
			if f.Kind == comity.Secret && !f.Generated {
				all = append(all, f)
			}
		}
	}
	return all
}

// HasSealed returns whether the database holds a sealed secret.
func HasSealed(ctx context.Context, tx *db.Tx) (bool, error) {
	for _, f := range SealedFields() {
		found, err := tx.Exists(ctx, "SELECT 1 FROM "+f.Resource().Table+" WHERE "+f.Column+" IS NOT NULL", nil)
		if err != nil || found {
			return found, err
		}
	}
	return false, nil
}

// putSecrets stores the secrets in the record: a generated one as it is, because it is a digest, others
// sealed.
func putSecrets(ctx context.Context, tx *db.Tx, rec *comity.Record) error {
	for _, f := range rec.Resource.Fields {
		cell := rec.Get(f)
		if f.Kind != comity.Secret || cell.IsAbsent() {
			continue
		}
		var v any
		switch {
		case !cell.HasValue():
		case f.Generated:
			v = cell.Text()
		default:
			if err := checkKey(ctx, tx); err != nil {
				return err
			}
			sealed, err := tx.Sealer.Seal(cell.Text())
			if err != nil {
				return err
			}
			v = sealed
		}
		sql := "UPDATE " + rec.Resource.Table + " SET " + f.Column + " = $1 WHERE id = $2"
		if err := tx.Queue(ctx, sql, db.Args{v, rec.Id}); err != nil {
			return err
		}
	}
	return nil
}

// KeySetting is the name of the setting with the id of the key that seals the database's secrets.
const KeySetting = "secret_key_id"

// ClaimedKey returns the id of the key that seals the database's secrets, "" for none.
func ClaimedKey(ctx context.Context, tx *db.Tx) (string, error) { return tx.Setting(ctx, KeySetting) }

// lockKeyID is ClaimedKey, and locks the value until the transaction ends.
func lockKeyID(ctx context.Context, tx *db.Tx) (id string, err error) {
	err = tx.Query(ctx, `SELECT value FROM settings WHERE name = $1`+tx.Dialect.ForUpdate, db.Args{KeySetting}, func(r *db.Row) error {
		id = r.Text()
		return nil
	})
	return id, err
}

// checkKey returns an error if another program has changed the key since this one was started: a secret
// that this one seals could not be opened.
func checkKey(ctx context.Context, tx *db.Tx) error {
	if tx.Sealer == nil {
		return seal.ErrNoSealer
	}
	id, err := lockKeyID(ctx, tx)
	if err == nil && id != "" && id != tx.Sealer.KeyID() {
		err = fmt.Errorf("the key that seals secrets is now %s, this program was started with %s: start it again", id, tx.Sealer.KeyID())
	}
	return err
}

// ClaimKey stores the id of this program's key as that of the key that seals the database's secrets. It
// returns an error if there are secrets and another key sealed them. Without a key it does nothing.
func ClaimKey(ctx context.Context, tx *db.Tx) error {
	if tx.Sealer == nil {
		return nil
	}
	id, err := lockKeyID(ctx, tx)
	if err != nil || id == tx.Sealer.KeyID() {
		return err
	}
	sealed, err := HasSealed(ctx, tx)
	if err != nil {
		return err
	}
	if id != "" && sealed {
		return fmt.Errorf("this database's secrets are sealed with key %s, --secret-key-file names key %s: name the file that it was first started with, or, if it is lost, run `comity key replace`", id, tx.Sealer.KeyID())
	}
	return tx.SetSetting(ctx, KeySetting, tx.Sealer.KeyID())
}
