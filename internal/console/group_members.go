package console

import (
	"errors"
	"time"

	"comity"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// changeMember makes a member an owner or no owner, makes an owner a member, or removes the membership.
func (v *visit) changeMember() error {
	f := comity.CoGroupMember
	group, err := drawn{comity.CoGroup.Resource}.asked(v)
	if err != nil {
		return err
	}
	row, err := v.View.Record(v.ctx(), v.caller, f.Resource, comity.ParseId(v.r.PathValue("member")))
	if err != nil {
		return err
	}
	if row.Int(f.CoGroupId) != group.Id {
		return comity.Missing(f.UnknownOnView)
	}
	t, err := v.titles([]*comity.Record{row})
	if err != nil {
		return err
	}
	who, _ := t.By(comity.CoPerson.Resource, row.OwnedBy(comity.OwnerCO))
	in := row.Clone()
	var done string
	switch v.r.PostFormValue("do") {
	case "owner":
		in.SetBool(f.Owner, true)
		done = who + " is an owner now."
	case "no owner":
		in.SetBool(f.Owner, false)
		done = who + " is no owner any more."
	case "member":
		in.SetBool(f.Member, true)
		done = who + " is a member now."
	case "remove":
		in = nil
		done = who + " is taken out of the group."
	default:
		return comity.BadRequest("There is nothing to do")
	}
	if in == nil {
		err = v.Registry.Delete(v.ctx(), v.caller, f.Resource, row.Id)
	} else {
		err = v.Registry.Edit(v.ctx(), v.caller, f.Resource, row.Id, comity.Input{Record: in})
	}
	if err != nil {
		return err
	}
	v.say(done)
	return v.redirect(v.present.RecordPath(group.Resource, group.Id))
}

// pastPage is who was in a group at a time.
type pastPage struct {
	Date, Zone, Error, Back string
	// At is the time that is shown, zero for none.
	At   time.Time
	Rows []memberRow
	pager
}

// membersAt shows who was in a group at a time, or at the end of a day, and whose membership did not
// count then.
func (v *visit) membersAt() error {
	group, err := drawn{comity.CoGroup.Resource}.asked(v)
	if err != nil {
		return err
	}
	asked := v.r.URL.Query()
	p := pastPage{Date: asked.Get("date"), Zone: v.zone().String(), Back: v.present.RecordPath(group.Resource, group.Id)}
	p.At, p.Error = v.askedMoment("date", true)
	name := group.Text(comity.CoGroup.Name)
	show := func() error {
		return v.show("members_at.html", "Who was in "+name, p, v.present.Crumbs(group, name, present.Link{Text: "On a date"})...)
	}
	if p.Error != "" {
		p.Error = "That is no date. " + p.Error
	}
	if p.At.IsZero() {
		return show()
	}
	query := view.ListQuery{Resource: comity.CoGroupMember.Resource, At: p.At, After: comity.ParseId(asked.Get("after")), Limit: pageSize}
	then, err := v.View.MembershipsAt(v.ctx(), v.caller, query.Of(group.Resource, group.Id))
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.NotFound {
		return show()
	}
	if err != nil {
		return err
	}
	t, err := v.titles(then.Records)
	if err != nil {
		return err
	}
	f := comity.CoGroupMember
	for _, rec := range then.Records {
		row := memberRow{
			Name: v.present.Link(comity.CoPerson.Resource, rec.OwnedBy(comity.OwnerCO), t), Member: rec.Bool(f.Member), Owner: rec.Bool(f.Owner), State: memberState(rec, then.Group, p.At),
			From: v.present.Value(rec, f.ValidFrom, t), Until: v.present.Value(rec, f.ValidThrough, t),
		}
		p.Rows = append(p.Rows, row)
	}
	p.pager = pagerOf(asked, afterId(then.More))
	return show()
}
