package registry

import (
	"context"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// prepared is what the rules need to know about records of one resource that are added in one transaction. It is read
// at once before the first; what it does not hold is read for each record.
type prepared struct {
	// types has the active types by CO and names.
	types map[string]map[comity.ExtendedType]bool
	// groups are the groups of new members.
	groups map[int64]*comity.Record
	// primary has the primary names of the owners of new names, nil for none. An entry is taken out once it was used.
	primary map[owner]*comity.Record
	// people are the people of new roles, statuses those of their roles.
	people   map[int64]*comity.Record
	statuses map[int64][]string
}

// owner is the owner of a record.
type owner struct {
	column string
	id     int64
}

func ownerOf(rec *comity.Record) owner {
	f := rec.Resource.Owner()
	o, _ := f.Owner(rec.Text(f))
	return owner{o.Column, rec.Int(f)}
}

// prepare reads what adding the records, all of one resource, asks of the database for each. Records with field
// errors ask nothing.
func (p *prepared) prepare(ctx context.Context, tx *db.Tx, pending []pendingRecord) error {
	var records []*comity.Record
	for _, n := range pending {
		if len(n.fieldErrors) == 0 {
			records = append(records, n.record)
		}
	}
	if len(records) < 2 {
		return nil
	}
	r := records[0].Resource
	p.types = map[string]map[comity.ExtendedType]bool{}
	if err := store.PrepareAdds(ctx, tx, records, rulesOf(r).exclusive, comity.MaxDependents); err != nil {
		return err
	}
	switch r {
	case comity.CoGroupMember.Resource:
		return p.findGroups(ctx, tx, records)
	case comity.Name.Resource:
		return p.findPrimaryNames(ctx, tx, records)
	case comity.CoPersonRole.Resource:
		return p.findPeople(ctx, tx, records)
	}
	return nil
}

func (p *prepared) findGroups(ctx context.Context, tx *db.Tx, records []*comity.Record) error {
	p.groups = map[int64]*comity.Record{}
	var ids []int64
	for _, rec := range records {
		ids = append(ids, rec.Int(comity.CoGroupMember.CoGroupId))
	}
	groups, err := store.ListBy(ctx, tx, comity.CoGroup.Resource, "id", distinct(ids))
	for id, found := range groups {
		p.groups[id] = found[0]
	}
	return err
}

func (p *prepared) findPrimaryNames(ctx context.Context, tx *db.Tx, records []*comity.Record) error {
	p.primary = map[owner]*comity.Record{}
	ids := map[string][]int64{}
	for _, rec := range records {
		if rec.Has(comity.Name.Person) {
			o := ownerOf(rec)
			p.primary[o] = nil
			ids[o.column] = append(ids[o.column], o.id)
		}
	}
	for column, of := range ids {
		names, err := store.ListBy(ctx, tx, comity.Name.Resource, column, distinct(of), store.Equal(comity.Name.PrimaryName.Column, true))
		if err != nil {
			return err
		}
		for id, found := range names {
			p.primary[owner{column, id}] = found[0]
		}
	}
	return nil
}

// takePrimaryName returns the primary name of a new name's owner, nil for none, if that is known. After the new name
// it is not.
func (p *prepared) takePrimaryName(name *comity.Record) (primary *comity.Record, known bool) {
	o := ownerOf(name)
	primary, known = p.primary[o]
	delete(p.primary, o)
	return primary, known
}

func (p *prepared) findPeople(ctx context.Context, tx *db.Tx, records []*comity.Record) (err error) {
	p.people = map[int64]*comity.Record{}
	var ids []int64
	for _, rec := range records {
		if id := rec.OwnedBy(comity.OwnerCO); id != 0 {
			ids = append(ids, id)
		}
	}
	ids = distinct(ids)
	people, err := store.ListBy(ctx, tx, comity.CoPerson.Resource, "id", ids)
	if err != nil {
		return err
	}
	for id, found := range people {
		p.people[id] = found[0]
	}
	p.statuses, err = store.RoleStatusesOf(ctx, tx, ids)
	return err
}

// withRole returns the statuses of a person's roles with a new one, and the person; nil if they are not known.
func (p *prepared) withRole(id int64, role *comity.Record) ([]string, *comity.Record) {
	if p.people[id] == nil {
		return nil, nil
	}
	p.statuses[id] = append(p.statuses[id], role.Text(comity.CoPersonRole.Status))
	return p.statuses[id], p.people[id]
}
