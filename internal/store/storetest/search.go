package storetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testSearch finds people and groups by parts of their names, identifiers and email addresses.
func testSearch(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	t.Run("start of a name", func(t *testing.T) { testNameStart(t, fx) })
	t.Run("part of an identifier", func(t *testing.T) { testIdentifierPart(t, fx) })
	t.Run("any part of any identifier", func(t *testing.T) { testAnyIdentifierPart(t, fx) })
	t.Run("mail", func(t *testing.T) { testMail(t, fx) })
}

func testNameStart(t *testing.T, fx *fixture) {
	f := comity.Name
	co, elsewhere := fx.co(t), fx.co(t)
	var people []*comity.Record
	add := func(co int64, given, family string, primary bool) {
		p := fx.person(t, co)
		rec := row(f.Resource, f.Person, p, f.Given, given, f.Family, family, f.PrimaryName, primary)
		if family == "" {
			rec.Set(f.Family, comity.Cell{})
		}
		fx.add(t, rec)
		people = append(people, p)
	}
	add(co, "Ädele", "Straße", true)          // 0
	add(co, "äDELIA", "STRASSER", true)       // 1
	add(co, "A\u0308del", "strasburg", true)  // 2, decomposed
	add(co, "Adele", "", true)                // 3
	add(co, "100% sure", "a_b", true)         // 4
	add(co, "100x sure", "axb", true)         // 5
	add(co, `back\slash`, "Σίσυφος", true)    // 6
	add(co, "Ädele", "Straße", false)         // 7, another name than the primary one
	add(elsewhere, "Ädele", "Straße", true)   // 8
	add(co, "😀 smile", "'quoted'", true)      // 9
	add(co, "Ada\U0010fffd", "O'Brien", true) // 10

	for _, tt := range []struct {
		name, column, start string
		co                  int64
		want                []int
	}{
		{"upper case", "given", "ÄDE", co, []int{0, 1, 2}},
		{"lower case", "given", "äde", co, []int{0, 1, 2}},
		{"decomposed", "given", "a\u0308De", co, []int{0, 1, 2}},
		{"without its mark", "given", "ADE", co, []int{3}},
		{"the whole of it", "given", "ädele", co, []int{0}},
		{"more than the whole", "given", "ädele!", co, nil},
		{"from within", "given", "dele", co, nil},
		{"sharp s", "family", "straß", co, []int{0, 1}},
		{"sharp s in capitals", "family", "STRASS", co, []int{0, 1}},
		{"one s of the sharp s", "family", "stras", co, []int{0, 1, 2}},
		{"Greek with its last letter", "family", "ΣΊΣΥΦΟΣ", co, []int{6}},
		{"percent", "given", "100%", co, []int{4}},
		{"underscore", "family", "a_b", co, []int{4}},
		{"backslash", "given", `BACK\s`, co, []int{6}},
		{"star", "given", "100*", co, nil},
		{"quotes", "family", "'QUO", co, []int{9}},
		{"beyond the basic plane", "given", "😀", co, []int{9}},
		{"followed by one of the last code points", "given", "ada", co, []int{10}},
		{"of another CO", "given", "ädele", elsewhere, []int{8}},
		{"of any CO", "given", "ädele", 0, []int{0, 8}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fx.checkFound(t, comity.CoPerson.Resource, people, tt.want, store.HasNameStart(tt.column, tt.co, tt.start))
		})
	}
	t.Run("with other conditions", func(t *testing.T) {
		fx.checkFound(t, comity.CoPerson.Resource, people, []int{1},
			store.HasNameStart("given", co, "äde"), store.HasNameStart("family", co, "strass"), store.Equal("co_id", co), store.NotID(people[0].Id))
	})
}

