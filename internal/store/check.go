package store

import (
	"context"
	"fmt"
	"strings"

	"comity"
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
func (tx *Tx) CheckReferences(ctx context.Context) ([]Problem, error) {
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
			found, err := tx.problems(ctx, rule, sql, nil, func(row Row) string {
				return fmt.Sprintf("%s %d names %d", child.Singular, row.Int(0), row.Int(1))
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
func (tx *Tx) CheckHistory(ctx context.Context) ([]Problem, error) {
	var problems []Problem
	for _, r := range comity.Stored() {
		sql := fmt.Sprintf(`SELECT t.id FROM %s t WHERE NOT EXISTS (SELECT 1 FROM history h
			WHERE h.resource = $1 AND h.record_id = t.id AND h.revision = t.revision AND h.until IS NULL) ORDER BY t.id`, r.Table)
		found, err := tx.problems(ctx, r.Singular+" has its newest revision in the history", sql, args{r.Singular}, func(row Row) string {
			return fmt.Sprintf("%s %d", r.Singular, row.Int(0))
		})
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
		sql = fmt.Sprintf(`SELECT h.record_id, h.revision FROM history h WHERE h.resource = $1 AND h.until IS NULL
			AND NOT EXISTS (SELECT 1 FROM %s t WHERE t.id = h.record_id AND t.revision = h.revision) ORDER BY h.record_id`, r.Table)
		found, err = tx.problems(ctx, r.Singular+" has one revision in force", sql, args{r.Singular}, func(row Row) string {
			return fmt.Sprintf("%s %d, revision %d", r.Singular, row.Int(0), row.Int(1))
		})
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

// CheckNames finds owners of names that do not have exactly one primary name.
func (tx *Tx) CheckNames(ctx context.Context) ([]Problem, error) {
	var problems []Problem
	for _, o := range comity.Name.Person.Owners {
		sql := fmt.Sprintf(`SELECT %[1]s, sum(CASE WHEN primary_name THEN 1 ELSE 0 END) FROM names WHERE %[1]s IS NOT NULL
			GROUP BY %[1]s HAVING sum(CASE WHEN primary_name THEN 1 ELSE 0 END) <> 1 ORDER BY 1`, o.Column)
		found, err := tx.problems(ctx, "exactly one name is primary", sql, nil, func(row Row) string {
			return fmt.Sprintf("%s %d has %d primary names: make one primary", o.Target, row.Int(0), row.Int(1))
		})
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

// CheckUniques finds records that have the same values in the fields of a unique.
func (tx *Tx) CheckUniques(ctx context.Context) ([]Problem, error) {
	var problems []Problem
	for _, r := range comity.Stored() {
		for _, u := range r.Uniques {
			var columns, where []string
			if u.PerCO {
				columns = append(columns, "co_id")
			}
			for _, f := range u.Fields {
				columns = append(columns, fieldColumns(f)...)
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
			found, err := tx.problems(ctx, u.Phrase, sql, nil, func(row Row) string {
				return fmt.Sprintf("%s %d shares it with %d others", r.Singular, row.Int(0), row.Int(1)-1)
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
func (tx *Tx) CheckUnits(ctx context.Context) ([]Problem, error) {
	return tx.problems(ctx, "units form a tree", `WITH RECURSIVE up (start, id) AS (
			SELECT id, parent_id FROM cous WHERE parent_id IS NOT NULL
			UNION SELECT up.start, u.parent_id FROM cous u JOIN up ON u.id = up.id WHERE u.parent_id IS NOT NULL)
		SELECT start FROM up WHERE id = start ORDER BY start`, nil,
		func(row Row) string { return fmt.Sprintf("Cou %d is above itself", row.Int(0)) })
}

// CheckOwnGroups finds COs and units that lack one of the groups that are created with them; types are
// the types of these groups.
func (tx *Tx) CheckOwnGroups(ctx context.Context, types []string) ([]Problem, error) {
	var problems []Problem
	for _, of := range []struct{ table, co, unit string }{
		{"cos", "o.id", "g.cou_id IS NULL"},
		{"cous", "o.co_id", "g.cou_id = o.id"},
	} {
		var a args
		in := list(&a, types)
		sql := fmt.Sprintf(`SELECT o.id, (SELECT count(*) FROM co_groups g WHERE g.co_id = %[1]s AND %[2]s AND g.group_type IN %[3]s)
			FROM %[4]s o WHERE (SELECT count(*) FROM co_groups g WHERE g.co_id = %[1]s AND %[2]s AND g.group_type IN %[3]s) <> %[5]d ORDER BY o.id`,
			of.co, of.unit, in, of.table, len(types))
		found, err := tx.problems(ctx, "every CO and COU has its own groups", sql, a, func(row Row) string {
			return fmt.Sprintf("%s %d has %d of %d", of.table, row.Int(0), row.Int(1), len(types))
		})
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

// CheckAutomatic finds automatic memberships of a CO that differ from the rule.
func (tx *Tx) CheckAutomatic(ctx context.Context, coID int64, rule AutomaticRule) ([]Problem, error) {
	d, err := tx.automatic(ctx, rule, Scope{CoId: coID})
	return d.problems("automatic memberships follow people and roles"), err
}

// CheckNested finds derived memberships of people that differ from the nestings of their CO.
func (tx *Tx) CheckNested(ctx context.Context, nestings []Nesting, people []int64) ([]Problem, error) {
	d, err := tx.nested(ctx, nestings, people)
	return d.problems("nested memberships follow the nestings"), err
}

func (d difference) problems(rule string) (found []Problem) {
	for _, wrong := range []struct {
		memberships []computed
		word        string
	}{{d.sorted(), "should not"}, {d.missing, "should"}} {
		for _, m := range wrong.memberships[:min(len(wrong.memberships), maxProblems)] {
			found = append(found, Problem{rule, fmt.Sprintf("person %d %s be in group %d", m.person, wrong.word, m.group)})
		}
	}
	return found
}

func (tx *Tx) problems(ctx context.Context, rule, sql string, a args, say func(Row) string) ([]Problem, error) {
	var found []Problem
	err := tx.conn.query(ctx, fmt.Sprintf("%s LIMIT %d", sql, maxProblems), a, func(row Row) error {
		found = append(found, Problem{rule, say(row)})
		return nil
	})
	return found, err
}
