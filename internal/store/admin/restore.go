package admin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"comity"
	"comity/internal/store/db"
)

// restorer reads the lines of a backup and inserts their rows.
type restorer struct {
	lines *json.Decoder
	tx    *db.Tx
	rows  int64

	table   string
	columns []column
	insert  string
	// parent is the index of the column that refers to a row of the same table, -1 for none. That row may
	// come later, so these references are set at the end of the table.
	parent  int
	parents [][2]int64
}

func (in *restorer) readHead(schema int64) error {
	var head backupHead
	if err := in.lines.Decode(&head); err != nil || head.Comity == 0 {
		return fmt.Errorf("this is no backup of Comity")
	}
	if head.Comity != backupFormat || head.Schema > schema {
		return fmt.Errorf("the backup is of a newer program (format %d, schema %d); this one reads format %d, schema %d", head.Comity, head.Schema, backupFormat, schema)
	}
	return nil
}

func (in *restorer) restore(ctx context.Context) error {
	for {
		var line json.RawMessage
		if err := in.lines.Decode(&line); err != nil {
			return fmt.Errorf("the backup ends after %d rows, it is incomplete: %w", in.rows, err)
		}
		if line[0] == '[' {
			if err := in.row(ctx, line); err != nil {
				return fmt.Errorf("table %s, row %d of the backup: %w", in.table, in.rows+1, err)
			}
			continue
		}
		if err := in.endTable(ctx); err != nil {
			return err
		}
		var head struct {
			backupTable
			backupEnd
		}
		if err := json.Unmarshal(line, &head); err != nil {
			return fmt.Errorf("line after row %d: %w", in.rows, err)
		}
		if head.Table == "" {
			if head.Rows != in.rows {
				return fmt.Errorf("the backup says that it has %d rows, it has %d", head.Rows, in.rows)
			}
			return in.numbers(ctx)
		}
		if err := in.beginTable(ctx, head.backupTable); err != nil {
			return err
		}
	}
}

func (in *restorer) beginTable(ctx context.Context, head backupTable) error {
	if !slices.Contains(tables(), head.Table) {
		return fmt.Errorf("the backup has a table %q that this program does not know", head.Table)
	}
	there, err := columns(ctx, in.tx, head.Table)
	if err != nil {
		return err
	}
	in.table, in.columns, in.parent = head.Table, nil, -1
	names := make([]string, len(head.Columns))
	for i, name := range head.Columns {
		at := slices.IndexFunc(there, func(c column) bool { return c.name == name })
		if at < 0 {
			return fmt.Errorf("the backup has a column %s.%s that this program does not know", head.Table, name)
		}
		in.columns = append(in.columns, there[at])
		names[i] = fmt.Sprintf("$%d", i+1)
		if head.Table == comity.Cou.Table && name == comity.Cou.ParentId.Column {
			in.parent = i
		}
	}
	in.insert = fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", in.table, joined(head.Columns), strings.Join(names, ", "))
	return nil
}

func (in *restorer) row(ctx context.Context, line []byte) error {
	var texts []json.RawMessage
	if err := json.Unmarshal(line, &texts); err != nil || len(texts) != len(in.columns) {
		return fmt.Errorf("it has %d values for %d columns", len(texts), len(in.columns))
	}
	a := make(db.Args, len(texts))
	for i, text := range texts {
		var err error
		if a[i], err = in.columns[i].read(text); err != nil {
			return fmt.Errorf("column %s: %w", in.columns[i].name, err)
		}
	}
	if in.parent >= 0 && a[in.parent] != nil {
		id, _ := a[slices.IndexFunc(in.columns, func(c column) bool { return c.name == "id" })].(int64)
		above, _ := a[in.parent].(int64)
		in.parents = append(in.parents, [2]int64{id, above})
		a[in.parent] = nil
	}
	in.rows++
	if in.rows%500 == 0 {
		_, err := in.tx.Exec(ctx, in.insert, a)
		return err
	}
	return in.tx.Queue(ctx, in.insert, a)
}

func (c column) read(text json.RawMessage) (any, error) {
	if string(text) == "null" {
		return nil, nil //nolint:nilnil // the value is NULL
	}
	switch c.kind {
	case integerColumn:
		var n int64
		err := json.Unmarshal(text, &n)
		return n, err
	case booleanColumn:
		var b bool
		err := json.Unmarshal(text, &b)
		return b, err
	case bytesColumn, textColumn:
	}
	var s string
	if err := json.Unmarshal(text, &s); err != nil || c.kind == textColumn {
		return s, err
	}
	return base64.StdEncoding.DecodeString(s)
}

func (in *restorer) endTable(ctx context.Context) error {
	for _, p := range in.parents {
		err := in.tx.Queue(ctx, "UPDATE "+in.table+" SET parent_id = $1 WHERE id = $2", db.Args{p[1], p[0]})
		if err != nil {
			return err
		}
	}
	in.parents = nil
	return nil
}

// numbers sets each table's next id to one that no record ever had.
func (in *restorer) numbers(ctx context.Context) error {
	for _, r := range comity.Stored() {
		sql := `SELECT coalesce(max(x.id), 0) FROM (SELECT max(id) AS id FROM ` + r.Table + `
			UNION ALL SELECT max(record_id) FROM history WHERE resource = $1) x`
		if err := in.number(ctx, r.Table, sql, db.Args{r.Singular}); err != nil {
			return err
		}
	}
	return in.number(ctx, "history", `SELECT coalesce(max(id), 0) FROM history`, nil)
}

// number sets a table's next id to one more than the result of a query, if that is not 0.
func (in *restorer) number(ctx context.Context, table, sql string, a db.Args) error {
	last := int64(0)
	err := in.tx.Query(ctx, sql, a, func(row *db.Row) error {
		last = row.Int()
		return nil
	})
	if err != nil || last == 0 {
		return err
	}
	return in.tx.Query(ctx, in.tx.Dialect.SetNumber, db.Args{table, last}, func(*db.Row) error { return nil })
}

func joined(names []string) string { return strings.Join(names, ", ") }
