package db

import (
	"fmt"
	"testing"
)

// TestStatementsKeptAreBounded: a connection that runs ever new statements keeps a bounded number of prepared
// ones, and closes none that is being read.
func TestStatementsKeptAreBounded(t *testing.T) {
	t.Parallel()
	s := openFile(t, nil)
	err := s.Read(t.Context(), func(tx *Tx) error {
		c := tx.conn.(*sqliteConn)
		rows := 0
		err := c.query(t.Context(), "SELECT value FROM json_each($1)", []any{"[1, 2, 3]"}, func(*Row) error {
			rows++
			for i := range maxStatements {
				sum := int64(0)
				err := c.query(t.Context(), fmt.Sprintf("SELECT $1 + %d", i+rows*maxStatements), []any{1}, func(r *Row) error {
					sum = r.Int()
					return nil
				})
				if err != nil || sum != int64(1+i+rows*maxStatements) {
					return fmt.Errorf("it is answered %d: %w", sum, err)
				}
				if n := len(c.statements); n > maxStatements {
					t.Fatalf("it keeps %d statements", n)
				}
			}
			return nil
		})
		if rows != 3 {
			t.Errorf("%d rows were read", rows)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
