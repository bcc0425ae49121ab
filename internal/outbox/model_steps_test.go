package outbox_test

import (
	"errors"
	"fmt"
	"slices"

	"comity"
)

// steps are the random changes, with weights for their frequency. A step that is not possible at the moment,
// or that the registry refuses, does nothing.
var steps = []struct {
	weight int
	do     func(m *model)
}{
	{8, (*model).addPerson},
	{12, (*model).bear},
	{6, (*model).changeStatus},
	{3, (*model).addUid},
	{5, (*model).changeUid},
	{4, (*model).turnUid},
	{3, (*model).moveUid},
	{2, (*model).dropUid},
	{4, (*model).addName},
	{3, (*model).changeName},
	{4, (*model).addRole},
	{4, (*model).changeRole},
	{2, (*model).dropRole},
	{5, (*model).join},
	{3, (*model).leave},
	{2, (*model).renameGroup},
	{2, (*model).addGroup},
	{1, (*model).dropGroup},
	{1, (*model).nest},
	{2, (*model).turnGroup},
	{1, (*model).renameUnit},
	{2, (*model).dropPerson},
	{3, (*model).changeMode},
	{2, (*model).turnServer},
	{2, (*model).putRight},
	{2, (*model).resendAll},
	{2, (*model).setClock},
	{6, (*model).call},
}

func (m *model) step() {
	total := 0
	for _, s := range steps {
		total += s.weight
	}
	n := m.random.roll(total)
	for _, s := range steps {
		if n -= s.weight; n < 0 {
			s.do(m)
			return
		}
	}
}

// change adds or edits a record; it returns 0 and false if the registry refuses.
func (m *model) allowed(err error) bool {
	var refused *comity.Error
	if err != nil && !errors.As(err, &refused) {
		m.t.Error(err)
	}
	return err == nil
}

// adds adds a record and appends its id to those of a figure.
func (m *model) adds(r *comity.Resource, v values, to *[]int64) {
	if id, err := m.tryAdd(r, v); m.allowed(err) {
		*to = append(*to, id)
	}
}

func (m *model) changes(r *comity.Resource, id int64, v values) bool {
	return m.allowed(m.tryEdit(r, id, v))
}

// drops deletes one of a figure's records.
func (m *model) drops(r *comity.Resource, of *[]int64, i int) {
	if m.allowed(m.registry.Delete(m.t.Context(), caller, r, (*of)[i])) {
		*of = slices.Delete(*of, i, i+1)
	}
}

// somebody returns a random person, nil if there are none; among returns the index of a random record, -1
// if there are none.
func (m *model) somebody() *figure {
	if len(m.people) == 0 {
		return nil
	}
	return one(m.random, m.people...)
}

func (m *model) among(records []int64) int {
	if len(records) == 0 {
		return -1
	}
	return m.random.roll(len(records))
}

// pick returns a random person and the index of one of their records.
func (m *model) pick(of func(*figure) *[]int64, do func(p *figure, records *[]int64, i int)) {
	p := m.somebody()
	if p == nil {
		return
	}
	records := of(p)
	if i := m.among(*records); i >= 0 {
		do(p, records, i)
	}
}

func uids(p *figure) *[]int64        { return &p.uids }
func names(p *figure) *[]int64       { return &p.names }
func roles(p *figure) *[]int64       { return &p.roles }
func memberships(p *figure) *[]int64 { return &p.memberships }

// value returns a new identifier for a person, or one that somebody had before.
func (m *model) value(person int64) string {
	m.serial++
	value := fmt.Sprintf("u%d", m.serial)
	if len(m.free) > 0 && m.random.roll(2) == 0 {
		value = one(m.random, m.free...)
	}
	m.owns(person, value)
	return value
}

// owns records that a person may have an identifier from now on.
func (m *model) owns(person int64, value string) {
	m.noting.Lock()
	defer m.noting.Unlock()
	if !slices.Contains(m.owners[value], person) {
		m.owners[value] = append(m.owners[value], person)
	}
}

// only returns the only person who ever had an identifier, 0 if there were several.
func (m *model) only(value string) int64 {
	m.noting.Lock()
	defer m.noting.Unlock()
	if owners := m.owners[value]; len(owners) == 1 {
		return owners[0]
	}
	return 0
}

