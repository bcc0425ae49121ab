package store

import (
	"context"
	"fmt"
	"strings"

	"comity"
	"comity/internal/store/db"
)

// uniqueValue is what a record has in the columns of a unique.
type uniqueValue struct {
	columns []string
	values  []any
	// and is the condition, beginning with AND, of the records t that are compared; "" for all.
	and string
}

// uniqueValueOf returns what a record has in the columns of a unique; false if it is not compared with others.
func uniqueValueOf(rec *comity.Record, u comity.Unique) (v uniqueValue, compared bool) {
	add := func(column string, value any) {
		v.columns, v.values = append(v.columns, column), append(v.values, value)
	}
	if u.PerCO {
		add("co_id", rec.CoId)
	}
	for _, f := range u.Fields {
		cell := rec.Get(f)
		switch f.Kind {
		case comity.Owner:
			o, ok := f.Owner(cell.Text())
			if !ok {
				return v, false
			}
			add(o.Column, cell.Int())
		case comity.Reference, comity.Integer, comity.Time:
			add(f.Column, cell.Int())
		case comity.Boolean:
			add(f.Column, cell.Bool())
		case comity.Text, comity.Code, comity.Date, comity.Secret:
			add(f.Column, cell.Text())
		}
	}
	if u.Unset != nil {
		if rec.Has(u.Unset) {
			return v, false
		}
		v.and += " AND t." + u.Unset.Column + " IS NULL"
	}
	if u.NotOwned != "" {
		if f := rec.Resource.Owner(); rec.Text(f) == u.NotOwned {
			return v, false
		} else if o, ok := f.Owner(u.NotOwned); ok {
			v.and += " AND t." + o.Column + " IS NULL"
		}
	}
	return v, true
}

// Taken returns whether another record has the same values in the fields of a unique.
func Taken(ctx context.Context, tx *db.Tx, rec *comity.Record, u comity.Unique) (bool, error) {
	v, compared := uniqueValueOf(rec, u)
	if !compared {
		return false, nil
	}
	if taken, known := preparedTaken(tx, rec, v); known {
		return taken, nil
	}
	a := db.Args{rec.Id}
	sql := "SELECT 1 FROM " + rec.Resource.Table + " t WHERE t.id <> $1"
	for i, column := range v.columns {
		sql += " AND t." + column + " = " + a.Put(v.values[i])
	}
	return tx.Exists(ctx, sql+v.and, a)
}

// key returns the value as the key of a map.
func (v uniqueValue) key() string { return fmt.Sprintf("%q%q", v.columns, v.values) }

// takenAmong calls each with the index of those of the values, which have the same columns, that a record of the
// resource has.
func takenAmong(ctx context.Context, tx *db.Tx, r *comity.Resource, all []uniqueValue, each func(i int64)) error {
	rows := make([][]any, len(all))
	for i, v := range all {
		rows[i] = append([]any{int64(i)}, v.values...)
	}
	var a db.Args
	columns := []string{db.Element(0) + " AS i"}
	var same []string
	for i, column := range all[0].columns {
		columns = append(columns, fmt.Sprintf("%s AS x%d", db.ElementLike(i+1, all[0].values[i]), i))
		same = append(same, fmt.Sprintf("t.%s = x.x%d", column, i))
	}
	// A count is made for each value by the unique's index; a join could read the whole table.
	sql := fmt.Sprintf("SELECT x.i FROM (SELECT %s FROM %s) x WHERE (SELECT count(*) FROM %s t WHERE %s%s) > 0",
		strings.Join(columns, ", "), tx.Dialect.ValuesOf(&a, rows), r.Table, strings.Join(same, " AND "), all[0].and)
	return tx.Query(ctx, sql, a, func(row *db.Row) error {
		each(row.Int())
		return nil
	})
}
