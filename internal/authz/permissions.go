package authz

import "comity"

// Operation is what a caller does to a record.
type Operation uint8

// The operations.
const (
	View Operation = iota
	Add
	Edit
	Delete
)

// Relation is a relation of a record to a caller. Relations are combined by |: any of them suffices.
type Relation uint16

// The relations. All but the first need a caller who acts for a CO person, and are limited to the person's
// CO.
const (
	// InCO is every record that the caller may know of.
	InCO Relation = 1 << iota
	// Mine is a record about the person.
	Mine
	// InUnit is a record in a unit that the person administers: the unit, the people with a role in it and
	// their dependents, the roles, the groups and their dependents.
	InUnit
	// OfUnitPerson is a record about somebody with a role in such a unit, wherever the record belongs.
	OfUnitPerson
	// Enrolling is somebody without a role whom this caller has added: they will get one in a unit.
	Enrolling
	// Owned is a group that the person owns, and its dependents.
	Owned
	// Joined is a group that the person is in, and its dependents.
	Joined
	// Offered is a service that is offered to the person.
	Offered
	// Addable is, for the owner of a group, somebody whom they may add to it, and the records that
	// distinguish people: those who are active in the CO or in a group of theirs, and the units. Of a record
	// with no other relation to the caller, only the fields in Permission.Distinguishing are shown.
	Addable
)

// unitAdmins are the relations that only administrators of a unit have.
const unitAdmins = InUnit | OfUnitPerson | Enrolling

// Permission says who may do what to the records of a resource, in addition to the administrators of their CO
// and of the platform.
type Permission struct {
	View, Add, Edit, Delete Relation
	// Place is the field that names the unit or group of a record, About the one that names its person.
	Place, About *comity.Field
	// To are the fields that name what a record is added to: the relation that the operation needs must hold
	// for each of these records, also if an edit changes the field.
	To []*comity.Field
	// Distinguishing are the fields by which the owner of a group distinguishes people.
	Distinguishing []*comity.Field
	// Reserved is a flag that only administrators of the CO may set: nobody else may change a record that has
	// it.
	Reserved *comity.Field
}

