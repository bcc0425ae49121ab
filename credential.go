package comity

// Credential is what a login of an API user is checked against.
type Credential struct {
	// User is the ApiUser.
	User *Record
	// Digest is the digest of its key.
	Digest string
	// CoStatus is its CO's status.
	CoStatus string
	// Person are the rights of the CO person that the user acts for, none where it acts for nobody.
	Person PersonRights
}

// PersonRights are the rights that a CO person has by being in groups of administrators. One who is
// not active has none.
type PersonRights struct {
	// Active says that the person's status is one that counts.
	Active bool
	// Admin says that the person administers the CO.
	Admin bool
	// Units are the COUs that the person administers: those in whose group of administrators the
	// person is, and all below them.
	Units []int64
	// OwnsGroup says that the person owns a group.
	OwnsGroup bool
}