func testIdentifierPart(t *testing.T, fx *fixture) {
	f := comity.Identifier
	co, elsewhere := fx.co(t), fx.co(t)
	var people []*comity.Record
	add := func(co int64, identifiers ...string) {
		p := fx.person(t, co)
		for _, s := range identifiers {
			fx.insert(t, f.Resource, f.Person, p, f.Identifier, s, f.Type, unique("type"))
		}
		people = append(people, p)
	}
	add(co, "GHopper", "hopper@example.org")  // 0
	add(co, "a%b")                            // 1
	add(co, "a_b")                            // 2
	add(co, `a\b`)                            // 3
	add(co, "axb")                            // 4
	add(co, "Ärger-Maß")                      // 5
	add(elsewhere, "ghopper")                 // 6
	add(co)                                   // 7
	add(co, "Σ", "İx")                        // 8
	add(co, "http://example.org/'q'?a=%5F&b") // 9
	group := fx.insert(t, comity.CoGroup.Resource, comity.CoGroup.CoId, co)
	fx.insert(t, f.Resource, f.Person, group, f.Identifier, "the ghopper group")
	org := fx.insert(t, comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co)
	fx.insert(t, f.Resource, f.Person, org, f.Identifier, "ghopper at home")

	for _, tt := range []struct {
		name, part string
		co         int64
		want       []int
	}{
		{"start", "gho", co, []int{0}},
		{"middle, of two of one person's", "HOPPER", co, []int{0}},
		{"end", "E@EXAMPLE.ORG", co, nil},
		{"end of the second", "R@EXAMPLE.ORG", co, []int{0}},
		{"the whole", "axb", co, []int{4}},
		{"one letter", "X", co, []int{0, 4, 8, 9}},
		{"percent", "%", co, []int{1, 9}},
		{"percent between", "A%B", co, []int{1}},
		{"underscore", "_", co, []int{2}},
		{"underscore between", "A_B", co, []int{2}},
		{"backslash", `\`, co, []int{3}},
		{"backslash and percent", `\%`, co, nil},
		{"question mark and star", "?*", co, nil},
		{"letters with marks", "ärg", co, []int{5}},
		{"without the mark", "arg", co, nil},
		{"sharp s", "MASS", co, []int{5}},
		{"Greek", "ς", co, []int{8}},
		{"quotes", "'Q'", co, []int{9}},
		{"not there", "hopperx", co, nil},
		{"two letters", "BC", co, nil},
		{"three letters", "axb", co, []int{4}},
		{"double quotes", `"ghopper"`, co, nil},
		{"words of a query language", "ghopper OR axb", co, nil},
		{"more than any identifier is long", strings.Repeat("hopper@example.org", 455), co, nil},
		{"of another CO", "ghopper", elsewhere, []int{6}},
		{"of any CO", "ghopper", 0, []int{0, 6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fx.checkFound(t, comity.CoPerson.Resource, people, tt.want, store.HasIdentifierPart(comity.OwnerCO.Column, tt.co, tt.part))
		})
	}
	t.Run("of a group", func(t *testing.T) {
		all := []*comity.Record{group}
		fx.checkFound(t, comity.CoGroup.Resource, all, []int{0}, store.HasIdentifierPart(comity.OwnerGroup.Column, co, "GHOPPER"))
		fx.checkFound(t, comity.CoGroup.Resource, all, nil, store.HasIdentifierPart(comity.OwnerGroup.Column, co, "hopper@"))
	})
}

// testAnyIdentifierPart adds, changes and deletes identifiers and looks for parts of them.
func testAnyIdentifierPart(t *testing.T, fx *fixture) {
	f := comity.Identifier
	letters := rapid.SampledFrom([]string{
		"a", "B", "b", "É", "e\u0301", "\u0301", "😀", "ß", "Σ", "ς", "İ", "%", "_", `\`, `"`, "'", "*", "-", " ", "@", "0",
	})
	text := func(least, most int) *rapid.Generator[string] {
		return rapid.Map(rapid.SliceOfN(letters, least, most), func(s []string) string { return strings.Join(s, "") })
	}
	rapidtest.Check(t, func(t *rapid.T) {
		cos := []int64{fx.co(t), fx.co(t)}
		var identifiers []*comity.Record
		for range rapid.IntRange(1, 4).Draw(t, "identifiers") {
			p := fx.person(t, rapid.SampledFrom(cos).Draw(t, "CO"))
			identifiers = append(identifiers, fx.insert(t, f.Resource, f.Person, p, f.Identifier, text(1, 9).Draw(t, "identifier"), f.Type, unique("type")))
		}
		i := rapid.IntRange(0, len(identifiers)-1).Draw(t, "changed")
		identifiers[i] = fx.edit(t, f.Resource, identifiers[i].Id, f.Identifier, text(1, 9).Draw(t, "changed to"))
		if rapid.Bool().Draw(t, "one is deleted") {
			i = rapid.IntRange(0, len(identifiers)-1).Draw(t, "deleted")
			fx.remove(t, f.Resource, identifiers[i].Id)
			identifiers = slices.Delete(identifiers, i, i+1)
		}
		for range 5 {
			part := text(1, 5).Draw(t, "part")
			if len(identifiers) > 0 && rapid.Bool().Draw(t, "of one of them") {
				whole := []rune(rapid.SampledFrom(identifiers).Draw(t, "of").Text(f.Identifier))
				start := rapid.IntRange(0, len(whole)-1).Draw(t, "from")
				part = string(whole[start:rapid.IntRange(start+1, len(whole)).Draw(t, "to")])
			}
			for _, co := range cos {
				var want []int64
				for _, rec := range identifiers {
					if rec.CoId == co && strings.Contains(db.Fold(rec.Text(f.Identifier)), db.Fold(part)) {
						want = append(want, rec.Int(f.Person))
					}
				}
				got := ids(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co), store.HasIdentifierPart(comity.OwnerCO.Column, co, part)))
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("people of CO %d with %q (-want +got):\n%s", co, part, diff)
				}
			}
		}
	})
}

