package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"comity"
	"comity/internal/store"
)

// provisioned are the statuses of the people that targets are told about.
var provisioned = []string{comity.Active, comity.GracePeriod, comity.Expired, comity.Suspended, comity.Locked}

// Snapshots reads a target's settings and what it is to know about people, all as of one moment, in
// a fixed number of queries. The snapshots come in the order of the ids.
func (r *Registry) Snapshots(ctx context.Context, target int64, people []int64) (comity.Destination, []comity.Snapshot, error) {
	var d comity.Destination
	var out []comity.Snapshot
	err := r.store.Snapshot(ctx, func(tx *store.Tx) (err error) {
		if d, err = tx.Destination(ctx, target); err != nil {
			return err
		}
		out, err = snapshots(ctx, tx, d, people)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = comity.Missing(comity.CoProvisioningTarget.UnknownOnDelete)
	}
	if err != nil {
		return d, nil, fmt.Errorf("snapshots for target %d: %w", target, err)
	}
	return d, out, nil
}

func snapshots(ctx context.Context, tx *store.Tx, d comity.Destination, ids []int64) ([]comity.Snapshot, error) {
	now, err := tx.Now(ctx)
	if err != nil {
		return nil, err
	}
	records, err := tx.List(ctx, comity.CoPerson.Resource, 0, len(ids), store.In("id", ids), store.Equal("co_id", d.Target.CoId))
	if err != nil {
		return nil, err
	}
	memberships, err := tx.MembershipsNow(ctx, ids, comity.Active, now)
	if err != nil {
		return nil, err
	}
	only := d.Target.Int(comity.CoProvisioningTarget.ProvisionCoGroupId)
	present := map[int64]*comity.Snapshot{}
	for _, p := range records {
		in := only == 0 || slices.ContainsFunc(memberships, func(m store.Membership) bool {
			return m.CoPersonId == p.Id && m.CoGroupId == only
		})
		if in && slices.Contains(provisioned, p.Text(comity.CoPerson.Status)) {
			present[p.Id] = &comity.Snapshot{PersonId: p.Id, Person: p}
		}
	}
	if err := fillSnapshots(ctx, tx, present); err != nil {
		return nil, err
	}
	for _, m := range memberships {
		if s := present[m.CoPersonId]; s != nil && counts(s.Person, m) {
			s.Members = append(s.Members, m.Name)
		}
	}
	out := make([]comity.Snapshot, len(ids))
	for i, id := range ids {
		out[i] = comity.Snapshot{PersonId: id, Gone: true}
		if s := present[id]; s != nil {
			slices.Sort(s.Members)
			out[i] = *s
		}
	}
	return out, nil
}

// counts says whether a message shows a membership: while the person is Active or in the grace
// period, and that in all members of the CO always.
func counts(person *comity.Record, m store.Membership) bool {
	return slices.Contains(automatic.Active, person.Text(comity.CoPerson.Status)) ||
		m.GroupType == automatic.AllGroup && m.CouId == 0
}

// fillSnapshots reads what hangs on people, a query per table.
func fillSnapshots(ctx context.Context, tx *store.Tx, present map[int64]*comity.Snapshot) error {
	ids := make([]int64, 0, len(present))
	for id := range present {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
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
		{comity.CoPersonRole.Resource, func(s *comity.Snapshot, r *comity.Record) {
			f := comity.CoPersonRole
			begun := !r.Has(f.ValidFrom) || r.Int(f.ValidFrom) <= now.Unix()
			ended := r.Has(f.ValidThrough) && r.Int(f.ValidThrough) < now.Unix()
			if begun && !ended && slices.Contains(automatic.Active, r.Text(f.Status)) {
				s.Roles = append(s.Roles, comity.RoleSnapshot{Role: r})
			}
		}},
	} {
		// All of them: a limit would have PostgreSQL go through the table in the order of its ids.
		records, err := tx.ListBy(ctx, part.resource, comity.OwnerCO.Column, ids)
		if err != nil {
			return err
		}
		for person, those := range records {
			for _, rec := range those {
				part.put(present[person], rec)
			}
		}
	}
	return fillRoles(ctx, tx, present)
}

// fillRoles puts roles in order and reads what hangs on them.
func fillRoles(ctx context.Context, tx *store.Tx, present map[int64]*comity.Snapshot) error {
	var ids []int64
	byID := map[int64]*comity.RoleSnapshot{}
	for _, s := range present {
		slices.SortFunc(s.Roles, func(a, b comity.RoleSnapshot) int {
			return cmp.Or(cmp.Compare(rank(a.Role), rank(b.Role)), cmp.Compare(a.Role.Id, b.Role.Id))
		})
		for i := range s.Roles {
			ids = append(ids, s.Roles[i].Role.Id)
			byID[s.Roles[i].Role.Id] = &s.Roles[i]
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	addresses, err := tx.ListBy(ctx, comity.Address.Resource, comity.OwnerRole.Column, ids)
	if err != nil {
		return err
	}
	numbers, err := tx.ListBy(ctx, comity.TelephoneNumber.Resource, comity.OwnerRole.Column, ids)
	for id, role := range byID {
		role.Addresses, role.TelephoneNumbers = addresses[id], numbers[id]
	}
	return err
}

// rank is a role's place; one without any comes last.
func rank(role *comity.Record) int64 {
	if !role.Has(comity.CoPersonRole.Ordr) {
		return math.MaxInt64
	}
	return role.Int(comity.CoPersonRole.Ordr)
}
