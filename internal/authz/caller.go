// Package authz says what a caller may do. It has the table of permissions (permissions.go), which says for
// each resource what relation a record must have to the caller for each operation, and what is made from it:
// the row filters, which select the records that a caller may see (filter.go); the checks of one record
// (authorize.go); what may be done to records that are shown (rights.go); and the fields that the owner of a
// group does not see of other people (redact.go). Administrators of a CO may do everything in it, those of
// the platform everywhere.
package authz

import "comity"

// Caller is who makes a request.
type Caller struct {
	// Username is the name by which history records the caller.
	Username string
	// CoId is the CO that they belong to.
	CoId int64
	// Platform callers administer everything.
	Platform bool
	// Admin callers administer their CO.
	Admin bool
	// PersonId is the CO person that the caller acts for, 0 if their rights are their own; Units are the
	// units that this person administers.
	PersonId int64
	Units    []int64
	// OwnsGroup is true if the person owns a group, and so sees whom they may add to it.
	OwnsGroup bool
	// RateLimit is how many requests a minute they may make; 0 is no limit.
	RateLimit int64
	// StringIds asks for ids as strings in JSON.
	StringIds bool
}

// System returns the caller of what the program does by itself.
func System(name string) Caller {
	return Caller{Username: name, CoId: comity.PlatformCO, Platform: true, Admin: true}
}

// Operator returns the caller of the program's own commands, which an operator runs.
func Operator() Caller { return System("operator") }

// ForPerson returns the caller for a CO person who has logged in themselves.
func ForPerson(login string, coID, person int64, rights comity.PersonRights) Caller {
	c := Caller{Username: login, CoId: coID}
	c.ActFor(person, rights)
	c.Platform = c.Admin && coID == comity.PlatformCO
	return c
}

// ActFor gives the caller the rights that a person has.
func (c *Caller) ActFor(person int64, rights comity.PersonRights) {
	c.Admin = rights.Admin
	if rights.Active {
		c.PersonId, c.Units, c.OwnsGroup = person, rights.Units, rights.OwnsGroup
	}
}

// Strictly returns the caller without the right of a group's owner to see people in order to distinguish
// them: for answers that show more of a record than its fields, or that find it by fields that are not shown.
func (c Caller) Strictly() Caller {
	c.OwnsGroup = false
	return c
}

// MayAnything says whether the caller has any right at all.
func (c Caller) MayAnything() bool { return c.Platform || c.Admin || c.PersonId != 0 }

// Knows says whether there can be anything in a CO that the caller may know of.
func (c Caller) Knows(coID int64) bool { return c.Platform || c.MayAnything() && c.CoId == coID }
