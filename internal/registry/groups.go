package registry

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
)

// phraseNameReserved refuses a name that looks like one of the registry's own, or of administration.
const phraseNameReserved = "Name Reserved"

// maxLookedAt bounds the records of a list that a rule looks at whole.
const maxLookedAt = 1000

var groupRules = rules{
	exclusive: true,
	check: func(_ context.Context, c *change) ([]comity.Fault, error) {
		// Its unit says what a group of administrators administers.
		f := comity.CoGroup.CouId
		if c.old == nil || ownGroupOf(c.old) == nil || !c.changed(f) {
			return nil, nil
		}
		return []comity.Fault{f.Fault("cannot be changed: the group came by itself and goes with its CO or unit")}, nil
	},
	refuse: func(ctx context.Context, c *change) error {
		f := comity.CoGroup
		if c.new == nil {
			if t := c.old.Text(f.GroupType); t != comity.GroupStandard && t != comity.GroupClusters {
				return comity.Refuse(comity.PhraseForbidden)
			}
			return c.refuseProvisioning(ctx, c.old)
		}
		if c.changed(f.Name) && reservedName(c) {
			return comity.Refuse(phraseNameReserved)
		}
		if c.old != nil && c.old.Bool(f.Auto) {
			return comity.Refuse(comity.PhraseForbidden)
		}
		return c.refuseLookAlike(ctx)
	},
	alone:  true,
	remove: remove,
	after: func(ctx context.Context, c *change) error {
		f := comity.CoGroup
		if c.old == nil || c.new == nil {
			return nil
		}
		if c.changed(f.Name) || c.changed(f.Status) {
			if err := c.markMembers(ctx, c.new); err != nil {
				return err
			}
		}
		if c.changed(f.Status) {
			if err := c.followGroups(ctx, c.new.CoId, c.new.Id); err != nil {
				return err
			}
		}
		if c.changed(f.NestingModeAll) {
			nestings, err := c.nestings(ctx, c.new.CoId)
			if err != nil {
				return err
			}
			return c.followGroups(ctx, c.new.CoId, nestedIn(nestings, c.new.Id)...)
		}
		return nil
	},
}

// reservedName says whether a group may not be given its new name: the names of the groups that
// come by themselves are theirs alone, and those of administration are for administrators to give.
func reservedName(c *change) bool {
	f := comity.CoGroup
	if c.old != nil {
		if t := c.old.Text(f.GroupType); t != comity.GroupStandard && t != comity.GroupClusters {
			return true
		}
	}
	switch comity.ReservedName(c.new.Text(f.Name)) {
	case comity.ReservedForRegistry:
		return true
	case comity.ReservedForAdmins:
		return !c.caller.Admin
	case comity.NotReserved:
	}
	return false
}

// refuseLookAlike refuses a second name of administration that looks like one which another group has. All
// other names may: they give nothing that one who takes one for the other could lose.
func (c *change) refuseLookAlike(ctx context.Context) error {
	name := c.new.Text(comity.CoGroup.Name)
	if !c.changed(comity.CoGroup.Name) || comity.ReservedName(name) != comity.ReservedForAdmins {
		return nil
	}
	names, err := c.tx.GroupNames(ctx, c.new.CoId, c.new.Id)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(names, func(other string) bool { return comity.LookAlike(name, other) }) {
		return comity.Refuse(comity.PhraseNameInUse)
	}
	return nil
}

// refuseProvisioning refuses to delete a group that decides whom a target is told about: the target
// would tell about everybody.
func (c *change) refuseProvisioning(ctx context.Context, groups ...*comity.Record) error {
	ids := make([]int64, len(groups))
	for i, g := range groups {
		ids[i] = g.Id
	}
	targets, err := c.tx.List(ctx, comity.CoProvisioningTarget.Resource, 0, 1,
		store.In(comity.CoProvisioningTarget.ProvisionCoGroupId.Column, ids))
	if err != nil || len(targets) == 0 {
		return err
	}
	return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d sends the members of this group only: give it another group first", targets[0].Id)
}

// markGroups notes that the groups whose messages show the record are to be told.
func (c *change) markGroups(ctx context.Context) error {
	rec := c.record()
	switch rec.Resource {
	case comity.CoGroup.Resource:
		return c.tx.MarkGroups(ctx, markedModes, rec.Id)
	case comity.CoPerson.Resource:
		if c.changed(comity.CoPerson.Status) {
			return c.tx.MarkGroupsOf(ctx, markedModes, rec.Id)
		}
		return nil
	}
	for _, person := range []int64{c.where.CoPersonId, c.moved} {
		if person == 0 {
			continue
		}
		var err error
		switch rec.Resource {
		case comity.CoGroupMember.Resource:
			err = c.tx.MarkMembership(ctx, markedModes, rec.Int(comity.CoGroupMember.CoGroupId), person)
		case comity.Identifier.Resource:
			err = c.tx.MarkGroupsOf(ctx, markedModes, person, c.types()...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// types are those that an identifier has and had.
func (c *change) types() (types []string) {
	for _, rec := range []*comity.Record{c.old, c.new} {
		if rec != nil {
			types = append(types, rec.Text(comity.Identifier.Type))
		}
	}
	return types
}
