package provisioning

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

// presentGroups returns the snapshots of those of the groups that exist and are Active. The members are the
// people whose own messages name the group, by the identifiers under which these are sent.
func presentGroups(ctx context.Context, tx *db.Tx, d comity.Destination, ids []int64) (map[comity.Subject]*comity.Snapshot, error) {
	present := map[comity.Subject]*comity.Snapshot{}
	if len(ids) == 0 || !d.IncludeGroups {
		return present, nil
	}
	f := comity.CoGroup
	found, err := store.List(ctx, tx, f.Resource, 0, len(ids), store.In("id", ids), store.Equal("co_id", d.Target.CoId), store.Equal(f.Status.Column, comity.Active))
	if err != nil {
		return nil, err
	}
	for _, g := range found {
		s := comity.GroupSubject(g.Id)
		present[s] = &comity.Snapshot{Subject: s, Group: g}
	}
	now := tx.Now()
	rule := groups.ProvisioningRule{
		Provisioned: provisionedStatuses, Counted: comity.ActiveStatuses(), AllGroup: comity.GroupMembers, Active: comity.Active,
		IdentifierType: d.IdentifierType,
		OnlyGroup:      d.Target.Int(comity.CoProvisioningTarget.ProvisionCoGroupId),
	}
	err = groups.ProvisionedMembers(ctx, tx, ids, rule, now, func(m groups.ProvisionedMember) {
		s := present[comity.GroupSubject(m.CoGroupId)]
		if s == nil {
			return
		}
		if m.Member {
			s.Members = append(s.Members, m.Identifier)
		}
		if m.Owner {
			s.Owners = append(s.Owners, m.Identifier)
		}
	})
	if err != nil {
		return nil, err
	}
	for _, s := range present {
		// A person may be a member by nestings and by their own row.
		slices.Sort(s.Members)
		s.Members = slices.Compact(s.Members)
		slices.Sort(s.Owners)
		s.Owners = slices.Compact(s.Owners)
	}
	return present, nil
}
