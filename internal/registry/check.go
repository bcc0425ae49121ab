package registry

import (
	"context"
	"fmt"
	"slices"

	"comity"
	"comity/internal/store"
)

// Check compares the registry with its rules, as of one moment, and returns the violations. It changes
// nothing.
func (r *Registry) Check(ctx context.Context) ([]store.Problem, error) {
	var problems []store.Problem
	err := r.store.Snapshot(ctx, func(tx *store.Tx) error {
		problems = nil
		types := make([]string, len(ownGroups))
		for i, g := range ownGroups {
			types[i] = g.groupType
		}
		checks := []func() ([]store.Problem, error){
			func() ([]store.Problem, error) { return tx.CheckReferences(ctx) },
			func() ([]store.Problem, error) { return tx.CheckUniques(ctx) },
			func() ([]store.Problem, error) { return tx.CheckUnits(ctx) },
			func() ([]store.Problem, error) { return tx.CheckOwnGroups(ctx, types) },
			func() ([]store.Problem, error) { return tx.CheckNames(ctx) },
			func() ([]store.Problem, error) { return tx.CheckMoved(ctx) },
			func() ([]store.Problem, error) { return tx.CheckManagers(ctx) },
			func() ([]store.Problem, error) { return tx.CheckNestings(ctx) },
			func() ([]store.Problem, error) { return tx.CheckTargetColumns(ctx) },
			func() ([]store.Problem, error) { return checkValues(ctx, tx) },
			func() ([]store.Problem, error) { return checkMemberships(ctx, tx) },
			func() ([]store.Problem, error) { return tx.CheckHistory(ctx) },
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
func checkMemberships(ctx context.Context, tx *store.Tx) ([]store.Problem, error) {
	var problems []store.Problem
	// The memberships of a CO with a long change under way are not up to date yet.
	under, err := tx.LongChanges(ctx, checkedAtOnce)
	if err != nil {
		return nil, err
	}
	for after := int64(0); ; {
		cos, err := tx.List(ctx, comity.Co.Resource, after, checkedAtOnce)
		if err != nil || len(cos) == 0 {
			return problems, err
		}
		for _, co := range cos {
			if slices.ContainsFunc(under, func(l store.LongChange) bool { return l.CoId == co.Id }) {
				continue
			}
			found, err := tx.CheckAutomatic(ctx, co.Id, automatic)
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
func checkValues(ctx context.Context, tx *store.Tx) ([]store.Problem, error) {
	var problems []store.Problem
	for _, res := range comity.Stored() {
		found := map[string]int{}
		for after := int64(0); ; {
			page, err := tx.List(ctx, res, after, checkedAtOnce)
			if err != nil {
				return nil, err
			}
			if len(page) == 0 {
				break
			}
			for _, rec := range page {
				for _, fault := range refused(rec) {
					if found[fault.Field]++; found[fault.Field] <= maxFound {
						problems = append(problems, store.Problem{
							Rule:  fmt.Sprintf("%s.%s is what it says", res.Singular, fault.Field),
							Where: fmt.Sprintf("%s %d: %s; give it another value", res.Singular, rec.Id, fault.Sentence),
						})
					}
				}
			}
			after = page[len(page)-1].Id
		}
	}
	return problems, nil
}

// refused returns the faults that a request with the record's values would have.
func refused(rec *comity.Record) (faults []comity.Fault) {
	for _, f := range rec.Resource.Fields {
		if sentence := f.Refuses(rec.Text(f)); f.Kind == comity.Text && sentence != "" {
			faults = append(faults, comity.Fault{Field: f.Column, Sentence: sentence})
		}
	}
	return append(faults, rec.Resource.Check(rec)...)
}

// checkNestings checks the graph of groups of a CO and the memberships derived from it.
func checkNestings(ctx context.Context, tx *store.Tx, coID int64) (problems []store.Problem, err error) {
	nestings, err := tx.Nestings(ctx, coID, comity.Active)
	if err != nil || len(nestings) == 0 {
		return nil, err
	}
	for _, n := range nestings {
		if reaches(nestings, n.Target, n.Group) {
			problems = append(problems, store.Problem{Rule: "nestings have no cycle", Where: fmt.Sprintf("nesting %d", n.Id)})
		}
	}
	for after := int64(0); ; {
		people, err := tx.PeopleOf(ctx, coID, after, checkedAtOnce)
		if err != nil || len(people) == 0 {
			return problems, err
		}
		found, err := tx.CheckNested(ctx, nestings, people)
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
		after = people[len(people)-1]
	}
}