// permissions is the table of who may do what. Resources that are not in it are for administrators of the CO;
// COs themselves these may only view, all else is for the platform.
var permissions = map[*comity.Resource]Permission{
	comity.Co.Resource: {View: InCO},
	comity.Cou.Resource: Permission{View: Mine | InUnit, Edit: InUnit, To: to(comity.Cou.ParentId)}.
		distinguishing(comity.Cou.CoId, comity.Cou.Name),

	comity.CoPerson.Resource: Permission{View: Mine | InUnit, Add: InUnit, Edit: InUnit, Delete: InUnit}.distinguishing(comity.CoPerson.CoId),
	comity.CoPersonRole.Resource: Permission{
		View: Mine | InUnit | OfUnitPerson, Add: InUnit | Enrolling, Edit: InUnit, Delete: InUnit,
		Place: comity.CoPersonRole.CouId, About: comity.CoPersonRole.Person,
		To: to(comity.CoPersonRole.Person, comity.CoPersonRole.CouId),
	}.distinguishing(comity.CoPersonRole.Person, comity.CoPersonRole.CouId),
	comity.OrgIdentity.Resource:       {View: Mine | OfUnitPerson},
	comity.CoOrgIdentityLink.Resource: {View: Mine | OfUnitPerson, About: comity.CoOrgIdentityLink.CoPersonId},

	comity.Name.Resource: ofPerson(comity.Name.Person).distinguishing(
		comity.Name.Person, comity.Name.Honorific, comity.Name.Given, comity.Name.Middle, comity.Name.Family, comity.Name.Suffix,
		comity.Name.Type, comity.Name.PrimaryName,
	),
	comity.EmailAddress.Resource: ofPerson(comity.EmailAddress.Person).distinguishing(
		comity.EmailAddress.Person, comity.EmailAddress.Mail, comity.EmailAddress.Type,
	),
	comity.Identifier.Resource:       ofPerson(comity.Identifier.Person).reserve(comity.Identifier.Login).shown(Joined),
	comity.Url.Resource:              ofPerson(comity.Url.Person),
	comity.Address.Resource:          ofPerson(comity.Address.Person),
	comity.TelephoneNumber.Resource:  ofPerson(comity.TelephoneNumber.Person),
	comity.AdHocAttribute.Resource:   ofPerson(comity.AdHocAttribute.Person),
	comity.IdentityDocument.Resource: ofPerson(comity.IdentityDocument.Person),
	comity.CoTAndCAgreement.Resource: ofPerson(comity.CoTAndCAgreement.Person),
	// Whoever could add keys could log in as anybody.
	comity.SshKey.Resource: {View: Mine | InUnit, Place: comity.SshKey.Person, About: comity.SshKey.Person},

	comity.CoGroup.Resource: {
		View: InUnit | Owned | Joined, Add: InUnit, Edit: InUnit, Delete: InUnit,
		Place: comity.CoGroup.CouId, To: to(comity.CoGroup.CouId),
	},
	comity.CoGroupMember.Resource: {
		View: Mine | InUnit | OfUnitPerson | Owned, Add: InUnit | Owned, Edit: InUnit | Owned, Delete: InUnit | Owned,
		Place: comity.CoGroupMember.CoGroupId, About: comity.CoGroupMember.Person,
		To: to(comity.CoGroupMember.CoGroupId),
	},
	comity.CoGroupNesting.Resource: {
		View: InUnit | Owned, Add: InUnit | Owned, Edit: InUnit | Owned, Delete: InUnit | Owned,
		Place: comity.CoGroupNesting.TargetCoGroupId,
		To:    to(comity.CoGroupNesting.TargetCoGroupId, comity.CoGroupNesting.CoGroupId),
	},

	comity.CoDepartment.Resource:         {View: InCO},
	comity.Organization.Resource:         {View: InCO},
	comity.CoService.Resource:            {View: Offered},
	comity.CoExtendedType.Resource:       {View: InCO},
	comity.CoTermsAndConditions.Resource: {View: InCO},
	comity.CoNavigationLink.Resource:     {View: InCO},

	comity.HistoryRecord.Resource: {View: Mine | OfUnitPerson, About: comity.HistoryRecord.CoPersonId},
}

func to(fields ...*comity.Field) []*comity.Field { return fields }

// ofPerson returns the permission of dependents of people, such as their roles.
func ofPerson(owner *comity.Field) Permission {
	return Permission{
		View: Mine | InUnit | OfUnitPerson | Owned, Add: InUnit | Enrolling, Edit: InUnit, Delete: InUnit,
		Place: owner, About: owner, To: to(owner),
	}
}

func (p Permission) reserve(flag *comity.Field) Permission {
	p.Reserved = flag
	return p
}

// shown lets callers with the relation view records, too.
func (p Permission) shown(to Relation) Permission {
	p.View |= to
	return p
}

// distinguishing lets owners of groups view these fields.
func (p Permission) distinguishing(fields ...*comity.Field) Permission {
	p.View |= Addable
	p.Distinguishing = fields
	return p
}

// PermissionFor returns the permission of a resource; the zero one if it is for administrators only.
func PermissionFor(r *comity.Resource) Permission { return permissions[r] }

func (p Permission) of(op Operation) Relation {
	switch op {
	case View:
		return p.View
	case Add:
		return p.Add
	case Edit:
		return p.Edit
	case Delete:
		return p.Delete
	}
	return 0
}

// Through returns the relations that let the caller do this to records of the resource, 0 if none do.
func (c Caller) Through(op Operation, r *comity.Resource) Relation {
	switch {
	case c.Platform, c.Admin && (r != comity.Co.Resource || op == View):
		return InCO
	case c.Admin || c.PersonId == 0:
		return 0
	}
	relations := permissions[r].of(op)
	if len(c.Units) == 0 {
		relations &^= unitAdmins
	}
	if !c.OwnsGroup {
		relations &^= Addable
	}
	return relations
}

// May says whether there is any record of the resource that the caller may do this to.
func (c Caller) May(op Operation, r *comity.Resource) bool { return c.Through(op, r) != 0 }