func testMail(t *testing.T, fx *fixture) {
	f := comity.EmailAddress
	co, elsewhere := fx.co(t), fx.co(t)
	var people []*comity.Record
	add := func(co int64, mails ...string) {
		p := fx.person(t, co)
		for _, s := range mails {
			fx.insert(t, f.Resource, f.Person, p, f.Mail, s)
		}
		people = append(people, p)
	}
	add(co, "Grace@Example.org")                // 0
	add(co, "grace@example.org", "g@x.org")     // 1
	add(co, "grace@example.org.uk")             // 2
	add(elsewhere, "grace@example.org")         // 3
	add(co, "a%b@example.org", "ä@exämple.org") // 4
	org := fx.insert(t, comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co)
	fx.insert(t, f.Resource, f.Person, org, f.Mail, "grace@example.org")

	for _, tt := range []struct {
		name      string
		condition db.Condition
		want      []int
	}{
		{"start", store.HasMailStart(co, "GRACE@ex"), []int{0, 1, 2}},
		{"start that is the whole", store.HasMailStart(co, "grace@example.org"), []int{0, 1, 2}},
		{"start of the second", store.HasMailStart(co, "g@x"), []int{1}},
		{"start with a wildcard", store.HasMailStart(co, "a%B@"), []int{4}},
		{"start that is a wildcard", store.HasMailStart(co, "%"), nil},
		{"start with a mark", store.HasMailStart(co, "Ä@EXÄ"), []int{4}},
		{"start, of another CO", store.HasMailStart(elsewhere, "grace"), []int{3}},
		{"start, of any CO", store.HasMailStart(0, "grace@example.org"), []int{0, 1, 2, 3}},
		{"exactly", store.HasMail(comity.OwnerCO.Column, co, "grace@example.org"), []int{1}},
		{"exactly, in its own case", store.HasMail(comity.OwnerCO.Column, co, "Grace@Example.org"), []int{0}},
		{"exactly, in another case", store.HasMail(comity.OwnerCO.Column, co, "GRACE@example.org"), nil},
		{"exactly, but shorter", store.HasMail(comity.OwnerCO.Column, co, "grace@example.or"), nil},
		{"exactly, of another CO", store.HasMail(comity.OwnerCO.Column, elsewhere, "grace@example.org"), []int{3}},
		{"exactly, of any CO", store.HasMail(comity.OwnerCO.Column, 0, "grace@example.org"), []int{1, 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fx.checkFound(t, comity.CoPerson.Resource, people, tt.want, tt.condition)
		})
	}
}
