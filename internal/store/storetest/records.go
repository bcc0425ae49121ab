package storetest

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testRecords stores, reads and changes records of every resource.
func testRecords(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	t.Run("with what is required", func(t *testing.T) {
		each(t, func(t *testing.T, r *comity.Resource) {
			rec := row(r)
			fx.complete(t, fx.co(t), rec, false)
			fx.checkStored(t, rec)
		})
	})
	t.Run("with every field", func(t *testing.T) {
		each(t, func(t *testing.T, r *comity.Resource) {
			rec := full(r)
			fx.complete(t, fx.co(t), rec, true)
			fx.checkStored(t, rec)
		})
	})
	t.Run("with each of the owners", func(t *testing.T) {
		each(t, func(t *testing.T, r *comity.Resource) {
			for _, o := range owners(r) {
				co, rec := fx.co(t), row(r)
				rec.SetOwner(r.Owner(), o, fx.parent(t, co, comity.ByName(o.Target)))
				fx.complete(t, co, rec, false)
				fx.checkStored(t, rec)
			}
		})
	})
	t.Run("named without a value", func(t *testing.T) {
		each(t, func(t *testing.T, r *comity.Resource) {
			rec := row(r)
			for _, f := range r.Fields {
				if rec.Get(f).IsAbsent() && !f.Required {
					rec.Set(f, comity.EmptyCell())
				}
			}
			fx.complete(t, fx.co(t), rec, false)
			fx.checkStored(t, rec)
		})
	})
	t.Run("that are not there", func(t *testing.T) {
		each(t, func(t *testing.T, r *comity.Resource) {
			for _, id := range []int64{0, -1, math.MaxInt64} {
				if err := fx.absent(t, r, id); err != nil {
					t.Errorf("%d: %v", id, err)
				}
			}
		})
	})
	t.Run("texts", func(t *testing.T) { testTexts(t, fx) })
	t.Run("numbers", func(t *testing.T) { testNumbers(t, fx) })
	t.Run("with and without an id that is reserved", func(t *testing.T) {
		f, co := comity.CoPerson, fx.co(t)
		people := []*comity.Record{row(f.Resource, f.CoId, co), row(f.Resource, f.CoId, co), row(f.Resource, f.CoId, co)}
		fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			if _, err := store.EnterCO(ctx, tx, co, false); err != nil {
				return err
			}
			if err := store.Reserve(ctx, tx, f.Resource); err != nil {
				return err
			}
			for _, p := range people {
				p.Id, p.CoId = 0, co
				if err := store.Insert(ctx, tx, p, actor, db.Place{CoId: co}); err != nil {
					return err
				}
			}
			return nil
		})
		for _, p := range people {
			same(t, p, fx.get(t, f.Resource, p.Id))
		}
	})
	t.Run("by an id that is given", func(t *testing.T) {
		rec := row(comity.Co.Resource)
		rec.Id = 1_000_000
		fx.checkStored(t, rec)
	})
}

// owners returns the kinds of owner that a resource's records can have.
func owners(r *comity.Resource) []comity.OwnerType {
	if f := r.Owner(); f != nil {
		return f.Owners
	}
	return nil
}

// full makes a record with a value in every field except references.
func full(r *comity.Resource) *comity.Record {
	rec := row(r)
	for i, f := range r.Fields {
		switch f.Kind {
		case comity.Text, comity.Secret:
			set(rec, f, unique("Ünï "+f.Name))
		case comity.Integer, comity.Time:
			set(rec, f, 1_000_000_000+i)
		case comity.Boolean:
			set(rec, f, true)
		case comity.Date:
			set(rec, f, "1906-12-09")
		case comity.Code:
			set(rec, f, f.Words[len(f.Words)-1].Word)
		case comity.Reference, comity.Owner:
		}
	}
	return rec
}

// absent returns an error unless every way of reading a record that does not exist returns ErrNotFound.
func (fx *fixture) absent(t tb, r *comity.Resource, id int64) error {
	ctx := t.Context()
	return fx.store.Write(ctx, func(tx *db.Tx) error {
		for _, fn := range []func() error{
			func() error { _, err := store.Get(ctx, tx, r, id); return err },
			func() error { _, err := store.GetForUpdate(ctx, tx, r, id); return err },
			func() error { _, err := store.Home(ctx, tx, r, id); return err },
			func() error { _, err := store.Enter(ctx, tx, r, id, false); return err },
			func() error { _, err := store.Enter(ctx, tx, r, id, true); return err },
		} {
			if err := fn(); !errors.Is(err, db.ErrNotFound) {
				return errors.Join(errors.New("want ErrNotFound"), err)
			}
		}
		return nil
	})
}

