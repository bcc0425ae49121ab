package storetest

import (
	"context"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testPlaces checks the places of records, next numbers and ancestors of units.
func testPlaces(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	t.Run("home", func(t *testing.T) { testHome(t, fx) })
	t.Run("a CO that is there, or not", func(t *testing.T) {
		co := fx.co(t)
		for id, want := range map[int64]bool{co: true, 0: false, -1: false, co + 1_000_000: false} {
			for _, exclusive := range []bool{false, true} {
				fx.write(t, func(ctx context.Context, tx *db.Tx) error {
					found, err := store.EnterCO(ctx, tx, id, exclusive)
					if found != want {
						t.Errorf("EnterCO of %d says %v", id, found)
					}
					return err
				})
			}
		}
	})
	t.Run("next number", func(t *testing.T) { testNextNumber(t, fx) })
	t.Run("units above", func(t *testing.T) { testIsAncestor(t, fx) })
}

// testHome compares the place of a record with the record it belongs to.
func testHome(t *testing.T, fx *fixture) {
	co := fx.co(t)
	f := comity.CoPersonRole
	person := fx.person(t, co)
	role := fx.insert(t, f.Resource, f.Person, person)
	group := fx.insert(t, comity.CoGroup.Resource, comity.CoGroup.CoId, co)
	org := fx.insert(t, comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co)
	department := fx.insert(t, comity.CoDepartment.Resource, comity.CoDepartment.CoId, co)
	organization := fx.insert(t, comity.Organization.Resource, comity.Organization.CoId, co)
	owners := map[string]*comity.Record{
		comity.OwnerCO.Word: person, comity.OwnerRole.Word: role, comity.OwnerOrg.Word: org, comity.OwnerGroup.Word: group,
		comity.OwnerDept.Word: department, comity.OwnerOrganization.Word: organization,
	}
	check := func(rec *comity.Record, want db.Place) {
		t.Helper()
		fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			for name, fn := range map[string]func() (db.Place, error){
				"Home":             func() (db.Place, error) { return store.Home(ctx, tx, rec.Resource, rec.Id) },
				"Enter":            func() (db.Place, error) { return store.Enter(ctx, tx, rec.Resource, rec.Id, false) },
				"Enter, exclusive": func() (db.Place, error) { return store.Enter(ctx, tx, rec.Resource, rec.Id, true) },
			} {
				got, err := fn()
				if err != nil {
					return err
				}
				if got != want {
					t.Errorf("%s of %s %d is %+v, want %+v", name, rec.Resource.Singular, rec.Id, got, want)
				}
			}
			return nil
		})
	}
	for _, r := range comity.Stored() {
		for _, o := range parentKinds(r) {
			rec := row(r)
			if o.Word != "" {
				rec.Set(r.Owner(), naming(r.Owner(), owners[o.Word]))
			}
			if r == comity.CoOrgIdentityLink.Resource {
				set(rec, comity.CoOrgIdentityLink.CoPersonId, person)
			}
			fx.complete(t, co, rec, true)
			rec = fx.add(t, rec)[0]
			want := db.Place{CoId: co}
			switch {
			case r == comity.Co.Resource:
				want.CoId = rec.Id
			case r == comity.CoPerson.Resource:
				want.CoPersonId = rec.Id
			case r == comity.CoOrgIdentityLink.Resource, o.Word == comity.OwnerCO.Word, o.Word == comity.OwnerRole.Word:
				want.CoPersonId = person.Id
			}
			check(rec, want)
		}
	}
	t.Run("of a role that was given to another", func(t *testing.T) {
		address := fx.insert(t, comity.Address.Resource, comity.Address.Person, role)
		other := fx.person(t, co)
		fx.edit(t, f.Resource, role.Id, f.Person, other)
		check(role, db.Place{CoId: co, CoPersonId: other.Id})
		check(address, db.Place{CoId: co, CoPersonId: other.Id})
	})
	t.Run("of a reading", func(t *testing.T) {
		fx.read(t, func(ctx context.Context, tx *db.Tx) error {
			got, err := store.Home(ctx, tx, role.Resource, role.Id)
			if got.CoId != co {
				t.Errorf("Home of a role is %+v", got)
			}
			return err
		})
	})
}

