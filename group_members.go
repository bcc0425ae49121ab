package comity

import "time"

// CoGroupMember makes a CO person a member, an owner, or both, of a group. A row with a
// CoGroupNestingId is derived: the nesting makes the person a member.
var CoGroupMember = func() (t struct {
	*Resource
	CoGroupId, Member, Owner, ValidFrom, ValidThrough, CoGroupNestingId, Person *Field
},
) {
	t.Resource = resource("CoGroupMember", "CoGroupMembers", "co_group_members").short("CGM").versioned().provisioned().queries("owner").emptyLists().
		named("group membership", "group memberships").
		doc("Makes a CO person a member, an owner, or both, of a group. There is one row for each group and person, and beside it one derived row for each nesting that makes the person a member.")
	t.CoGroupId = t.reference("CoGroupId", "CoGroup").required().immutable().listed()
	t.Member = t.boolean("Member").
		doc("A membership is a member, an owner, or both; one that an edit leaves neither is deleted.").usually(BoolCell(true))
	t.Owner = t.boolean("Owner").
		doc("An owner may change who is in the group, and is no member by that.")
	t.ValidFrom, t.ValidThrough = t.validity()
	t.CoGroupNestingId = t.reference("CoGroupNestingId", "CoGroupNesting").readOnly().owned().
		doc("The nesting that makes the person a member, of a derived row.")
	t.Person = t.owner(OwnerCO).missingIsInvalid()
	t.must(func(rec *Record) []FieldError {
		// An edit after which a row is neither a member nor an owner deletes it.
		if rec.Id != 0 || rec.Bool(t.Member) || rec.Bool(t.Owner) {
			return nil
		}
		return []FieldError{t.Member.FieldError("must be true where owner is not: a row is a member, an owner, or both")}
	})
	t.unique(Unique{Phrase: PhraseAlreadyMember, Fields: []*Field{t.CoGroupId, t.Person}, Unset: t.CoGroupNestingId})
	return t
}()

// MembershipState is the state of a membership at a time: it counts, or the reason why it does not.
type MembershipState uint8

// The states of a membership.
const (
	// MembershipCounts: the membership is in force.
	MembershipCounts MembershipState = iota
	// MembershipExpired: it ended before the time. MembershipFuture: it begins after the time.
	MembershipExpired
	MembershipFuture
	// MembershipSuspended: it is within its validity, but its group is not Active.
	MembershipSuspended
)

// MembershipAt returns the state of a membership of a group at a time. Both records must be as of that
// time; a nil group counts as Active.
func MembershipAt(membership, group *Record, at time.Time) MembershipState {
	f := CoGroupMember
	switch now := at.Unix(); {
	case membership.Has(f.ValidThrough) && membership.Int(f.ValidThrough) < now:
		return MembershipExpired
	case membership.Has(f.ValidFrom) && membership.Int(f.ValidFrom) > now:
		return MembershipFuture
	case group != nil && group.Text(CoGroup.Status) != Active:
		return MembershipSuspended
	}
	return MembershipCounts
}
