package console

import (
	"net/url"
	"strconv"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/chart"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// groupPage is a group with its members and nestings.
type groupPage struct {
	heading
	recordFooter
	Fields []present.Field
	// Unit is the unit whose group it is.
	Unit present.Link
	// Automatic is the sentence about who is a member automatically, "" for nobody.
	Automatic string
	// AddOne, Paste and At are paths of further pages, "" if the caller may not.
	AddOne, Paste, At string
	// HasCounts says that the caller may see all members. Members and Owners count them, and Others those whose
	// membership is valid at another time.
	HasCounts               bool
	Members, Owners, Others int64
	AtLeast                 bool
	// Suspended says that the group is not Active, so that no membership counts.
	Suspended bool
	People    membersPart
	Nestings  *nestings
	// Nest is the path of the form to nest another group in this one, "" if the caller may not.
	Nest       string
	Dependents []dependents
}

// membersPart is a page of the members and owners of a group.
type membersPart struct {
	Search     string
	OnlyOwners bool
	Asked      bool
	Rows       []memberRow
	MayChange  bool
	All        string
	pager
}

// memberRow is a member or owner of a group. Change is the path that a change is posted to, "" if the caller may
// not.
type memberRow struct {
	Name          present.Link
	Member, Owner bool
	// State is a badge if the membership does not count.
	State       present.Value
	From, Until present.Value
	Reason      membershipReason
	Change      string
}

// showGroup shows a group. The generic page shows it as of a time.
func showGroup(q *request) error {
	d := generic{comity.CoGroup.Resource}
	if asked := q.r.URL.Query(); asked.Has("revision") || asked.Has("at") {
		return d.detail(q)
	}
	rec, err := d.record(q)
	if err != nil {
		return err
	}
	g, err := q.View.Group(q.ctx(), q.caller, rec.Id)
	if err != nil {
		return err
	}
	p := groupPage{
		recordFooter: recordFooter{Record: rec, History: historyPath(q, rec)}, Automatic: automatic(g.Group, g.Unit), HasCounts: g.HasCounts, Members: g.Members, Owners: g.Owners,
		Others: g.Others, AtLeast: g.AtLeast, Suspended: g.Group.Text(comity.CoGroup.Status) != comity.Active,
		At: q.present.ActionPath(rec.Resource, rec.Id, "members-at"),
	}
	if g.Unit != nil {
		p.Unit = present.Link{Text: g.Unit.Text(comity.Cou.Name), To: q.present.RecordPath(comity.Cou.Resource, g.Unit.Id)}
	}
	if err := addGroupActions(q, &p, g); err != nil {
		return err
	}
	if p.People, err = readMembers(q, g); err != nil {
		return err
	}
	p.Nestings = drawNestings(q, g)
	if p.Dependents, err = listDependents(q, rec, comity.CoGroupMember.Resource, comity.CoGroupNesting.Resource); err != nil {
		return err
	}
	name := rec.Text(comity.CoGroup.Name)
	return q.show("group.html", name, p, q.present.Crumbs(rec, name)...)
}

// addGroupActions adds the fields of a group to its page, and the links to what the caller may do with it.
func addGroupActions(q *request, p *groupPage, g view.GroupView) error {
	t, err := q.titles([]*comity.Record{p.Record})
	if err != nil {
		return err
	}
	p.Fields = q.present.Fields(p.Record, t)
	may, err := q.View.RightsTo(q.ctx(), q.caller, p.Record)
	if err != nil {
		return err
	}
	p.heading = headingOf(q, p.Record, may)
	id := strconv.FormatInt(p.Record.Id, 10)
	if g.MayChange {
		p.AddOne = q.present.AddPathIfAllowed(comity.CoGroupMember.Resource, "cogroupid", id)
		p.Paste = q.present.ActionPath(p.Record.Resource, p.Record.Id, "paste")
		p.Nest = q.present.AddPathIfAllowed(comity.CoGroupNesting.Resource, "targetcogroupid", id)
	}
	if !maySeePastMembers(q, g) {
		p.At = ""
	}
	return nil
}

// maySeePastMembers reports whether the caller may see former members of the group: those who may change its
// members may.
func maySeePastMembers(q *request, g view.GroupView) bool {
	return g.MayChange || q.caller.Through(authz.Edit, comity.CoGroupMember.Resource)&authz.InCO != 0
}

// automatic returns the sentence about who is a member of a group automatically, "" for nobody.
func automatic(group, unit *comity.Record) string {
	f := comity.CoGroup
	if !group.Bool(f.Auto) {
		return ""
	}
	active := group.Text(f.GroupType) == comity.GroupActive
	switch {
	case group.Has(f.CouId):
		name := "its unit"
		if unit != nil {
			name = unit.Text(comity.Cou.Name)
		}
		if active {
			return "Everybody with an active role in " + name + " is a member automatically."
		}
		return "Everybody with a role in " + name + " of any status but Deleted is a member automatically."
	case active:
		return "Everybody who is active in the CO is a member automatically."
	}
	return "Everybody in the CO is a member automatically."
}

// memberState returns a badge that says why a membership does not count, empty if it does. The membership and
// the group are as of that time.
func memberState(membership, group *comity.Record, at time.Time) present.Value {
	switch comity.MembershipAt(membership, group, at) {
	case comity.MembershipExpired:
		return present.Value{Text: "Expired", Tone: "bad"}
	case comity.MembershipFuture:
		return present.Value{Text: "Future", Tone: "quiet"}
	case comity.MembershipSuspended:
		return present.Value{Text: "Suspended", Tone: "bad"}
	case comity.MembershipCounts:
	}
	return present.Value{}
}

// readMembers returns the page of members that the query names.
func readMembers(q *request, g view.GroupView) (membersPart, error) {
	asked := q.r.URL.Query()
	f := comity.CoGroupMember
	p := membersPart{
		Search: asked.Get("q"), OnlyOwners: asked.Get("owners") != "", MayChange: g.MayChange,
		All: q.present.RecordPath(g.Group.Resource, g.Group.Id),
	}
	p.Asked = p.Search != "" || p.OnlyOwners
	found, err := q.View.GroupMembers(q.ctx(), q.caller, g.Group.Id, p.Search, p.OnlyOwners, comity.ParseId(asked.Get("after")), pageSize)
	if err != nil {
		return p, err
	}
	for _, m := range found.Members {
		row := memberRow{
			Name: q.present.Link(comity.CoPerson.Resource, m.Membership.OwnedBy(comity.OwnerCO), q.present.TitlesOfPerson(m.Person)), Member: m.Membership.Bool(f.Member), Owner: m.Membership.Bool(f.Owner),
			State: memberState(m.Membership, g.Group, g.Now), From: q.present.Value(m.Membership, f.ValidFrom, present.Titles{}),
			Until: q.present.Value(m.Membership, f.ValidThrough, present.Titles{}), Reason: newMembershipReason(q, m.Reason),
		}
		if g.MayChange && m.Reason.Kind == view.ReasonGiven {
			row.Change = q.present.ActionPath(g.Group.Resource, g.Group.Id, "members/"+strconv.FormatInt(m.Membership.Id, 10))
		}
		p.Rows = append(p.Rows, row)
	}
	p.pager = newPager(asked, afterId(found.Next))
	return p, nil
}

// nestings are the nestings of a group and of the groups around it, as a drawing and as a list.
type nestings struct {
	*chart.Graph
	Summary string
	List    []nesting
	// Cut says that there are more than are shown.
	Cut bool
}

// nesting is one group in another.
type nesting struct {
	Group, Target present.Link
	Negate        bool
	// Remove is the path of the confirmation to remove it, "" if the caller may not.
	Remove string
}

// drawNestings returns the nestings of a group and of the groups around it, nil if there are none.
func drawNestings(q *request, g view.GroupView) *nestings {
	if len(g.Edges) == 0 {
		return nil
	}
	f := comity.CoGroupNesting
	var nodes []chart.Node
	groups := map[int64]present.Link{}
	for _, n := range g.Nodes {
		name := n.Text(comity.CoGroup.Name)
		nodes = append(nodes, chart.Node{ID: n.Id, Label: name})
		groups[n.Id] = present.Link{Text: name, To: q.present.RecordPath(comity.CoGroup.Resource, n.Id)}
	}
	all := &nestings{Cut: g.Cut, Summary: strconv.Itoa(len(nodes)) + " groups and how they are nested; the list below says the same."}
	var edges []chart.Edge
	for _, e := range g.Edges {
		from, to := e.Int(f.CoGroupId), e.Int(f.TargetCoGroupId)
		edges = append(edges, chart.Edge{From: from, To: to, Negate: e.Bool(f.Negate)})
		one := nesting{Group: groups[from], Target: groups[to], Negate: e.Bool(f.Negate)}
		if g.MayChange && to == g.Group.Id {
			one.Remove = q.present.ActionPath(f.Resource, e.Id, "delete")
		}
		all.List = append(all.List, one)
	}
	all.Graph = chart.NewGraph(nodes, edges, g.Group.Id)
	return all
}

// groupPages are the custom pages of groups.
func groupPages() []page {
	at := "co/{co}/" + present.Segment(comity.CoGroup.Resource) + "/"
	return []page{
		{pattern: "GET " + at + "{$}", handle: listGroups},
		{pattern: "GET " + at + "{id}/{$}", handle: showGroup},
		{pattern: "POST " + at + "{id}/members/{member}", handle: changeMember},
		{pattern: "GET " + at + "{id}/members-at", handle: showMembersAt},
		{pattern: "GET " + at + "{id}/paste", handle: pasteForm},
		{pattern: "POST " + at + "{id}/paste", handle: paste},
		{pattern: "POST " + at + "{id}/paste/add", handle: addPasted},
	}
}

// listGroups lists the groups that match the filters.
func listGroups(q *request) error {
	f := comity.CoGroup
	asked := q.r.URL.Query()
	if _, id := form.ParentOf(f.Resource, asked); id != 0 {
		return generic{f.Resource}.list(q)
	}
	filter := view.GroupFilter{Text: asked.Get("q"), Status: asked.Get("status")}
	if kind := asked.Get("kind"); kind != "" {
		automatic := kind == "automatic"
		filter.Auto = &automatic
	}
	found, err := q.View.Groups(q.ctx(), q.caller, q.co.Id, filter, comity.ParseId(asked.Get("after")), pageSize)
	if err != nil {
		return err
	}
	p := listPage{listing: newListing(q, f.Resource)}
	p.Filters, p.Asked = groupFilters(asked), filter.Text != "" || filter.Status != "" || filter.Auto != nil
	t, err := q.titles(found.Groups)
	if err != nil {
		return err
	}
	p.Columns, p.Rows = q.present.Table(found.Groups, f.Resource, nil, t)
	p.pager = newPager(asked, afterId(found.Next))
	return q.show("list.html", comity.Capitalize(f.Resource.Many), p, present.Link{Text: comity.Capitalize(f.Resource.Many)})
}

func groupFilters(asked url.Values) []form.Control {
	kinds := []form.Choice{{Value: "automatic", Label: "Automatic"}, {Value: "given", Label: "Not automatic"}}
	return []form.Control{
		form.SearchBox("q", "Name contains", asked.Get("q")),
		{Name: "kind", Key: "kind", Label: "Members come", Type: "select", Choices: form.Select(kinds, asked.Get("kind"))},
		{Name: "status", Key: "status", Label: "Status", Type: "select", Choices: form.Codes(comity.CoGroup.Status, asked.Get("status"))},
	}
}
