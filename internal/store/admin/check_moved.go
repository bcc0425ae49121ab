package admin

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store/db"
)

// CheckMoved finds problems that records left when they moved to another owner: a former owner of names
// that has none now, though the last one cannot be deleted, and an email address that is verified though
// another owner verified it.
func CheckMoved(ctx context.Context, tx *db.Tx) ([]Problem, error) {
	var problems []Problem
	for _, o := range comity.Name.Person.Owners {
		sql := fmt.Sprintf(`SELECT DISTINCT h.%[1]s FROM history h JOIN %[2]s p ON p.id = h.%[1]s
			WHERE h.resource = $1 AND NOT EXISTS (SELECT 1 FROM names n WHERE n.%[1]s = h.%[1]s) ORDER BY 1`,
			o.Column, comity.ByName(o.Target).Table)
		found, err := findProblems(ctx, tx, "who has had a name has one", sql, db.Args{comity.Name.Singular}, func(row *db.Row) string {
			return fmt.Sprintf("%s %d has none, since the last one was given to another: add one", o.Target, row.Int())
		})
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	const verified = "CAST(%s.data ->> 'Verified' AS text) IN ('1', 'true')"
	sql := fmt.Sprintf(`SELECT e.id FROM email_addresses e WHERE e.verified AND EXISTS (
			SELECT 1 FROM history a JOIN history b ON b.resource = a.resource AND b.record_id = a.record_id AND b.revision = a.revision + 1
			WHERE a.resource = $1 AND a.record_id = e.id AND a.data ->> 'Person' <> b.data ->> 'Person' AND %s
			AND NOT EXISTS (SELECT 1 FROM history c WHERE c.resource = a.resource AND c.record_id = a.record_id
				AND c.revision > b.revision AND NOT %s)) ORDER BY e.id`,
		fmt.Sprintf(verified, "b"), fmt.Sprintf(verified, "c"))
	found, err := findProblems(ctx, tx, "an address is verified for its owner", sql, db.Args{comity.EmailAddress.Singular}, func(row *db.Row) string {
		return fmt.Sprintf("EmailAddress %d was verified for another owner, who gave it away: delete it and add it again", row.Int())
	})
	return append(problems, found...), err
}

// CheckManagers finds people who are their own managers.
func CheckManagers(ctx context.Context, tx *db.Tx) ([]Problem, error) {
	return findProblems(ctx, tx, "nobody is their own manager", `SELECT id, co_person_id FROM co_person_roles
		WHERE manager_co_person_id = co_person_id ORDER BY id`, nil,
		func(row *db.Row) string {
			return fmt.Sprintf("CoPersonRole %d names its own person %d: give it another manager or none", row.Int(), row.Int())
		})
}

// CheckNestings finds groups that are nested into another more than once, with or without Negate.
func CheckNestings(ctx context.Context, tx *db.Tx) ([]Problem, error) {
	return findProblems(ctx, tx, "a group is nested into another once", `SELECT n.co_group_id, n.target_co_group_id, min(n.id), max(n.id)
		FROM co_group_nestings n GROUP BY n.co_group_id, n.target_co_group_id HAVING count(*) > 1 ORDER BY 3`, nil,
		func(row *db.Row) string {
			return fmt.Sprintf("group %d is in group %d by nesting %d and by %d: delete one of them", row.Int(), row.Int(), row.Int(), row.Int())
		})
}
