package registry_test

import (
	"fmt"
	"testing"

	"comity"
	"comity/internal/registry"
)

// BenchmarkBulk adds a thousand records in one transaction, during which all other writers wait on SQLite.
func BenchmarkBulk(b *testing.B) {
	for database, open := range databases {
		for _, kind := range []struct {
			name     string
			resource *comity.Resource
			record   func(w *world, person, other int64, i int) values
		}{
			{"people", comity.CoPerson.Resource, func(w *world, _, _ int64, _ int) values {
				return values{comity.CoPerson.CoId: w.co, comity.CoPerson.Status: comity.Active}
			}},
			{"members of a group", comity.CoGroupMember.Resource, func(_ *world, person, group int64, _ int) values {
				f := comity.CoGroupMember
				return values{f.CoGroupId: group, f.Person: person, f.Member: true}
			}},
			{"identifiers of a person", comity.Identifier.Resource, func(_ *world, _, other int64, i int) values {
				f := comity.Identifier
				return values{f.Person: other, f.Type: "uid", f.Identifier: fmt.Sprint(other, " ", i), f.Status: comity.Active}
			}},
			{"names", comity.Name.Resource, func(_ *world, person, _ int64, i int) values {
				f := comity.Name
				return values{f.Person: person, f.Type: "official", f.Given: "Ada", f.Family: fmt.Sprint("Lovelace ", i), f.PrimaryName: true}
			}},
		} {
			b.Run(database+" "+kind.name, func(b *testing.B) {
				w := newWorldOf(b, open(b), 0)
				for b.Loop() {
					b.StopTimer()
					people := w.manyPeople(b, comity.MaxBulk)
					other := people[0]
					if kind.resource == comity.CoGroupMember.Resource {
						other = w.group(b, fmt.Sprint("crowd ", people[0]))
					}
					inputs := make([]comity.Input, comity.MaxBulk)
					for i, person := range people {
						inputs[i] = kind.record(w, person, other, i).input(kind.resource)
					}
					b.StartTimer()
					if _, err := w.AddAll(b.Context(), tester, kind.resource, inputs, registry.Once{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
