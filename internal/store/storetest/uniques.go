package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testUniques checks whether values are taken, and violates the constraints of the database.
func testUniques(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	each(t, func(t *testing.T, r *comity.Resource) {
		for _, u := range r.Uniques {
			testUnique(t, fx, r, u)
		}
	})
	t.Run("identifiers", func(t *testing.T) { testIdentifiers(t, fx) })
	t.Run("one primary name", func(t *testing.T) {
		f, co := comity.Name, fx.co(t)
		for _, owner := range []*comity.Record{fx.person(t, co), fx.insert(t, comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co)} {
			fx.insert(t, f.Resource, f.Person, owner, f.PrimaryName, true)
			fx.insert(t, f.Resource, f.Person, owner)
			fx.checkConflict(t, row(f.Resource, f.Person, owner, f.PrimaryName, true))
		}
	})
	t.Run("an id that is there", func(t *testing.T) {
		rec := row(comity.Co.Resource)
		rec.Id = fx.co(t)
		fx.checkConflict(t, rec)
	})
	t.Run("references to what is not there", func(t *testing.T) { testDangling(t, fx) })
	t.Run("a revision that another write has made", func(t *testing.T) {
		rec := fx.person(t, fx.co(t))
		fx.edit(t, rec.Resource, rec.Id)
		err := fx.store.Write(t.Context(), func(tx *db.Tx) error {
			return store.Update(t.Context(), tx, nil, rec.Clone(), actor, db.Place{CoId: rec.CoId})
		})
		if !errors.Is(err, db.ErrConflict) {
			t.Errorf("error %v, want ErrConflict", err)
		}
	})
}

// testUnique makes a record of a resource, and others with the same values.
func testUnique(t *testing.T, fx *fixture, r *comity.Resource, u comity.Unique) {
	co := fx.co(t)
	first := row(r)
	fx.complete(t, co, first, false)
	first = fx.add(t, first)[0]
	second := func(co int64) *comity.Record {
		rec := row(r)
		fx.complete(t, co, rec, false)
		for _, f := range u.Fields {
			rec.Set(f, first.Get(f))
		}
		rec.CoId = co
		return rec
	}
	fx.checkTaken(t, first, u, false)
	fx.checkTaken(t, second(co), u, true)
	fx.checkTaken(t, second(fx.co(t)), u, !u.PerCO)
	for _, f := range u.Fields {
		other := second(co)
		if f.Kind == comity.Text {
			for _, s := range []string{first.Text(f) + " ", "x" + first.Text(f), "", upper(first.Text(f))} {
				other.SetText(f, s)
				fx.checkTaken(t, other, u, false)
			}
			continue
		}
		another := row(r)
		fx.complete(t, co, another, false)
		if f.Kind == comity.Code {
			another.SetText(f, f.Words[len(f.Words)-1].Word)
		}
		other.Set(f, another.Get(f))
		fx.checkTaken(t, other, u, false)
	}
	fx.checkConflict(t, second(co))
	if u.PerCO {
		fx.add(t, second(fx.co(t)))
	}

	free := second(co)
	for _, f := range u.Fields {
		if f.Kind == comity.Text {
			free.SetText(f, unique("free"))
		}
	}
	if f := u.Fields[0]; !first.Changed(free, f) {
		return
	}
	free = fx.add(t, free)[0]
	err := fx.store.Write(t.Context(), func(tx *db.Tx) error {
		_, err := edit(t.Context(), tx, r, free.Id, slices.Concat(pairs(first, u.Fields))...)
		return err
	})
	if !errors.Is(err, db.ErrConflict) {
		t.Errorf("an edit to the same values: error %v, want ErrConflict", err)
	}
	same(t, free, fx.get(t, r, free.Id))
	fx.remove(t, r, first.Id)
	fx.checkTaken(t, second(co), u, false)
	fx.add(t, second(co))
}

func pairs(rec *comity.Record, fields []*comity.Field) (out []any) {
	for _, f := range fields {
		out = append(out, f, rec.Get(f))
	}
	return out
}

// upper returns the text with its first letter, a lower-case one, in upper case.
func upper(s string) string { return string(s[0]-'a'+'A') + s[1:] }

