package registry_test

import (
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"comity"
	"comity/internal/registry/registrytest"
)

// run is a sequence of steps, each of which is carried out by the registry and by the model.
type run struct {
	*rapid.T
	fixture
	*model
	// ticked is the time of the last tick of the clock.
	ticked time.Time
}

const (
	nameInUse = "Name In Use"
	forbidden = "Forbidden"
)

// steps are the possible steps of a sequence. Each predicts the phrase of the answer, "" for success.
var steps = map[string]func(r *run){
	"add a person": func(r *run) { r.addPerson() },
	"edit a person": func(r *run) {
		if id, p := choose(r, r.people); p != nil {
			p.status = rapid.SampledFrom(append(slices.Clone(ranking), comity.Locked)).Draw(r.T, "status")
			r.edits("", comity.CoPerson.Resource, id, registrytest.Values{comity.CoPerson.CoId: r.CoId, comity.CoPerson.Status: p.status})
		}
	},
	"delete a person": func(r *run) {
		id, p := choose(r, r.people)
		if p == nil {
			return
		}
		want := when(r.hasRole(func(o *modelRole) bool { return o.person == id }), "CoPersonRole Exists")
		if r.deletes(want, comity.CoPerson.Resource, id) {
			delete(r.people, id)
			maps.DeleteFunc(r.members, func(_ int64, o *modelMember) bool { return o.person == id })
			maps.DeleteFunc(r.names, func(_ int64, o *modelName) bool { return o.person == id })
			maps.DeleteFunc(r.identifiers, func(_ int64, o *modelIdentifier) bool { return o.person == id })
		}
	},

	"add a role": func(r *run) {
		if person, p := choose(r, r.people); p != nil {
			o := r.drawRole(&modelRole{person: person})
			id, _ := r.adds("", comity.CoPersonRole.Resource, r.roleValues(o))
			r.obeyClock(o)
			r.roles[id] = o
			r.follow(person)
		}
	},
	"edit a role": func(r *run) {
		if id, o := choose(r, r.roles); o != nil {
			before := o.status
			r.drawRole(o)
			r.edits("", comity.CoPersonRole.Resource, id, r.roleValues(o))
			if r.obeyClock(o); o.status != before {
				r.follow(o.person)
			}
		}
	},
	"delete a role": func(r *run) {
		if id, o := choose(r, r.roles); o != nil {
			r.deletes("", comity.CoPersonRole.Resource, id)
			delete(r.roles, id)
			r.follow(o.person)
		}
	},

	"give a role to another person":       func(r *run) { r.giveRole() },
	"give a membership to another person": func(r *run) { r.giveMember() },
	"give a name to another person":       func(r *run) { r.giveName() },

	"add a unit": func(r *run) { r.addUnit() },
	"edit a unit": func(r *run) {
		id, u := choose(r, r.units)
		if u == nil {
			return
		}
		to := &modelUnit{drawName(r), r.orNone(r.units)}
		want := when(r.under(to.parent, id), "Parent Would Create Cycle")
		if r.unitNamed(to.name, id) {
			want = nameInUse
		}
		if r.edits(want, comity.Cou.Resource, id, r.unitValues(to)) {
			*u = *to
		}
	},
	"delete a unit": func(r *run) {
		id, u := choose(r, r.units)
		if u == nil {
			return
		}
		want := comity.Phrase("")
		for _, other := range r.units {
			want = max(want, when(other.parent == id, "Child COU Exists"))
		}
		if r.hasRole(func(o *modelRole) bool { return o.unit == id }) {
			want = "CoPersonRole Exists"
		}
		if r.deletes(want, comity.Cou.Resource, id) {
			for group, g := range r.groups {
				if g.unit == id {
					r.deleteGroup(group)
				}
			}
			delete(r.units, id)
		}
	},

	"add a group": func(r *run) { r.addGroup() },
	"edit a group": func(r *run) {
		id, g := choose(r, r.groups)
		if g == nil {
			return
		}
		to := r.drawGroup()
		want := when(r.groupNamed(to.name, id), nameInUse)
		switch {
		case !g.own() && to.unit != g.unit:
			want = "Invalid Fields"
		case want != "":
		case !g.own():
			want = "Name Reserved"
		}
		if r.edits(want, comity.CoGroup.Resource, id, r.groupValues(to)) {
			*g = *to
		}
	},
	"delete a group": func(r *run) {
		if id, g := choose(r, r.groups); g != nil && r.deletes(when(!g.own(), forbidden), comity.CoGroup.Resource, id) {
			r.deleteGroup(id)
		}
	},

	"add a member": func(r *run) { r.addMember() },
	"edit a member": func(r *run) {
		if id, o := choose(r, r.members); o != nil {
			r.drawMember(o)
			if r.edits("", comity.CoGroupMember.Resource, id, r.memberValues(o)); !o.member && !o.owner {
				delete(r.members, id)
			}
		}
	},
	"delete a member": func(r *run) {
		if id, o := choose(r, r.members); o != nil {
			r.deletes("", comity.CoGroupMember.Resource, id)
			delete(r.members, id)
		}
	},

	"add a nesting": func(r *run) { r.addNesting() },
	"edit a nesting": func(r *run) {
		if id, n := choose(r, r.nestings); n != nil {
			to := r.drawNesting()
			if r.edits(r.nestingRefusal(to, id), comity.CoGroupNesting.Resource, id, nestingValues(to)) {
				*n = *to
			}
		}
	},
	"delete a nesting": func(r *run) {
		if id, n := choose(r, r.nestings); n != nil {
			r.deletes("", comity.CoGroupNesting.Resource, id)
			delete(r.nestings, id)
		}
	},

	"add a name": func(r *run) {
		if person, p := choose(r, r.people); p != nil {
			n := &modelName{person, rapid.Bool().Draw(r.T, "primary")}
			id, _ := r.adds("", comity.Name.Resource, nameValues(n))
			n.primary = n.primary || r.primaryOf(person) == nil
			r.makePrimary(n)
			r.names[id] = n
		}
	},
	"edit a name": func(r *run) {
		if id, n := choose(r, r.names); n != nil {
			to := &modelName{n.person, rapid.Bool().Draw(r.T, "primary")}
			if r.edits(when(n.primary && !to.primary, "Invalid Fields"), comity.Name.Resource, id, nameValues(to)) {
				r.makePrimary(to)
				*n = *to
			}
		}
	},
	"delete a name": func(r *run) {
		if id, n := choose(r, r.names); n != nil && r.deletes(when(n.primary, "Primary Name Cannot Be Deleted"), comity.Name.Resource, id) {
			delete(r.names, id)
		}
	},

	"add an identifier": func(r *run) {
		if i := r.drawIdentifier(); i != nil {
			if id, added := r.adds(when(r.taken(i, 0), "Identifier In Use"), comity.Identifier.Resource, identifierValues(i)); added {
				r.identifiers[id] = i
			}
		}
	},
	"edit an identifier": func(r *run) {
		to := r.drawIdentifier()
		if id, i := choose(r, r.identifiers); i != nil && to != nil {
			if r.edits(when(r.taken(to, id), "Identifier In Use"), comity.Identifier.Resource, id, identifierValues(to)) {
				*i = *to
			}
		}
	},
	"delete an identifier": func(r *run) {
		if id, i := choose(r, r.identifiers); i != nil {
			r.deletes("", comity.Identifier.Resource, id)
			delete(r.identifiers, id)
		}
	},

	"time passes": func(r *run) {
		r.Wait(time.Duration(rapid.IntRange(1, 3).Draw(r.T, "hours")) * time.Hour)
		if _, err := r.Tick(r.Context(), r.ticked); err != nil {
			r.Fatalf("tick: %v", err)
		}
		r.ticked = r.Now()
		r.passTime(r.Now())
	},
}