// checkStored stores a record and its next revisions, and fails the test unless each is the same when it is read
// in every way.
func (fx *fixture) checkStored(t *testing.T, rec *comity.Record) {
	t.Helper()
	var now time.Time
	var first *comity.Record
	now = fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		first = rec.Clone()
		return add(ctx, tx, first)
	})
	if first.Id == 0 || rec.Id != 0 && first.Id != rec.Id {
		t.Fatalf("stored by id %d, given %d", first.Id, rec.Id)
	}
	want := rec.Clone()
	want.Id, want.CoId, want.Actor, want.Created, want.Modified = first.Id, first.CoId, actor, now, now
	fx.checkRead(t, want)

	now = fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := edit(ctx, tx, rec.Resource, first.Id)
		return err
	})
	want.Revision, want.Modified = 1, now
	fx.checkRead(t, want)

	changed := fx.otherwise(t, want)
	now = fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		where, err := store.Enter(ctx, tx, rec.Resource, first.Id, false)
		if err != nil {
			return err
		}
		return store.Update(ctx, tx, nil, changed.Clone(), "somebody else", where)
	})
	changed.Revision, changed.Modified, changed.Actor = 2, now, "somebody else"
	fx.checkRead(t, changed)
}

// checkRead fails the test unless every way of reading returns the record.
func (fx *fixture) checkRead(t *testing.T, want *comity.Record) {
	t.Helper()
	r := want.Resource
	same(t, want, fx.get(t, r, want.Id))
	fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		got, err := store.GetForUpdate(ctx, tx, r, want.Id)
		if err == nil {
			same(t, want, got)
		}
		return err
	})
	sameAll(t, []*comity.Record{want}, fx.list(t, r, store.Equal("id", want.Id)))
	if r != comity.Co.Resource {
		sameAll(t, []*comity.Record{want}, fx.list(t, r, store.Equal("id", want.Id), store.Equal("co_id", want.CoId)))
	}
}

// otherwise returns a record with other values: optional fields with a value have none, fields without a
// value have one.
func (fx *fixture) otherwise(t *testing.T, rec *comity.Record) *comity.Record {
	t.Helper()
	values := full(rec.Resource)
	fx.complete(t, rec.CoId, values, true)
	out := rec.Clone()
	for _, f := range rec.Resource.Fields {
		switch optional := !f.Required && f.Default.IsAbsent(); {
		case f == rec.Resource.CoId() || f.Kind == comity.Owner || f.Immutable:
		case f.Kind == comity.Boolean:
			out.SetBool(f, !rec.Bool(f))
		case optional && rec.Has(f):
			out.Set(f, comity.Cell{})
		default:
			out.Set(f, values.Get(f))
		}
	}
	return out
}

// testTexts stores texts that a database might misread.
func testTexts(t *testing.T, fx *fixture) {
	f := comity.CoGroup
	co := fx.co(t)
	for _, tt := range []struct{ name, text string }{
		{"none", ""},
		{"a space", " "},
		{"spaces at both ends", "  a  "},
		{"quotes", `'; DROP TABLE cos; -- "x" ` + "`y`"},
		{"backslashes", `\ \\ \' \" \n \u0041 \x`},
		{"parameters", "$1 ? ?1 :a @a %s"},
		{"wildcards", "%_*?[a-z]"},
		{"words of SQL", "NULL"},
		{"words of JSON", `{"a":null,"b":[true]}`},
		{"line ends and tabs", "a\tb\nc"},
		{"letters with marks", "ÄÖÜßéøŁ"},
		{"composed and decomposed", "\u00e9 e\u0301"},
		{"scripts", "Ελληνικά русский עברית العربية 日本語 ไทย"},
		{"beyond the basic plane", "😀👩‍👩‍👧🏴󠁧󠁢󠁷󠁬󠁳󠁿 𝒢𝓇𝒶𝒸𝑒"},
		{"separators and marks of order", "\u2028\u2029\u200e\u202e\ufeff\u00a0"},
		{"the last code point", "\U0010ffff\ufffd\uffff"},
		{"markup", `<a href="x">&amp;</a>]]>`},
		{"the longest", strings.Repeat("ß😀é\n", 1000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := row(f.Resource, f.CoId, co, f.Introduction, tt.text, f.Name, tt.text)
			fx.checkStored(t, rec)
		})
	}
	t.Run("of every kind of secret", func(t *testing.T) {
		rec := row(comity.ApiUser.Resource, comity.ApiUser.CoId, co, comity.ApiUser.RemoteIp, `^10\.|'"`)
		fx.checkStored(t, rec)
	})
}

