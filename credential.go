package comity

// Credential is the stored data that an API user's login is checked against.
type Credential struct {
	// User is the ApiUser.
	User *Record
	// Digest is the digest of its key.
	Digest string
	// CoStatus is its CO's status.
	CoStatus string
	// Person are the rights of the CO person that the user acts for; zero where it acts for nobody.
	Person PersonRights
}

// PersonRights are the rights that a CO person has as a member of administrators' groups. A person who
// is not active has none.
type PersonRights struct {
	// Active says that the person's status is Active or GracePeriod.
	Active bool
	// Admin says that the person administers the CO.
	Admin bool
	// Units are the COUs that the person administers: those whose administrators' group the person is
	// in, and all COUs below them.
	Units []int64
	// OwnsGroup says that the person owns a group.
	OwnsGroup bool
}
