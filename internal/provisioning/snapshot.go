package provisioning

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

// provisionedStatuses are the statuses of the people that targets receive.
var provisionedStatuses = []string{comity.Active, comity.GracePeriod, comity.Expired, comity.Suspended, comity.Locked}

// Snapshots reads what targets should hold.
type Snapshots struct{ store *db.DB }

// NewSnapshots returns the snapshots of what is in a store.
func NewSnapshots(s *db.DB) *Snapshots { return &Snapshots{s} }

// Read reads a target's settings and the state of subjects to provision it with, all as of one moment,
// in a fixed number of queries. The snapshots come in the order of the subjects.
func (r *Snapshots) Read(ctx context.Context, target int64, subjects []comity.Subject) (comity.Destination, []comity.Snapshot, error) {
	var d comity.Destination
	var out []comity.Snapshot
	err := r.store.Snapshot(ctx, func(tx *db.Tx) (err error) {
		out = nil
		if d, err = store.Destination(ctx, tx, target); err != nil {
			return err
		}
		of := map[comity.SubjectKind][]int64{}
		for _, s := range subjects {
			of[s.Kind] = append(of[s.Kind], s.Id)
		}
		present, err := presentPeople(ctx, tx, d, of[comity.KindPerson])
		if err != nil {
			return err
		}
		groups, err := presentGroups(ctx, tx, d, of[comity.KindGroup])
		if err != nil {
			return err
		}
		maps.Copy(present, groups)
		for _, s := range subjects {
			if is := present[s]; is != nil {
				out = append(out, *is)
			} else {
				out = append(out, comity.Snapshot{Subject: s, Gone: true})
			}
		}
		return nil
	})
	if errors.Is(err, db.ErrNotFound) {
		err = comity.Missing(comity.CoProvisioningTarget.UnknownOnDelete)
	}
	if err != nil {
		return d, nil, fmt.Errorf("snapshots for target %d: %w", target, err)
	}
	return d, out, nil
}

// presentPeople returns the snapshots of those of the people that are present for the target.
func presentPeople(ctx context.Context, tx *db.Tx, d comity.Destination, ids []int64) (map[comity.Subject]*comity.Snapshot, error) {
	bySubject := map[comity.Subject]*comity.Snapshot{}
	if len(ids) == 0 {
		return bySubject, nil
	}
	now := tx.Now()
	var records []*comity.Record
	err := store.LaterBy(ctx, tx, comity.CoPerson.Resource, "id", ids, func(_ int64, p *comity.Record) {
		if p.CoId == d.Target.CoId {
			records = append(records, p)
		}
	})
	if err != nil {
		return nil, err
	}
	memberships, err := groups.MembershipsNow(ctx, tx, ids, comity.Active, now)
	if err != nil {
		return nil, err
	}
	only := d.Target.Int(comity.CoProvisioningTarget.ProvisionCoGroupId)
	present := map[int64]*comity.Snapshot{}
	for _, p := range records {
		in := only == 0 || slices.ContainsFunc(memberships, func(m groups.PersonMembership) bool {
			return m.CoPersonId == p.Id && m.CoGroupId == only
		})
		if in && slices.Contains(provisionedStatuses, p.Text(comity.CoPerson.Status)) {
			present[p.Id] = &comity.Snapshot{Subject: comity.PersonSubject(p.Id), Person: p}
		}
	}
	if err := fillSnapshots(ctx, tx, present); err != nil {
		return nil, err
	}
	for _, m := range memberships {
		if s := present[m.CoPersonId]; s != nil && showsMembership(s.Person, m) {
			s.Members = append(s.Members, m.Name)
		}
	}
	for _, s := range present {
		slices.Sort(s.Members)
		bySubject[s.Subject] = s
	}
	return bySubject, nil
}

// showsMembership says whether a message shows a membership: if the person is Active or in the grace period, and
// always for the group of all members of the CO.
func showsMembership(person *comity.Record, m groups.PersonMembership) bool {
	return comity.CountsAsActive(person.Text(comity.CoPerson.Status)) || m.GroupType == comity.GroupMembers && m.CouId == 0
}

// fillSnapshots reads the dependents of people, with a query per table, in two round trips.
func fillSnapshots(ctx context.Context, tx *db.Tx, present map[int64]*comity.Snapshot) error {
	ids := make([]int64, 0, len(present))
	for id := range present {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	now := tx.Now()
	for _, part := range []struct {
		resource *comity.Resource
		put      func(*comity.Snapshot, *comity.Record)
	}{
		{comity.Name.Resource, func(s *comity.Snapshot, r *comity.Record) { s.Names = append(s.Names, r) }},
		{comity.Identifier.Resource, func(s *comity.Snapshot, r *comity.Record) {
			if r.Text(comity.Identifier.Status) == comity.Active {
				s.Identifiers = append(s.Identifiers, r)
			}
		}},
		{comity.EmailAddress.Resource, func(s *comity.Snapshot, r *comity.Record) { s.EmailAddresses = append(s.EmailAddresses, r) }},
		{comity.Url.Resource, func(s *comity.Snapshot, r *comity.Record) { s.Urls = append(s.Urls, r) }},
	} {
		put := func(person int64, rec *comity.Record) { part.put(present[person], rec) }
		// Without a limit: with one, PostgreSQL would scan the table in the order of its ids.
		if err := store.LaterBy(ctx, tx, part.resource, comity.OwnerCO.Column, ids, put); err != nil {
			return err
		}
	}
	roles, err := store.ListBy(ctx, tx, comity.CoPersonRole.Resource, comity.OwnerCO.Column, ids)
	if err != nil {
		return err
	}
	for person, those := range roles {
		for _, r := range those {
			f := comity.CoPersonRole
			begun := !r.Has(f.ValidFrom) || r.Int(f.ValidFrom) <= now.Unix()
			ended := r.Has(f.ValidThrough) && r.Int(f.ValidThrough) < now.Unix()
			if begun && !ended && comity.CountsAsActive(r.Text(f.Status)) {
				present[person].Roles = append(present[person].Roles, comity.RoleSnapshot{Role: r})
			}
		}
	}
	return fillRoles(ctx, tx, present)
}

// fillRoles sorts the roles and reads their dependents.
func fillRoles(ctx context.Context, tx *db.Tx, present map[int64]*comity.Snapshot) error {
	var ids []int64
	byID := map[int64]*comity.RoleSnapshot{}
	for _, s := range present {
		slices.SortFunc(s.Roles, func(a, b comity.RoleSnapshot) int { return comity.CompareRoles(a.Role, b.Role) })
		for i := range s.Roles {
			ids = append(ids, s.Roles[i].Role.Id)
			byID[s.Roles[i].Role.Id] = &s.Roles[i]
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	err := store.LaterBy(ctx, tx, comity.Address.Resource, comity.OwnerRole.Column, ids, func(role int64, rec *comity.Record) {
		byID[role].Addresses = append(byID[role].Addresses, rec)
	})
	if err != nil {
		return err
	}
	numbers, err := store.ListBy(ctx, tx, comity.TelephoneNumber.Resource, comity.OwnerRole.Column, ids)
	for id, role := range byID {
		role.TelephoneNumbers = numbers[id]
	}
	return err
}
