package comity

// CoNavigationLink is a link that a CO shows its members.
var CoNavigationLink = func() (t struct {
	*Resource
	CoId, Description, Title, Url, Ordr, Location *Field
},
) {
	t.Resource = resource("CoNavigationLink", "CoNavigationLinks", "co_navigation_links").short("CNL").
		purpose("Links shown to everybody in the CO.").
		doc("A link that a CO shows its members.")
	t.CoId = t.co()
	t.Description = t.text("Description", 256)
	t.Title = t.text("Title", 256).required()
	t.Url = t.text("Url", 256).url()
	t.Ordr = t.integer("Ordr").sequential()
	t.Location = t.code("Location",
		option("topbar", "Top bar"),
	).required()
	return t
}()
