package comity

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// ErrNotConfigured is the failure of a target whose settings do not say, or not in a usable way, where
// messages go. It concerns no single subject: deliveries succeed once the target is configured.
var ErrNotConfigured = errors.New("the target is not configured")

// ErrNoIdentifier says that a person has no identifier of the target's IdentifierType, and so is left out
// at that target.
var ErrNoIdentifier = errors.New("no identifier")

// SubjectKind is the kind of a Subject. The numbers are stored; a full sync goes in their order.
type SubjectKind int64

// The kinds of subject.
const (
	KindPerson SubjectKind = iota
	KindGroup
)

// Subject is a CoPerson or a CoGroup that is provisioned to targets. Each has its own sequence numbers, in
// whose order its messages apply.
type Subject struct {
	Kind SubjectKind
	// Id is the Id of the record.
	Id int64
}

// PersonSubject returns the Subject of a person.
func PersonSubject(id int64) Subject { return Subject{KindPerson, id} }

// GroupSubject returns the Subject of a group.
func GroupSubject(id int64) Subject { return Subject{KindGroup, id} }

// Resource returns the resource of the subject's record.
func (s Subject) Resource() *Resource {
	if s.Kind == KindGroup {
		return CoGroup.Resource
	}
	return CoPerson.Resource
}

// String returns the subject's name for a sentence: "person 7".
func (s Subject) String() string {
	if s.Kind == KindGroup {
		return fmt.Sprintf("group %d", s.Id)
	}
	return fmt.Sprintf("person %d", s.Id)
}

// Compare orders subjects by kind and id; the result is that of cmp.Compare.
func (s Subject) Compare(other Subject) int {
	return cmp.Or(cmp.Compare(s.Kind, other.Kind), cmp.Compare(s.Id, other.Id))
}

// Snapshot is the state of one subject that a provisioning target should hold, as of one moment. It
// contains only what is provisioned: identifiers, roles and memberships that do not count are left out.
type Snapshot struct {
	Subject Subject
	// Gone says that the target should delete the subject; the other fields are then empty. A person is
	// gone who is deleted, in a status that is not provisioned, or not in the target's group; a group is
	// gone that is deleted or suspended.
	Gone bool
	// Group is the CoGroup, nil where the subject is a person. For a group, Owners and Members are the
	// identifiers under which its owners and members are sent to the target, in order; the fields below
	// are empty, except Members.
	Group  *Record
	Owners []string
	// Person is the CoPerson.
	Person *Record
	// Names, Identifiers, EmailAddresses and Urls are in order of Id.
	Names, Identifiers, EmailAddresses, Urls []*Record
	// Roles are in order of Ordr, then Id; those without Ordr come last.
	Roles []RoleSnapshot
	// Members are, of a person, the names of the groups that the person is a member of, in order.
	Members []string
}

// RoleSnapshot is a role with its dependents, in order of Id.
type RoleSnapshot struct {
	Role                        *Record
	Addresses, TelephoneNumbers []*Record
}

// Destination is the configuration of a provisioning target: its own record, its plugin's settings and its
// server. It contains secrets in plain text and is never stored or logged.
type Destination struct {
	// Target is the CoProvisioningTarget.
	Target *Record
	// Settings is its record of settings, nil while there is none.
	Settings *Record
	// IdentifierType is the type of the identifiers that people are sent under, IncludeGroups whether groups
	// are sent, Workers how many messages are sent concurrently, 0 where the settings do not say.
	IdentifierType string
	IncludeGroups  bool
	Workers        int64
	// ServerType is the type of the server that the settings name, "" where they name none.
	ServerType string
	// Server is the server's address, in the table of its type; nil while there is none, and for settings that
	// name no server.
	Server *Record
	// ServerActive says that the Server is not suspended.
	ServerActive bool
	// Secrets are the texts of the Secrets that Settings and Server have, by their field.
	Secrets map[*Field]string
}

// SettingsTable returns the resource of the target's settings, whether or not it has any.
func (d Destination) SettingsTable() *Resource {
	return SettingsFor(d.Target.Text(CoProvisioningTarget.Plugin))
}

// Secret returns the text of a Secret of the settings or the server, "" where there is none.
func (d Destination) Secret(f *Field) string { return d.Secrets[f] }

// ProvisionedAs are the identifiers under which a target was, or may have been, sent a subject.
type ProvisionedAs struct {
	// Identifier is the one that the subject was last sent under, "" if it was never sent.
	Identifier string
	// Obsolete are earlier identifiers whose delete is still to be delivered. They include the further
	// pages of a group; whether these are to be deleted is decided when the group is sent.
	Obsolete []string
}

// SubjectState is what the queue keeps of a subject at a target.
type SubjectState struct {
	ProvisionedAs
	// Own is what the connector keeps, such as the id that the target gave the record, nil for nothing. Only
	// the connector reads it.
	Own []byte
}

// Plan is what brings a target up to date about a subject.
type Plan struct {
	// Operations are applied in this order: those with the subject's state before deletes.
	Operations []Operation
	// Identifiers are those under which the target then holds the subject: one or none for a person, one for
	// each page of a group.
	Identifiers []string
	// Problem is why Operations are missing, nil where none is. It wraps ErrNotConfigured where the target's
	// settings are the reason, and ErrNoIdentifier for a person who has nothing to be sent under.
	Problem error
}

// Operation is one step of a Plan, such as one request to an endpoint or one record to a topic.
type Operation struct {
	// Id is unique to the operation and the same for each attempt.
	Id string
	// Subject is the subject of the operation, Sequence the number of this delivery of it: a receiver drops
	// what has a lower number than it has seen.
	Subject  Subject
	Sequence int64
	// Identifier is the identifier that the operation sets or deletes.
	Identifier string
	// Delete says that the target should delete the identifier.
	Delete bool
	// Method and URL are those of an HTTP request; of other connectors they are for display only.
	Method, URL string
	// Body is the JSON that is sent, nil for none.
	Body []byte
	// Kept is the part of the body that is stored for comparison with later operations; nil where that is
	// the body itself.
	Kept []byte
}

// Answer is the answer of a target to an Operation, as its connector judges it: OK, the subject's fault
// (Refused), or else the receiver's.
type Answer struct {
	// Status is the HTTP status, 0 where no answer came or it did not come by HTTP.
	Status int
	// Text is the answer for people: the status line and the first 4 KiB of a body, or the reason why
	// no answer came.
	Text string
	// OK says that the target carried out the operation.
	OK bool
	// Refused says that the target refused this operation, so that a retry is of little use.
	Refused bool
	// RetryAfter is how long the endpoint asks to wait, 0 if it does not ask.
	RetryAfter time.Duration
}

// Holding is what a target holds under an identifier.
type Holding struct {
	// Body is the Body of the operation that it holds, nil where it holds nothing.
	Body []byte
	// Unreadable is why what it holds could not be read, "" where it could.
	Unreadable string
	// Answered says that the target answered at all.
	Answered bool
}