// parentKinds returns the kinds of parent of a resource, a single zero one where it has none.
func parentKinds(r *comity.Resource) []comity.OwnerType {
	if all := owners(r); all != nil {
		return all
	}
	return []comity.OwnerType{{}}
}

// testNextNumber counts up per person and per CO.
func testNextNumber(t *testing.T, fx *fixture) {
	co, elsewhere := fx.co(t), fx.co(t)
	ada, bob := fx.person(t, co), fx.person(t, co)
	role, target := comity.CoPersonRole, comity.CoProvisioningTarget
	ofTarget := func(co int64, pairs ...any) *comity.Record {
		rec := row(target.Resource, append([]any{target.CoId, co, target.Plugin, comity.PluginAPI}, pairs...)...)
		rec.CoId = co
		return rec
	}
	next := func(t *testing.T, rec *comity.Record, f *comity.Field, want int64) {
		t.Helper()
		fx.read(t, func(ctx context.Context, tx *db.Tx) error {
			got, err := store.NextNumber(ctx, tx, rec, f)
			if got != want {
				t.Errorf("next number is %d, want %d", got, want)
			}
			return err
		})
	}
	t.Run("of a person's roles", func(t *testing.T) {
		next(t, row(role.Resource, role.Person, ada), role.Ordr, 1)
		fx.insert(t, role.Resource, role.Person, ada)
		next(t, row(role.Resource, role.Person, ada), role.Ordr, 1)
		fx.insert(t, role.Resource, role.Person, ada, role.Ordr, 1)
		last := fx.insert(t, role.Resource, role.Person, ada, role.Ordr, 41)
		fx.insert(t, role.Resource, role.Person, ada, role.Ordr, 2)
		next(t, row(role.Resource, role.Person, ada), role.Ordr, 42)
		next(t, row(role.Resource, role.Person, bob), role.Ordr, 1)
		fx.remove(t, role.Resource, last.Id)
		next(t, row(role.Resource, role.Person, ada), role.Ordr, 3)
	})
	t.Run("of a CO's targets", func(t *testing.T) {
		next(t, ofTarget(co), target.Ordr, 1)
		fx.add(t, ofTarget(co, target.Ordr, 7), ofTarget(elsewhere, target.Ordr, 9))
		next(t, ofTarget(co), target.Ordr, 8)
		next(t, ofTarget(elsewhere), target.Ordr, 10)
	})
}

// testIsAncestor checks ancestors in a tree of units.
func testIsAncestor(t *testing.T, fx *fixture) {
	f, co := comity.Cou, fx.co(t)
	unit := func(pairs ...any) int64 {
		return fx.insert(t, f.Resource, append([]any{f.CoId, co}, pairs...)...).Id
	}
	root, other := unit(), unit()
	left, right := unit(f.ParentId, root), unit(f.ParentId, root)
	leaf := unit(f.ParentId, left)
	deepest := leaf
	for range 50 {
		deepest = unit(f.ParentId, deepest)
	}
	for _, tt := range []struct {
		name     string
		unit, of int64
		want     bool
	}{
		{"itself", root, root, true},
		{"its parent", root, left, true},
		{"its parent's parent", root, leaf, true},
		{"far above", root, deepest, true},
		{"itself, far below", deepest, deepest, true},
		{"its child", left, root, false},
		{"far below", deepest, root, false},
		{"beside", right, left, false},
		{"its parent's sibling", right, leaf, false},
		{"another tree", other, leaf, false},
		{"nothing of something", 1 << 40, leaf, false},
		{"something of nothing", root, 1 << 40, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fx.read(t, func(ctx context.Context, tx *db.Tx) error {
				got, err := store.IsAncestor(ctx, tx, tt.unit, tt.of)
				if got != tt.want {
					t.Errorf("IsAncestor says %v", got)
				}
				return err
			})
		})
	}
	t.Run("a circle ends", func(t *testing.T) {
		fx.edit(t, f.Resource, root, f.ParentId, leaf)
		fx.read(t, func(ctx context.Context, tx *db.Tx) error {
			got, err := store.IsAncestor(ctx, tx, other, leaf)
			if got {
				t.Error("another tree is above")
			}
			return err
		})
	})
}
