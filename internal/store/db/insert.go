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
}

// Insert inserts a row; into is the table with the names of its columns. It may be run with later ones: rows of two
// tables, of which the second refers to no other table, are collected until the next statement. Its error is then
// that of a later statement, or of the closure.
func (tx *Tx) Insert(ctx context.Context, into string, row Args) error {
	for i := range tx.inserts {
		if tx.inserts[i].into == into {
			tx.inserts[i].rows = append(tx.inserts[i].rows, row)
			return nil
		}
	}
	if len(tx.inserts) == 2 {
		if err := tx.insertAll(ctx); err != nil {
			return err
		}
	}
	tx.inserts = append(tx.inserts, inserts{into, []Args{row}})
	return nil
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
