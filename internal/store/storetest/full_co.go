package storetest

import (
	"context"

	"comity"
	"comity/internal/store/db"
)

// fullCO adds a CO with records of every resource and returns all records, the CO first. Every reference
// is set, and some records are referred to more than once.
func (fx *fixture) fullCO(t tb) (all []*comity.Record) {
	t.Helper()
	fx.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		b := &coBuilder{put: func(rec *comity.Record) error { return add(ctx, tx, rec) }}
		b.build()
		all = b.all
		return b.err
	})
	return all
}

// coBuilder adds the records of fullCO with put, until the first error.
type coBuilder struct {
	put func(*comity.Record) error
	all []*comity.Record
	err error
}

func (b *coBuilder) add(r *comity.Resource, pairs ...any) *comity.Record {
	rec := row(r, pairs...)
	if b.err == nil {
		b.err = b.put(rec)
		b.all = append(b.all, rec)
	}
	return rec
}

func (b *coBuilder) build() {
	co := b.add(comity.Co.Resource)
	root := b.add(comity.Cou.Resource, comity.Cou.CoId, co)
	leaf := b.add(comity.Cou.Resource, comity.Cou.CoId, co, comity.Cou.ParentId, root)
	ada := b.add(comity.CoPerson.Resource, comity.CoPerson.CoId, co)
	bob := b.add(comity.CoPerson.Resource, comity.CoPerson.CoId, co)

	role := comity.CoPersonRole
	roles := []*comity.Record{
		b.add(role.Resource, role.Person, ada, role.SponsorCoPersonId, bob, role.ManagerCoPersonId, bob, role.CouId, leaf),
		b.add(role.Resource, role.Person, bob, role.SponsorCoPersonId, ada, role.ManagerCoPersonId, bob, role.CouId, root),
		b.add(role.Resource, role.Person, ada, role.SponsorCoPersonId, ada, role.ManagerCoPersonId, ada),
	}
	home := b.add(comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co)
	away := b.add(comity.OrgIdentity.Resource, comity.OrgIdentity.CoId, co)
	link := comity.CoOrgIdentityLink
	b.add(link.Resource, link.CoPersonId, ada, link.OrgIdentityId, home)
	b.add(link.Resource, link.CoPersonId, bob, link.OrgIdentityId, away)

	group, member := comity.CoGroup, comity.CoGroupMember
	readers := b.add(group.Resource, group.CoId, co)
	ofRoot := b.add(group.Resource, group.CoId, co, group.CouId, root)
	ofLeaf := b.add(group.Resource, group.CoId, co, group.CouId, leaf)
	b.add(member.Resource, member.CoGroupId, readers, member.Person, ada, member.Member, true)
	b.add(member.Resource, member.CoGroupId, ofRoot, member.Person, ada, member.Owner, true)
	b.add(member.Resource, member.CoGroupId, ofRoot, member.Person, bob, member.Member, true)
	b.add(member.Resource, member.CoGroupId, ofLeaf, member.Person, bob, member.Member, true)

	b.provisioning(co, readers)
	b.attributes(ada, bob, home, away, readers, ofRoot, roles)
	b.add(comity.ApiUser.Resource, comity.ApiUser.CoId, co, comity.ApiUser.CoPersonId, ada, comity.ApiUser.ApiKey, "digest")
	b.add(comity.ApiUser.Resource, comity.ApiUser.CoId, co)
}

// provisioning adds two servers, and four targets of which two are sent changes.
func (b *coBuilder) provisioning(co, readers *comity.Record) {
	server, http := comity.Server, comity.HttpServer
	one := b.add(server.Resource, server.CoId, co)
	two := b.add(server.Resource, server.CoId, co)
	b.add(http.Resource, http.ServerId, one, http.Password, "secret")
	b.add(http.Resource, http.ServerId, two)
	target, settings := comity.CoProvisioningTarget, comity.CoApiProvisionerTarget
	for i, mode := range []string{comity.ModeAutomatic, comity.ModeDisabled, comity.ModeQueue, comity.ModeManual} {
		rec := b.add(target.Resource, target.CoId, co, target.Plugin, comity.PluginAPI, target.Status, mode, target.ProvisionCoGroupId, readers)
		if i < 3 {
			b.add(settings.Resource, settings.CoProvisioningTargetId, rec, settings.ServerId, []*comity.Record{one, two, one}[i])
		}
	}
}

// attributes adds records that belong to people, roles, org identities and groups.
func (b *coBuilder) attributes(ada, bob, home, away, readers, ofRoot *comity.Record, roles []*comity.Record) {
	targets := b.all[len(b.all)-7:] // the first of them is the first target
	identifier := comity.Identifier
	for i, owner := range []*comity.Record{ada, bob, home, readers, ofRoot} {
		b.add(identifier.Resource, identifier.Person, owner, identifier.CoProvisioningTargetId, targets[2*(i%2)])
	}
	for _, owner := range []*comity.Record{ada, bob, home, ada} {
		b.add(comity.Name.Resource, comity.Name.Person, owner)
		b.add(comity.EmailAddress.Resource, comity.EmailAddress.Person, owner)
		b.add(comity.Url.Resource, comity.Url.Person, owner)
	}
	for _, owner := range []*comity.Record{roles[0], roles[1], roles[2], away} {
		b.add(comity.Address.Resource, comity.Address.Person, owner)
		b.add(comity.TelephoneNumber.Resource, comity.TelephoneNumber.Person, owner)
		b.add(comity.AdHocAttribute.Resource, comity.AdHocAttribute.Person, owner)
	}
}
