package registry

import (
	"context"
	"fmt"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
)

// copied are the resources that are copied with a CO: its configuration, none of its people. A resource comes
// after those that it refers to.
var copied = slices.Concat([]*comity.Resource{
	comity.CoExtendedType.Resource, comity.Cou.Resource, comity.CoGroup.Resource, comity.CoGroupNesting.Resource,
	comity.CoEmailList.Resource, comity.CoService.Resource, comity.CoNavigationLink.Resource,
	comity.CoTermsAndConditions.Resource, comity.CoIdentifierAssignment.Resource,
	comity.Server.Resource, comity.CoProvisioningTarget.Resource,
}, comity.ServerTables(), comity.TargetSettings())

// DuplicateCO adds a CO configured like another: with its units, types, groups without members, servers
// without passwords and targets that are disabled.
func (r *Registry) DuplicateCO(ctx context.Context, caller authz.Caller, id int64) (Added, error) {
	f := comity.Co
	if !caller.MayAnything() {
		return Added{}, comity.Forbid()
	}
	if !caller.Knows(id) {
		return Added{}, comity.Missing(f.UnknownOnEdit)
	}
	if !caller.May(authz.Add, f.Resource) {
		return Added{}, comity.Forbid()
	}
	var added Added
	err := r.write(ctx, r.store.WriteAlone, func(tx *db.Tx) error {
		c := &change{tx: tx, caller: caller}
		if _, err := store.EnterCO(ctx, tx, 0, true); err != nil {
			return err
		}
		if err := c.lock(ctx, authz.View, f.Resource, id, true, f.UnknownOnEdit); err != nil {
			return err
		}
		c.new = comity.NewRecord(f.Resource)
		for _, field := range f.Fields {
			c.new.Set(field, c.old.Get(field))
		}
		name := []rune("Copy of " + c.old.Text(f.Name))
		c.new.SetText(f.Name, string(name[:min(len(name), f.Name.Max)]))
		taken, err := store.Taken(ctx, tx, c.new, f.Uniques[0])
		if err != nil {
			return err
		}
		if taken {
			return comity.Refuse(comity.PhraseNameInUse)
		}
		if err := store.Insert(ctx, tx, c.new, caller.Username, db.Place{}); err != nil {
			return err
		}
		added.Id = c.new.Id
		return c.copySetup(ctx)
	})
	if err != nil {
		return Added{}, fmt.Errorf("duplicate CO %d: %w", id, err)
	}
	return added, nil
}

// copier maps old records to their copies.
type copier struct {
	*change
	stands map[*comity.Resource]map[int64]int64
}

func (c *change) copySetup(ctx context.Context) error {
	k := copier{c, map[*comity.Resource]map[int64]int64{}}
	for _, res := range copied {
		k.stands[res] = map[int64]int64{}
		for after := int64(0); ; {
			page, err := store.List(ctx, c.tx, res, after, maxLookedAt, store.Equal("co_id", c.old.Id))
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			if err := k.copyPage(ctx, page); err != nil {
				return fmt.Errorf("copy %s: %w", res.Plural, err)
			}
			after = page[len(page)-1].Id
		}
	}
	return k.copyParents(ctx)
}

func (k copier) copyPage(ctx context.Context, page []*comity.Record) error {
	for _, old := range page {
		rec := k.copyOf(old)
		if err := store.Insert(ctx, k.tx, rec, k.caller.Username, db.Place{CoId: k.new.Id}); err != nil {
			return err
		}
		k.stands[rec.Resource][old.Id] = rec.Id
	}
	return nil
}

// copyOf returns a copy of a record for the new CO, with references replaced by the copies. A unit's parent,
// which may be copied later, is set at the end.
func (k copier) copyOf(old *comity.Record) *comity.Record {
	rec := comity.NewRecord(old.Resource)
	rec.CoId = k.new.Id
	for _, f := range rec.Resource.Fields {
		cell := old.Get(f)
		switch {
		case f == rec.Resource.CoId():
			rec.SetInt(f, k.new.Id)
		case f.Kind == comity.Reference:
			if id, ok := k.stands[f.Refers()][cell.Int()]; ok && f != comity.Cou.ParentId {
				rec.SetInt(f, id)
			}
		default:
			rec.Set(f, cell)
		}
	}
	switch rec.Resource {
	case comity.CoProvisioningTarget.Resource:
		rec.SetText(comity.CoProvisioningTarget.Status, comity.ModeDisabled)
	case comity.CoGroup.Resource:
		if g := ownGroupOf(rec); g != nil && !rec.Has(comity.CoGroup.CouId) {
			g.fill(rec, groupPrefix(""), k.new.Text(comity.Co.Name))
		}
	}
	return rec
}

func (k copier) copyParents(ctx context.Context) error {
	f := comity.Cou
	for after := int64(0); ; {
		units, err := store.List(ctx, k.tx, f.Resource, after, maxLookedAt, store.Equal("co_id", k.old.Id), store.IsSet(f.ParentId.Column))
		if err != nil || len(units) == 0 {
			return err
		}
		for _, old := range units {
			if err := k.copyParent(ctx, old); err != nil {
				return err
			}
		}
		after = units[len(units)-1].Id
	}
}

func (k copier) copyParent(ctx context.Context, old *comity.Record) error {
	f := comity.Cou
	rec, err := store.Get(ctx, k.tx, f.Resource, k.stands[f.Resource][old.Id])
	if err != nil {
		return err
	}
	was := rec.Clone()
	rec.SetInt(f.ParentId, k.stands[f.Resource][old.Int(f.ParentId)])
	return store.Update(ctx, k.tx, was, rec, k.caller.Username, db.Place{CoId: k.new.Id})
}
