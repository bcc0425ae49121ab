package console

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"net/http"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/provisioning"
)

// health is the status of a target as its page shows it.
type health struct {
	target *comity.Record
	provisioning.Status
	// State is the status in a word, Tone the word's colour, What the status in a sentence.
	State, Tone, What string
	// Run is the last full sync, nil for none.
	Run *run
	// Retried are some deliveries that are tried again, Undelivered the first that failed; All leads to all
	// that failed.
	Retried, Undelivered []deliveryRow
	All                  string
	// Resend and Stop are the paths that their forms are posted to, "" if the reader may not.
	Resend, Stop string
	Here         string
}

// deliveryRow is a delivery that failed or is tried again, as a row of a table.
type deliveryRow struct {
	standing
	Name, To string
	// Resend is the path that its form is posted to, "" if there is nothing to resend or the reader may not.
	Resend string
}

// run is a full sync as a page shows it.
type run struct {
	State        string
	OnlyChanged  bool
	Total, Taken int64
	Began, Ended time.Time
	UnderWay     bool
}

// Percent is the progress, from 0 to 100.
func (r run) Percent() int64 { return min(100, 100*r.Taken/max(r.Total, 1)) }

// troublesShown is how many failed and how many retried deliveries a target's page shows.
const troublesShown = 10

// health reads the status of a target.
func (v *visit) health(target *comity.Record) (l health, err error) {
	l = health{target: target, Here: v.present.RecordPath(target.Resource, target.Id)}
	if l.Status, err = v.Provisioning.Status(v.ctx(), v.caller, target.Id); err != nil {
		return l, err
	}
	if l.HadFullSync {
		l.Run = runOf(l.FullSync)
		if l.Run.UnderWay && v.caller.May(authz.Edit, target.Resource) {
			l.Stop = v.atTarget(target.Id, "stop")
		}
	}
	err = l.addTroubles(v)
	l.judge()
	return l, err
}

// addTroubles adds the deliveries that failed or are tried again.
func (l *health) addTroubles(v *visit) (err error) {
	var retried, failed []provisioning.DeliveryStatus
	if l.Waiting > 0 {
		if retried, err = v.Provisioning.Retried(v.ctx(), v.caller, l.target.Id, troublesShown); err != nil {
			return err
		}
	}
	if l.Failed > 0 {
		if failed, err = v.Provisioning.Failed(v.ctx(), v.caller, l.target.Id, comity.Subject{}, troublesShown); err != nil {
			return err
		}
	}
	all, err := v.deliveriesOf(l.target, append(retried, failed...))
	if err != nil {
		return err
	}
	l.Retried, l.Undelivered = all[:len(retried)], all[len(retried):]
	if l.Failed > troublesShown {
		l.All = v.atTarget(l.target.Id, "failed")
	}
	if l.Failed+int64(len(retried)) > 0 && provisioning.MayProvision(v.caller, l.target) {
		l.Resend = v.atTarget(l.target.Id, "resend")
	}
	return nil
}

// deliveriesOf returns deliveries of a target as rows, with the names of their subjects.
func (v *visit) deliveriesOf(target *comity.Record, all []provisioning.DeliveryStatus) ([]deliveryRow, error) {
	if len(all) == 0 {
		return nil, nil
	}
	ids := map[*comity.Resource][]int64{}
	for _, s := range all {
		r := s.Subject.Resource()
		ids[r] = append(ids[r], s.Subject.Id)
	}
	found, err := v.View.Lookup(v.ctx(), v.caller, ids)
	if err != nil {
		return nil, err
	}
	var list []deliveryRow
	for _, s := range all {
		one := deliveryRow{standing: standingOf(s), To: v.subjectPath(target.Id, s.Subject)}
		one.Name, _ = present.Titles{Found: found, Caller: v.caller}.By(s.Subject.Resource(), s.Subject.Id)
		if one.Resendable() && provisioning.MayProvision(v.caller, target) {
			one.Resend = one.To + "resend"
		}
		list = append(list, one)
	}
	return list, nil
}

func (l *health) judge() {
	switch {
	case provisioning.IsDisabled(l.target):
		l.State, l.Tone, l.What = "Disabled", "bad", "Nothing is sent. Pending deliveries are kept."
	case !l.Breaker.Opened.IsZero():
		l.State, l.Tone, l.What = "Unreachable", "bad", "The endpoint does not answer. Deliveries are retried automatically, and pending ones follow when it answers again."
	case l.Failed > 0:
		l.State, l.Tone, l.What = "Failed", "bad", "Some messages could not be sent or were refused. They are not sent again until you resend them, or the person or group changes."
	case len(l.Retried) > 0:
		l.State, l.Tone, l.What = "Retrying", "bad", "Some messages could not be delivered. They are retried automatically."
	case l.Waiting > 0:
		l.State, l.Tone, l.What = "Pending", "quiet", "Some deliveries are pending."
	case l.LastSuccess.IsZero():
		l.State, l.Tone, l.What = "Nothing sent yet", "quiet", "No message has been delivered yet."
	default:
		l.State, l.Tone, l.What = "Up to date", "good", "All changes have been delivered."
	}
}

func runOf(s provisioning.FullSync) *run {
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

// statusFragment is the part of a target's page that reloads itself every two seconds.
type statusFragment struct {
	// Poll is the path that it is reloaded from, with the digest of what it shows: the answer is 204 while
	// that has not changed.
	Poll string
	HTML template.HTML
}

func (v *visit) healthFragment(l health) (f statusFragment, err error) {
	if f.HTML, err = v.templates.Fragment("detail.html", "health", l); err != nil {
		return f, err
	}
	digest := sha256.Sum256([]byte(f.HTML))
	f.Poll = v.atTarget(l.target.Id, "health") + present.Query([]string{"was", hex.EncodeToString(digest[:8])})
	return f, nil
}

// statusFragment answers with the present status of a target, or 204 if the page shows it already.
func (v *visit) statusFragment() error {
	target, err := v.target(authz.View)
	if err != nil {
		return err
	}
	if v.r.Header.Get("HX-Request") == "" {
		return v.redirect(v.present.RecordPath(target.Resource, target.Id))
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