// testNumbers stores the extreme values of numbers and times.
func testNumbers(t *testing.T, fx *fixture) {
	f := comity.CoPersonRole
	co := fx.co(t)
	person := fx.person(t, co)
	for _, tt := range []struct {
		name          string
		ordr          int64
		from, through time.Time
	}{
		{"none", 0, time.Unix(0, 0), time.Unix(0, 0)},
		{"negative", -1, time.Unix(-1, 0), time.Unix(-1, 0)},
		{"small", 127, time.Date(1582, 10, 15, 0, 0, 0, 0, time.UTC), time.Date(1900, 2, 28, 23, 59, 59, 0, time.UTC)},
		{"the least", math.MinInt64, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC)},
		{"the greatest", math.MaxInt64, time.Date(9999, 12, 31, 23, 59, 58, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"past 32 bits", 1 << 40, time.Unix(1<<32, 0), time.Unix(1<<33, 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fx.checkStored(t, row(f.Resource, f.Person, person, f.Ordr, tt.ordr, f.ValidFrom, tt.from, f.ValidThrough, tt.through))
		})
	}
}

// testRandomRecords stores records of any resource with any values.
func testRandomRecords(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	co := fx.co(t)
	// The records that others refer to are made once for all rounds.
	parents := map[*comity.Resource][]int64{}
	for _, r := range comity.Stored() {
		if r != comity.Co.Resource {
			parents[r] = []int64{fx.parent(t, co, r), fx.parent(t, co, r)}
		}
	}
	parents[comity.Co.Resource] = []int64{co}
	rapidtest.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(comity.Stored()).Draw(t, "resource")
		first, next := random(t, r, parents), random(t, r, parents)
		for _, u := range r.Uniques {
			// Each record gets its own values of unique fields.
			for _, f := range u.Fields {
				if f.Kind == comity.Reference || f.Kind == comity.Owner {
					rec := row(r)
					fx.complete(t, co, rec, false)
					first.Set(f, rec.Get(f))
				} else {
					first.SetText(f, first.Text(f)+unique(""))
				}
				next.Set(f, first.Get(f))
			}
		}
		if r == comity.Name.Resource {
			first.SetBool(comity.Name.PrimaryName, false)
			next.SetBool(comity.Name.PrimaryName, false)
		}
		added := fx.add(t, first)[0]
		same(t, added, fx.get(t, r, added.Id))
		var pairs []any
		for _, f := range r.Fields {
			if f != r.CoId() && f.Kind != comity.Owner {
				pairs = append(pairs, f, next.Get(f))
			}
		}
		edited := fx.edit(t, r, added.Id, pairs...)
		same(t, edited, fx.get(t, r, added.Id))
		chain := fx.revisionsOf(t, r, added.Id)
		if len(chain) != 2 {
			t.Fatalf("%d revisions after an add and an edit", len(chain))
		}
		checkPresent(t, edited, chain)
		checkChain(t, chain, true)
	})
	for _, r := range comity.Stored() {
		fx.checkEach(t, r)
	}
}

// random makes a record with random values of its fields, and references to random parents.
func random(t *rapid.T, r *comity.Resource, parents map[*comity.Resource][]int64) *comity.Record {
	rec := comity.NewRecord(r)
	for _, f := range r.Fields {
		must := f.Required || !f.Default.IsAbsent()
		switch {
		case must || rapid.IntRange(0, 3).Draw(t, f.Name+" is there") > 1:
			rec.Set(f, randomCell(t, f, parents))
		case rapid.Bool().Draw(t, f.Name+" is named"):
			rec.Set(f, comity.EmptyCell())
		}
	}
	return rec
}

func randomCell(t *rapid.T, f *comity.Field, parents map[*comity.Resource][]int64) comity.Cell {
	switch f.Kind {
	case comity.Text, comity.Secret:
		return comity.TextCell(randomText().Draw(t, f.Name))
	case comity.Integer:
		return comity.IntCell(rapid.Int64().Draw(t, f.Name))
	case comity.Boolean:
		return comity.BoolCell(rapid.Bool().Draw(t, f.Name))
	case comity.Time:
		return comity.TimeCell(moment().Draw(t, f.Name))
	case comity.Date:
		return comity.TextCell(moment().Draw(t, f.Name).Format(comity.DateLayout))
	case comity.Code:
		return comity.TextCell(rapid.SampledFrom(f.Words).Draw(t, f.Name).Word)
	case comity.Reference:
		return comity.IntCell(rapid.SampledFrom(parents[f.Refers()]).Draw(t, f.Name))
	case comity.Owner:
		o := rapid.SampledFrom(f.Owners).Draw(t, f.Name)
		return comity.OwnerCell(o.Word, rapid.SampledFrom(parents[comity.ByName(o.Target)]).Draw(t, f.Name+" id"))
	}
	t.Fatalf("no values for %s, a %s", f.Name, f.Kind)
	return comity.Cell{}
}

// randomText generates texts without the control characters that fields do not allow.
func randomText() *rapid.Generator[string] {
	return rapid.Map(rapid.String(), func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' && r != '\n' || r >= 0x7f && r < 0xa0 {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, "\ufffd"))
	})
}

// moment generates times, to the second, of the years that fields allow.
func moment() *rapid.Generator[time.Time] {
	first := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	return rapid.Map(rapid.Int64Range(first, last), func(n int64) time.Time { return time.Unix(n, 0).UTC() })
}
