package comity

// The statuses that rules speak of, as they are written and stored.
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
	{Active, "A"},
	{Approved, "Y"},
	{Confirmed, "C"},
	{Declined, "X"},
	{Deleted, "D"},
	{Denied, "N"},
	{Duplicate, "D2"},
	{Expired, "XP"},
	{GracePeriod, "GP"},
	{Invited, "I"},
	{Pending, "P"},
	{PendingApproval, "PA"},
	{PendingConfirmation, "PC"},
	{PendingVetting, "PV"},
	{Suspended, "S"},
}

var personStatuses = append([]Word{{Locked, "LK"}}, roleStatuses...)

// onOff are the statuses of what is simply in use or not.
var onOff = []Word{{Active, "A"}, {Suspended, "S"}}
