package console

import "comity"

// help says what a field is for, where its name does not.
func help(f *comity.Field) string {
	switch f {
	case comity.Cou.Name:
		return "No other unit of the CO has it. It holds no colon."
	case comity.CoPerson.Timezone:
		return "Such as Europe/Paris."
	case comity.CoPerson.Status:
		return "Follows the roles, once there are any."
	case comity.CoPersonRole.CouId:
		return "Without one the role is in the CO as a whole."
	case comity.CoPersonRole.ValidFrom:
		return "Before it an active role is pending."
	case comity.CoPersonRole.ValidThrough:
		return "After it an active role is expired."
	case comity.Name.PrimaryName:
		return "The one that is shown. Making this name primary makes the others not so."
	case comity.Name.Language, comity.Url.Language, comity.Address.Language, comity.Identifier.Language, comity.TelephoneNumber.Description:
		if f.Name == "Language" {
			return "Such as en or pt-BR."
		}
	case comity.Identifier.Login:
		return "Whether it is used to log in, here too."
	case comity.Identifier.CoProvisioningTargetId:
		return "The target that it comes from."
	case comity.CoGroup.Open:
		return "Whether people may join by themselves."
	case comity.CoGroup.NestingModeAll:
		return "Members of nested groups are members only if they are in all of them."
	case comity.CoGroup.CouId:
		return "The unit that the group belongs to; it is deleted with it."
	case comity.CoGroupMember.Member:
		return "Member, owner, or both. A membership that is neither is removed."
	case comity.CoGroupMember.Owner:
		return "An owner may change who is in the group."
	case comity.CoEmailList.Name:
		return "The part before the @."
	case comity.CoEmailList.MembersCoGroupId:
		return "The group whose members get what is sent to the list."
	case comity.CoEmailList.ModeratorsCoGroupId:
		return "The group whose members let messages through."
	case comity.CoEmailList.AdminsCoGroupId:
		return "The group whose members look after the list."
	case comity.CoService.CoGroupId:
		return "The group that may use it; without one everybody in the CO may."
	case comity.CoService.Visibility:
		return "Who is shown that there is this service."
	case comity.CoService.EntitlementUri:
		return "What says of people, elsewhere, that they may use it."
	case comity.CoService.IdentifierType:
		return "The type of identifier that people are known by there."
	case comity.CoDepartment.CouId:
		return "The unit that the department is; it is deleted with it."
	case comity.CoDepartment.SamlScope:
		return "Such as example.org."
	case comity.CoDepartment.LeadershipCoGroupId:
		return "The group of those who lead it."
	case comity.CoDepartment.AdministrativeCoGroupId:
		return "The group of those who administer it."
	case comity.CoDepartment.SupportCoGroupId:
		return "The group of those who help."
	case comity.CoExtendedType.Attribute:
		return "What this is a type of."
	case comity.CoExtendedType.Name:
		return "What is stored, and sent to targets. It is best left as it is once it is used."
	case comity.CoExtendedType.DisplayName:
		return "What people choose by."
	case comity.CoExtendedType.Edupersonaffiliation:
		return "Of an affiliation: the eduPerson affiliation that it counts as."
	case comity.CoGroupNesting.Negate:
		return "Keeps the members of the nested group out instead."
	case comity.HttpServer.Serverurl:
		return "Starts with https:// or http://. Name and password have fields of their own."
	case comity.HttpServer.AuthType:
		return "With None, no name and password are sent."
	case comity.HttpServer.Password:
		return "For Bearer, the token."
	case comity.Server.ServerType:
		return "What it speaks. Its address is given in the next step."
	case comity.KafkaServer.Brokers:
		return "Host and port of one or more, with commas between: kafka.example.org:9092."
	case comity.KafkaServer.Topic:
		return "Messages are sent to it; without one none are."
	case comity.KafkaServer.Timeout:
		return "Seconds that a delivery may take, 30 at most."
	case comity.CoProvisioningTarget.Plugin:
		return "How the target is told."
	case comity.CoProvisioningTarget.Status:
		return "When the target is told."
	case comity.CoProvisioningTarget.ProvisionCoGroupId:
		return "Without a group everybody is told of."
	case comity.CoProvisioningTarget.RetryInterval:
		return "Seconds: how far apart tries are at most."
	case comity.CoProvisioningTarget.MaxRetry:
		return "How often a message that was refused is tried again."
	case comity.CoApiProvisionerTarget.Mode:
		return "How an HTTP server is called. To a Kafka topic records are written, whichever it is."
	case comity.CoApiProvisionerTarget.Workers:
		return "How many messages are sent side by side; 4 if you say nothing."
	case comity.CoApiProvisionerTarget.IdentifierType:
		return "People are sent under their identifier of this type."
	case comity.CoApiProvisionerTarget.IncludeAttributes:
		return "Without, the message says who changed and not what."
	case comity.CoApiProvisionerTarget.Tombstones:
		return "With a Kafka server, a delete is a record without a value."
	case comity.CoApiProvisionerTarget.AnswersGet:
		return "The endpoint answers GET of a person's URL, so that what it holds can be compared."
	case comity.CoApiProvisionerTarget.IncludeGroups:
		return "The groups are sent, too, each with its members' identifiers."
	case comity.CoApiProvisionerTarget.SigningSecret:
		return "Messages are signed with it, if there is one."
	case comity.ApiUser.Username:
		return "The name of the CO is put before it: co_2.sync."
	case comity.ApiUser.Privileged:
		return "Administers the CO."
	case comity.ApiUser.RemoteIp:
		return "A regular expression of the addresses it may call from."
	case comity.ApiUser.CoPersonId:
		return "The person it acts for, with that person's rights instead of its own."
	case comity.ApiUser.RateLimit:
		return "Requests a minute; without one there is no limit."
	case comity.ApiUser.StringIds:
		return "Write ids and other numbers as texts in JSON."
	case comity.CoIdentifierAssignment.Format:
		return "(G), (M) and (F) stand for the names, (#) for the number, [1:…] for what is used from the first collision on."
	case comity.CoIdentifierAssignment.EmailType:
		return "With the identifier type mail: an email address of this type is added, too."
	case comity.CoIdentifierAssignment.MinimumLength:
		return "The least number of digits."
	case comity.CoTermsAndConditions.AgreementDuration:
		return "Days that an agreement is good for."
	case comity.SshKey.Skey:
		return "The middle part of a line of an OpenSSH public key."
	case comity.SshKey.SshKeyAuthenticatorId:
		return "A client's own number. It names no record here."
	case comity.SshKey.Type:
		return "The first part of that line, such as ssh-ed25519."
	}
	return ""
}
