package console

import (
	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/provisioning"
)

// targetOfPerson is the state of the delivery of a person to one target.
type targetOfPerson struct {
	standing
	Name, To string
	// Message leads to what the target would be sent. Resend is the path that its form is posted to, "" if there
	// is nothing to resend or the reader may not.
	Message, Resend string
}

// mostTargets is how many targets a person's page shows.
const mostTargets = 20

// targetsOfPerson returns the CO's targets with the delivery of a person to each; none if the reader may not
// see targets. The template "person_targets" shows them.
func (v *visit) targetsOfPerson(person int64) ([]targetOfPerson, error) {
	targets, err := v.targetsToShow(mostTargets)
	if err != nil || len(targets) == 0 {
		return nil, err
	}
	subject := comity.PersonSubject(person)
	deliveries, err := v.Provisioning.SubjectStatuses(v.ctx(), v.caller, targets, subject)
	if err != nil {
		return nil, err
	}
	var all []targetOfPerson
	for i, target := range targets {
		one := targetOfPerson{
			standing: standingOf(deliveries[i]), Name: present.Titles{}.Of(target), To: v.present.RecordPath(target.Resource, target.Id), Message: v.subjectPath(target.Id, subject),
		}
		if one.Resendable() && provisioning.MayProvision(v.caller, target) {
			one.Resend = one.Message + "resend"
		}
		all = append(all, one)
	}
	return all, nil
}

// targetsToShow returns the first targets of the CO, none if the reader may not see targets.
func (v *visit) targetsToShow(most int) ([]*comity.Record, error) {
	r := comity.CoProvisioningTarget.Resource
	if !v.caller.May(authz.View, r) {
		return nil, nil
	}
	l, err := v.View.List(v.ctx(), v.caller, v.listOf(r, most))
	if err != nil {
		return nil, err
	}
	return l.Records, nil
}
