package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"comity"
)

func (m *model) addRole() {
	p := m.somebody()
	if p == nil {
		return
	}
	f := comity.CoPersonRole
	s := profile{person: p.id, unit: m.units[0]}
	v := s.aRole("Professor")
	v[f.Status] = one(m.random, comity.Active, comity.Active, comity.GracePeriod, comity.Expired, comity.Pending)
	if m.random.roll(2) == 0 {
		v[f.CouId] = nil
	}
	m.adds(f.Resource, v, &p.roles)
}

func (m *model) changeRole() {
	f := comity.CoPersonRole
	m.pick(roles, func(_ *figure, records *[]int64, i int) {
		m.serial++
		m.changes(f.Resource, (*records)[i], values{
			f.Title:  fmt.Sprintf("title %d", m.serial),
			f.Status: one(m.random, comity.Active, comity.Active, comity.Suspended, comity.Expired, comity.Denied),
		})
	})
}

func (m *model) dropRole() {
	m.pick(roles, func(_ *figure, records *[]int64, i int) { m.drops(comity.CoPersonRole.Resource, records, i) })
}

func (m *model) joins(p *figure, group int64) {
	s := profile{person: p.id}
	m.adds(comity.CoGroupMember.Resource, s.aMembership(group), &p.memberships)
}

func (m *model) join() {
	if p := m.somebody(); p != nil {
		m.joins(p, one(m.random, slices.Concat(m.groups, m.spare)...))
	}
}

func (m *model) leave() {
	m.pick(memberships, func(_ *figure, records *[]int64, i int) { m.drops(comity.CoGroupMember.Resource, records, i) })
}

func (m *model) renameGroup() {
	m.serial++
	m.changes(comity.CoGroup.Resource, one(m.random, m.groups...), values{comity.CoGroup.Name: fmt.Sprintf("renamed %d", m.serial)})
}

func (m *model) turnGroup() {
	f, id := comity.CoGroup, one(m.random, m.groups...)
	m.changes(f.Resource, id, values{f.Status: m.other(f.Resource, id, f.Status)})
}

func (m *model) renameUnit() {
	m.serial++
	m.changes(comity.Cou.Resource, m.units[0], values{comity.Cou.Name: fmt.Sprintf("unit %d", m.serial)})
}

func (m *model) dropPerson() {
	p := m.somebody()
	if p == nil {
		return
	}
	for len(p.roles) > 0 {
		m.drops(comity.CoPersonRole.Resource, &p.roles, 0)
	}
	for _, id := range p.uids {
		m.free = append(m.free, m.view(comity.Identifier.Resource, id).Text(comity.Identifier.Identifier))
	}
	if m.allowed(m.registry.Delete(m.t.Context(), caller, comity.CoPerson.Resource, p.id)) {
		m.people = slices.DeleteFunc(m.people, func(other *figure) bool { return other == p })
	}
}

// changeMode sets the mode of the second target.
func (m *model) changeMode() {
	e := m.ends[1]
	mode := one(m.random, comity.ModeAutomatic, comity.ModeQueue, comity.ModeQueueOnError, comity.ModeEnrolment, comity.ModeManual, comity.ModeDisabled)
	switch mode {
	case comity.ModeEnrolment, comity.ModeManual, comity.ModeDisabled:
		e.missedSome.Store(true)
	}
	m.setMode(e.target, mode)
}

// turnServer suspends the server of the third target, or lets it be used again.
func (m *model) turnServer() {
	to := m.ends[2].target
	m.serve(to, m.other(comity.Server.Resource, to.server, comity.Server.Status))
}

// putRight edits a target, its settings or its server without changing a value.
func (m *model) putRight() {
	to := one(m.random, m.ends...).target
	switch m.random.roll(4) {
	case 0:
		m.edit(comity.CoProvisioningTarget.Resource, to.id, nil)
	case 1:
		m.edit(comity.CoApiProvisionerTarget.Resource, to.settings, nil)
	case 2:
		m.edit(comity.Server.Resource, to.server, nil)
	case 3:
		m.edit(comity.HttpServer.Resource, to.http, nil)
	}
}

func (m *model) resendAll() {
	_, err := m.provisioner.Resend(m.t.Context(), caller, one(m.random, m.ends...).target.id, nil)
	m.allowed(err) // a disabled target is refused
}

// setClock sets the clock ahead or back by seconds, minutes or days.
func (m *model) setClock() {
	by := one(m.random, 5*time.Second, 3*time.Minute, 100*time.Hour)
	m.clock.ahead.Add(int64(one(m.random, by, -by)))
}

// call makes a provision call in the background.
func (m *model) call() {
	p := m.somebody()
	if p == nil {
		return
	}
	to := one(m.random, m.ends...).target
	m.calls.Go(func() {
		_, err := m.provision(m.provisioner, to, p.id)
		// On a busy machine the claim alone may take the whole, short limit.
		var failed *comity.Error
		if err != nil && !errors.As(err, &failed) && !errors.Is(err, context.DeadlineExceeded) {
			m.t.Errorf("provision person %d to target %d: %v", p.id, to.id, err)
		}
	})
}
