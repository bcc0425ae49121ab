package console

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"comity"
	"comity/internal/access"
	"comity/internal/outbox"
)

// health is how a target does.
type health struct {
	target *comity.Record
	outbox.Status
	// State says it in a word, in a colour, and What in a sentence.
	State, Tone, What string
	// Run is the last that told it about everybody, nil where there was none.
	Run *run
	// Retried are some of those of whom a message failed and is tried again, Rested the first of those
	// of whom it is not; All leads to all of these.
	Retried, Rested []deliveryRow
	All             string
	// Resend and Stop are where their forms are sent, "" where the reader may not.
	Resend, Stop string
	Here         string
}

// telling is a person or group that a target could not be told about.
type deliveryRow struct {
	standing
	Name, To string
	// Resend is where the form is sent that sends it again, "" where it is by itself or the reader may not.
	Resend string
}

// run is one that tells a target about everybody.
type run struct {
	State        string
	OnlyChanged  bool
	Total, Taken int64
	Began, Ended time.Time
	UnderWay     bool
}

// Percent is how far it is.
func (r run) Percent() int64 { return min(100, 100*r.Taken/max(r.Total, 1)) }

// troublesShown is how many of those that failed or are tried again a target's page shows.
const troublesShown = 10

// health finds how a target does.
func (v *visit) health(target *comity.Record) (l health, err error) {
	l = health{target: target, Here: v.record(target.Resource, target.Id)}
	if l.Status, err = v.Provisioner.Status(v.ctx(), target.Id); err != nil {
		return l, err
	}
	if l.Swept {
		l.Run = runOf(l.FullSync)
		if l.Run.UnderWay && v.caller.May(access.Edit, target.Resource) {
			l.Stop = v.atTarget(target.Id, "stop")
		}
	}
	err = l.addTroubles(v)
	l.judge()
	return l, err
}

// addTroubles adds those whom the target could not be told about.
func (l *health) addTroubles(v *visit) (err error) {
	var retried, rested []standing
	if l.Waiting > 0 {
		if retried, err = v.retried(l.target.Id, troublesShown); err != nil {
			return err
		}
	}
	if l.Failed > 0 {
		if rested, err = v.failed(l.target.Id, comity.Subject{}, troublesShown); err != nil {
			return err
		}
	}
	all, err := v.deliveriesOf(l.target, append(retried, rested...))
	if err != nil {
		return err
	}
	l.Retried, l.Rested = all[:len(retried)], all[len(retried):]
	if l.Failed > troublesShown {
		l.All = v.atTarget(l.target.Id, "failed")
	}
	if l.Failed+int64(len(retried)) > 0 && v.mayProvision(l.target) {
		l.Resend = v.atTarget(l.target.Id, "resend")
	}
	return nil
}

// tellings names those whom a target could not be told about.
func (v *visit) deliveriesOf(target *comity.Record, all []standing) ([]deliveryRow, error) {
	if len(all) == 0 {
		return nil, nil
	}
	ids := map[*comity.Resource][]int64{}
	for _, s := range all {
		r := resourceOf(s.Subject)
		ids[r] = append(ids[r], s.Subject.Id)
	}
	found, err := v.Registry.Lookup(v.ctx(), v.caller, ids)
	if err != nil {
		return nil, err
	}
	var list []deliveryRow
	for _, s := range all {
		one := deliveryRow{standing: s, To: v.subjectPath(target.Id, s.Subject)}
		one.Name, _ = titles{found, v.caller}.by(resourceOf(s.Subject), s.Subject.Id)
		if s.Resendable() && v.mayProvision(target) {
			one.Resend = one.To + "resend"
		}
		list = append(list, one)
	}
	return list, nil
}

func (l *health) judge() {
	switch {
	case isDisabled(l.target):
		l.State, l.Tone, l.What = "Disabled", "bad", "Nothing is sent. What waits stays."
	case !l.Breaker.Opened.IsZero():
		l.State, l.Tone, l.What = "Away", "bad", "The endpoint seems to be away. It is tried again by itself, and all that waits follows once it is back."
	case l.Failed > 0:
		l.State, l.Tone, l.What = "Failed", "bad", "Some messages could not be sent or were refused. They rest until they are sent again, or the person changes."
	case len(l.Retried) > 0:
		l.State, l.Tone, l.What = "Trouble", "bad", "Some messages were not taken. They are tried again by themselves."
	case l.Waiting > 0:
		l.State, l.Tone, l.What = "On its way", "quiet", "Messages are on their way."
	case l.LastSuccess.IsZero():
		l.State, l.Tone, l.What = "Nothing sent yet", "quiet", "No message was taken yet."
	default:
		l.State, l.Tone, l.What = "Up to date", "good", "It was told of all that changed."
	}
}

func runOf(s outbox.FullSync) *run {
	r := &run{
		State: "done", OnlyChanged: s.OnlyChanged, Total: s.Total, Taken: s.Taken, Began: s.Began, Ended: s.Ended,
		UnderWay: s.Ended.IsZero(),
	}
	switch {
	case s.Stopped:
		r.State = "stopped"
	case r.UnderWay:
		r.State = "under way"
	}
	return r
}

// laneFragment is the part of a target's page that asks for itself again and again.
type statusFragment struct {
	// Poll is where it asks, with the digest of what it shows: nothing comes back while that is so.
	Poll string
	HTML template.HTML
}

func (v *visit) healthFragment(l health) (f statusFragment, err error) {
	var b bytes.Buffer
	if err := v.templates["detail.html"].ExecuteTemplate(&b, "health", l); err != nil {
		return f, fmt.Errorf("write the health of target %d: %w", l.target.Id, err)
	}
	digest := sha256.Sum256(b.Bytes())
	f.Poll = v.atTarget(l.target.Id, "health") + withQuery([]string{"was", hex.EncodeToString(digest[:8])})
	f.HTML = template.HTML(b.String()) //nolint:gosec // a template wrote it, and escaped what it was given
	return f, nil
}

// laneFragment answers how a target does now, and nothing where that is as the page shows it.
func (v *visit) statusFragment() error {
	target, err := v.target(access.View)
	if err != nil {
		return err
	}
	if v.r.Header.Get("HX-Request") == "" {
		return v.redirect(v.record(target.Resource, target.Id))
	}
	l, err := v.health(target)
	if err != nil {
		return err
	}
	f, err := v.healthFragment(l)
	if err != nil {
		return err
	}
	if f.Poll == v.here() {
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return v.write(http.StatusOK, "detail.html", "health_live", f)
}
