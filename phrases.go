package comity

// Phrase is a reason phrase of the API: the text after the status of an answer, as in "403 Name In Use". Clients
// match phrases, so they never change and never contain text from a client.
type Phrase string

// The phrases of requests that are carried out.
const (
	PhraseOK          Phrase = "OK"
	PhraseAdded       Phrase = "Added"
	PhraseDeleted     Phrase = "Deleted"
	PhraseAccepted    Phrase = "Accepted"
	PhraseNotModified Phrase = "Not Modified"
	PhraseNoGroups    Phrase = "CO Person Role Has No Groups"
)

// The phrases of requests that are refused whatever they are about.
const (
	PhraseBadRequest         Phrase = "Bad Request"
	PhraseInvalidFields      Phrase = "Invalid Fields"
	PhraseUnauthorised       Phrase = "Unauthorized"
	PhraseForbidden          Phrase = "Forbidden"
	PhraseUnknown            Phrase = "Unknown"
	PhrasePreconditionFailed Phrase = "Precondition Failed"
	PhraseTooLarge           Phrase = "Request Entity Too Large"
	PhraseUnsupported        Phrase = "Unsupported Media Type"
	PhraseUnprocessable      Phrase = "Unprocessable Entity"
	PhraseNotCarriedOut      Phrase = "Not Carried Out"
	PhraseTooMany            Phrase = "Too Many Requests"
	PhraseOther              Phrase = "Other Error"
	PhraseUndelivered        Phrase = "Provisioning Failed"
	PhraseUnavailable        Phrase = "Service Unavailable"
)

// The phrases of records that do not exist, of the resources that have several or an uncommon one. All others have
// their name and "Unknown".
const (
	PhraseCOUnknown         Phrase = "CO Unknown"
	PhraseUnitUnknown       Phrase = "Cou Unknown"
	PhraseGroupUnknown      Phrase = "CoGroup Unknown"
	PhraseIdentifierUnknown Phrase = "Identifier Unknown"
	PhraseTargetUnknown     Phrase = "CoProvisioningTarget Unknown"
	PhraseTargetNotFound    Phrase = "CoProvisioningTarget Not Found"
)

// The phrases of the rules.
const (
	PhraseNoCO             Phrase = "CO Does Not Exist"
	PhraseWrongCO          Phrase = "Wrong CO"
	PhraseNoPerson         Phrase = "No Person Specified"
	PhrasePersonGone       Phrase = "Person Does Not Exist"
	PhrasePersonLinked     Phrase = "CoPerson Exists"
	PhraseNameInUse        Phrase = "Name In Use"
	PhraseNameReserved     Phrase = "Name Reserved"
	PhraseIdentifierInUse  Phrase = "Identifier In Use"
	PhraseTypeInUse        Phrase = "Type In Use"
	PhraseServerInUse      Phrase = "Server In Use"
	PhraseServerConfigured Phrase = "Server Already Configured"
	PhraseTargetConfigured Phrase = "Target Already Configured"
	PhraseAlreadyMember    Phrase = "CoPerson Already Member"
	PhraseAlreadyLinked    Phrase = "OrgIdentity Already Linked"
	PhraseParentCycle      Phrase = "Parent Would Create Cycle"
	PhraseNestingCycle     Phrase = "Nesting Would Create Cycle"
	PhraseHasRole          Phrase = "CoPersonRole Exists"
	PhraseHasChildUnit     Phrase = "Child COU Exists"
	PhraseRoleElsewhere    Phrase = "CouPerson Exists In Unowned COU"
	PhraseOnlyName         Phrase = "Primary Name Cannot Be Deleted"
	PhrasePlatformEdited   Phrase = "Cannot Edit COmanage CO"
	PhrasePlatformDeleted  Phrase = "Cannot Remove COmanage CO"
)

// Field returns the field of a resource that a refusal with this phrase blames, nil if it blames the record as a
// whole. Of the fields of a uniqueness rule, this is the last: the others say where the value must be unique.
func (p Phrase) Field(r *Resource) *Field {
	for _, u := range r.Uniques {
		if u.Phrase == p {
			return u.Fields[len(u.Fields)-1]
		}
	}
	for _, rule := range []struct {
		phrase Phrase
		blames *Field
	}{
		{PhraseNoCO, r.CoId()},
		{PhraseNoPerson, r.Owner()},
		{PhrasePersonGone, r.Owner()},
		{PhraseNameReserved, Cou.Name},
		{PhraseNameReserved, CoGroup.Name},
		{PhraseParentCycle, Cou.ParentId},
		{PhraseWrongCO, Cou.ParentId},
		{PhraseNestingCycle, CoGroupNesting.CoGroupId},
		{PhraseTypeInUse, CoExtendedType.Name},
		{PhraseOnlyName, Name.Person},
	} {
		if rule.phrase == p && rule.blames != nil && rule.blames.Resource() == r {
			return rule.blames
		}
	}
	return nil
}

// unknownPhrase returns the phrase for a record that does not exist, by the name of its resource.
func unknownPhrase(name string) Phrase { return Phrase(name + " Unknown") }

// UnknownParent returns the phrase for a list by a record of this resource that does not exist.
func (r *Resource) UnknownParent() Phrase { return unknownPhrase(r.Noun) }

// NoneOf returns the phrase for a list by a record of this resource that has no records of the listed resource, ""
// where the answer is an empty list.
func (r *Resource) NoneOf(listed *Resource) Phrase {
	switch {
	case listed == CoGroup.Resource:
		return PhraseNoGroups
	case listed.EmptyLists:
		return ""
	}
	return Phrase(r.Noun + " Has No " + listed.Singular)
}
