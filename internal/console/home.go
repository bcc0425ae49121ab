package console

import (
	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

func homePages() []page {
	return []page{{pattern: "GET {$}", handle: (*visit).chooseCO}}
}

// choosePage lists the COs that the reader can go to.
type choosePage struct {
	head
	COs []coCard
	pager
}

// coCard is a CO that the reader can go to.
type coCard struct {
	present.Link
	Note   string
	Status present.Value
}

// chooseCO is the way in.
func (v *visit) chooseCO() error {
	var p choosePage
	switch {
	case v.caller.Platform:
		asked := v.r.URL.Query()
		l, err := v.View.List(v.ctx(), v.caller, view.ListQuery{
			Resource: comity.Co.Resource, Limit: pageSize, After: comity.ParseId(asked.Get("after")),
		})
		if err != nil {
			return err
		}
		for _, co := range l.Records {
			p.COs = append(p.COs, coCard{
				present.Link{Text: co.Text(comity.Co.Name), To: present.COPath(co.Id)}, co.Text(comity.Co.Description), v.present.Value(co, comity.Co.Status, present.Titles{}),
			})
		}
		p.pager = pagerOf(asked, afterId(l.More))
		if v.caller.May(authz.Add, comity.Co.Resource) {
			p.Add, p.AddText = v.present.AddPath(comity.Co.Resource), "Add a CO"
		}
	case v.session.OfApiUser():
		if !v.caller.MayAnything() {
			break
		}
		return v.redirect(present.COPath(v.caller.CoId))
	default:
		for _, m := range v.memberships {
			p.COs = append(p.COs, coCard{Link: present.Link{Text: m.CoName, To: present.COPath(m.CoId)}})
		}
		if len(p.COs) == 1 {
			return v.redirect(p.COs[0].To)
		}
	}
	return v.show("choose.html", "Choose a CO", p)
}
