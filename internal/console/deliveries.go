package console

import (
	"time"

	"comity"
	"comity/internal/outbox"
)

// standing is how it stands between a target and a person or group.
type standing struct {
	Subject    comity.Subject
	State      string
	Identifier string
	// Since is since when something waits, Due when the next try is.
	Since, Due, Tried, Success time.Time
	Attempts                   int64
	Answer                     string
	// Known says that the target was sent a message and holds it.
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

// Failed says that the message rests after too many refusals; Trouble that the last try failed.
func (s standing) Failed() bool { return s.State == outbox.StateFailed }

// Resendable says that there is something to send again: what failed, and what waits for its next try.
func (s standing) Resendable() bool {
	return s.Failed() || s.State == outbox.StateWaiting && s.Attempts > 0
}

// Trouble says that the last try failed.
func (s standing) Trouble() bool { return s.Attempts > 0 }

func standingOf(s outbox.Subject) standing {
	return standing{
		Subject: s.Subject, State: s.State, Identifier: s.ProvisionedAs.Identifier, Since: s.Since, Due: s.Due, Tried: s.Tried,
		Success: s.Success, Attempts: s.Attempts, Answer: s.Answer, Known: s.Digest != "",
	}
}

// standing is how it stands between a target and a subject.
func (v *visit) standing(target int64, subject comity.Subject) (standing, error) {
	s, err := v.Provisioner.SubjectStatus(v.ctx(), target, subject)
	return standingOf(s), err
}

// failed are up to limit of those of whom a target's messages rest, from the one after a subject on.
func (v *visit) failed(target int64, after comity.Subject, limit int) ([]standing, error) {
	all, err := v.Provisioner.Failed(v.ctx(), target, after, limit)
	return standings(all), err
}

// retried are up to limit of those of whom a target's message failed and is tried again.
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

// resend sends again what rests at a target, of one subject or, for nil, of all.
func (v *visit) resend(target int64, subject *comity.Subject) (int64, error) {
	return v.Provisioner.Resend(v.ctx(), target, subject)
}

// tell tells a target about one subject now; queued says that it will, soon.
func (v *visit) tell(target int64, subject comity.Subject) (queued bool, err error) {
	s, err := v.Registry.Subject(v.ctx(), v.caller, target, resourceOf(subject), subject.Id)
	if err != nil || s.ProvisionedAs == nil {
		return false, err
	}
	return v.Provisioner.Provision(v.ctx(), s.Target, *s.ProvisionedAs)
}

// tellAll tells a target about everybody. Unless it may delete anybody it is refused where it would
// delete many of those whom the target knows.
func (v *visit) provisionAll(target *comity.Record, onlyChanged, anew, deletesAny bool) (outbox.FullSync, error) {
	run := outbox.Run{OnlyChanged: onlyChanged, Anew: anew, MaxDeletes: outbox.MaxDeletes}
	if deletesAny {
		run.MaxDeletes = 100
	}
	return v.Provisioner.ProvisionAll(v.ctx(), target, run)
}

// preview is what a target would be sent about a subject.
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
