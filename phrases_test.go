package comity_test

import (
	"testing"

	"comity"
)

// TestPhraseField shows which field each refusal blames.
func TestPhraseField(t *testing.T) {
	for _, tt := range []struct {
		phrase   comity.Phrase
		resource *comity.Resource
		want     *comity.Field
	}{
		// Uniqueness rules blame their last field.
		{comity.PhraseNameInUse, comity.Co.Resource, comity.Co.Name},
		{comity.PhraseNameInUse, comity.Cou.Resource, comity.Cou.Name},
		{comity.PhraseNameInUse, comity.CoGroup.Resource, comity.CoGroup.Name},
		{comity.PhraseNameInUse, comity.CoExtendedType.Resource, comity.CoExtendedType.Name},
		{comity.PhraseNameInUse, comity.ApiUser.Resource, comity.ApiUser.Username},
		{comity.PhraseIdentifierInUse, comity.Identifier.Resource, comity.Identifier.Identifier},
		{comity.PhraseAlreadyMember, comity.CoGroupMember.Resource, comity.CoGroupMember.Person},
		{comity.PhraseAlreadyLinked, comity.CoOrgIdentityLink.Resource, comity.CoOrgIdentityLink.OrgIdentityId},
		{comity.PhraseServerConfigured, comity.HttpServer.Resource, comity.HttpServer.ServerId},

		// The CO and the owner are the same fields in all resources.
		{comity.PhraseNoCO, comity.Cou.Resource, comity.Cou.CoId},
		{comity.PhraseNoPerson, comity.EmailAddress.Resource, comity.EmailAddress.Person},
		{comity.PhrasePersonGone, comity.Name.Resource, comity.Name.Person},

		// Other rules blame a field of one resource.
		{comity.PhraseNameReserved, comity.Cou.Resource, comity.Cou.Name},
		{comity.PhraseNameReserved, comity.CoGroup.Resource, comity.CoGroup.Name},
		{comity.PhraseParentCycle, comity.Cou.Resource, comity.Cou.ParentId},
		{comity.PhraseWrongCO, comity.Cou.Resource, comity.Cou.ParentId},
		{comity.PhraseNestingCycle, comity.CoGroupNesting.Resource, comity.CoGroupNesting.CoGroupId},
		{comity.PhraseTypeInUse, comity.CoExtendedType.Resource, comity.CoExtendedType.Name},
		{comity.PhraseOnlyName, comity.Name.Resource, comity.Name.Person},

		// These blame the record as a whole, or nothing that the resource has.
		{comity.PhraseForbidden, comity.CoGroup.Resource, nil},
		{comity.PhraseHasRole, comity.CoPerson.Resource, nil},
		{comity.PhraseServerInUse, comity.Server.Resource, nil},
		{comity.PhraseIdentifierInUse, comity.Name.Resource, nil},
		{comity.PhraseNoPerson, comity.Cou.Resource, nil},
		{comity.PhraseParentCycle, comity.CoGroup.Resource, nil},
	} {
		if got := tt.phrase.Field(tt.resource); got != tt.want {
			t.Errorf("%s: %q blames %v, want %v", tt.resource.Singular, tt.phrase, got, tt.want)
		}
	}
}

// TestUniquePhraseField: each uniqueness rule blames one of its own fields.
func TestUniquePhraseField(t *testing.T) {
	for _, r := range comity.All() {
		for _, u := range r.Uniques {
			if f := u.Phrase.Field(r); f != u.Fields[len(u.Fields)-1] {
				t.Errorf("%s: %q blames %v", r.Singular, u.Phrase, f)
			}
		}
	}
}

// TestListPhrases shows the phrases of lists by a parent.
func TestListPhrases(t *testing.T) {
	for _, tt := range []struct{ got, want comity.Phrase }{
		{comity.CoPerson.UnknownParent(), "CO Person Unknown"},
		{comity.Cou.UnknownParent(), "COU Unknown"},
		{comity.CoPerson.NoneOf(comity.CoPersonRole.Resource), "CO Person Has No CoPersonRole"},
		{comity.CoPerson.NoneOf(comity.CoGroup.Resource), "CO Person Role Has No Groups"},
	} {
		if tt.got != tt.want {
			t.Errorf("the phrase is %q, want %q", tt.got, tt.want)
		}
	}
}
