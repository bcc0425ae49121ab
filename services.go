package comity

// The values of a service's visibility.
const (
	VisibleToAdmins  = "CoAdmin"
	VisibleToGroup   = "CoGroupMember"
	VisibleToMembers = "CoMember"
	VisibleToAll     = "Unauthenticated"
)

// serviceSchemes are the URL schemes for services that programs other than browsers open.
var serviceSchemes = []string{
	"ftp", "ftps", "git", "gsiftp", "imap", "imaps", "irc", "ircs", "ldap", "ldaps", "matrix", "rdp", "root", "roots",
	"s3", "sftp", "sip", "sips", "smb", "ssh", "tel", "vnc", "ws", "wss", "xmpp",
}

// CoService is an application that the CO offers its members.
var CoService = func() (t struct {
	*Resource
	CoId, CouId, Name, Description, ShortLabel, CoGroupId, ServiceUrl, ServiceLabel, ContactEmail, LogoUrl,
	EntitlementUri, Visibility, IdentifierType, Status *Field
},
) {
	t.Resource = resource("CoService", "CoServices", "co_services").short("CSV").versioned().
		purpose("What members can use, and who sees it.").
		doc("An application that the CO offers its members.")
	t.CoId = t.co()
	t.CouId = t.reference("CouId", "Cou").listed()
	t.Name = t.text("Name", 128).required()
	t.Description = t.text("Description", 128)
	t.ShortLabel = t.text("ShortLabel", 32)
	t.CoGroupId = t.reference("CoGroupId", "CoGroup").
		doc("The group that may use it; without one everybody in the CO may.")
	t.ServiceUrl = t.text("ServiceUrl", 256).url(serviceSchemes...)
	t.ServiceLabel = t.text("ServiceLabel", 1024)
	t.ContactEmail = t.text("ContactEmail", 128).email()
	t.LogoUrl = t.text("LogoUrl", 512).url()
	t.EntitlementUri = t.text("EntitlementUri", 256).url("urn").
		doc("A URL or URN that says of people, elsewhere, that they may use the service.").example("urn:mace:example.org:wiki").format("uri")
	t.Visibility = t.code("Visibility",
		Word{Word: VisibleToAdmins, Code: "CA", Label: "Administrators of the CO"},
		Word{Word: VisibleToGroup, Code: "CG", Label: "Members of the group"},
		Word{Word: VisibleToMembers, Code: "CP", Label: "Members of the CO"},
		Word{Word: VisibleToAll, Code: "P", Label: "Everybody"}).required().
		doc("Who is shown that there is this service.")
	t.IdentifierType = t.text("IdentifierType", 32).
		doc("The type of identifier that the service knows people by.")
	t.Status = t.code("Status", onOff...).required()
	return t
}()
