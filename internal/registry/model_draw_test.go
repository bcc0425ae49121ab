package registry_test

import (
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"comity"
	"comity/internal/registry/registrytest"
)

// Values come from small sets, so that the same names, people and groups meet again and again.

func drawName(r *run) string {
	return rapid.SampledFrom([]string{"Optics", "Lasers", "Physics", "Radio"}).Draw(r.T, "name")
}

func (r *run) orNone(of map[int64]*modelUnit) int64 {
	return rapid.SampledFrom(append([]int64{0}, slices.Sorted(maps.Keys(of))...)).Draw(r.T, "unit")
}

// drawValidity draws when something begins and ends, in hours from now; either may be left open.
func (r *run) drawValidity() (from, through time.Time) {
	begins := rapid.IntRange(-3, 4).Draw(r.T, "begins")
	if rapid.Bool().Draw(r.T, "has a beginning") {
		from = r.at.Add(time.Duration(begins) * time.Hour)
	}
	if rapid.Bool().Draw(r.T, "has an end") {
		through = r.at.Add(time.Duration(begins+rapid.IntRange(1, 5).Draw(r.T, "lasts")) * time.Hour)
	}
	return from, through
}

// or returns a cell with the value, or one without for the zero value.
func or[V comparable](v V, cell func(V) comity.Cell) comity.Cell {
	if v == *new(V) {
		return comity.EmptyCell()
	}
	return cell(v)
}

func (r *run) addPerson() {
	p := &modelPerson{rapid.SampledFrom(ranking).Draw(r.T, "status")}
	id, _ := r.adds("", comity.CoPerson.Resource, registrytest.Values{comity.CoPerson.CoId: r.CoId, comity.CoPerson.Status: p.status})
	r.people[id] = p
}

func (r *run) drawRole(o *modelRole) *modelRole {
	o.unit = r.orNone(r.units)
	// Mostly statuses that the clock changes.
	o.status = rapid.SampledFrom(append([]string{"Active", "Active", "Pending", "Expired"}, ranking...)).Draw(r.T, "status")
	o.from, o.through = r.drawValidity()
	return o
}

func (r *run) roleValues(o *modelRole) registrytest.Values {
	f := comity.CoPersonRole
	return registrytest.Values{
		f.Person: o.person, f.Affiliation: "staff", f.CouId: or(o.unit, comity.IntCell), f.Status: o.status,
		f.ValidFrom: or(o.from, comity.TimeCell), f.ValidThrough: or(o.through, comity.TimeCell),
	}
}

func (r *run) hasRole(such func(*modelRole) bool) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(r.roles)), such)
}

func (r *run) addUnit() {
	u := &modelUnit{drawName(r), r.orNone(r.units)}
	id, added := r.adds(when(r.unitNamed(u.name, 0), nameInUse), comity.Cou.Resource, r.unitValues(u))
	if added {
		r.units[id] = u
		r.learnGroups()
	}
}

func (r *run) unitValues(u *modelUnit) registrytest.Values {
	f := comity.Cou
	return registrytest.Values{f.CoId: r.CoId, f.Name: u.name, f.ParentId: or(u.parent, comity.IntCell)}
}

func (r *run) unitNamed(name string, but int64) bool {
	for id, u := range r.units {
		if id != but && u.name == name {
			return true
		}
	}
	return false
}

// learnGroups reads the ids of the automatic groups and those of administrators.
func (r *run) learnGroups() {
	f := comity.CoGroup
	for _, rec := range r.lists(f.Resource) {
		if kind := rec.Text(f.GroupType); r.groups[rec.Id] == nil && birthGroups[kind] != "" {
			r.groups[rec.Id] = &modelGroup{kind: kind, status: comity.Active, unit: rec.Int(f.CouId)}
		}
	}
}

func (r *run) drawGroup() *modelGroup {
	return &modelGroup{
		kind: "S",
		name: drawName(r), unit: r.orNone(r.units), all: rapid.Bool().Draw(r.T, "all"),
		status: rapid.SampledFrom([]string{"Active", "Active", "Suspended"}).Draw(r.T, "status"),
	}
}

func (r *run) addGroup() {
	g := r.drawGroup()
	if id, added := r.adds(when(r.groupNamed(g.name, 0), nameInUse), comity.CoGroup.Resource, r.groupValues(g)); added {
		r.groups[id] = g
	}
}

func (r *run) groupValues(g *modelGroup) registrytest.Values {
	f := comity.CoGroup
	return registrytest.Values{f.CoId: r.CoId, f.CouId: or(g.unit, comity.IntCell), f.Name: g.name, f.Status: g.status, f.NestingModeAll: g.all}
}

func (r *run) groupNamed(name string, but int64) bool {
	for id, g := range r.groups {
		if id != but && g.own() && g.name == name {
			return true
		}
	}
	return false
}

// chooseGroup draws a group, mostly one that a step added: there are fewer of those.
func (r *run) chooseGroup() (int64, *modelGroup) {
	own := maps.Clone(r.groups)
	maps.DeleteFunc(own, func(_ int64, g *modelGroup) bool { return !g.own() })
	if len(own) > 0 && rapid.IntRange(0, 3).Draw(r.T, "a group of its own") > 0 {
		return choose(r, own)
	}
	return choose(r, r.groups)
}

func (r *run) drawMember(o *modelMember) {
	o.member = rapid.IntRange(0, 3).Draw(r.T, "member") > 0
	o.owner = rapid.IntRange(0, 3).Draw(r.T, "owner") == 0
	o.from, o.through = r.drawValidity()
}

