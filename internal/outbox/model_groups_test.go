package outbox_test

import (
	"fmt"
	"slices"

	"comity"
	"comity/internal/registry/view"
)

// withGroups makes a target receive groups.
var withGroups = values{comity.CoApiProvisionerTarget.IncludeGroups: true}

func (m *model) addGroup() {
	m.serial++
	f := comity.CoGroup
	id, err := m.tryAdd(f.Resource, values{f.Name: fmt.Sprintf("spare %d", m.serial), f.Status: comity.Active})
	if m.allowed(err) {
		m.spare, m.everGroups = append(m.spare, id), append(m.everGroups, id)
	}
}

func (m *model) dropGroup() {
	if i := m.among(m.spare); i >= 0 {
		m.drops(comity.CoGroup.Resource, &m.spare, i)
	}
}

// nest makes the members of one group members of another.
func (m *model) nest() {
	f := comity.CoGroupNesting
	groups := slices.Concat(m.groups, m.spare)
	_, err := m.tryAdd(f.Resource, values{f.CoGroupId: one(m.random, groups...), f.TargetCoGroupId: one(m.random, groups...), f.Negate: m.random.roll(4) == 0})
	m.allowed(err)
}

// provisionGroups provisions the groups whose changes were not enqueued in the target's mode, or that it
// refused too often.
func (m *model) provisionGroups(q *instance, e *end) {
	target := m.view(comity.CoProvisioningTarget.Resource, e.target.id)
	own, err := m.reader.List(m.t.Context(), caller, view.ListQuery{Resource: comity.CoGroup.Resource, CoIds: []int64{m.co}})
	if err != nil {
		m.t.Fatal(err)
	}
	groups := slices.Clone(m.everGroups)
	for _, g := range own.Records {
		groups = append(groups, g.Id)
	}
	for _, id := range groups {
		row, _ := m.rowOf(e.target, comity.GroupSubject(id))
		if !row.deadLettered && !e.missedSome.Load() {
			continue
		}
		if err := q.DeliverNow(m.t.Context(), target, comity.GroupSubject(id)); err != nil {
			m.t.Errorf("provision group %d to target %d: %v", id, e.target.id, err)
		}
	}
}
