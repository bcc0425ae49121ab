package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// serial makes texts unique.
var serial atomic.Int64

func unique(prefix string) string { return fmt.Sprintf("%s %d", prefix, serial.Add(1)) }

// row makes a record from pairs of a field and its value. Other required fields get a usual value, except
// references, which must be among the pairs.
func row(r *comity.Resource, pairs ...any) *comity.Record {
	rec := comity.NewRecord(r)
	for i := 0; i < len(pairs); i += 2 {
		set(rec, pairs[i].(*comity.Field), pairs[i+1])
	}
	for _, f := range r.Fields {
		if rec.Get(f).IsAbsent() {
			rec.Set(f, usual(f))
		}
	}
	return rec
}

func set(rec *comity.Record, f *comity.Field, v any) {
	switch v := v.(type) {
	case string:
		rec.SetText(f, v)
	case int:
		rec.SetInt(f, int64(v))
	case int64:
		rec.SetInt(f, v)
	case bool:
		rec.SetBool(f, v)
	case time.Time:
		rec.Set(f, comity.TimeCell(v))
	case comity.Cell:
		rec.Set(f, v)
	case *comity.Record:
		rec.Set(f, naming(f, v))
	default:
		panic(fmt.Sprintf("%s: a %T", f.Name, v))
	}
}

// naming returns the cell of a field that refers to a record.
func naming(f *comity.Field, of *comity.Record) comity.Cell {
	for _, o := range f.Owners {
		if o.Target == of.Resource.Singular {
			return comity.OwnerCell(o.Word, of.Id)
		}
	}
	return comity.IntCell(of.Id)
}

// usual returns the value of a required field that a test does not set.
func usual(f *comity.Field) comity.Cell {
	if !f.Default.IsAbsent() || !f.Required {
		return f.Default
	}
	switch f.Kind {
	case comity.Text, comity.Secret:
		return comity.TextCell(unique(f.Column))
	case comity.Code:
		if slices.ContainsFunc(f.Words, func(w comity.Word) bool { return w.Word == comity.Active }) {
			return comity.TextCell(comity.Active)
		}
		return comity.TextCell(f.Words[0].Word)
	case comity.Integer, comity.Time:
		return comity.IntCell(1)
	case comity.Boolean:
		return comity.BoolCell(false)
	case comity.Date:
		return comity.TextCell("1906-12-09")
	case comity.Reference, comity.Owner:
	}
	return comity.Cell{}
}

// insert stores a record made by row, and returns it as stored.
func (fx *fixture) insert(t tb, r *comity.Resource, pairs ...any) *comity.Record {
	t.Helper()
	return fx.add(t, row(r, pairs...))[0]
}

// add stores records in one transaction and returns them as stored.
func (fx *fixture) add(t tb, records ...*comity.Record) []*comity.Record {
	t.Helper()
	var stored []*comity.Record
	fx.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		stored, err = addAll(ctx, tx, records)
		return err
	})
	return stored
}

// addAll stores copies of records, so that its closure may be run again.
func addAll(ctx context.Context, tx *db.Tx, records []*comity.Record) ([]*comity.Record, error) {
	stored := make([]*comity.Record, len(records))
	for i, rec := range records {
		stored[i] = rec.Clone()
		if err := add(ctx, tx, stored[i]); err != nil {
			return nil, fmt.Errorf("add a %s: %w", rec.Resource.Singular, err)
		}
	}
	return stored, nil
}

// add stores a record as the registry does: it enters the record that it belongs to and reserves its id first.
func add(ctx context.Context, tx *db.Tx, rec *comity.Record) error {
	if err := store.Reserve(ctx, tx, rec.Resource); err != nil {
		return err
	}
	where, err := enter(ctx, tx, rec)
	if err != nil {
		return err
	}
	return store.Insert(ctx, tx, rec, actor, where)
}

func enter(ctx context.Context, tx *db.Tx, rec *comity.Record) (where db.Place, err error) {
	anchor := rec.Anchor()
	switch {
	case anchor == nil:
		_, err = store.EnterCO(ctx, tx, 0, true)
		return db.Place{}, err
	case anchor == rec.Resource.CoId():
		rec.CoId = rec.Int(anchor)
		_, err = store.EnterCO(ctx, tx, rec.CoId, false)
		return db.Place{CoId: rec.CoId}, err
	}
	target := anchor.Refers()
	if anchor.Kind == comity.Owner {
		o, _ := anchor.Owner(rec.Text(anchor))
		target = comity.ByName(o.Target)
	}
	where, err = store.Enter(ctx, tx, target, rec.Int(anchor), false)
	rec.CoId = where.CoId
	return where, err
}

// edit stores a record's next revision with other values, and returns it as stored.
func (fx *fixture) edit(t tb, r *comity.Resource, id int64, pairs ...any) (rec *comity.Record) {
	t.Helper()
	fx.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		rec, err = edit(ctx, tx, r, id, pairs...)
		return err
	})
	return rec
}

func edit(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64, pairs ...any) (*comity.Record, error) {
	where, err := store.Enter(ctx, tx, r, id, false)
	if err != nil {
		return nil, err
	}
	rec, err := store.GetForUpdate(ctx, tx, r, id)
	if err != nil {
		return nil, err
	}
	was := rec.Clone()
	for i := 0; i < len(pairs); i += 2 {
		set(rec, pairs[i].(*comity.Field), pairs[i+1])
	}
	return rec, store.Update(ctx, tx, was, rec, actor, where)
}

// remove deletes a record.
func (fx *fixture) remove(t tb, r *comity.Resource, id int64) time.Time {
	t.Helper()
	return fx.write(t, func(ctx context.Context, tx *db.Tx) error { return remove(ctx, tx, r, id) })
}

// remove deletes a record.
func remove(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64) error {
	if _, err := store.Enter(ctx, tx, r, id, false); err != nil {
		return err
	}
	rec, err := store.GetForUpdate(ctx, tx, r, id)
	if err != nil {
		return err
	}
	return store.Delete(ctx, tx, rec, actor)
}

// co adds a CO and returns its id.
func (fx *fixture) co(t tb) int64 {
	t.Helper()
	return fx.insert(t, comity.Co.Resource).Id
}

// person adds a person and returns the record.
func (fx *fixture) person(t tb, co int64, pairs ...any) *comity.Record {
	t.Helper()
	return fx.insert(t, comity.CoPerson.Resource, append([]any{comity.CoPerson.CoId, co}, pairs...)...)
}

// complete sets the required references of a record that are not set, and with all the optional ones too, to
// new records.
func (fx *fixture) complete(t tb, co int64, rec *comity.Record, all bool) {
	t.Helper()
	for _, f := range rec.Resource.Fields {
		if rec.Has(f) || !f.Required && !all {
			continue
		}
		switch {
		case f == rec.Resource.CoId():
			rec.SetInt(f, co)
		case f.Kind == comity.Reference:
			rec.SetInt(f, fx.parent(t, co, f.Refers()))
		case f.Kind == comity.Owner:
			rec.SetOwner(f, f.Owners[0], fx.parent(t, co, comity.ByName(f.Owners[0].Target)))
		}
	}
}

// parent adds a record of a resource that others can refer to, with the records that it needs itself.
func (fx *fixture) parent(t tb, co int64, r *comity.Resource) int64 {
	t.Helper()
	rec := row(r)
	fx.complete(t, co, rec, false)
	return fx.add(t, rec)[0].Id
}

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
