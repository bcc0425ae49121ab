package comity

import "time"

// Session is somebody who has signed in with a browser.
type Session struct {
	// Digest is the digest of the token that the browser has.
	Digest string
	// Who is an API user's name, or a login identifier where KeyDigest is "".
	Who string
	// KeyDigest is the digest of the API user's key when they signed in: another key ends the session.
	KeyDigest string
	// People are the ids, ascending, of the CO people whom the login identifier has been so far.
	People []int64
	// Created is when it began, Seen when it was last used, about.
	Created, Seen time.Time
}

// OfApiUser says whether an API user signed in, and not a person by a login identifier.
func (s Session) OfApiUser() bool { return s.KeyDigest != "" }
