package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
)

// schema is a database's schema in terms that both databases share.
type schema map[string]table

type table struct {
	columns map[string]column
	// references are the tables that columns refer to.
	references map[string]string
	indexes    []index
	key        []string
}

type column struct {
	kind string // integer, text, boolean, blob
	null bool
}

type index struct {
	name    string
	columns []string
	unique  bool
	where   string // its WHERE clause, without brackets and types
}

// schemas are the schemas of a migrated database of each kind.
func schemas(t *testing.T) map[string]schema {
	t.Helper()
	return map[string]schema{"SQLite": sqliteSchema(t), "PostgreSQL": postgresSchema(t)}
}

// others are the tables that belong to no resource.
var others = []string{
	"deliveries", "history", "idempotency_keys", "identifier_numbers", "target_states", "long_changes", "people_search", "people_search_changed", "probe", "sessions", "settings", "sign_in_links",
	"status_changes", "full_syncs", "co_versions",
}

func TestSchemasAreTheSame(t *testing.T) {
	t.Parallel()
	both := schemas(t)
	sqlite, postgres := both["SQLite"], both["PostgreSQL"]
	if diff := cmp.Diff(sqlite, postgres, cmp.AllowUnexported(table{}, column{}, index{})); diff != "" {
		t.Errorf("(-SQLite +PostgreSQL):\n%s", diff)
	}
	want := slices.Clone(others)
	for _, r := range comity.Stored() {
		want = append(want, r.Table)
	}
	var got []string
	for name := range sqlite {
		got = append(got, name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
}

func TestEveryResourceHasItsTable(t *testing.T) {
	t.Parallel()
	for database, s := range schemas(t) {
		for _, r := range comity.Stored() {
			t.Run(database+"/"+r.Singular, func(t *testing.T) {
				got, ok := s[r.Table]
				if !ok {
					t.Fatalf("there is no table %s", r.Table)
				}
				if diff := cmp.Diff(columnsOf(r), got.columns, cmp.AllowUnexported(column{})); diff != "" {
					t.Errorf("columns (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(referencesOf(r), got.references); diff != "" {
					t.Errorf("references (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]string{"id"}, got.key); diff != "" {
					t.Errorf("key (-want +got):\n%s", diff)
				}
				for _, fault := range indexFaults(r, got) {
					t.Error(fault)
				}
			})
		}
	}
}

// columnsOf returns the columns that a resource's table needs.
func columnsOf(r *comity.Resource) map[string]column {
	columns := map[string]column{
		"id": {kind: "integer"}, "created": {kind: "integer"}, "modified": {kind: "integer"},
		"revision": {kind: "integer"}, "actor": {kind: "text"},
	}
	if r != comity.Co.Resource {
		columns["co_id"] = column{kind: "integer"}
	}
	if r == comity.CoProvisioningTarget.Resource {
		columns[comity.QueueIdentifierType], columns[comity.QueueWorkers] = column{"text", true}, column{"integer", true}
		columns[comity.QueueIncludeGroups] = column{kind: "boolean"}
	}
	if r.Dated {
		columns["changed"], columns["changed_revision"] = column{"integer", true}, column{"integer", true}
	}
	for _, f := range r.Fields {
		null := !f.Required && f.Default.IsAbsent()
		switch f.Kind {
		case comity.Text, comity.Code, comity.Date:
			columns[f.Column] = column{"text", null}
		case comity.Integer, comity.Time, comity.Reference:
			columns[f.Column] = column{"integer", null}
		case comity.Boolean:
			columns[f.Column] = column{"boolean", null}
		case comity.Secret:
			// A digest is a text, a sealed value is not.
			columns[f.Column] = column{"blob", null}
			if f.Generated {
				columns[f.Column] = column{"text", null}
			}
		case comity.Owner:
			for _, o := range f.Owners {
				columns[o.Column] = column{"integer", len(f.Owners) > 1}
			}
		}
		if f.Folded {
			columns[f.FoldedColumn()] = column{"text", null}
		}
	}
	return columns
}

// referencesOf returns the columns of a resource that refer to tables, with these tables.
func referencesOf(r *comity.Resource) map[string]string {
	references := map[string]string{}
	if r != comity.Co.Resource {
		references["co_id"] = comity.Co.Table
	}
	for _, f := range r.Fields {
		if f.Kind == comity.Reference {
			references[f.Column] = f.Refers().Table
		}
		for _, o := range f.Owners {
			references[o.Column] = comity.ByName(o.Target).Table
		}
	}
	return references
}

// indexFaults returns a message for each search that no index of a resource's table serves.
func indexFaults(r *comity.Resource, t table) (faults []string) {
	has := func(what string, fits func(index) bool) {
		if !slices.ContainsFunc(t.indexes, fits) {
			faults = append(faults, fmt.Sprintf("no index of %s serves %s", r.Table, what))
		}
	}
	// References to a record are searched when it is deleted, and are filters of lists, page by page.
	for c := range referencesOf(r) {
		has("a list by "+c, func(i index) bool {
			return i.columns[0] == c && (i.where == "" || i.where == c+" IS NOT NULL") && (slices.Equal(i.columns[1:], []string{"id"}) || !listedBy(r, c))
		})
	}
	for _, u := range r.Uniques {
		columns, where := uniqueColumns(r, u)
		has("the unique "+strings.Join(columns, ", "), func(i index) bool {
			return i.unique && slices.Equal(slices.Sorted(slices.Values(i.columns)), columns) && i.where == where
		})
	}
	for _, f := range r.Fields {
		if f.Folded {
			has("a search of "+f.Name, func(i index) bool { return slices.Equal(i.columns, []string{"co_id", f.FoldedColumn()}) })
		}
	}
	return faults
}

// listedBy returns whether the column is a filter of lists of a resource.
func listedBy(r *comity.Resource, column string) bool {
	return !slices.ContainsFunc(r.Fields, func(f *comity.Field) bool { return f.Column == column && !f.Listed })
}

// uniqueColumns returns the sorted columns of a unique, and the SQL condition on the rows that it applies to.
func uniqueColumns(r *comity.Resource, u comity.Unique) (columns []string, where string) {
	if u.PerCO {
		columns = append(columns, "co_id")
	}
	for _, f := range u.Fields {
		if f.Kind == comity.Owner {
			for _, o := range f.Owners {
				columns = append(columns, o.Column)
			}
			continue
		}
		columns = append(columns, f.Column)
	}
	if o, ok := ownerOf(r, u.NotOwned); ok {
		where = o.Column + " IS NULL"
	}
	if u.Unset != nil {
		where = u.Unset.Column + " IS NULL"
	}
	slices.Sort(columns)
	return columns, where
}

func ownerOf(r *comity.Resource, word string) (comity.OwnerType, bool) {
	if f := r.Owner(); f != nil {
		return f.Owner(word)
	}
	return comity.OwnerType{}, false
}

// The tables beside those of the resources have the indexes for their queries.
func TestOtherTablesHaveIndexes(t *testing.T) {
	t.Parallel()
	for database, s := range schemas(t) {
		t.Run(database, func(t *testing.T) {
			for name, key := range map[string][]string{
				"history": {"id"}, "deliveries": {"co_provisioning_target_id", "kind", "subject_id"}, "settings": {"name"},
			} {
				if diff := cmp.Diff(key, s[name].key); diff != "" {
					t.Errorf("key of %s (-want +got):\n%s", name, diff)
				}
			}
			has := func(name string, want index) {
				if !slices.ContainsFunc(s[name].indexes, func(i index) bool { return cmp.Equal(i, want, cmp.AllowUnexported(index{})) }) {
					t.Errorf("no index %+v among %+v", want, s[name].indexes)
				}
			}
			has("history", index{"history_revision", []string{"resource", "record_id", "revision"}, true, ""})
			has("history", index{"history_co", []string{"co_id", "id"}, false, ""})
			for _, of := range []string{"co_person", "org_identity", "co_group"} {
				has("history", index{"history_" + of, []string{of + "_id", "id"}, false, of + "_id IS NOT NULL"})
			}
			has("history", index{"history_deleted", []string{"resource", "since"}, false, "operation = 'delete'"})
			has("history", index{"history_actor", []string{"co_id", "actor", "since", "id"}, false, ""})
			has("history", index{"history_resource", []string{"co_id", "resource", "since", "id"}, false, ""})
			has("history", index{"history_since", []string{"co_id", "since", "id"}, false, ""})
			has("history", index{"history_co_group_since", []string{"co_group_id", "since", "id"}, false, "co_group_id IS NOT NULL"})
			has("people_search", index{"people_search_sort", []string{"co_id", "sort", "id"}, false, ""})
			has("people_search", index{"people_search_status", []string{"co_id", "status", "sort", "id"}, false, ""})
			has("history", index{"history_operation", []string{"co_id", "operation", "since", "id"}, false, "operation <> 'add'"})
			has("history", index{"history_members", []string{"co_group_id", "record_id"}, false, "resource = 'CoGroupMember'"})
			has("deliveries", index{"deliveries_due", []string{"co_provisioning_target_id", "due", "claimed", "since"}, false, "due IS NOT NULL"})
		})
	}
}
