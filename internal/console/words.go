package console

import (
	"strings"

	"comity"
)

// wordsOf are the readable words of the codes that are no words.
func wordsOf(f *comity.Field) map[string]string {
	switch f {
	case comity.Server.ServerType:
		return map[string]string{comity.ServerHTTP: "HTTP", comity.ServerKafka: "Kafka"}
	case comity.HttpServer.AuthType:
		return map[string]string{comity.AuthBasic: "Basic (name and password)", comity.AuthBearer: "Bearer (token)", comity.AuthNone: "None"}
	case comity.CoProvisioningTarget.Plugin:
		return map[string]string{comity.PluginAPI: "API provisioner"}
	case comity.CoProvisioningTarget.Status:
		return map[string]string{
			comity.ModeAutomatic: "Automatic", comity.ModeDisabled: "Disabled", comity.ModeEnrolment: "Enrollment only",
			comity.ModeQueue: "Queue", comity.ModeQueueOnError: "Queue on error", comity.ModeManual: "Manual",
		}
	case comity.CoApiProvisionerTarget.Mode:
		return map[string]string{comity.ProtocolPOST: "HTTP POST", comity.ProtocolPUT: "HTTP PUT"}
	case comity.CoGroup.GroupType:
		return map[string]string{
			comity.GroupStandard: "Standard", comity.GroupActive: "Active members", comity.GroupAdmins: "Administrators",
			comity.GroupClusters: "Clusters", comity.GroupMembers: "All members", comity.GroupApprovers: "Approvers",
		}
	case comity.CoIdentifierAssignment.Algorithm:
		return map[string]string{comity.AssignRandom: "Random", comity.AssignSequential: "Sequential"}
	case comity.CoIdentifierAssignment.Context:
		return map[string]string{"CP": "People"}
	case comity.CoIdentifierAssignment.Permitted:
		return map[string]string{
			"AN": "Letters and digits", "AD": "Letters, digits, dot, dash and underscore",
			"AQ": "Letters, digits, dot, dash, underscore and apostrophe", "AL": "All characters",
		}
	case comity.IdentityDocument.DocumentType:
		return map[string]string{
			"BC": "Birth certificate", "DL": "Driving licence", "L": "Local", "N": "National", "ND": "Non-driver's licence", "P": "Passport",
			"R": "Refugee document", "RC": "Residency card", "SA": "Self-assertion", "T": "Tribal", "V": "Visa",
		}
	case comity.IdentityDocument.VerificationMethod:
		return map[string]string{"X": "None", "O": "Online", "P": "Physical", "R": "Remote"}
	case comity.OrgIdentity.Status:
		return map[string]string{"RM": "Removed", "SY": "Synced"}
	case comity.CoNavigationLink.Location:
		return map[string]string{"topbar": "Top bar"}
	case comity.CoExtendedType.Attribute:
		return map[string]string{
			"Address.type": "Addresses", "CoDepartment.type": "Departments", "Contact.type": "Contacts",
			"CoPersonRole.affiliation": "Affiliations of roles", "EmailAddress.type": "Email addresses", "Identifier.type": "Identifiers",
			"Name.type": "Names", "Organization.type": "Organizations", "TelephoneNumber.type": "Telephone numbers", "Url.type": "URLs",
		}
	case comity.CoService.Visibility:
		return map[string]string{
			comity.VisibleToAdmins: "Administrators of the CO", comity.VisibleToGroup: "Members of the group",
			comity.VisibleToMembers: "Members of the CO", comity.VisibleToAll: "Everybody",
		}
	}
	return nil
}

// word is a code's value as a reader is shown it.
func word(f *comity.Field, value string) string {
	if w, ok := wordsOf(f)[value]; ok {
		return w
	}
	if strings.ContainsAny(value, "._-") || strings.ToUpper(value) == value || strings.ToLower(value) == value {
		return value
	}
	return title(spaced(value))
}

// explain says what a code's value does, "" where its word says it all.
func explain(f *comity.Field, value string) string {
	switch f {
	case comity.CoProvisioningTarget.Status:
		switch value {
		case comity.ModeAutomatic:
			return "Every change is sent at once. What fails is tried again until it is taken, or was refused too often."
		case comity.ModeQueueOnError:
			return "As automatic: sent at once, and what fails waits its turn and is tried again."
		case comity.ModeQueue:
			return "Every change is sent at once, too; whoever asks for a message by hand does not wait for the answer: it is sent a moment later."
		case comity.ModeEnrolment:
			return "A person is sent once, when they become active for the first time. Later changes are not, nor is the delete."
		case comity.ModeManual:
			return "Nothing is sent by itself, only when somebody asks for it. What fails is not tried again."
		case comity.ModeDisabled:
			return "Nothing is sent. What waits stays and is sent when this changes; of what happens meanwhile nothing is noted."
		}
	case comity.CoApiProvisionerTarget.Mode:
		switch value {
		case comity.ProtocolPUT:
			return "Each person has an address of their own: PUT URL/identifier, and DELETE for whoever is gone."
		case comity.ProtocolPOST:
			return "Everything goes to one address: POST URL/, with \"deleted\": true for whoever is gone."
		}
	}
	return ""
}

// tone is the colour that a status is shown in.
func tone(value string) string {
	switch value {
	case comity.Active, comity.GracePeriod, comity.ModeAutomatic:
		return "good"
	case comity.Suspended, comity.Expired, comity.Denied, comity.Declined, comity.Deleted, comity.Locked, comity.ModeDisabled:
		return "bad"
	}
	return "quiet"
}
