package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"comity"
	"comity/internal/authz"
)

// PersonView is a person with everything about them that the caller may see.
type PersonView struct {
	// Record has in Expanded its dependents, a list for each resource that can have some; roles, org identity
	// links and other dependents have their own dependents in their Expanded.
	Record *comity.Record
	// Named are the records that any of these refer to, by resource and id.
	Named Named
	// Reasons has the reason of each membership, by the membership's id.
	Reasons map[int64]MembershipReason
}

// Named are records by resource and id. A person comes with the primary name in Expanded, if they have one.
type Named map[*comity.Resource]map[int64]*comity.Record

// Of returns the record that a field refers to, nil if there is none or the caller may not see it.
func (n Named) Of(rec *comity.Record, f *comity.Field) *comity.Record {
	return n[f.Refers()][rec.Int(f)]
}

// Dependents returns the dependents of a record that are of a resource.
func Dependents(rec *comity.Record, res *comity.Resource) []*comity.Record {
	i := slices.IndexFunc(rec.Expanded, func(e comity.Expansion) bool { return e.Resource == res })
	if i < 0 {
		return nil
	}
	return rec.Expanded[i].Records
}

// Person returns a person with everything about them, in a fixed number of queries.
func (r *Reader) Person(ctx context.Context, caller authz.Caller, id int64) (p PersonView, err error) {
	err = r.read(ctx, caller, func(in reading) (err error) {
		if p.Record, err = in.one(ctx, comity.CoPerson.Resource, id); err != nil {
			return err
		}
		return in.expandPerson(ctx, &p, in)
	})
	if err != nil {
		return PersonView{}, fmt.Errorf("view person %d: %w", id, err)
	}
	return p, nil
}

// source is what a person view reads from: the present, or the past.
type source interface {
	dependents(ctx context.Context, res *comity.Resource, column string, ids []int64) (map[int64][]*comity.Record, error)
	byID(ctx context.Context, res *comity.Resource, ids []int64) (map[int64]*comity.Record, error)
	primaryNames(ctx context.Context, people []int64) (map[int64]*comity.Record, error)
}

// expandPerson reads the dependents of a person, of the person's roles and org identities, and the records
// that all these refer to.
func (r reading) expandPerson(ctx context.Context, p *PersonView, from source) error {
	person := []*comity.Record{p.Record}
	all := &gathered{source: from, records: slices.Clone(person)}
	if err := all.expand(ctx, comity.CoPerson.Resource, person); err != nil {
		return err
	}
	if err := all.expand(ctx, comity.CoPersonRole.Resource, Dependents(p.Record, comity.CoPersonRole.Resource)); err != nil {
		return err
	}
	if err := all.expandLinked(ctx, Dependents(p.Record, comity.CoOrgIdentityLink.Resource)); err != nil {
		return err
	}
	slices.SortStableFunc(Dependents(p.Record, comity.Name.Resource), func(a, b *comity.Record) int {
		return -cmp.Compare(a.Int(comity.Name.PrimaryName), b.Int(comity.Name.PrimaryName))
	})
	slices.SortStableFunc(Dependents(p.Record, comity.CoPersonRole.Resource), comity.CompareRoles)
	var err error
	if p.Named, err = all.named(ctx); err != nil {
		return err
	}
	p.Reasons, err = r.reasons(ctx, from, Dependents(p.Record, comity.CoGroupMember.Resource), p.Named)
	return err
}

// gathered are the records of a person view so far.
type gathered struct {
	source
	records []*comity.Record
}

// expand reads the dependents of some records of one resource, with a query for each dependent resource.
// Dependents are the records that are deleted with them.
func (g *gathered) expand(ctx context.Context, res *comity.Resource, records []*comity.Record) error {
	ids := make([]int64, len(records))
	for i, rec := range records {
		ids[i] = rec.Id
		rec.Expanded = nil
	}
	for _, link := range comity.LinksTo(res) {
		if !link.Takes {
			continue
		}
		child := link.Field.Resource()
		dependents, err := g.dependents(ctx, child, link.Column, ids)
		if err != nil {
			return fmt.Errorf("read the %s: %w", child.Plural, err)
		}
		for _, rec := range records {
			rec.Expanded = append(rec.Expanded, comity.Expansion{Resource: child, Records: dependents[rec.Id]})
			g.records = append(g.records, dependents[rec.Id]...)
		}
	}
	return nil
}

// expandLinked puts the org identities of links, with their dependents, in the links' Expanded.
func (g *gathered) expandLinked(ctx context.Context, links []*comity.Record) error {
	f := comity.CoOrgIdentityLink.OrgIdentityId
	var ids []int64
	for _, link := range links {
		ids = append(ids, link.Int(f))
	}
	found, err := g.byID(ctx, f.Refers(), ids)
	if err != nil {
		return err
	}
	var orgs []*comity.Record
	for _, link := range links {
		if org := found[link.Int(f)]; org != nil {
			orgs = append(orgs, org)
			link.Expanded = []comity.Expansion{{Resource: f.Refers(), Records: []*comity.Record{org}}}
		}
	}
	g.records = append(g.records, orgs...)
	return g.expand(ctx, f.Refers(), orgs)
}

// named reads the records that these refer to, with a query for each resource; also those to which nestings
// refer.
func (g *gathered) named(ctx context.Context) (Named, error) {
	named := Named{}
	nesting := comity.CoGroupNesting.Resource
	var err error
	if named[nesting], err = g.byID(ctx, nesting, g.referred(nesting)); err != nil {
		return nil, err
	}
	for _, rec := range named[nesting] {
		g.records = append(g.records, rec)
	}
	for _, res := range comity.Stored() {
		ids := g.referred(res)
		switch {
		case res == nesting || res == comity.Co.Resource || len(ids) == 0:
			continue
		case res == comity.CoPerson.Resource:
			named[res], err = people(ctx, g, ids)
		default:
			named[res], err = g.byID(ctx, res, ids)
		}
		if err != nil {
			return nil, fmt.Errorf("read the %s that are referred to: %w", res.Plural, err)
		}
	}
	return named, nil
}

// referred returns the ids of the records of a resource to which the records refer.
func (g *gathered) referred(res *comity.Resource) (ids []int64) {
	for _, rec := range g.records {
		for _, f := range rec.Resource.Fields {
			if f.Kind == comity.Reference && f.Refers() == res && rec.Has(f) {
				ids = append(ids, rec.Int(f))
			}
		}
	}
	return distinct(ids)
}
