package console

import (
	"strings"
	"unicode"

	"comity"
)

// names are what resources are called here, one and many, where their own names would not do.
func names(r *comity.Resource) (one, many string) {
	switch r {
	case comity.Co.Resource:
		return "CO", "COs"
	case comity.Cou.Resource:
		return "unit", "units"
	case comity.CoPerson.Resource:
		return "person", "people"
	case comity.CoPersonRole.Resource:
		return "role", "roles"
	case comity.OrgIdentity.Resource:
		return "organizational identity", "organizational identities"
	case comity.CoOrgIdentityLink.Resource:
		return "link to an organizational identity", "links to organizational identities"
	case comity.CoGroupNesting.Resource:
		return "nested group", "nested groups"
	case comity.CoGroupMember.Resource:
		return "group membership", "group memberships"
	case comity.HttpServer.Resource:
		return "HTTP server", "HTTP servers"
	case comity.KafkaServer.Resource:
		return "Kafka server", "Kafka servers"
	case comity.CoApiProvisionerTarget.Resource:
		return "API provisioner", "API provisioners"
	case comity.Url.Resource:
		return "URL", "URLs"
	case comity.CoTermsAndConditions.Resource:
		return "terms and conditions", "terms and conditions"
	case comity.CoTAndCAgreement.Resource:
		return "agreement", "agreements"
	case comity.ApiUser.Resource:
		return "API user", "API users"
	case comity.SshKey.Resource:
		return "SSH key", "SSH keys"
	case comity.HistoryRecord.Resource:
		return "history record", "history"
	}
	return spaced(strings.TrimPrefix(r.Singular, "Co")), spaced(strings.TrimPrefix(r.Plural, "Co"))
}

func one(r *comity.Resource) string {
	name, _ := names(r)
	return name
}

func many(r *comity.Resource) string {
	_, name := names(r)
	return name
}

// a is a name with its article.
func a(name string) string {
	switch {
	case strings.HasPrefix(name, "terms"), strings.HasPrefix(name, "history"):
		return name
	case strings.HasPrefix(name, "unit"), strings.HasPrefix(name, "U"), !strings.ContainsRune("aeiouAEIOHS", rune(name[0])):
		return "a " + name
	case strings.HasPrefix(name, "H") || strings.HasPrefix(name, "S"):
		return "an " + name
	case strings.ContainsRune("hs", rune(name[0])):
		return "a " + name
	}
	return "an " + name
}

// addName is what the form of a new record is called, in COmanage's words where it has its own.
func addName(r *comity.Resource) string {
	if name := addNames(r); name != "" {
		return name
	}
	return "Add " + a(one(r))
}

// addButton is what the button that leads to that form says.
func addButton(r *comity.Resource) string {
	if name := addNames(r); name != "" {
		return name
	}
	return "Add " + one(r)
}

func addNames(r *comity.Resource) string {
	switch r {
	case comity.Server.Resource:
		return "Add a New Server"
	case comity.CoProvisioningTarget.Resource:
		return "Add Provisioning Target"
	}
	return ""
}

// purpose says what a resource's records are for.
func purpose(r *comity.Resource) string {
	switch r {
	case comity.CoPerson.Resource:
		return "Who belongs, with their names, addresses, identifiers and roles."
	case comity.OrgIdentity.Resource:
		return "What somebody's own organization says of them."
	case comity.Cou.Resource:
		return "The parts of the CO, each with administrators and members of its own."
	case comity.CoGroup.Resource:
		return "Who may do what elsewhere, gathered by hand or by rule."
	case comity.CoEmailList.Resource:
		return "Mailing lists, made of groups."
	case comity.CoDepartment.Resource:
		return "How the CO is organized, for people to find."
	case comity.Organization.Resource:
		return "The institutions that people come from."
	case comity.CoService.Resource:
		return "What members can use, and who sees it."
	case comity.Server.Resource:
		return "The outside systems that the CO talks to."
	case comity.CoProvisioningTarget.Resource:
		return "The systems that are told when something changes."
	case comity.CoIdentifierAssignment.Resource:
		return "Identifiers that new people are given by themselves."
	case comity.CoExtendedType.Resource:
		return "The types that names, addresses and the like can have."
	case comity.CoTermsAndConditions.Resource:
		return "What people agree to."
	case comity.CoNavigationLink.Resource:
		return "Links shown to everybody in the CO."
	case comity.ApiUser.Resource:
		return "Programs that call the API, and their keys."
	case comity.HistoryRecord.Resource:
		return "Every change: what, when and by whom."
	}
	return ""
}

