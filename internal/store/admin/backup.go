// Package admin has what commands do with a whole database: backup and restore, the check of all rules, the change
// of the key that seals secrets, and compaction.
package admin

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"comity"
	"comity/internal/store/db"
)

// A backup is gzipped JSON with one value on each line: the head, then for each table its name and
// columns and a line for each row, then the number of rows. The format is the same for both databases,
// so that a backup of one can be restored into the other. Secrets stay sealed.

// backupFormat is the version of the format.
const backupFormat = 1

type backupHead struct {
	Comity int   `json:"comity"`
	Schema int64 `json:"schema"`
}

type backupTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

type backupEnd struct {
	Rows int64 `json:"rows"`
}

// tables returns the names of all tables that a backup holds, each after those it refers to. Sessions
// are not among them: they are no part of the registry.
func tables() []string {
	var names []string
	for _, r := range comity.Stored() {
		names = append(names, r.Table)
	}
	return append(names, "history", "deliveries", "target_states", "full_syncs", "identifier_numbers", "idempotency_keys", "settings", "long_changes")
}

// columnType is the type of a column's values, independent of the database's name for it.
type columnType uint8

const (
	textColumn columnType = iota
	integerColumn
	booleanColumn
	bytesColumn
)

type column struct {
	name string
	kind columnType
}

func columns(ctx context.Context, tx *db.Tx, table string) ([]column, error) {
	var columns []column
	err := tx.Query(ctx, tx.Dialect.Columns, db.Args{table}, func(r *db.Row) error {
		c := column{name: r.Text()}
		switch kind := r.Text(); kind {
		case "INTEGER", "bigint":
			c.kind = integerColumn
		case "BOOLEAN", "boolean":
			c.kind = booleanColumn
		case "BLOB", "bytea":
			c.kind = bytesColumn
		case "TEXT", "text", "jsonb":
		default:
			return fmt.Errorf("column %s.%s has the type %s, which a backup does not know", table, c.name, kind)
		}
		columns = append(columns, c)
		return nil
	})
	if err == nil && len(columns) == 0 {
		err = fmt.Errorf("there is no table %s", table)
	}
	return columns, err
}

// Backup writes a snapshot of the whole database and returns how many rows it has. Writes may go on
// meanwhile.
func Backup(ctx context.Context, s *db.DB, w io.Writer) (rows int64, err error) {
	schema, err := db.SchemaVersion()
	if err != nil {
		return 0, err
	}
	zip := gzip.NewWriter(w)
	out := json.NewEncoder(zip)
	out.SetEscapeHTML(false)
	err = s.Snapshot(ctx, func(tx *db.Tx) error {
		if err := out.Encode(backupHead{backupFormat, schema}); err != nil {
			return err
		}
		for _, table := range tables() {
			n, err := writeTable(ctx, tx, out, table)
			if err != nil {
				return fmt.Errorf("table %s: %w", table, err)
			}
			rows += n
		}
		return out.Encode(backupEnd{rows})
	})
	if err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	if err := zip.Close(); err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	return rows, nil
}

func writeTable(ctx context.Context, tx *db.Tx, out *json.Encoder, table string) (rows int64, err error) {
	columns, err := columns(ctx, tx, table)
	if err != nil {
		return 0, err
	}
	head := backupTable{Table: table}
	for _, c := range columns {
		head.Columns = append(head.Columns, c.name)
	}
	if err := out.Encode(head); err != nil {
		return 0, err
	}
	values := make([]any, len(columns))
	err = tx.Query(ctx, "SELECT "+joined(head.Columns)+" FROM "+table, nil, func(r *db.Row) error {
		for i, c := range columns {
			switch {
			case r.IsNull():
				values[i] = nil
				r.Skip()
			case c.kind == integerColumn:
				values[i] = r.Int()
			case c.kind == booleanColumn:
				values[i] = r.Bool()
			case c.kind == bytesColumn:
				values[i] = base64.StdEncoding.EncodeToString(r.Bytes())
			default:
				values[i] = r.Text()
			}
		}
		rows++
		return out.Encode(values)
	})
	return rows, err
}

// ErrNotEmpty is returned when a backup is restored into a database that is not empty.
var ErrNotEmpty = errors.New("the database is not empty")

// Restore reads a backup into an empty database, in one transaction, and returns how many rows it has.
// It fails with ErrNotEmpty where the database holds a CO or history.
func Restore(ctx context.Context, s *db.DB, r io.Reader) (rows int64, err error) {
	schema, err := db.SchemaVersion()
	if err != nil {
		return 0, err
	}
	zip, err := gzip.NewReader(r)
	if err != nil {
		return 0, fmt.Errorf("restore: this is no backup: %w", err)
	}
	in := &restorer{lines: json.NewDecoder(bufio.NewReaderSize(zip, 1<<20))}
	in.lines.UseNumber()
	if err := in.readHead(schema); err != nil {
		return 0, fmt.Errorf("restore: %w", err)
	}
	began := false
	err = s.WriteAlone(ctx, func(tx *db.Tx) error {
		if began {
			return errors.New("the database ended the transaction")
		}
		began = true
		tx.CountChange(comity.Name.Resource)
		for _, table := range []string{"cos", "history"} {
			full, err := tx.Exists(ctx, "SELECT 1 FROM "+table, nil)
			if err != nil {
				return err
			}
			if full {
				return ErrNotEmpty
			}
		}
		in.tx = tx
		return in.restore(ctx)
	})
	if err != nil {
		return 0, fmt.Errorf("restore: %w", err)
	}
	return in.rows, nil
}