func when(is bool, phrase comity.Phrase) comity.Phrase {
	if is {
		return phrase
	}
	return ""
}

// adds, edits and deletes carry out a step and return whether it succeeded; the answer must be the one
// predicted.
func (r *run) adds(want comity.Phrase, res *comity.Resource, v registrytest.Values) (int64, bool) {
	added, err := r.Add(r.Context(), registrytest.Tester(), res, v.Input(res))
	r.answers("add a "+res.Singular, want, err)
	return added.Id, err == nil
}

func (r *run) edits(want comity.Phrase, res *comity.Resource, id int64, v registrytest.Values) bool {
	err := r.Edit(r.Context(), registrytest.Tester(), res, id, v.Input(res))
	r.answers("edit a "+res.Singular, want, err)
	return err == nil
}

func (r *run) deletes(want comity.Phrase, res *comity.Resource, id int64) bool {
	err := r.Delete(r.Context(), registrytest.Tester(), res, id)
	r.answers("delete a "+res.Singular, want, err)
	return err == nil
}

func (r *run) answers(what string, want comity.Phrase, err error) {
	if got := registrytest.Phrase(err); got != want || err != nil && got == "" {
		r.Fatalf("%s is answered %q (%v), want %q", what, got, err, want)
	}
}

// choose draws one of the model's records; nil if there is none.
func choose[V any](r *run, of map[int64]*V) (int64, *V) {
	if len(of) == 0 {
		return 0, nil
	}
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(of))).Draw(r.T, "id")
	return id, of[id]
}
