package comity

import "slices"

// The statuses that rules refer to, as they are written and stored.
const (
	Active              = "Active"
	Approved            = "Approved"
	Confirmed           = "Confirmed"
	Declined            = "Declined"
	Deleted             = "Deleted"
	Denied              = "Denied"
	Duplicate           = "Duplicate"
	Expired             = "Expired"
	GracePeriod         = "GracePeriod"
	Invited             = "Invited"
	Locked              = "Locked"
	Pending             = "Pending"
	PendingApproval     = "PendingApproval"
	PendingConfirmation = "PendingConfirmation"
	PendingVetting      = "PendingVetting"
	Suspended           = "Suspended"
)

// roleStatuses are the statuses a role can have; a person can also be Locked.
var roleStatuses = []Word{
	{Word: Active, Code: "A"},
	{Word: Approved, Code: "Y"},
	{Word: Confirmed, Code: "C"},
	{Word: Declined, Code: "X"},
	{Word: Deleted, Code: "D"},
	{Word: Denied, Code: "N"},
	{Word: Duplicate, Code: "D2"},
	{Word: Expired, Code: "XP"},
	{Word: GracePeriod, Code: "GP"},
	{Word: Invited, Code: "I"},
	{Word: Pending, Code: "P"},
	{Word: PendingApproval, Code: "PA"},
	{Word: PendingConfirmation, Code: "PC"},
	{Word: PendingVetting, Code: "PV"},
	{Word: Suspended, Code: "S"},
}

var personStatuses = append([]Word{{Word: Locked, Code: "LK"}}, roleStatuses...)

// onOff are the statuses of a resource that is only active or suspended.
var onOff = []Word{{Word: Active, Code: "A"}, {Word: Suspended, Code: "S"}}

// ActiveStatuses returns the statuses with which people and roles count as active: they are in the groups of
// active members, and people have their rights.
func ActiveStatuses() []string { return []string{Active, GracePeriod} }

// CountsAsActive reports whether a status is one of ActiveStatuses.
func CountsAsActive(status string) bool { return slices.Contains(ActiveStatuses(), status) }
