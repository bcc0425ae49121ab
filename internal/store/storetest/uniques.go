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
	bed := b.bed(t)
	each(t, func(t *testing.T, r *comity.Resource) {
		for _, u := range r.Uniques {
			testUnique(t, bed, r, u)
		}
	})
	t.Run("identifiers", func(t *testing.T) { testIdentifiers(t, bed) })
	t.Run("one primary name", func(t *testing.T) {
		f, co := comity.Name, bed.co(t)
		for _, owner := range []*comity.Record{bed.person(t, co), bed.insert(t, comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co)} {
			bed.insert(t, f.Resource, f.Person, owner, f.PrimaryName, true)
			bed.insert(t, f.Resource, f.Person, owner)
			bed.conflicts(t, row(f.Resource, f.Person, owner, f.PrimaryName, true))
		}
	})
	t.Run("an id that is there", func(t *testing.T) {
		rec := row(comity.Co.Resource)
		rec.Id = bed.co(t)
		bed.conflicts(t, rec)
	})
	t.Run("references to what is not there", func(t *testing.T) { testDangling(t, bed) })
	t.Run("a revision that another write has made", func(t *testing.T) {
		rec := bed.person(t, bed.co(t))
		bed.edit(t, rec.Resource, rec.Id)
		err := bed.store.Write(t.Context(), func(tx *db.Tx) error {
			return store.Update(t.Context(), tx, nil, rec.Clone(), actor, db.Place{CoId: rec.CoId})
		})
		if !errors.Is(err, db.ErrConflict) {
			t.Errorf("error %v, want ErrConflict", err)
		}
	})
}

// testUnique makes a record of a resource, and others with the same values.
func testUnique(t *testing.T, bed *bed, r *comity.Resource, u comity.Unique) {
	co := bed.co(t)
	first := row(r)
	bed.complete(t, co, first, false)
	first = bed.add(t, first)[0]
	second := func(co int64) *comity.Record {
		rec := row(r)
		bed.complete(t, co, rec, false)
		for _, f := range u.Fields {
			rec.Set(f, first.Get(f))
		}
		rec.CoId = co
		return rec
	}
	bed.taken(t, first, u, false)
	bed.taken(t, second(co), u, true)
	bed.taken(t, second(bed.co(t)), u, !u.PerCO)
	for _, f := range u.Fields {
		other := second(co)
		if f.Kind == comity.Text {
			for _, s := range []string{first.Text(f) + " ", "x" + first.Text(f), "", upper(first.Text(f))} {
				other.SetText(f, s)
				bed.taken(t, other, u, false)
			}
			continue
		}
		another := row(r)
		bed.complete(t, co, another, false)
		if f.Kind == comity.Code {
			another.SetText(f, f.Words[len(f.Words)-1].Word)
		}
		other.Set(f, another.Get(f))
		bed.taken(t, other, u, false)
	}
	bed.conflicts(t, second(co))
	if u.PerCO {
		bed.add(t, second(bed.co(t)))
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
	free = bed.add(t, free)[0]
	err := bed.store.Write(t.Context(), func(tx *db.Tx) error {
		_, err := edit(t.Context(), tx, r, free.Id, slices.Concat(pairs(first, u.Fields))...)
		return err
	})
	if !errors.Is(err, db.ErrConflict) {
		t.Errorf("an edit to the same values: error %v, want ErrConflict", err)
	}
	same(t, free, bed.get(t, r, free.Id))
	bed.remove(t, r, first.Id)
	bed.taken(t, second(co), u, false)
	bed.add(t, second(co))
}

func pairs(rec *comity.Record, fields []*comity.Field) (out []any) {
	for _, f := range fields {
		out = append(out, f, rec.Get(f))
	}
	return out
}

// upper returns the text with its first letter, a lower-case one, in upper case.
func upper(s string) string { return string(s[0]-'a'+'A') + s[1:] }

func (b *bed) taken(t *testing.T, rec *comity.Record, u comity.Unique, want bool) {
	t.Helper()
	b.read(t, func(ctx context.Context, tx *db.Tx) error {
		got, err := store.Taken(ctx, tx, rec, u)
		if got != want {
			t.Errorf("Taken says %v of %v", got, stored(rec))
		}
		return err
	})
}

// conflicts fails the test unless the database refuses the record with ErrConflict.
func (b *bed) conflicts(t tb, rec *comity.Record) {
	t.Helper()
	err := b.store.Write(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, rec.Clone()) })
	if !errors.Is(err, db.ErrConflict) {
		t.Errorf("error %v, want ErrConflict, of %v", err, stored(rec))
	}
}

// testIdentifiers checks that identifiers are unique among people and groups and not among org identities.
func testIdentifiers(t *testing.T, bed *bed) {
	f, co := comity.Identifier, bed.co(t)
	u := f.Uniques[0]
	person, group := bed.person(t, co), bed.insert(t, comity.CoGroup.Resource, comity.CoGroup.CoId, co)
	orgs := []*comity.Record{
		bed.insert(t, comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co),
		bed.insert(t, comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co),
	}
	of := func(owner *comity.Record, pairs ...any) *comity.Record {
		rec := row(f.Resource, append([]any{f.Person, owner, f.Type, "uid", f.Identifier, "ghopper"}, pairs...)...)
		rec.CoId = co
		return rec
	}
	bed.add(t, of(orgs[0]))
	bed.taken(t, of(person), u, false)
	bed.taken(t, of(orgs[1]), u, false)
	bed.add(t, of(orgs[1]))
	bed.add(t, of(person, f.Status, comity.Suspended))
	bed.taken(t, of(group), u, true)
	bed.conflicts(t, of(group))
	bed.taken(t, of(orgs[1]), u, false)
	bed.add(t, of(orgs[1]))
	bed.taken(t, of(group, f.Type, "eppn"), u, false)
	bed.taken(t, of(group, f.Identifier, "GHopper"), u, false)
	bed.add(t, of(group, f.Type, "eppn"), of(group, f.Identifier, "GHopper"))
}

// testDangling sets each reference of each resource to a record that does not exist, on add and on edit.
func testDangling(t *testing.T, bed *bed) {
	co := bed.co(t)
	const gone = 1 << 40
	var all sync.WaitGroup // a refusal takes the time of several tries
	defer all.Wait()
	for _, r := range comity.Stored() {
		good := row(r)
		bed.complete(t, co, good, true)
		for _, f := range r.Fields {
			if f == r.CoId() || f == good.Anchor() || f.Kind != comity.Reference {
				continue
			}
			there := row(r)
			bed.complete(t, co, there, true)
			there = bed.add(t, there)[0]
			all.Go(func() {
				rec := good.Clone()
				rec.SetInt(f, gone)
				bed.conflicts(t, rec)
				err := bed.store.Write(t.Context(), func(tx *db.Tx) error {
					_, err := edit(t.Context(), tx, r, there.Id, f, int64(gone))
					return err
				})
				if !errors.Is(err, db.ErrConflict) {
					t.Errorf("%s of %s on edit: error %v, want ErrConflict", f.Name, r.Singular, err)
				}
				same(t, there, bed.get(t, r, there.Id))
			})
		}
		if r == comity.Co.Resource {
			continue
		}
		all.Go(func() {
			err := bed.store.Write(t.Context(), func(tx *db.Tx) error {
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
