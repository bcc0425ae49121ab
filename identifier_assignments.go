package comity

import (
	"fmt"
	"regexp"
	"strings"
)

// The algorithms by which identifiers are assigned.
const (
	AssignRandom     = "R"
	AssignSequential = "S"
)

// The grammar of an assignment's Format. CollisionPart matches a part that is used from the given collision on,
// as in [1:(#)], and FormatParameter what stands for a part of the name or the number, as in (G), (f:4), (#:3).
var (
	CollisionPart   = regexp.MustCompile(`\[([0-9]+):([^\]]*)\]`)
	FormatParameter = regexp.MustCompile(`\(([GMFgmf#])(?::([0-9]+))?\)`)
)

// CoIdentifierAssignment is a rule by which a CO assigns identifiers to its people.
var CoIdentifierAssignment = func() (t struct {
	*Resource
	CoId, Description, Status, Context, CoGroupId, IdentifierType, EmailType, Login, Algorithm, Format,
	Permitted, MinimumLength, Minimum, Maximum, Ordr *Field
},
) {
	t.Resource = resource("CoIdentifierAssignment", "CoIdentifierAssignments", "co_identifier_assignments").short("IAS").
		purpose("Identifiers that new people are given by themselves.").
		doc("How a CO makes identifiers for its people. `identifiers/assign` runs the assignments for one of them.")
	t.CoId = t.co()
	t.Description = t.text("Description", 256)
	t.Status = t.code("Status", onOff...).required()
	t.Context = t.code("Context",
		option("CP", "People"),
	)
	t.CoGroupId = t.reference("CoGroupId", "CoGroup").
		doc("Only for the members of this group.")
	t.IdentifierType = t.text("IdentifierType", 32).required().types("Identifier.type", identifierTypes...).
		example("uid")
	t.EmailType = t.text("EmailType", 32).types("EmailAddress.type", emailTypes...).
		doc("With the identifier type `mail`: an email address of this type is added, too.")
	t.Login = t.boolean("Login")
	t.Algorithm = t.code("Algorithm",
		option(AssignRandom, "Random"),
		option(AssignSequential, "Sequential"),
	).required()
	t.Format = t.text("Format", 256).must(knownParts).
		doc("`(G)` `(M)` `(F)` stand for the given, middle and family name (small letters for lower case, `(F:4)` for at most four characters), `(#)` `(#:4)` for the number, `[1:…]` for a part that is used from the first collision on.")
	t.Permitted = t.code("Permitted",
		option("AN", "Letters and digits"),
		option("AD", "Letters, digits, dot, dash and underscore"),
		option("AQ", "Letters, digits, dot, dash, underscore and apostrophe"),
		option("AL", "All characters"),
	).
		doc("The characters of a name that are kept.")
	t.MinimumLength = t.integer("MinimumLength").min(0).
		doc("The least number of digits.")
	t.Minimum = t.integer("Minimum").min(0)
	t.Maximum = t.integer("Maximum").min(0).
		doc("Not less than the minimum.")
	t.Ordr = t.integer("Ordr").sequential()
	t.must(func(rec *Record) []FieldError {
		least, greatest := rec.Int(t.Minimum), rec.Int(t.Maximum)
		if !rec.Has(t.Minimum) || !rec.Has(t.Maximum) || least <= greatest {
			return nil
		}
		return []FieldError{t.Maximum.FieldError("%d is less than the minimum, %d: raise it, or lower the minimum", greatest, least)}
	})
	return t
}()

// knownParts refuses a Format with anything else in brackets than the parts that it may have.
func knownParts(format string) string {
	rest := FormatParameter.ReplaceAllString(CollisionPart.ReplaceAllString(format, " $2 "), " ")
	at := strings.IndexAny(rest, "([")
	if at < 0 {
		return ""
	}
	unknown := rest[at:]
	if end := strings.IndexAny(unknown, ")]"); end >= 0 {
		unknown = unknown[:end+1]
	}
	return fmt.Sprintf("The format may have no other parts in brackets: replace or remove %q, which is none of (G), (M), (F), (g), (m), (f), (#), with a length as in (f:8), and [1:…]", unknown)
}
