package console

import (
	"strconv"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/chart"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// groupPage is a group with who is in it, and what it is nested in.
type groupPage struct {
	head
	trail
	Fields []present.Field
	// Unit is the unit whose group it is.
	Unit present.Link
	// Automatic says how members come by themselves, "" where they do not.
	Automatic string
	// AddOne, Paste and At lead on, "" where the reader may not.
	AddOne, Paste, At string
	// HasCounts says that the reader may see all of the members, which Members and Owners count; Others
	// counts who is in it at another time than now.
	HasCounts               bool
	Members, Owners, Others int64
	// Suspended says that the group is not Active, so that nobody counts as its member.
	Suspended bool
	People    membersPart
	Nestings  *nestings
	// Nest leads to the form that nests another group in this one.
	Nest    string
	Hanging []hanging
}

// membersPart are members of a group, a page of them.
type membersPart struct {
	Search     string
	OnlyOwners bool
	Asked      bool
	Rows       []memberRow
	MayChange  bool
	All        string
	pager
}

// memberRow is somebody in a group; Change is where a button sends what is to be changed.
type memberRow struct {
	Name          present.Link
	Member, Owner bool
	// State is a badge where the membership does not count.
	State       present.Value
	From, Until present.Value
	Why         reason
	Change      string
}

// group shows a group; as it was, the drawn page does.
func (v *visit) group() error {
	d := drawn{comity.CoGroup.Resource}
	if asked := v.r.URL.Query(); asked.Has("revision") || asked.Has("at") {
		return d.detail(v)
	}
	rec, err := d.asked(v)
	if err != nil {
		return err
	}
	g, err := v.View.Group(v.ctx(), v.caller, rec.Id)
	if err != nil {
		return err
	}
	p := groupPage{
		trail: trail{Record: rec, History: v.historyOf(rec)}, Automatic: automatic(g.Group, g.Unit), HasCounts: g.HasCounts, Members: g.Members, Owners: g.Owners,
		Others: g.Others, Suspended: g.Group.Text(comity.CoGroup.Status) != comity.Active,
		At: v.present.ActionPath(rec.Resource, rec.Id, "members-at"),
	}
	if g.Unit != nil {
		p.Unit = present.Link{Text: g.Unit.Text(comity.Cou.Name), To: v.present.RecordPath(comity.Cou.Resource, g.Unit.Id)}
	}
	if err := v.groupWays(&p, g); err != nil {
		return err
	}
	if p.People, err = v.members(g); err != nil {
		return err
	}
	p.Nestings = v.nestings(g)
	if p.Hanging, err = v.hanging(rec, comity.CoGroupMember.Resource, comity.CoGroupNesting.Resource); err != nil {
		return err
	}
	name := rec.Text(comity.CoGroup.Name)
	return v.show("group.html", name, p, v.present.Crumbs(rec, name)...)
}

// groupWays are what can be done from a group's page.
func (v *visit) groupWays(p *groupPage, g view.GroupView) error {
	t, err := v.titles([]*comity.Record{p.Record})
	if err != nil {
		return err
	}
	p.Fields = v.present.Fields(p.Record, t)
	may, err := v.View.RightsTo(v.ctx(), v.caller, p.Record)
	if err != nil {
		return err
	}
	p.head = v.headOf(p.Record, may)
	id := strconv.FormatInt(p.Record.Id, 10)
	if g.MayChange {
		p.AddOne = v.present.AddPathIfAllowed(comity.CoGroupMember.Resource, "cogroupid", id)
		p.Paste = v.present.ActionPath(p.Record.Resource, p.Record.Id, "paste")
		p.Nest = v.present.AddPathIfAllowed(comity.CoGroupNesting.Resource, "targetcogroupid", id)
	}
	if !v.seesPast(g) {
		p.At = ""
	}
	return nil
}

// seesPast says whether the reader may see who was in the group: whoever may change its members.
func (v *visit) seesPast(g view.GroupView) bool {
	return g.MayChange || v.caller.Through(authz.Edit, comity.CoGroupMember.Resource)&authz.InCO != 0
}

// automatic says how the members of a group come by themselves.
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

// memberState is a badge that names why a membership of a group does not count at a time, empty where it
// does; both are as they were then.
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

// members are the page of members that the reader asks for.
func (v *visit) members(g view.GroupView) (membersPart, error) {
	asked := v.r.URL.Query()
	f := comity.CoGroupMember
	p := membersPart{
		Search: asked.Get("q"), OnlyOwners: asked.Get("owners") != "", MayChange: g.MayChange,
		All: v.present.RecordPath(g.Group.Resource, g.Group.Id),
	}
	p.Asked = p.Search != "" || p.OnlyOwners
	found, err := v.View.GroupMembers(v.ctx(), v.caller, g.Group.Id, p.Search, p.OnlyOwners, comity.ParseId(asked.Get("after")), pageSize)
	if err != nil {
		return p, err
	}
	for _, m := range found.Members {
		row := memberRow{
			Name: v.present.Link(comity.CoPerson.Resource, m.Membership.OwnedBy(comity.OwnerCO), v.present.TitlesOfPerson(m.Person)), Member: m.Membership.Bool(f.Member), Owner: m.Membership.Bool(f.Owner),
			State: memberState(m.Membership, g.Group, g.Now), From: v.present.Value(m.Membership, f.ValidFrom, present.Titles{}),
			Until: v.present.Value(m.Membership, f.ValidThrough, present.Titles{}), Why: v.reason(m.Reason),
		}
		if g.MayChange && m.Reason.Kind == view.ReasonGiven {
			row.Change = v.present.ActionPath(g.Group.Resource, g.Group.Id, "members/"+strconv.FormatInt(m.Membership.Id, 10))
		}
		p.Rows = append(p.Rows, row)
	}
	p.pager = pagerOf(asked, afterId(found.Next))
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
	// Remove is the path of the confirmation to remove it, "" if the reader may not.
	Remove string
}

// nestings returns the nestings of a group, nil if there are none.
func (v *visit) nestings(g view.GroupView) *nestings {
	if len(g.Edges) == 0 {
		return nil
	}
	f := comity.CoGroupNesting
	var nodes []chart.Node
	groups := map[int64]present.Link{}
	for _, n := range g.Nodes {
		name := n.Text(comity.CoGroup.Name)
		nodes = append(nodes, chart.Node{ID: n.Id, Label: name})
		groups[n.Id] = present.Link{Text: name, To: v.present.RecordPath(comity.CoGroup.Resource, n.Id)}
	}
	all := &nestings{Cut: g.Cut, Summary: strconv.Itoa(len(nodes)) + " groups and how they are nested; the list below says the same."}
	var edges []chart.Edge
	for _, e := range g.Edges {
		from, to := e.Int(f.CoGroupId), e.Int(f.TargetCoGroupId)
		edges = append(edges, chart.Edge{From: from, To: to, Negate: e.Bool(f.Negate)})
		one := nesting{Group: groups[from], Target: groups[to], Negate: e.Bool(f.Negate)}
		if g.MayChange && to == g.Group.Id {
			one.Remove = v.present.ActionPath(f.Resource, e.Id, "delete")
		}
		all.List = append(all.List, one)
	}
	all.Graph = chart.NewGraph(nodes, edges, g.Group.Id)
	return all
}