func (r *run) addMember() {
	person, p := choose(r, r.people)
	group, g := r.chooseGroup()
	if p == nil {
		return
	}
	o := &modelMember{group: group, person: person}
	r.drawMember(o)
	there := r.automatic(g, person)
	for _, other := range r.members {
		there = there || other.group == group && other.person == person
	}
	want := when(g.auto(), forbidden)
	if there {
		want = "CoPerson Already Member"
	}
	if !o.member && !o.owner {
		want = "Invalid Fields"
	}
	if id, added := r.adds(want, comity.CoGroupMember.Resource, r.memberValues(o)); added {
		r.members[id] = o
	}
}

func (r *run) memberValues(o *modelMember) registrytest.Values {
	f := comity.CoGroupMember
	return registrytest.Values{
		f.CoGroupId: o.group, f.Person: o.person, f.Member: o.member, f.Owner: o.owner,
		f.ValidFrom: or(o.from, comity.TimeCell), f.ValidThrough: or(o.through, comity.TimeCell),
	}
}

func (r *run) drawNesting() *modelNesting {
	group, _ := r.chooseGroup()
	target, _ := r.chooseGroup()
	return &modelNesting{group, target, rapid.IntRange(0, 3).Draw(r.T, "negate") == 0}
}

func (r *run) addNesting() {
	n := r.drawNesting()
	if id, added := r.adds(r.nestingRefusal(n, 0), comity.CoGroupNesting.Resource, nestingValues(n)); added {
		r.nestings[id] = n
	}
}

func (r *run) nestingRefusal(n *modelNesting, id int64) comity.Phrase {
	if r.reaches(n.target, n.group, id) {
		return "Nesting Would Create Cycle"
	}
	for other, o := range r.nestings {
		if other != id && o.group == n.group && o.target == n.target {
			return forbidden
		}
	}
	return when(r.groups[n.target].auto(), forbidden)
}

func nestingValues(n *modelNesting) registrytest.Values {
	f := comity.CoGroupNesting
	return registrytest.Values{f.CoGroupId: n.group, f.TargetCoGroupId: n.target, f.Negate: n.negate}
}

func nameValues(n *modelName) registrytest.Values {
	f := comity.Name
	return registrytest.Values{f.Person: n.person, f.Given: "Ada", f.Type: "official", f.PrimaryName: n.primary}
}

func (r *run) primaryOf(person int64) *modelName {
	for _, n := range r.names {
		if n.person == person && n.primary {
			return n
		}
	}
	return nil
}

// makePrimary makes the owner's other primary name not primary, if this one is.
func (r *run) makePrimary(n *modelName) {
	if other := r.primaryOf(n.person); n.primary && other != nil {
		other.primary = false
	}
}

func (r *run) drawIdentifier() *modelIdentifier {
	i := &modelIdentifier{
		kind: rapid.SampledFrom([]string{"uid", "eppn"}).Draw(r.T, "type"),
		text: rapid.SampledFrom([]string{"ada", "Ada", "grace"}).Draw(r.T, "text"),
	}
	if rapid.IntRange(0, 3).Draw(r.T, "of a group") == 0 {
		i.group, _ = choose(r, r.groups)
		return i
	}
	person, p := choose(r, r.people)
	if p == nil {
		return nil
	}
	i.person = person
	return i
}

func (r *run) taken(i *modelIdentifier, but int64) bool {
	for id, other := range r.identifiers {
		if id != but && other.kind == i.kind && other.text == i.text {
			return true
		}
	}
	return false
}

func identifierValues(i *modelIdentifier) registrytest.Values {
	f := comity.Identifier
	owner := comity.OwnerCell(comity.OwnerCO.Word, i.person)
	if i.group != 0 {
		owner = comity.OwnerCell(comity.OwnerGroup.Word, i.group)
	}
	return registrytest.Values{f.Identifier: i.text, f.Type: i.kind, f.Status: comity.Active, f.Person: owner}
}

// leaveName handles the loss of an owner's primary name: another one becomes primary.
func (r *run) leaveName(id, person int64) {
	for _, other := range slices.Sorted(maps.Keys(r.names)) {
		if other != id && r.names[other].person == person {
			r.names[other].primary = true
			return
		}
	}
}

func (r *run) namesOf(person int64) (n int) {
	for _, o := range r.names {
		if o.person == person {
			n++
		}
	}
	return n
}

func (r *run) giveName() {
	id, n := choose(r, r.names)
	person, p := choose(r, r.people)
	if n == nil || p == nil || n.person == person {
		return
	}
	to := &modelName{person, rapid.Bool().Draw(r.T, "primary")}
	if !r.edits(when(n.primary && r.namesOf(n.person) == 1, "Primary Name Cannot Be Deleted"), comity.Name.Resource, id, nameValues(to)) {
		return
	}
	if n.primary {
		r.leaveName(id, n.person)
	}
	to.primary = to.primary || r.primaryOf(person) == nil
	r.makePrimary(to)
	*n = *to
}

func (r *run) giveMember() {
	id, o := choose(r, r.members)
	person, p := choose(r, r.people)
	if o == nil || p == nil {
		return
	}
	to := *o
	to.person = person
	want := comity.Phrase("")
	for other, m := range r.members {
		if other != id && m.group == to.group && m.person == person {
			want = "CoPerson Already Member"
		}
	}
	if r.edits(want, comity.CoGroupMember.Resource, id, r.memberValues(&to)) {
		*o = to
	}
}

func (r *run) giveRole() {
	id, o := choose(r, r.roles)
	person, p := choose(r, r.people)
	if o == nil || p == nil || o.person == person {
		return
	}
	before := o.person
	o.person = person
	r.edits("", comity.CoPersonRole.Resource, id, r.roleValues(o))
	r.obeyClock(o)
	r.follow(before)
	r.follow(person)
}