func (fx *fixture) checkTaken(t *testing.T, rec *comity.Record, u comity.Unique, want bool) {
	t.Helper()
	fx.read(t, func(ctx context.Context, tx *db.Tx) error {
		got, err := store.Taken(ctx, tx, rec, u)
		if got != want {
			t.Errorf("Taken says %v of %v", got, stored(rec))
		}
		return err
	})
}

// checkConflict fails the test unless the database refuses the record with ErrConflict.
func (fx *fixture) checkConflict(t tb, rec *comity.Record) {
	t.Helper()
	err := fx.store.Write(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, rec.Clone()) })
	if !errors.Is(err, db.ErrConflict) {
		t.Errorf("error %v, want ErrConflict, of %v", err, stored(rec))
	}
}

// testIdentifiers checks that identifiers are unique among people and groups and not among org identities.
func testIdentifiers(t *testing.T, fx *fixture) {
	f, co := comity.Identifier, fx.co(t)
	u := f.Uniques[0]
	person, group := fx.person(t, co), fx.insert(t, comity.CoGroup.Resource, comity.CoGroup.CoId, co)
	orgs := []*comity.Record{
		fx.insert(t, comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co),
		fx.insert(t, comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co),
	}
	of := func(owner *comity.Record, pairs ...any) *comity.Record {
		rec := row(f.Resource, append([]any{f.Person, owner, f.Type, "uid", f.Identifier, "ghopper"}, pairs...)...)
		rec.CoId = co
		return rec
	}
	fx.add(t, of(orgs[0]))
	fx.checkTaken(t, of(person), u, false)
	fx.checkTaken(t, of(orgs[1]), u, false)
	fx.add(t, of(orgs[1]))
	fx.add(t, of(person, f.Status, comity.Suspended))
	fx.checkTaken(t, of(group), u, true)
	fx.checkConflict(t, of(group))
	fx.checkTaken(t, of(orgs[1]), u, false)
	fx.add(t, of(orgs[1]))
	fx.checkTaken(t, of(group, f.Type, "eppn"), u, false)
	fx.checkTaken(t, of(group, f.Identifier, "GHopper"), u, false)
	fx.add(t, of(group, f.Type, "eppn"), of(group, f.Identifier, "GHopper"))
}

// testDangling sets each reference of each resource to a record that does not exist, on add and on edit.
func testDangling(t *testing.T, fx *fixture) {
	co := fx.co(t)
	const gone = 1 << 40
	var all sync.WaitGroup // a refusal takes the time of several tries
	defer all.Wait()
	for _, r := range comity.Stored() {
		good := row(r)
		fx.complete(t, co, good, true)
		for _, f := range r.Fields {
			if f == r.CoId() || f == good.Anchor() || f.Kind != comity.Reference {
				continue
			}
			there := row(r)
			fx.complete(t, co, there, true)
			there = fx.add(t, there)[0]
			all.Go(func() {
				rec := good.Clone()
				rec.SetInt(f, gone)
				fx.checkConflict(t, rec)
				err := fx.store.Write(t.Context(), func(tx *db.Tx) error {
					_, err := edit(t.Context(), tx, r, there.Id, f, int64(gone))
					return err
				})
				if !errors.Is(err, db.ErrConflict) {
					t.Errorf("%s of %s on edit: error %v, want ErrConflict", f.Name, r.Singular, err)
				}
				same(t, there, fx.get(t, r, there.Id))
			})
		}
		if r == comity.Co.Resource {
			continue
		}
		all.Go(func() {
			err := fx.store.Write(t.Context(), func(tx *db.Tx) error {
				rec := good.Clone()
				rec.Set(good.Anchor(), comity.IntCell(gone))
				if r.Owner() != nil {
					rec.SetOwner(r.Owner(), r.Owner().Owners[0], gone)
				}
				rec.CoId = gone
				return store.Insert(t.Context(), tx, rec, actor, db.Place{CoId: co})
			})
			if !errors.Is(err, db.ErrConflict) {
				t.Errorf("%s of nothing: error %v, want ErrConflict", r.Singular, err)
			}
		})
	}
}
