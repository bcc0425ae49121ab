package storetest

import (
	"context"

	"comity"
	"comity/internal/store/db"
)

// estate makes a CO with records of every resource and returns all records, the CO first. Every reference
// is set, and some records are referred to more than once.
func (b *bed) estate(t tb) (all []*comity.Record) {
	t.Helper()
	b.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		e := &estate{put: func(rec *comity.Record) error { return add(ctx, tx, rec) }}
		e.build()
		all = e.all
		return e.err
	})
	return all
}

type estate struct {
	put func(*comity.Record) error
	all []*comity.Record
	err error
}

func (e *estate) add(r *comity.Resource, pairs ...any) *comity.Record {
	rec := row(r, pairs...)
	if e.err == nil {
		e.err = e.put(rec)
		e.all = append(e.all, rec)
	}
	return rec
}

func (e *estate) build() {
	co := e.add(comity.Co.Resource)
	root := e.add(comity.Cou.Resource, comity.Cou.CoId, co)
	leaf := e.add(comity.Cou.Resource, comity.Cou.CoId, co, comity.Cou.ParentId, root)
	ada := e.add(comity.CoPerson.Resource, comity.CoPerson.CoId, co)
	bob := e.add(comity.CoPerson.Resource, comity.CoPerson.CoId, co)

	role := comity.CoPersonRole
	roles := []*comity.Record{
		e.add(role.Resource, role.Person, ada, role.SponsorCoPersonId, bob, role.ManagerCoPersonId, bob, role.CouId, leaf),
		e.add(role.Resource, role.Person, bob, role.SponsorCoPersonId, ada, role.ManagerCoPersonId, bob, role.CouId, root),
		e.add(role.Resource, role.Person, ada, role.SponsorCoPersonId, ada, role.ManagerCoPersonId, ada),
	}
	home := e.add(comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co)
	away := e.add(comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co)
	link := comity.CoOrgIdentityLink
	e.add(link.Resource, link.CoPersonId, ada, link.OrgIdentityId, home)
	e.add(link.Resource, link.CoPersonId, bob, link.OrgIdentityId, away)

	group, member := comity.CoGroup, comity.CoGroupMember
	readers := e.add(group.Resource, group.CoId, co)
	ofRoot := e.add(group.Resource, group.CoId, co, group.CouId, root)
	ofLeaf := e.add(group.Resource, group.CoId, co, group.CouId, leaf)
	e.add(member.Resource, member.CoGroupId, readers, member.Person, ada, member.Member, true)
	e.add(member.Resource, member.CoGroupId, ofRoot, member.Person, ada, member.Owner, true)
	e.add(member.Resource, member.CoGroupId, ofRoot, member.Person, bob, member.Member, true)
	e.add(member.Resource, member.CoGroupId, ofLeaf, member.Person, bob, member.Member, true)

	e.provisioning(co, readers)
	e.attributes(ada, bob, home, away, readers, ofRoot, roles)
	e.add(comity.ApiUser.Resource, comity.ApiUser.CoId, co, comity.ApiUser.CoPersonId, ada, comity.ApiUser.ApiKey, "digest")
	e.add(comity.ApiUser.Resource, comity.ApiUser.CoId, co)
}

// provisioning adds two servers, and four targets of which two are sent changes.
func (e *estate) provisioning(co, readers *comity.Record) {
	server, http := comity.Server, comity.HttpServer
	one := e.add(server.Resource, server.CoId, co)
	two := e.add(server.Resource, server.CoId, co)
	e.add(http.Resource, http.ServerId, one, http.Password, "secret")
	e.add(http.Resource, http.ServerId, two)
	target, settings := comity.CoProvisioningTarget, comity.CoApiProvisionerTarget
	for i, mode := range []string{comity.ModeAutomatic, comity.ModeDisabled, comity.ModeQueue, comity.ModeManual} {
		rec := e.add(target.Resource, target.CoId, co, target.Plugin, comity.PluginAPI, target.Status, mode, target.ProvisionCoGroupId, readers)
		if i < 3 {
			e.add(settings.Resource, settings.CoProvisioningTargetId, rec, settings.ServerId, []*comity.Record{one, two, one}[i])
		}
	}
}

// attributes adds records that belong to people, roles, org identities and groups.
func (e *estate) attributes(ada, bob, home, away, readers, ofRoot *comity.Record, roles []*comity.Record) {
	targets := e.all[len(e.all)-7:] // the first of them is the first target
	identifier := comity.Identifier
	for i, owner := range []*comity.Record{ada, bob, home, readers, ofRoot} {
		e.add(identifier.Resource, identifier.Person, owner, identifier.CoProvisioningTargetId, targets[2*(i%2)])
	}
	for _, owner := range []*comity.Record{ada, bob, home, ada} {
		e.add(comity.Name.Resource, comity.Name.Person, owner)
		e.add(comity.EmailAddress.Resource, comity.EmailAddress.Person, owner)
		e.add(comity.Url.Resource, comity.Url.Person, owner)
	}
	for _, owner := range []*comity.Record{roles[0], roles[1], roles[2], away} {
		e.add(comity.Address.Resource, comity.Address.Person, owner)
		e.add(comity.TelephoneNumber.Resource, comity.TelephoneNumber.Person, owner)
		e.add(comity.AdHocAttribute.Resource, comity.AdHocAttribute.Person, owner)
	}
}
