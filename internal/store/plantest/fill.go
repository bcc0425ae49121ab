package plantest

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// The registry has one CO of largePeople people, and others of ten.
const (
	largePeople = 20_000
	smallCOs    = 300
)

// fillPostgres fills all tables, with triggers and references switched off.
func fillPostgres(ctx context.Context, c *pgx.Conn) error {
	rows, err := c.Query(ctx, `SELECT CAST(table_name AS text), CAST(column_name AS text), CAST(data_type AS text), is_nullable = 'YES'
		FROM information_schema.columns WHERE table_schema = current_schema() AND table_name IN
			(SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE')
		ORDER BY table_name, ordinal_position`)
	if err != nil {
		return err
	}
	tables := map[string][]column{}
	var one column
	var table string
	_, err = pgx.ForEachRow(rows, []any{&table, &one.name, &one.kind, &one.optional}, func() error {
		tables[table] = append(tables[table], one)
		return nil
	})
	if err != nil {
		return err
	}
	statements := []string{"SET session_replication_role = replica"}
	for name, columns := range tables {
		if name != "goose_db_version" && name != "probe" {
			statements = append(statements, fillSQL(name, columns))
		}
	}
	for _, sql := range append(statements, "RESET session_replication_role") {
		if _, err := c.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

type column struct {
	name, kind string
	optional   bool
}

// fillSQL returns the statement that fills a table: with a row for each person, or with one for each CO, also where the CO
// is its key.
func fillSQL(table string, columns []column) string {
	count := largePeople + 10*smallCOs
	co := fmt.Sprintf("CASE WHEN i <= %d THEN 1 ELSE 2 + (i - %[1]d - 1) / 10 END", largePeople)
	switch {
	case small[table]:
		count, co = smallCOs, "i"
	case table == "co_group_nestings":
		co = "1 + i / 100" // a CO has few, however many people
	}
	names, values := make([]string, len(columns)), make([]string, len(columns))
	ofPerson := false
	for i, c := range columns {
		names[i] = c.name
		values[i] = c.value(co, ofPerson)
		if table == "co_groups" && c.name == "cou_id" {
			values[i] = "1 + i / 8" // a unit has few groups, however many people
		}
		ofPerson = ofPerson || c.name == "co_person_id" || c.name == "co_person_role_id"
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM generate_series(1, %d) i ON CONFLICT DO NOTHING", table, strings.Join(names, ", "), strings.Join(values, ", "), count)
}

// shared are the values that most rows have.
var shared = map[string]string{
	"status": "'Active'", "type": "'official'", "actor": "'tester'", "affiliation": "'staff'", "primary_name": "true", "member": "true",
	"owner": "i % 100 = 0", "dead_lettered": "i % 10 = 0", "due": "CASE WHEN i % 2 = 0 THEN i END", "until": "CASE WHEN i % 10 = 0 THEN i END",
	"valid_from": "CASE WHEN i % 10 = 0 THEN i END", "valid_through": "CASE WHEN i % 10 = 0 THEN i END", "kind": "0",
	"operation":         "CASE i % 10 WHEN 0 THEN 'edit' WHEN 5 THEN 'delete' ELSE 'add' END",
	"resource":          "(ARRAY['CoPerson', 'Name', 'Identifier', 'CoGroupMember'])[1 + i % 4]",
	"co_person_id":      "i",
	"cou_id":            fmt.Sprintf("CASE WHEN i <= %d THEN 1 ELSE i END", largePeople),
	"co_group_id":       fmt.Sprintf("CASE WHEN i <= %d THEN 1 ELSE i END", largePeople),
	"parent_id":         "CASE WHEN i % 10 > 0 THEN i - 1 END",
	"subject_id":        "i",
	"co_person_role_id": "i",
}

// value returns the expression of the column's value in row i. ofPerson says that the row belongs to a person, and so
// to nothing else.
func (c column) value(co string, ofPerson bool) string {
	switch {
	case c.name == "co_id":
		return co
	case shared[c.name] != "":
		return shared[c.name]
	case c.name == "co_provisioning_target_id" && !c.optional:
		return co
	case c.name == "org_identity_id" && c.optional:
		return "CASE WHEN i % 10 = 0 THEN i END"
	case strings.HasSuffix(c.name, "_id") && c.optional && (ofPerson || c.name != "org_identity_id"):
		return "NULL"
	}
	switch c.kind {
	case "boolean":
		return "false"
	case "text":
		return "'" + c.name + " ' || i"
	case "jsonb":
		return "'{}'"
	case "bytea":
		return "''"
	}
	if c.name == "change" || c.name == "revision" || c.name == "ordr" {
		return "0"
	}
	return "i"
}
