package registry

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
)

// maxLookedAt bounds how many records a rule reads to check a list as a whole.
const maxLookedAt = 1000

var groupRules = rules{
	exclusive: true,
	check: func(_ context.Context, c *change) ([]comity.FieldError, error) {
		// Its unit decides what a group of administrators administers.
		f := comity.CoGroup.CouId
		if c.old == nil || ownGroupOf(c.old) == nil || !c.changed(f) {
			return nil, nil
		}
		return []comity.FieldError{f.FieldError("cannot be changed: the group came by itself and goes with its CO or unit")}, nil
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
			return comity.Refuse(comity.PhraseNameReserved)
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
			if err := c.enqueueMembers(ctx, c.new); err != nil {
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

// reservedName says whether a group may not have its new name: the names of automatic groups are reserved for
// these, and only administrators may give those of groups of administrators.
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

// refuseLookAlike refuses a name of a group of administrators that looks like another group's name. Other
// names may look alike: mistaking one for the other gives nobody any rights.
func (c *change) refuseLookAlike(ctx context.Context) error {
	name := c.new.Text(comity.CoGroup.Name)
	if !c.changed(comity.CoGroup.Name) || comity.ReservedName(name) != comity.ReservedForAdmins {
		return nil
	}
	names, err := store.GroupNames(ctx, c.tx, c.new.CoId, c.new.Id)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(names, func(other string) bool { return comity.LookAlike(name, other) }) {
		return comity.Refuse(comity.PhraseNameInUse)
	}
	return nil
}

// refuseProvisioning refuses to delete a group that limits whom a target receives: without it, the target
// would get everybody.
func (c *change) refuseProvisioning(ctx context.Context, groups ...*comity.Record) error {
	ids := make([]int64, len(groups))
	for i, g := range groups {
		ids[i] = g.Id
	}
	targets, err := store.List(ctx, c.tx, comity.CoProvisioningTarget.Resource, 0, 1,
		store.In(comity.CoProvisioningTarget.ProvisionCoGroupId.Column, ids))
	if err != nil || len(targets) == 0 {
		return err
	}
	return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d sends the members of this group only: give it another group first", targets[0].Id)
}
