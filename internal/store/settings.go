package store

import "context"

// setting returns the program's own setting with a name, "" where there is none.
func (tx *Tx) setting(ctx context.Context, name string) (value string, err error) {
	err = tx.conn.query(ctx, `SELECT value FROM settings WHERE name = $1`, args{name}, func(r Row) error {
		value = r.Text(0)
		return nil
	})
	return value, err
}

func (tx *Tx) setSetting(ctx context.Context, name, value string) error {
	return tx.conn.queue(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, args{name, value})
}