func (m *model) addPerson() {
	f := comity.CoPerson
	status := comity.Active
	if m.random.roll(4) == 0 {
		status = one(m.random, comity.Pending, comity.Suspended, comity.Expired, comity.Denied)
	}
	id, err := m.tryAdd(f.Resource, values{f.Status: status, f.DateOfBirth: birthday(0)})
	if !m.allowed(err) {
		return
	}
	p := &figure{id: id}
	m.people = append(m.people, p)
	m.ever = append(m.ever, id)
	u := comity.Url
	_, err = m.tryAdd(u.Resource, values{u.Url: fmt.Sprintf("https://example.org/%d", id), u.Type: "official", u.Person: of(comity.OwnerCO, id)})
	m.allowed(err)
	if m.random.roll(5) > 0 {
		m.adds(comity.Identifier.Resource, uidOf(id, m.value(id)), &p.uids)
	}
	if m.random.roll(2) == 0 {
		m.joins(p, m.groups[0])
	}
}

// bear gives somebody a later date of birth, which distinguishes their states.
func (m *model) bear() {
	if p := m.somebody(); p != nil {
		p.days++
		m.born(p.id, p.days)
	}
}

func (m *model) changeStatus() {
	p := m.somebody()
	if p == nil {
		return
	}
	f := comity.CoPerson.Status
	status := one(m.random, comity.Active, comity.Active, comity.GracePeriod, comity.Expired, comity.Suspended, comity.Pending, comity.Denied)
	if m.view(comity.CoPerson.Resource, p.id).Text(f) != status {
		m.changes(comity.CoPerson.Resource, p.id, values{f: status})
	}
}

func (m *model) addUid() {
	if p := m.somebody(); p != nil {
		m.adds(comity.Identifier.Resource, uidOf(p.id, m.value(p.id)), &p.uids)
	}
}

func (m *model) changeUid() {
	f := comity.Identifier
	m.pick(uids, func(p *figure, records *[]int64, i int) {
		before, now := m.view(f.Resource, (*records)[i]).Text(f.Identifier), m.value(p.id)
		if before != now && m.changes(f.Resource, (*records)[i], values{f.Identifier: now}) {
			m.free = append(m.free, before)
		}
	})
}

func (m *model) turnUid() {
	f := comity.Identifier
	m.pick(uids, func(_ *figure, records *[]int64, i int) {
		m.changes(f.Resource, (*records)[i], values{f.Status: m.other(f.Resource, (*records)[i], f.Status)})
	})
}

// other returns the status that a record does not have.
func (m *model) other(r *comity.Resource, id int64, f *comity.Field) string {
	if m.view(r, id).Text(f) == comity.Active {
		return comity.Suspended
	}
	return comity.Active
}

func (m *model) moveUid() {
	f := comity.Identifier
	m.pick(uids, func(from *figure, records *[]int64, i int) {
		to := m.somebody()
		id := (*records)[i]
		m.owns(to.id, m.view(f.Resource, id).Text(f.Identifier))
		if to != from && m.changes(f.Resource, id, values{f.Person: of(comity.OwnerCO, to.id)}) {
			*records = slices.Delete(*records, i, i+1)
			to.uids = append(to.uids, id)
		}
	})
}

func (m *model) dropUid() {
	f := comity.Identifier
	m.pick(uids, func(_ *figure, records *[]int64, i int) {
		m.free = append(m.free, m.view(f.Resource, (*records)[i]).Text(f.Identifier))
		m.drops(f.Resource, records, i)
	})
}

func (m *model) addName() {
	if p := m.somebody(); p != nil {
		s := profile{person: p.id}
		m.adds(comity.Name.Resource, s.aName(fmt.Sprintf("name %d", m.random.roll(1000))), &p.names)
	}
}

func (m *model) changeName() {
	m.pick(names, func(_ *figure, records *[]int64, i int) {
		m.serial++
		m.changes(comity.Name.Resource, (*records)[i], values{comity.Name.Given: fmt.Sprintf("changed %d", m.serial)})
	})
}
