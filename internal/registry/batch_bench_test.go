package registry_test

import (
	"fmt"
	"testing"

	"comity"
	"comity/internal/registry"
	"comity/internal/registry/registrytest"
)

// BenchmarkBatch adds a thousand records in one transaction, during which all other writers wait on SQLite.
func BenchmarkBatch(b *testing.B) {
	for database, open := range registrytest.Databases() {
		for _, kind := range []struct {
			name     string
			resource *comity.Resource
			record   func(fx fixture, person, other int64, i int) registrytest.Values
		}{
			{"people", comity.CoPerson.Resource, func(fx fixture, _, _ int64, _ int) registrytest.Values {
				return registrytest.Values{comity.CoPerson.CoId: fx.CoId, comity.CoPerson.Status: comity.Active}
			}},
			{"members of a group", comity.CoGroupMember.Resource, func(_ fixture, person, group int64, _ int) registrytest.Values {
				f := comity.CoGroupMember
				return registrytest.Values{f.CoGroupId: group, f.Person: person, f.Member: true}
			}},
			{"identifiers of a person", comity.Identifier.Resource, func(_ fixture, _, other int64, i int) registrytest.Values {
				f := comity.Identifier
				return registrytest.Values{f.Person: other, f.Type: "uid", f.Identifier: fmt.Sprint(other, " ", i), f.Status: comity.Active}
			}},
			{"names", comity.Name.Resource, func(_ fixture, person, _ int64, i int) registrytest.Values {
				f := comity.Name
				return registrytest.Values{f.Person: person, f.Type: "official", f.Given: "Ada", f.Family: fmt.Sprint("Lovelace ", i), f.PrimaryName: true}
			}},
		} {
			b.Run(database+" "+kind.name, func(b *testing.B) {
				fx := newFixture(b, open(b), 0)
				for b.Loop() {
					b.StopTimer()
					people := fx.ManyPeople(b, comity.MaxBulk)
					other := people[0]
					if kind.resource == comity.CoGroupMember.Resource {
						other = fx.NewGroup(b, fmt.Sprint("crowd ", people[0]))
					}
					inputs := make([]comity.Input, comity.MaxBulk)
					for i, person := range people {
						inputs[i] = kind.record(fx, person, other, i).Input(kind.resource)
					}
					b.StartTimer()
					if _, err := fx.AddAll(b.Context(), registrytest.Tester(), kind.resource, inputs, registry.Idempotency{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
