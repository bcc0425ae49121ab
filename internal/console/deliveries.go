package console

import (
	"time"

	"comity"
	"comity/internal/outbox"
)

// standing is the state of the delivery of a person or group to a target.
type standing struct {
	Subject    comity.Subject
	State      string
	Identifier string
	// Since is when the pending delivery was enqueued, Due when the next attempt is; zero for none.
	Since, Due, Tried, Success time.Time
	Attempts                   int64
	Answer                     string
	// Known says that the target was sent a message about the subject and holds it.
	Known bool
}

// Tone is the colour of the state.
func (s standing) Tone() string {
	switch s.State {
	case outbox.StateDelivered:
		return "good"
	case outbox.StateFailed:
		return "bad"
	}
	return "quiet"
}

// Failed says that the delivery failed and is not tried again.
func (s standing) Failed() bool { return s.State == outbox.StateFailed }

// Resendable says that the delivery failed, or is pending after a failed attempt.
func (s standing) Resendable() bool {
	return s.Failed() || s.State == outbox.StateWaiting && s.Attempts > 0
}

// Trouble says that the last attempt failed.
func (s standing) Trouble() bool { return s.Attempts > 0 }

// Label is the state as pages show it, in the terms of provisioning instead of those of the API.
func (s standing) Label() string {
	switch s.State {
	case outbox.StateNever:
		return "never sent"
	case outbox.StateDelivered:
		return "delivered"
	case outbox.StateWaiting:
		return "pending"
	}
	return s.State
}

func standingOf(s outbox.Subject) standing {
	return standing{
		Subject: s.Subject, State: s.State, Identifier: s.ProvisionedAs.Identifier, Since: s.Since, Due: s.Due, Tried: s.Tried,
		Success: s.Success, Attempts: s.Attempts, Answer: s.Answer, Known: s.Digest != "",
	}
}

// standing reads the state of the delivery of a subject to a target.
func (v *visit) standing(target int64, subject comity.Subject) (standing, error) {
	s, err := v.Provisioner.SubjectStatus(v.ctx(), target, subject)
	return standingOf(s), err
}

// failed returns up to limit failed deliveries of a target, in the order of their subjects, after a subject.
func (v *visit) failed(target int64, after comity.Subject, limit int) ([]standing, error) {
	all, err := v.Provisioner.Failed(v.ctx(), target, after, limit)
	return standings(all), err
}

// retried returns up to limit pending deliveries of a target whose last attempt failed.
func (v *visit) retried(target int64, limit int) ([]standing, error) {
	all, err := v.Provisioner.Retried(v.ctx(), target, limit)
	return standings(all), err
}

func standings(all []outbox.Subject) []standing {
	list := make([]standing, len(all))
	for i, s := range all {
		list[i] = standingOf(s)
	}
	return list
}

// resend enqueues the failed deliveries of a target again, of one subject or, for nil, of all. It returns how
// many.
func (v *visit) resend(target int64, subject *comity.Subject) (int64, error) {
	return v.Provisioner.Resend(v.ctx(), target, subject)
}

// provision sends a target one subject now; queued says that the delivery is enqueued and follows soon.
func (v *visit) provision(target int64, subject comity.Subject) (queued bool, err error) {
	s, err := v.Registry.Subject(v.ctx(), v.caller, target, resourceOf(subject), subject.Id)
	if err != nil || s.Deliver == nil {
		return false, err
	}
	return v.Provisioner.Provision(v.ctx(), s.Target, *s.Deliver)
}

// provisionAll starts a full sync, or continues one. Unless deletesAny is set, it is refused if it would delete
// more than outbox.MaxDeletes percent of the people whom the target holds.
func (v *visit) provisionAll(target *comity.Record, onlyChanged, anew, deletesAny bool) (outbox.FullSync, error) {
	run := outbox.Run{OnlyChanged: onlyChanged, Anew: anew, MaxDeletes: outbox.MaxDeletes}
	if deletesAny {
		run.MaxDeletes = 100
	}
	return v.Provisioner.ProvisionAll(v.ctx(), target, run)
}

// preview returns what a target would be sent about a subject.
func (v *visit) preview(target int64, subject comity.Subject) (outbox.Preview, error) {
	return v.Provisioner.Preview(v.ctx(), target, subject)
}

// resourceOf is the resource of a subject's record.
func resourceOf(s comity.Subject) *comity.Resource {
	if s.Kind == comity.KindGroup {
		return comity.CoGroup.Resource
	}
	return comity.CoPerson.Resource
}
