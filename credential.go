package comity

// Credential is what a login of an API user is checked against.
type Credential struct {
	// User is the ApiUser.
	User *Record
	// Digest is the digest of its key.
	Digest string
	// CoStatus is its CO's status.
	CoStatus string
}
