package storetest

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
)

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
