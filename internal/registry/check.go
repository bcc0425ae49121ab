package registry

import (
	"context"
	"fmt"
	"slices"

	"comity"
	"comity/internal/store"
	"comity/internal/store/admin"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

// Check compares the registry with its rules, as of one moment, and returns the violations. It changes
// nothing.
func (r *Registry) Check(ctx context.Context) ([]admin.Problem, error) {
	var problems []admin.Problem
	err := r.store.Snapshot(ctx, func(tx *db.Tx) error {
		problems = nil
		types := make([]string, len(ownGroups))
		for i, g := range ownGroups {
			types[i] = g.groupType
		}
		checks := []func() ([]admin.Problem, error){
			func() ([]admin.Problem, error) { return admin.CheckReferences(ctx, tx) },
			func() ([]admin.Problem, error) { return admin.CheckUniques(ctx, tx) },
			func() ([]admin.Problem, error) { return admin.CheckUnits(ctx, tx) },
			func() ([]admin.Problem, error) { return admin.CheckOwnGroups(ctx, tx, types) },
			func() ([]admin.Problem, error) { return admin.CheckNames(ctx, tx) },
			func() ([]admin.Problem, error) { return admin.CheckMoved(ctx, tx) },
			func() ([]admin.Problem, error) { return admin.CheckManagers(ctx, tx) },
			func() ([]admin.Problem, error) { return admin.CheckNestings(ctx, tx) },
			func() ([]admin.Problem, error) { return admin.CheckTargetColumns(ctx, tx) },
			func() ([]admin.Problem, error) { return checkValues(ctx, tx) },
			func() ([]admin.Problem, error) { return checkMemberships(ctx, tx) },
			func() ([]admin.Problem, error) { return admin.CheckHistory(ctx, tx) },
		}
		for _, check := range checks {
			found, err := check()
			if err != nil {
				return err
			}
			problems = append(problems, found...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("check the registry: %w", err)
	}
	return problems, nil
}

// checkMemberships checks the automatic and derived memberships, CO by CO.
func checkMemberships(ctx context.Context, tx *db.Tx) ([]admin.Problem, error) {
	var problems []admin.Problem
	// The memberships of a CO with a long change under way are not up to date yet.
	under, err := groups.LongChanges(ctx, tx, checkedAtOnce)
	if err != nil {
		return nil, err
	}
	for after := int64(0); ; {
		cos, err := store.List(ctx, tx, comity.Co.Resource, after, checkedAtOnce)
		if err != nil || len(cos) == 0 {
			return problems, err
		}
		for _, co := range cos {
			if slices.ContainsFunc(under, func(l groups.LongChange) bool { return l.CoId == co.Id }) {
				continue
			}
			found, err := admin.CheckAutomatic(ctx, tx, co.Id, automatic)
			if err != nil {
				return nil, err
			}
			problems = append(problems, found...)
			if found, err = checkNestings(ctx, tx, co.Id); err != nil {
				return nil, err
			}
			problems = append(problems, found...)
		}
		after = cos[len(cos)-1].Id
	}
}

// checkedAtOnce is how many records are read at a time.
const checkedAtOnce = 1000

// maxFound is how many records are reported per field.
const maxFound = 20

// checkValues validates every stored text, and the rules over several fields, as it does those of a request:
// stored values may come from a time when more was accepted.
func checkValues(ctx context.Context, tx *db.Tx) (problems []admin.Problem, err error) {
	for _, res := range comity.Stored() {
		found := map[string]int{}
		for after := int64(0); ; {
			page, err := store.List(ctx, tx, res, after, checkedAtOnce)
			if err != nil {
				return nil, err
			}
			if len(page) == 0 {
				break
			}
			for _, rec := range page {
				problems = append(problems, checkRecord(rec, found)...)
			}
			after = page[len(page)-1].Id
		}
	}
	return problems, nil
}

// checkRecord returns the problems of one record, and counts them by field in found.
func checkRecord(rec *comity.Record, found map[string]int) (problems []admin.Problem) {
	for _, fieldError := range refused(rec) {
		if found[fieldError.Field]++; found[fieldError.Field] <= maxFound {
			problems = append(problems, admin.Problem{
				Rule:  fmt.Sprintf("%s.%s is what it says", rec.Resource.Singular, fieldError.Field),
				Where: fmt.Sprintf("%s %d: %s; give it another value", rec.Resource.Singular, rec.Id, fieldError.Sentence),
			})
		}
	}
	return problems
}

// refused returns the field errors that a request with the record's values would have.
func refused(rec *comity.Record) (fieldErrors []comity.FieldError) {
	for _, f := range rec.Resource.Fields {
		if sentence := f.Refuses(rec.Text(f)); f.Kind == comity.Text && sentence != "" {
			fieldErrors = append(fieldErrors, comity.FieldError{Field: f.Column, Sentence: sentence})
		}
	}
	return append(fieldErrors, rec.Resource.Check(rec)...)
}

// checkNestings checks the graph of groups of a CO and the memberships derived from it.
func checkNestings(ctx context.Context, tx *db.Tx, coID int64) (problems []admin.Problem, err error) {
	nestings, err := groups.Nestings(ctx, tx, coID, comity.Active)
	if err != nil || len(nestings) == 0 {
		return nil, err
	}
	for _, n := range nestings {
		if reaches(nestings, n.Target, n.Group) {
			problems = append(problems, admin.Problem{Rule: "nestings have no cycle", Where: fmt.Sprintf("nesting %d", n.Id)})
		}
	}
	for after := int64(0); ; {
		people, err := groups.PeopleOf(ctx, tx, coID, after, checkedAtOnce)
		if err != nil || len(people) == 0 {
			return problems, err
		}
		found, err := admin.CheckNested(ctx, tx, nestings, people)
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
		after = people[len(people)-1]
	}
}
