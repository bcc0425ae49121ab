package comity_test

import (
	"testing"

	"comity"
)

// Every resource has names and a description, and every field and value has a label.
func TestEverythingHasAName(t *testing.T) {
	for _, r := range comity.All() {
		if r.Doc == "" || r.One == "" || r.Many == "" {
			t.Errorf("%s is called %q, %q; it is: %q", r.Singular, r.One, r.Many, r.Doc)
		}
		for _, f := range r.Fields {
			if f.Label == "" {
				t.Errorf("%s.%s has no label", r.Singular, f.Name)
			}
			for _, w := range f.Words {
				if w.Label == "" {
					t.Errorf("%s.%s: %s has no label", r.Singular, f.Name, w.Word)
				}
			}
		}
	}
}

func TestLabels(t *testing.T) {
	for _, tt := range []struct {
		field *comity.Field
		want  string
	}{
		{comity.CoPersonRole.SponsorCoPersonId, "Sponsor"},
		{comity.CoPersonRole.CouId, "Unit"},
		{comity.CoPersonRole.ValidFrom, "Valid from"},
		{comity.CoPersonRole.O, "Organization"},
		{comity.CoPersonRole.Ordr, "Order"},
		{comity.CoPersonRole.Person, "Belongs to"},
		{comity.Organization.SamlScope, "SAML scope"},
	} {
		if tt.field.Label != tt.want {
			t.Errorf("%s is called %q, want %q", tt.field.Name, tt.field.Label, tt.want)
		}
	}
	for word, want := range map[string]string{comity.GracePeriod: "Grace period", "XP2": "XP2", "gone.by": "gone.by"} {
		if got := comity.CoPersonRole.Status.WordLabel(word); got != want {
			t.Errorf("the status %s is called %q, want %q", word, got, want)
		}
	}
	if got := comity.CoGroup.GroupType.WordLabel(comity.GroupAdmins); got != "Administrators" {
		t.Errorf("the type of administrators is called %q", got)
	}
}
