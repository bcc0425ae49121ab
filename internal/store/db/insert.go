package db

import (
	"context"
	"slices"
	"strconv"
)

// inserts are rows of one table that are to be inserted.
type inserts struct {
	// into is the table with the names of the columns.
	into string
	rows []Args
	// free says that the order among the rows of other tables does not matter.
	free bool
}

// Insert inserts a row; into is the table with the names of its columns. It may be run with later ones: rows of one table
// are collected until the next statement, together with rows that were appended in between. Its error is then that
// of a later statement, or of the closure.
func (tx *Tx) Insert(into string, row Args) {
	for i := len(tx.inserts) - 1; i >= 0; i-- {
		if tx.inserts[i].into == into {
			tx.inserts[i].rows = append(tx.inserts[i].rows, row)
			return
		}
		if !tx.inserts[i].free {
			break // the row may refer to one of these
		}
	}
	tx.inserts = append(tx.inserts, inserts{into: into, rows: []Args{row}})
}

// Append is Insert for a table that refers to no other and that none refers to: its rows may be inserted before and after
// those of others.
func (tx *Tx) Append(into string, row Args) {
	for i := range tx.inserts {
		if tx.inserts[i].into == into {
			tx.inserts[i].rows = append(tx.inserts[i].rows, row)
			return
		}
	}
	tx.inserts = append(tx.inserts, inserts{into: into, rows: []Args{row}, free: true})
}

// rowsAtOnce are the numbers of rows that one statement inserts: few, so that there are few statements to prepare.
var rowsAtOnce = []int{64, 16, 4, 1}

// insertAll runs the inserts that were collected.
func (tx *Tx) insertAll(ctx context.Context) error {
	collected := tx.inserts
	tx.inserts = nil
	for _, in := range collected {
		rows := in.rows
		for _, n := range rowsAtOnce {
			if len(rows) < n {
				continue
			}
			sql := insertRows(in.into, len(rows[0]), n)
			for ; len(rows) >= n; rows = rows[n:] {
				a := slices.Concat(rows[:n]...)
				tx.trace(sql, a)
				if err := tx.conn.queue(ctx, sql, a); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// insertRows returns the statement that inserts rows of so many columns.
func insertRows(into string, columns, rows int) string {
	sql := []byte("INSERT INTO " + into + " VALUES ")
	for i := range rows * columns {
		switch {
		case i == 0:
			sql = append(sql, "($"...)
		case i%columns == 0:
			sql = append(sql, "), ($"...)
		default:
			sql = append(sql, ", $"...)
		}
		sql = strconv.AppendInt(sql, int64(i+1), 10)
	}
	return string(append(sql, ')'))
}
