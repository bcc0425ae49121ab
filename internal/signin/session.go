package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"slices"
	"time"

	"comity"
)

// How long a session lasts when idle, and at most; and how long a login link is valid.
const (
	SessionIdle = 8 * time.Hour
	SessionLife = 24 * time.Hour
	LinkLife    = time.Hour
)

// Live says whether a session is valid at a time.
func Live(s comity.Session, now time.Time) bool {
	return now.Before(s.Created.Add(SessionLife)) && now.Before(s.Seen.Add(SessionIdle))
}

// NewToken returns an unguessable token: 256 random bits. Its Digest is what is stored.
func NewToken() string {
	b := make([]byte, sha256.Size)
	_, _ = rand.Read(b) // it never fails: the program ends instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// Membership is a CO in which a login identifier belongs to a person.
type Membership struct {
	CoId, PersonId int64
	// CoName is the CO's name.
	CoName string
}

// PeopleOf returns the ids of the people of memberships, ascending.
func PeopleOf(list []Membership) []int64 {
	var people []int64
	for _, m := range list {
		people = append(people, m.PersonId)
	}
	slices.Sort(people)
	return people
}

var apiUserName = regexp.MustCompile(`^co_[0-9]+\.`)

// IsLogin says whether a text can be a login identifier. One that looks like an API user's name cannot, as
// the history would confuse the two.
func IsLogin(login string) bool { return login != "" && !apiUserName.MatchString(login) }
