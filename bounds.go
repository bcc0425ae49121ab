package comity

import "fmt"

// What a registry holds at most, so that each request and each change can be carried out in one go.
const (
	// MaxBulk is how many records one request may add.
	MaxBulk = 1000
	// MaxHanging is how many records of a resource may hang on one person, role, org identity, group or other
	// owner: what reads or deletes an owner reads all of them. Of memberships there may be any number.
	MaxHanging = 5000
	// MaxNestings is how many nestings a CO may have: a membership makes up to one row for each.
	MaxNestings = 2000
	// MaxNestingDepth is how many nestings may follow each other from a group upwards.
	MaxNestingDepth = 50
)

// What a request that goes beyond a bound is told, as formats.
const (
	BeyondBulk         = "The request has %d elements, at most %d are allowed"
	BeyondHanging      = "%s %d has %d %s, and may have no more: delete what is not needed first"
	BeyondNestings     = "The CO has %d nestings, and may have at most %d: nest groups that belong together in one, and that in others"
	BeyondNestingDepth = "The groups would be nested %d levels deep, and may be at most %d: nest group %d in one further up instead"
)

// Bound is one of them as it is documented.
type Bound struct {
	// Most is how many there may be, and What says of what.
	Most int
	What string
	// Status and Phrase are the answer to a request that goes beyond it, and Text is an example of what its
	// body says.
	Status       int
	Phrase, Text string
}

// Bounds returns the bounds, as the API's documents say them.
func Bounds() []Bound {
	return []Bound{
		{
			MaxBulk, "records that one request adds", 400, PhraseBadRequest,
			fmt.Sprintf(BeyondBulk, MaxBulk+1, MaxBulk),
		},
		{
			MaxHanging, "records of a resource on one owner (a person, role, org identity, group or department), but for memberships", 403, PhraseForbidden,
			fmt.Sprintf(BeyondHanging, "CoPerson", 7, MaxHanging, "Identifiers"),
		},
		{
			MaxNestings, "nestings in a CO", 403, PhraseForbidden,
			fmt.Sprintf(BeyondNestings, MaxNestings, MaxNestings),
		},
		{
			MaxNestingDepth, "levels of groups nested in each other", 403, PhraseForbidden,
			fmt.Sprintf(BeyondNestingDepth, MaxNestingDepth+1, MaxNestingDepth, 7),
		},
	}
}
