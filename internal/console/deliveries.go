package console

import (
	"time"

	"comity"
	"comity/internal/provisioning"
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
	case provisioning.StateDelivered:
		return "good"
	case provisioning.StateFailed:
		return "bad"
	}
	return "quiet"
}

// Failed says that the delivery failed and is not tried again.
func (s standing) Failed() bool { return s.State == provisioning.StateFailed }

// Resendable says that the delivery failed, or is pending after a failed attempt.
func (s standing) Resendable() bool {
	return s.Failed() || s.State == provisioning.StateWaiting && s.Attempts > 0
}

// Trouble says that the last attempt failed.
func (s standing) Trouble() bool { return s.Attempts > 0 }

// Label is the state as pages show it, in the terms of provisioning instead of those of the API.
func (s standing) Label() string {
	switch s.State {
	case provisioning.StateNever:
		return "never sent"
	case provisioning.StateDelivered:
		return "delivered"
	case provisioning.StateWaiting:
		return "pending"
	}
	return s.State
}

func standingOf(s provisioning.DeliveryStatus) standing {
	return standing{
		Subject: s.Subject, State: s.State, Identifier: s.ProvisionedAs.Identifier, Since: s.Since, Due: s.Due, Tried: s.Attempted,
		Success: s.Delivered, Attempts: s.Attempts, Answer: s.Answer, Known: s.Digest != "",
	}
}
