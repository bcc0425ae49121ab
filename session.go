package comity

import "time"

// Session is a login with a browser.
type Session struct {
	// Digest is the digest of the browser's session token.
	Digest string
	// Who is an API user's name, or a person's login identifier where KeyDigest is "".
	Who string
	// KeyDigest is the digest of the API user's key at the time of the login: a new key ends the session.
	KeyDigest string
	// People are the ids, ascending, of all CO people that have had the login identifier in the session.
	People []int64
	// Created is the time of the login, Seen about the time of the last use.
	Created, Seen time.Time
}

// OfApiUser says whether the session is an API user's, not a person's.
func (s Session) OfApiUser() bool { return s.KeyDigest != "" }
