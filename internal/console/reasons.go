package console

import (
	"time"

	"comity"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// reason is why somebody is in a group, in words with a link among them.
type reason struct {
	Before, After string
	Link          present.Link
	// Since is when it was given, the zero time where that is not known.
	Since time.Time
}

// reason says why a membership is.
func (v *visit) reason(why view.MembershipReason) reason {
	switch why.Kind {
	case view.ReasonGiven:
		return reason{Before: "added by " + why.Actor, Since: why.Since}
	case view.ReasonEverybody:
		return reason{Before: "in because everybody in the CO is"}
	case view.ReasonActive:
		return reason{Before: "in because the person is " + comity.CoPerson.Status.WordLabel(why.Status)}
	case view.ReasonRole, view.ReasonActiveRole:
		r := reason{Before: "in because of a role in", Link: present.Link{Text: "its unit"}}
		if len(why.Roles) > 0 {
			r.Before, r.After = "in because the role in", "is "+comity.CoPersonRole.Status.WordLabel(why.Roles[0].Text(comity.CoPersonRole.Status))
		}
		if why.Unit != nil {
			r.Link = present.Link{Text: why.Unit.Text(comity.Cou.Name), To: v.present.RecordPath(comity.Cou.Resource, why.Unit.Id)}
		}
		return r
	case view.ReasonNested:
		if why.Group == nil {
			return reason{Before: "in through a group that is nested"}
		}
		return reason{Before: "in through the group", Link: present.Link{Text: why.Group.Text(comity.CoGroup.Name), To: v.present.RecordPath(comity.CoGroup.Resource, why.Group.Id)}}
	}
	return reason{}
}
