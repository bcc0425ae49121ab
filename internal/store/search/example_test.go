package search_test

import (
	"slices"
	"testing"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/search"
	"comity/internal/store/storetest"
)

// People are found by the words of their names, email addresses and identifiers, without regard to case and
// accents, in the order of their primary names. The index is updated by the transaction that changes them.
func TestExample(t *testing.T) {
	t.Parallel()
	for kind, s := range storetest.Databases(t) {
		t.Run(kind, func(t *testing.T) {
			ctx, n, m := t.Context(), comity.Name, comity.EmailAddress
			co := storetest.Add(t, s, comity.Co.Resource)
			add := func(given, family, mail string) int64 {
				person := storetest.Add(t, s, comity.CoPerson.Resource, comity.CoPerson.CoId, co)
				storetest.Add(t, s, n.Resource, n.Person, person, n.Given, given, n.Family, family, n.PrimaryName, true)
				storetest.Add(t, s, m.Resource, m.Person, person, m.Mail, mail)
				return person.Id
			}
			zoe, ada := add("Zoë", "Müller", "zoe@example.org"), add("Ada", "Lovelace", "ada@example.org")

			for text, want := range map[string][]int64{
				"muller zoe": {zoe}, "LOVE ada": {ada}, "example.org": {ada, zoe}, "ada muller": nil,
			} {
				err := s.Read(ctx, func(tx *db.Tx) error {
					found, err := search.People(ctx, tx, search.Query{CoId: co.Id, Words: search.Words(text), Limit: 10})
					var people []int64
					for _, position := range found {
						people = append(people, position.Id)
					}
					if !slices.Equal(people, want) {
						t.Errorf("%q finds %v, want %v", text, people, want)
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
}
