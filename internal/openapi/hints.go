package openapi

import "comity"

// hint is what a table does not say of a field, for it is in a check or a rule.
type hint struct {
	// note are sentences for the reader.
	note string
	// format and pattern are JSON Schema's, where they say as much as the check does.
	format, pattern string
	// enum are the values of a text that only some are taken of.
	enum []string
	// example is a good value, where one made from the kind would not be.
	example string
}

// What several fields are alike in.
var (
	email    = hint{note: "An email address as RFC 5321 has it, with a dot in its domain name or an IP address in brackets; letters of all scripts are taken (RFC 6531).", format: "email", example: "ghopper@example.org"}
	address  = hint{note: "A whole URL, not a relative one.", format: "uri", example: "https://example.org/"}
	language = hint{
		note: "A language tag (BCP 47), such as `en` or `pt-BR`.", example: "en",
		pattern: `^([A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*)?$`,
	}
)

// hints are looked up by field; most need none.
var hints = map[*comity.Field]hint{
	comity.Co.Name:      {note: "No other CO has it."},
	comity.Cou.Name:     {note: "No other unit of the CO has it. It holds no `:`, and does not look like `CO:…` or `admin:…`.", pattern: `^[^<>:]*$`, example: "Physics"},
	comity.Cou.ParentId: {note: "The unit that this one is below."},

	comity.CoPerson.Timezone: {note: "An IANA time zone, such as `Europe/Paris`.", example: "Europe/Paris"},

	comity.CoPersonRole.CouId:             {note: "The unit that the role is in; without one it is in the CO."},
	comity.CoPersonRole.ManagerCoPersonId: {note: "Another person than the role's."},
	comity.CoPersonRole.ValidFrom:         {note: "Before it a role that is `Active` is `Pending`."},
	comity.CoPersonRole.ValidThrough:      {note: "After it a role that is `Active` is `Expired`."},
	comity.CoPersonRole.Status:            {note: "The person takes the best status of the roles."},

	comity.Name.Given:       {example: "Grace"},
	comity.Name.Language:    language,
	comity.Name.PrimaryName: {note: "Exactly one name of each owner is primary: the first, until another one is made so. `false` on the primary one is refused."},

	comity.EmailAddress.Mail:     email,
	comity.EmailAddress.Verified: {note: "Set by `email_addresses/verify`; `false` on add, and again when Mail or the owner changes."},

	comity.Identifier.Identifier:             {note: "Unique for its Type among the people, groups, departments and organizations of a CO, case included.", example: "ghopper"},
	comity.Identifier.Type:                   {example: "uid"},
	comity.Identifier.Login:                  {note: "Whether it is used to log in."},
	comity.Identifier.Language:               language,
	comity.Identifier.CoProvisioningTargetId: {note: "The target that it comes from."},

	comity.Url.Url:      address,
	comity.Url.Language: language,

	comity.Address.Language: language,

	comity.TelephoneNumber.Number: {example: "555 1234"},

	comity.CoGroup.Name:           {note: "No other group of the CO has it. At most 128 characters; those of the groups that come by themselves may be 160 long. What looks like `CO:…`, `admin` or `admin:…` is reserved as they are.", example: "readers"},
	comity.CoGroup.CouId:          {note: "The unit that the group belongs to; it is deleted with it."},
	comity.CoGroup.Open:           {note: "Whether people may join by themselves."},
	comity.CoGroup.GroupType:      {note: "`S` standard, `CL` clusters; those that come by themselves: `A` admins, `AP` approvers, `MA` active members, `M` all members."},
	comity.CoGroup.Auto:           {note: "Its memberships come by themselves."},
	comity.CoGroup.NestingModeAll: {note: "Whether a derived membership needs membership in every nested group instead of one."},

	comity.CoGroupMember.Member:           {note: "A row is a member, an owner, or both; one that an edit leaves neither is deleted."},
	comity.CoGroupMember.Owner:            {note: "Owner is a right over the group, not a membership."},
	comity.CoGroupMember.CoGroupNestingId: {note: "The nesting that makes the person a member, of a derived row."},

	comity.CoGroupNesting.CoGroupId:       {note: "The nested group."},
	comity.CoGroupNesting.TargetCoGroupId: {note: "The group whose members the nested one's count as."},
	comity.CoGroupNesting.Negate:          {note: "Keeps the nested group's members out of the target instead."},

	comity.CoDepartment.CouId:   {note: "The unit that the department belongs to; it is deleted with it."},
	comity.CoDepartment.LogoUrl: address,
	comity.Organization.LogoUrl: address,

	comity.CoService.ContactEmail:   email,
	comity.CoService.LogoUrl:        address,
	comity.CoService.ServiceUrl:     address,
	comity.CoService.EntitlementUri: {note: "A URL, or a URN.", format: "uri", example: "urn:mace:example.org:wiki"},
	comity.CoService.IdentifierType: {note: "The type of identifier that the service knows people by."},

	comity.CoExtendedType.Attribute: {note: "The field whose values it adds to."},

	comity.CoTermsAndConditions.Url:               address,
	comity.CoTermsAndConditions.AgreementDuration: {note: "How many days an agreement is good for."},
	comity.CoTermsAndConditions.AgreeToUpdates:    {note: "Whether a changed text needs a new agreement."},

	comity.CoNavigationLink.Url: address,

	comity.HistoryRecord.ActorApiUserId:  {note: "Of a change, the API user of the actor's name, if it was there then."},
	comity.HistoryRecord.ActorCoPersonId: {note: "Of a change, the person whom that API user acts for."},
	comity.HistoryRecord.Action:          {note: "Of a change, `A` added, `E` edited, `D` deleted or `X` erased and the three letters of the resource, such as `ENAM`.", example: "CMNT"},
	comity.HistoryRecord.Comment:         {note: "Of a change, what was done, in words; cut with `…`."},

	comity.Server.ServerType: {note: "`HT` HTTP, `KA` Kafka. It stays while the server has its HttpServer or KafkaServer."},

	comity.HttpServer.ServerId:  {note: "A server of ServerType `HT`."},
	comity.HttpServer.Serverurl: {note: "Starts with `http://` or `https://`; holds no name, password or fragment; host and port can be dialled.", format: "uri", pattern: `^https?://[^<>#\s]+$`, example: "https://receiver.example.org/people"},
	comity.HttpServer.Password:  {note: "Kept as it is sent. Required with `BA` and `BE`, and again when AuthType changes. Bearer: the token, as RFC 6750 has it."},
	comity.HttpServer.Username:  {note: "Required with `BA`, and then without a colon (RFC 7617)."},
	comity.HttpServer.AuthType:  {note: "`BA` Basic, `BE` Bearer, `X` none."},

	comity.KafkaServer.ServerId:      {note: "A server of ServerType `KA`."},
	comity.KafkaServer.Brokers:       {note: "Host and port of one or more, parted by commas.", example: "kafka.example.org:9092"},
	comity.KafkaServer.SaslMechanism: {note: "Needed with `sasl_plaintext` and `sasl_ssl`; messages are not sent by `OAUTHBEARER`."},
	comity.KafkaServer.Topic:         {note: "Messages are sent to it; without one none are. Letters, digits, `.`, `_` and `-`."},
	comity.KafkaServer.Partition:     {note: "All messages go to it; without one the key says where each goes."},
	comity.KafkaServer.Timeout:       {note: "How many seconds a delivery may take, 30 at most."},
	comity.KafkaServer.Groupid:       {note: "Kept, and not used by messages."},
	comity.KafkaServer.BatchSize:     {note: "Kept, and not used by messages: each is a batch of its own."},
	comity.KafkaServer.Username:      {note: "Required with `sasl_plaintext` and `sasl_ssl`."},
	comity.KafkaServer.Password:      {note: "Kept as it is sent. Required with `sasl_plaintext` and `sasl_ssl`, and again when SaslMechanism changes."},

	comity.CoProvisioningTarget.ProvisionCoGroupId: {note: "Only the members of this group are sent."},
	comity.CoProvisioningTarget.Status:             {note: "The mode: `A` automatic, `X` disabled, `E` enrolment, `Q` queue, `QE` queue on error, `M` manual."},
	comity.CoProvisioningTarget.RetryInterval:      {note: "Seconds: tries are at most so far apart."},
	comity.CoProvisioningTarget.MaxRetry:           {note: "How often a message that was refused is tried again."},
	comity.CoProvisioningTarget.Ordr:               {note: "Where the target stands among the CO's."},

	comity.CoApiProvisionerTarget.Mode:              {note: "`PO` HTTP POST, `PU` HTTP PUT; not looked at with a Kafka server."},
	comity.CoApiProvisionerTarget.AnswersGet:        {note: "The endpoint answers GET of a person's URL with the message that it holds, so that it can be compared."},
	comity.CoApiProvisionerTarget.Tombstones:        {note: "With a Kafka server, a delete is a record without a value."},
	comity.CoApiProvisionerTarget.IncludeGroups:     {note: "The target is told about the CO's groups, too."},
	comity.CoApiProvisionerTarget.IdentifierType:    {note: "People are sent under their identifier of this type.", example: "uid"},
	comity.CoApiProvisionerTarget.IncludeAttributes: {note: "`false` sends who changed and not what."},

	comity.ApiUser.Username:   {note: "Letters, digits, `.`, `-` and `_`; unique. Stored with the prefix `co_<CoId>.`, which is added unless it is there.", pattern: `^[A-Za-z0-9._-]+$`, example: "sync"},
	comity.ApiUser.Privileged: {note: "A privileged user administers the CO; another one may do nothing until something grants it a right."},
	comity.ApiUser.RemoteIp:   {note: "A regular expression (RE2) of the addresses it may call from, unanchored; slashes round it are taken off."},
	comity.ApiUser.CoPersonId: {note: "The person it acts for, if any."},
	comity.ApiUser.StringIds:  {note: "Whether its answers in JSON write every number, ids among them, as a string."},
	comity.ApiUser.RateLimit:  {note: "Requests a minute; without one there is no limit."},
	comity.ApiUser.ApiKey:     {note: "The key to log in with."},

	comity.CoIdentifierAssignment.Context:        {note: "`CP` people."},
	comity.CoIdentifierAssignment.CoGroupId:      {note: "Only for the members of this group."},
	comity.CoIdentifierAssignment.IdentifierType: {example: "uid"},
	comity.CoIdentifierAssignment.EmailType:      {note: "With IdentifierType `mail`: also adds an email address of this type."},
	comity.CoIdentifierAssignment.Algorithm:      {note: "`R` random, `S` sequential."},
	comity.CoIdentifierAssignment.Format:         {note: "`(G)` `(M)` `(F)` stand for the given, middle and family name (small letters for lower case, `(F:4)` for at most four characters), `(#)` `(#:4)` for the number, `[1:…]` for a part that is used from the first collision on."},
	comity.CoIdentifierAssignment.Permitted:      {note: "The characters of a name that are kept: `AN` letters and digits, `AD` also `.` `-` `_`, `AQ` also `'`, `AL` all."},
	comity.CoIdentifierAssignment.MinimumLength:  {note: "The least number of digits."},

	comity.CoTAndCAgreement.AgreementTime: {note: "The present where add names none."},
	comity.CoTAndCAgreement.Identifier:    {note: "The caller's username where add names none."},

	comity.SshKey.Type: {note: "As in an OpenSSH public key.", example: "ssh-ed25519"},
	comity.SshKey.Skey: {
		note:    "The base64 part of an OpenSSH public key of that Type.",
		example: "AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	},
	comity.SshKey.SshKeyAuthenticatorId: {note: "A client's own number, given back as it was sent. It names no record here."},
}
