package admin

import (
	"context"
	"fmt"
	"strings"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

// Problem is a rule that records in the database break.
type Problem struct {
	// Rule is the rule as it should hold, Where names the records that break it.
	Rule, Where string
}

// String returns the problem on one line.
func (p Problem) String() string { return p.Rule + ": " + p.Where }

// maxProblems is the maximum number of problems that are reported for one rule.
const maxProblems = 20

// CheckReferences finds references to records that do not exist or are in another CO.
func CheckReferences(ctx context.Context, tx *db.Tx) ([]Problem, error) {
	var problems []Problem
	for _, r := range comity.Stored() {
		for _, link := range comity.LinksTo(r) {
			child := link.Field.Resource()
			if link.Field == child.CoId() {
				continue
			}
			there := "p.co_id = c.co_id"
			if r == comity.Co.Resource {
				there = "p.id = c.co_id"
			}
			sql := fmt.Sprintf(`SELECT c.id, c.%[1]s FROM %[2]s c WHERE c.%[1]s IS NOT NULL
				AND NOT EXISTS (SELECT 1 FROM %[3]s p WHERE p.id = c.%[1]s AND %[4]s) ORDER BY c.id`, link.Column, child.Table, r.Table, there)
			rule := fmt.Sprintf("%s.%s names a %s of the same CO", child.Singular, link.Column, r.Singular)
			found, err := findProblems(ctx, tx, rule, sql, nil, func(row *db.Row) string {
				return fmt.Sprintf("%s %d names %d", child.Singular, row.Int(), row.Int())
			})
			if err != nil {
				return nil, err
			}
			problems = append(problems, found...)
		}
	}
	return problems, nil
}

// CheckHistory finds records whose newest revision is not in force and revisions that are in force but not
// the newest.
func CheckHistory(ctx context.Context, tx *db.Tx) ([]Problem, error) {
	var problems []Problem
	for _, r := range comity.Stored() {
		sql := fmt.Sprintf(`SELECT t.id FROM %s t WHERE NOT EXISTS (SELECT 1 FROM history h
			WHERE h.resource = $1 AND h.record_id = t.id AND h.revision = t.revision AND h.until IS NULL) ORDER BY t.id`, r.Table)
		found, err := findProblems(ctx, tx, r.Singular+" has its newest revision in the history", sql, db.Args{r.Singular}, func(row *db.Row) string {
			return fmt.Sprintf("%s %d", r.Singular, row.Int())
		})
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
		sql = fmt.Sprintf(`SELECT h.record_id, h.revision FROM history h WHERE h.resource = $1 AND h.until IS NULL
			AND NOT EXISTS (SELECT 1 FROM %s t WHERE t.id = h.record_id AND t.revision = h.revision) ORDER BY h.record_id`, r.Table)
		found, err = findProblems(ctx, tx, r.Singular+" has one revision in force", sql, db.Args{r.Singular}, func(row *db.Row) string {
			return fmt.Sprintf("%s %d, revision %d", r.Singular, row.Int(), row.Int())
		})
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

// CheckNames finds owners of names that do not have exactly one primary name.
func CheckNames(ctx context.Context, tx *db.Tx) ([]Problem, error) {
	var problems []Problem
	for _, o := range comity.Name.Person.Owners {
		sql := fmt.Sprintf(`SELECT %[1]s, sum(CASE WHEN primary_name THEN 1 ELSE 0 END) FROM names WHERE %[1]s IS NOT NULL
			GROUP BY %[1]s HAVING sum(CASE WHEN primary_name THEN 1 ELSE 0 END) <> 1 ORDER BY 1`, o.Column)
		found, err := findProblems(ctx, tx, "exactly one name is primary", sql, nil, func(row *db.Row) string {
			return fmt.Sprintf("%s %d has %d primary names: make one primary", o.Target, row.Int(), row.Int())
		})
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

// CheckUniques finds records that have the same values in the fields of a unique.
func CheckUniques(ctx context.Context, tx *db.Tx) ([]Problem, error) {
	var problems []Problem
	for _, r := range comity.Stored() {
		for _, u := range r.Uniques {
			var columns, where []string
			if u.PerCO {
				columns = append(columns, "co_id")
			}
			for _, f := range u.Fields {
				columns = append(columns, store.FieldColumns(f)...)
			}
			where = append(where, "1 = 1")
			if u.NotOwned != "" {
				o, _ := r.Owner().Owner(u.NotOwned)
				where = append(where, o.Column+" IS NULL")
			}
			if u.Unset != nil {
				where = append(where, u.Unset.Column+" IS NULL")
			}
			sql := fmt.Sprintf(`SELECT min(id), count(*) FROM %s WHERE %s GROUP BY %s HAVING count(*) > 1 ORDER BY 1`,
				r.Table, strings.Join(where, " AND "), strings.Join(columns, ", "))
			found, err := findProblems(ctx, tx, string(u.Phrase), sql, nil, func(row *db.Row) string {
				return fmt.Sprintf("%s %d shares it with %d others", r.Singular, row.Int(), row.Int()-1)
			})
			if err != nil {
				return nil, err
			}
			problems = append(problems, found...)
		}
	}
	return problems, nil
}

// CheckUnits finds units that are their own ancestors.
func CheckUnits(ctx context.Context, tx *db.Tx) ([]Problem, error) {
	return findProblems(ctx, tx, "units form a tree", `WITH RECURSIVE up (start, id) AS (
			SELECT id, parent_id FROM cous WHERE parent_id IS NOT NULL
			UNION SELECT up.start, u.parent_id FROM cous u JOIN up ON u.id = up.id WHERE u.parent_id IS NOT NULL)
		SELECT start FROM up WHERE id = start ORDER BY start`, nil,
		func(row *db.Row) string { return fmt.Sprintf("Cou %d is above itself", row.Int()) })
}

// CheckOwnGroups finds COs and units that lack one of the groups that are created with them; types are
// the types of these groups.
func CheckOwnGroups(ctx context.Context, tx *db.Tx, types []string) ([]Problem, error) {
	var problems []Problem
	for _, of := range []struct{ table, co, unit string }{
		{"cos", "o.id", "g.cou_id IS NULL"},
		{"cous", "o.co_id", "g.cou_id = o.id"},
	} {
		var a db.Args
		in := db.List(&a, types)
		sql := fmt.Sprintf(`SELECT o.id, (SELECT count(*) FROM co_groups g WHERE g.co_id = %[1]s AND %[2]s AND g.group_type IN %[3]s)
			FROM %[4]s o WHERE (SELECT count(*) FROM co_groups g WHERE g.co_id = %[1]s AND %[2]s AND g.group_type IN %[3]s) <> %[5]d ORDER BY o.id`,
			of.co, of.unit, in, of.table, len(types))
		found, err := findProblems(ctx, tx, "every CO and COU has its own groups", sql, a, func(row *db.Row) string {
			return fmt.Sprintf("%s %d has %d of %d", of.table, row.Int(), row.Int(), len(types))
		})
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

// CheckTargetColumns finds targets whose columns for the queue are not as their settings say.
func CheckTargetColumns(ctx context.Context, tx *db.Tx) ([]Problem, error) {
	var problems []Problem
	for _, r := range comity.TargetSettings() {
		column := func(name, none string) string {
			if f := r.QueueField(name); f != nil {
				return fmt.Sprintf("coalesce(s.%s, %s)", f.Column, none)
			}
			return none
		}
		sql := fmt.Sprintf(`SELECT t.id FROM co_provisioning_targets t LEFT JOIN %s s ON s.co_provisioning_target_id = t.id
			WHERE t.plugin = $1 AND (coalesce(t.identifier_type, '') <> %s OR coalesce(t.workers, 0) <> %s OR t.include_groups <> %s) ORDER BY t.id`,
			r.Table, column(comity.QueueIdentifierType, "''"), column(comity.QueueWorkers, "0"), column(comity.QueueIncludeGroups, "false"))
		found, err := findProblems(ctx, tx, "the queue serves a target as its "+r.Singular+" says", sql, db.Args{r.Plugin}, func(row *db.Row) string {
			return fmt.Sprintf("CoProvisioningTarget %d: edit its %s", row.Int(), r.Singular)
		})
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

// CheckAutomatic finds automatic memberships of a CO that differ from the rule.
func CheckAutomatic(ctx context.Context, tx *db.Tx, coID int64, rule groups.AutomaticRule) ([]Problem, error) {
	d, err := groups.AutomaticDifference(ctx, tx, rule, groups.Scope{CoId: coID})
	return problemsOf(d, "automatic memberships follow people and roles"), err
}

// CheckNested finds derived memberships of people that differ from the nestings of their CO.
func CheckNested(ctx context.Context, tx *db.Tx, nestings []groups.Nesting, people []int64) ([]Problem, error) {
	d, err := groups.NestedDifference(ctx, tx, nestings, people)
	return problemsOf(d, "nested memberships follow the nestings"), err
}

// problemsOf returns the memberships of a difference as problems.
func problemsOf(d groups.Difference, rule string) (found []Problem) {
	for _, wrong := range []struct {
		memberships []groups.Membership
		word        string
	}{{d.Sorted(), "should not"}, {d.Missing, "should"}} {
		for _, m := range wrong.memberships[:min(len(wrong.memberships), maxProblems)] {
			found = append(found, Problem{rule, fmt.Sprintf("person %d %s be in group %d", m.Person, wrong.word, m.Group)})
		}
	}
	return found
}

func findProblems(ctx context.Context, tx *db.Tx, rule, sql string, a db.Args, say func(*db.Row) string) ([]Problem, error) {
	var found []Problem
	err := tx.Query(ctx, fmt.Sprintf("%s LIMIT %d", sql, maxProblems), a, func(row *db.Row) error {
		found = append(found, Problem{rule, say(row)})
		return nil
	})
	return found, err
}
