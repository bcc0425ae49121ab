package registry

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

// automatic says who is in the groups with automatic members: everyone but the Deleted in the group of all
// members, the Active and those in their grace period in the group of active members.
var automatic = groups.AutomaticRule{
	Never:    comity.Deleted,
	Active:   comity.ActiveStatuses(),
	AllGroup: comity.GroupMembers, ActiveGroup: comity.GroupActive,
}

// ownGroup is one of the four groups that a CO or COU is created with.
type ownGroup struct {
	groupType, name, description string
	auto                         bool
}

var ownGroups = []ownGroup{
	{comity.GroupAdmins, "admins", "Administrators", false},
	{comity.GroupApprovers, "approvers", "Approvers", false},
	{comity.GroupActive, "members:active", "Active Members", true},
	{comity.GroupMembers, "members:all", "Members", true},
}

// fill sets the group's name and description for a CO (unit "") or a COU.
func (g ownGroup) fill(rec *comity.Record, prefix, of string) {
	rec.SetText(comity.CoGroup.Name, prefix+g.name)
	rec.SetText(comity.CoGroup.Description, of+" "+g.description)
}

// ownGroupOf returns which of the four a group is, nil for any other group.
func ownGroupOf(group *comity.Record) *ownGroup {
	i := slices.IndexFunc(ownGroups, func(g ownGroup) bool { return g.groupType == group.Text(comity.CoGroup.GroupType) })
	if i < 0 {
		return nil
	}
	return &ownGroups[i]
}

// groupPrefix returns the prefix of the names of a CO's own groups (unit "") or of a COU's.
func groupPrefix(unit string) string {
	if unit == "" {
		return "CO:"
	}
	return "CO:COU:" + unit + ":"
}

// addOwnGroups adds the own groups of a new CO (cou 0) or COU.
func (c *change) addOwnGroups(ctx context.Context, co, cou int64, prefix, of string) error {
	f := comity.CoGroup
	for _, g := range ownGroups {
		rec := comity.NewRecord(f.Resource)
		for _, field := range f.Fields {
			rec.Set(field, field.Default)
		}
		rec.CoId = co
		rec.SetInt(f.CoId, co)
		if cou != 0 {
			rec.SetInt(f.CouId, cou)
		}
		g.fill(rec, prefix, of)
		rec.SetText(f.Status, comity.Active)
		rec.SetText(f.GroupType, g.groupType)
		rec.SetBool(f.Auto, g.auto)
		if err := store.Insert(ctx, c.tx, rec, c.caller.Username, db.Place{CoId: co}); err != nil {
			return err
		}
	}
	return nil
}

// renameOwnGroups renames the own groups of a renamed CO (cou 0) or COU, and enqueues their members if a
// group's name has changed.
func (c *change) renameOwnGroups(ctx context.Context, co, cou int64, prefix, of string) error {
	f := comity.CoGroup
	types := make([]string, len(ownGroups))
	for i, g := range ownGroups {
		types[i] = g.groupType
	}
	unit := store.IsNull(f.CouId.Column)
	if cou != 0 {
		unit = store.Equal(f.CouId.Column, cou)
	}
	groups, err := store.List(ctx, c.tx, f.Resource, 0, len(ownGroups)+1,
		store.Equal("co_id", co), unit, store.OneOf(f.GroupType.Column, types...))
	if err != nil {
		return err
	}
	for _, rec := range groups {
		was := rec.Clone()
		ownGroupOf(rec).fill(rec, prefix, of)
		if err := store.Update(ctx, c.tx, was, rec, c.caller.Username, db.Place{CoId: co}); err != nil {
			return err
		}
		if rec.Text(f.Name) != was.Text(f.Name) {
			if err := c.enqueueMembers(ctx, rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// syncPerson updates a person's automatic memberships, and the derived ones that depend on them.
func (c *change) syncPerson(ctx context.Context, coID, person int64) error {
	if c.deferred != nil {
		c.deferred.automatic[coID] = append(c.deferred.automatic[coID], person)
		return nil
	}
	follow, err := c.syncAutomatic(ctx, coID, groups.Scope{CoId: coID, CoPersonId: person})
	if err != nil || !follow {
		return err
	}
	return c.followPerson(ctx, coID, person)
}

// addToGroups adds the automatic memberships of a new person, and the derived ones that depend on them.
func (c *change) addToGroups(ctx context.Context, person *comity.Record) error {
	added := groups.NewPerson{Id: person.Id, Status: person.Text(comity.CoPerson.Status)}
	if c.deferred != nil {
		c.deferred.added[person.CoId] = append(c.deferred.added[person.CoId], added)
		return nil
	}
	changed, err := c.addAutomatic(ctx, person.CoId, added)
	if err != nil {
		return err
	}
	follow, err := c.isNested(ctx, person.CoId, changed)
	if err != nil || !follow {
		return err
	}
	return c.followPerson(ctx, person.CoId, person.Id)
}

// addAutomatic adds the automatic memberships of new people, and returns the groups whose members it changed.
func (c *change) addAutomatic(ctx context.Context, coID int64, people ...groups.NewPerson) (map[int64]bool, error) {
	var own map[string]int64
	if state := store.StateOf(c.tx, coID); state != nil {
		own = state.Automatic
	} else {
		var err error
		if own, err = groups.OwnGroups(ctx, c.tx, coID); err != nil {
			return nil, err
		}
	}
	return groups.AddAutomatic(ctx, c.tx, coID, own, people, automatic, c.caller.Username)
}

// isNested returns whether one of some groups of a CO is nested in another.
func (c *change) isNested(ctx context.Context, coID int64, some map[int64]bool) (bool, error) {
	if len(some) == 0 {
		return false, nil
	}
	nestings, err := c.nestings(ctx, coID)
	return slices.ContainsFunc(nestings, func(n groups.Nesting) bool { return some[n.Group] }), err
}

// syncAutomatic updates the automatic memberships of a CO within a scope. follow is true if one of them
// changed in a group that is nested in another.
func (c *change) syncAutomatic(ctx context.Context, coID int64, scope groups.Scope) (follow bool, err error) {
	changed, err := groups.SyncAutomatic(ctx, c.tx, scope, automatic, c.caller.Username)
	if err != nil {
		return false, err
	}
	return c.isNested(ctx, coID, changed)
}

// enqueueMembers enqueues deliveries for the members of a group and for the group.
func (c *change) enqueueMembers(ctx context.Context, group *comity.Record) error {
	return c.begin(ctx, longChange{task: taskEnqueue, resource: group.Resource, co: group.CoId, record: group.Id})
}
