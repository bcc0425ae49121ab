package db

import "context"

// Setting returns the program's own setting with a name, "" where there is none.
func (tx *Tx) Setting(ctx context.Context, name string) (value string, err error) {
	err = tx.Query(ctx, `SELECT value FROM settings WHERE name = $1`, Args{name}, func(r *Row) error {
		value = r.Text()
		return nil
	})
	return value, err
}

// SetSetting stores the program's own setting with a name.
func (tx *Tx) SetSetting(ctx context.Context, name, value string) error {
	return tx.Queue(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, Args{name, value})
}
