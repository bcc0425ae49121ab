package comity

import "fmt"

// The limits of a registry, which keep the work of each request and each change bounded.
const (
	// MaxBulk is the most records that one request may add.
	MaxBulk = 1000
	// MaxDependents is the most records of a resource that one person, role, org identity, group or other owner
	// may have, since reading or deleting an owner reads all of them. Memberships are not limited.
	MaxDependents = 5000
	// MaxNestings is the most nestings of a CO: a membership can have one derived row for each.
	MaxNestings = 2000
	// MaxNestingDepth is the most nestings on a path from a group upwards.
	MaxNestingDepth = 50
)

// The formats of the error messages for a request that exceeds a limit.
const (
	BeyondBulk         = "The request has %d elements, at most %d are allowed"
	BeyondDependents   = "%s %d has %d %s, and may have no more: delete what is not needed first"
	BeyondNestings     = "The CO has %d nestings, and may have at most %d: nest groups that belong together in one, and that in others"
	BeyondNestingDepth = "The groups would be nested %d levels deep, and may be at most %d: nest group %d in one further up instead"
)

// Bound is the documentation of one limit.
type Bound struct {
	// Most is the limit, and What says what it limits.
	Most int
	What string
	// Status and Phrase are the answer to a request that exceeds the limit, and Text is an example of its
	// body.
	Status int
	Phrase Phrase
	Text   string
}

// Bounds returns the documentation of all limits.
func Bounds() []Bound {
	return []Bound{
		{
			MaxBulk, "records that one request adds", 400, PhraseBadRequest,
			fmt.Sprintf(BeyondBulk, MaxBulk+1, MaxBulk),
		},
		{
			MaxDependents, "records of a resource on one owner (a person, role, org identity, group or department), but for memberships", 403, PhraseForbidden,
			fmt.Sprintf(BeyondDependents, "CoPerson", 7, MaxDependents, "Identifiers"),
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
