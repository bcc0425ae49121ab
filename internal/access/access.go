// Package access says who is calling and what they may do.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"

	"comity"
)

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

// ForPerson returns the caller for a CO person who has logged in themselves.
func ForPerson(login string, coID, person int64, rights comity.PersonRights) Caller {
	c := Caller{Username: login, CoId: coID}
	c.actFor(person, rights)
	c.Platform = c.Admin && coID == comity.PlatformCO
	return c
}

// actFor gives the caller the rights that a person has.
func (c *Caller) actFor(person int64, rights comity.PersonRights) {
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

// keyBits is the entropy of a generated key.
const keyBits = 160

// MinKeyLength is the minimum length of a key that an operator chooses, in characters.
const MinKeyLength = 32

// NewKey generates an API user's key: 160 random bits, in letters and digits.
func NewKey() (string, error) {
	b := make([]byte, keyBits/8)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)), nil
}

// Digest returns what is stored of a key. The key is random and long, so it cannot be guessed and a fast
// digest is enough.
func Digest(key string) string {
	d := sha256.Sum256([]byte(key))
	return hex.EncodeToString(d[:])
}

// Matches says whether a key has the digest, in a time that does not depend on either.
func Matches(key, digest string) bool {
	return subtle.ConstantTimeCompare([]byte(Digest(key)), []byte(digest)) == 1
}
