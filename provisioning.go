package comity

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// ErrNotConfigured is the failure of a target that does not say, or does not say usably, where
// messages go. It is no person's: it passes when the target is mended.
var ErrNotConfigured = errors.New("the target is not configured")

// ErrNoIdentifier says that a person has no identifier of the type that a target is sent people under: they are
// left out there.
var ErrNoIdentifier = errors.New("no identifier")

// SubjectKind says what a Subject is. The numbers are stored; where everything is told, it is told
// in their order.
type SubjectKind int64

// The kinds of subject.
const (
	KindPerson SubjectKind = iota
	KindGroup
)

// Subject is whom or what targets are told about: a CoPerson or a CoGroup. Each is told in order, by
// sequence numbers of its own.
type Subject struct {
	Kind SubjectKind
	// Id is that of the record.
	Id int64
}

// PersonSubject is a person as a subject.
func PersonSubject(id int64) Subject { return Subject{KindPerson, id} }

// GroupSubject is a group as a subject.
func GroupSubject(id int64) Subject { return Subject{KindGroup, id} }

// String names the subject in a sentence.
func (s Subject) String() string {
	if s.Kind == KindGroup {
		return fmt.Sprintf("group %d", s.Id)
	}
	return fmt.Sprintf("person %d", s.Id)
}

// Compare says which of two subjects comes first, as cmp.Compare does.
func (s Subject) Compare(other Subject) int {
	return cmp.Or(cmp.Compare(s.Kind, other.Kind), cmp.Compare(s.Id, other.Id))
}

// Snapshot is what a provisioning target is to know about one subject, as of one moment. It holds
// only what is provisioned: identifiers, roles and memberships that do not count are left out.
type Snapshot struct {
	Subject Subject
	// Gone says that the target is to forget the subject. A person is gone who is deleted, not in a
	// status that is provisioned, or not in the target's group; a group that is deleted or
	// suspended. The rest is then empty.
	Gone bool
	// Group is the CoGroup, nil where the subject is a person. Then Owners and Members are the
	// identifiers by which the target knows its owners and members, in order, and all else is empty.
	Group  *Record
	Owners []string
	// Person is the CoPerson.
	Person *Record
	// Names, Identifiers, EmailAddresses and Urls are in order of Id.
	Names, Identifiers, EmailAddresses, Urls []*Record
	// Roles are in order of Ordr, then Id; those without Ordr come last.
	Roles []RoleSnapshot
	// Members are the names of the groups that the person is a member of, in order.
	Members []string
}

// RoleSnapshot is a role with what hangs on it, in order of Id.
type RoleSnapshot struct {
	Role                        *Record
	Addresses, TelephoneNumbers []*Record
}

// Destination is where and how a provisioning target is told: its own record and its plugin's
// settings. It holds an opened password and is never stored or logged.
type Destination struct {
	// Target is the CoProvisioningTarget.
	Target *Record
	// Settings is its CoApiProvisionerTarget, nil while there is none.
	Settings *Record
	// ServerType is the type of the server that the settings name, "" without settings.
	ServerType string
	// Server is its HttpServer or KafkaServer, nil while there is none.
	Server *Record
	// ServerActive says that the Server is not suspended.
	ServerActive bool
	// Password is the server's password.
	Password string
	// SigningSecret is the target's, "" where messages are not signed.
	SigningSecret string
}

// IncludesGroups says that the target is told about groups.
func (d Destination) IncludesGroups() bool {
	return d.Settings != nil && d.Settings.Bool(CoApiProvisionerTarget.IncludeGroups)
}

// Told is what a target was, or may have been, told about a subject.
type ProvisionedAs struct {
	// Identifier is the one that the subject was last sent under, "" if it never was.
	Identifier string
	// Obsolete are earlier ones that the target is still to be told to delete. A group's further
	// pages are among them: whether they are to be deleted is seen when it is sent.
	Obsolete []string
}

// Message is one request to a target's endpoint, or one record to its topic.
type Message struct {
	// Id is the message's own: that of each try to send it, and no other's.
	Id string
	// Subject is whom or what it is about, to which the sequence numbers of messages belong.
	Subject Subject
	// Identifier is the one that the message speaks of.
	Identifier string
	// Delete says that the message tells the endpoint to forget it.
	Delete bool
	// Method and URL are the request's; of a record they say the same to a person.
	Method, URL string
	// Body is the JSON that is sent, nil for none.
	Body []byte
	// Kept is what is kept of the body, so that it is seen what changed since; nil where that is the
	// body itself.
	Kept []byte
}

// Answer is what an endpoint made of a Message.
type Answer struct {
	// Status is the HTTP status, 0 when no answer came or it came otherwise.
	Status int
	// Text tells the answer to a person: the status line and the first 4 KiB of the body, or
	// what kept an answer from coming.
	Text string
	// OK says that the message was taken.
	OK bool
	// Refused says that the endpoint understood and refused the message itself, so that sending
	// it again is of little use.
	Refused bool
	// RetryAfter is how long the endpoint asks to wait, 0 if it does not.
	RetryAfter time.Duration
}

// Holding is what an endpoint says that it holds of an identifier.
type Holding struct {
	// Body is the message that it holds, nil where it says that it holds none.
	Body []byte
	// Unreadable is why it cannot be said what it holds, "" where it can.
	Unreadable string
	// Answered says that the endpoint answered at all.
	Answered bool
}