// label is what a field is called in forms and tables.
func label(f *comity.Field) string {
	switch f {
	case comity.CoPersonRole.O, comity.OrgIdentity.O:
		return "Organization"
	case comity.CoPersonRole.Ou, comity.OrgIdentity.Ou:
		return "Department"
	case comity.HttpServer.Serverurl:
		return "URL"
	case comity.HttpServer.SslVerifyPeer:
		return "Verify the certificate"
	case comity.HttpServer.SslVerifyHost:
		return "Verify the host name"
	case comity.CoProvisioningTarget.ProvisionCoGroupId:
		return "Only members of"
	case comity.CoProvisioningTarget.Status:
		return "Status (mode)"
	case comity.CoApiProvisionerTarget.Mode:
		return "Protocol mode"
	case comity.CoApiProvisionerTarget.AnswersGet:
		return "Answers GET"
	case comity.CoGroupNesting.CoGroupId:
		return "Nested group"
	case comity.CoGroupNesting.TargetCoGroupId:
		return "In group"
	case comity.Cou.ParentId:
		return "Parent unit"
	case comity.ApiUser.ApiKey:
		return "API key"
	case comity.SshKey.Skey:
		return "Key"
	case comity.ApiUser.RemoteIp:
		return "IP address"
	case comity.Name.Family:
		return "Family name"
	case comity.Name.Given:
		return "Given name"
	case comity.Name.Middle:
		return "Middle name"
	}
	if f.Kind == comity.Owner {
		return "Belongs to"
	}
	if f.Name == "Ordr" {
		return "Order"
	}
	name := f.Name
	if f.Kind == comity.Reference {
		name = strings.TrimSuffix(name, "Id")
		for _, known := range []struct{ suffix, word string }{
			{"CoPerson", "Person"}, {"CoGroup", "Group"}, {"Cou", "Unit"}, {"CoPersonRole", "Role"},
		} {
			if cut, ok := strings.CutSuffix(name, known.suffix); ok {
				name = cut + known.word
				if cut != "" && known.word == "Person" {
					name = cut
				}
				break
			}
		}
	}
	if cut, ok := strings.CutPrefix(name, "Co"); ok && cut != "" && unicode.IsUpper(rune(cut[0])) {
		name = cut
	}
	return title(spaced(name))
}

// spaced writes a name of the API as words: EmailAddress is "email address", SamlScope "SAML scope".
func spaced(name string) string {
	var words []string
	start := 0
	for i, r := range name {
		if i > start && unicode.IsUpper(r) && (!unicode.IsUpper(rune(name[i-1])) || i+1 < len(name) && unicode.IsLower(rune(name[i+1]))) {
			words = append(words, name[start:i])
			start = i
		}
	}
	words = append(words, name[start:])
	for i, w := range words {
		switch strings.ToLower(w) {
		case "url", "saml", "ip", "api", "uri", "co", "id", "ssh":
			words[i] = strings.ToUpper(w)
		default:
			words[i] = strings.ToLower(w)
		}
	}
	return strings.Join(words, " ")
}

// title begins a text with a capital letter.
func title(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}

// sentence makes one of the API's phrases readable: "Name In Use" is "Name in use."
func sentence(phrase string) string {
	words := strings.Fields(phrase)
	for i, w := range words {
		if i > 0 && strings.ToUpper(w) != w && spaced(w) == strings.ToLower(w) {
			words[i] = strings.ToLower(w)
		} else if i > 0 || spaced(w) != strings.ToLower(w) {
			words[i] = spaced(w)
		}
	}
	return title(strings.Join(words, " ")) + "."
}
