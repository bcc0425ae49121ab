package console

import (
	"strconv"

	"comity"
	"comity/internal/access"
)

func homePages() []page {
	return []page{{pattern: "GET {$}", handle: (*visit).chooseCO}}
}

// choosePage lists the COs that the reader can go to.
type choosePage struct {
	COs []coCard
	// More leads to the next page, Add to the form of a new CO; "" where there is none.
	More, Add string
}

// coCard is a CO that the reader can go to.
type coCard struct {
	link
	Note   string
	Status value
}

// chooseCO is the way in.
func (v *visit) chooseCO() error {
	var p choosePage
	switch {
	case v.caller.Platform:
		query := map[string][]string{"limit": {strconv.Itoa(pageSize)}}
		if after := v.r.URL.Query().Get("after"); after != "" {
			query["after"] = []string{after}
		}
		l, err := v.Registry.List(v.ctx(), v.caller, comity.Co.Resource, query)
		if err != nil {
			return err
		}
		for _, co := range l.Records {
			p.COs = append(p.COs, coCard{
				link{co.Text(comity.Co.Name), coPath(co.Id)}, co.Text(comity.Co.Description), v.value(co, comity.Co.Status, titles{}),
			})
		}
		if l.More != 0 {
			p.More = Root + withQuery([]string{"after", strconv.FormatInt(l.More, 10)})
		}
		if v.caller.May(access.Add, comity.Co.Resource) {
			p.Add = v.add(comity.Co.Resource)
		}
	case v.session.OfApiUser():
		if !v.caller.MayAnything() {
			break
		}
		return v.redirect(coPath(v.caller.CoId))
	default:
		for _, m := range v.memberships {
			p.COs = append(p.COs, coCard{link: link{m.CoName, coPath(m.CoId)}})
		}
		if len(p.COs) == 1 {
			return v.redirect(p.COs[0].To)
		}
	}
	return v.show("choose.html", "Choose a CO", p)
}
