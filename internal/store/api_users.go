package store

import (
	"context"

	"comity"
	"comity/internal/store/db"
)

// Credential returns the credential of the API user with the username, or ErrNotFound.
func Credential(ctx context.Context, tx *db.Tx, username string) (comity.Credential, error) {
	r := comity.ApiUser.Resource
	var found comity.Credential
	sql := `SELECT ` + texts[r].columns + `, api_key, (SELECT c.status FROM cos c WHERE c.id = api_users.co_id)
		FROM api_users WHERE username = $1`
	err := tx.Query(ctx, sql, db.Args{username}, func(row *db.Row) error {
		found = comity.Credential{User: scan(r, row), Digest: row.Text(), CoStatus: row.Text()}
		return nil
	})
	if err == nil && found.User == nil {
		err = db.ErrNotFound
	}
	return found, err
}
