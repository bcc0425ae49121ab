package console

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/provisioning"
)

// targetHealth is the status of a target as its page shows it.
type targetHealth struct {
	target *comity.Record
	provisioning.Status
	// State is the status in a word, Tone the word's colour, What the status in a sentence.
	State, Tone, What string
	// Run is the last full sync, nil for none.
	LastSync *fullSync
	// Retried are some deliveries that are tried again, Undelivered the first that failed; All leads to all
	// that failed.
	Retried, Undelivered []deliveryRow
	All                  string
	// Resend and Stop are the paths that their forms are posted to, "" if the caller may not.
	Resend, Stop string
	Here         string
}

// deliveryRow is a delivery that failed or is retried, as a row of a table.
type deliveryRow struct {
	delivery
	Name, To string
	// Resend is the path that its form is posted to, "" if there is nothing to resend or the caller may not.
	Resend string
}

// fullSync is a full sync as a page shows it.
type fullSync struct {
	State        string
	OnlyChanged  bool
	Total, Taken int64
	Began, Ended time.Time
	UnderWay     bool
}

// Percent returns the progress, from 0 to 100.
func (r fullSync) Percent() int64 { return min(100, 100*r.Taken/max(r.Total, 1)) }

// maxDeliveries is how many failed and how many retried deliveries a target's page shows.
const maxDeliveries = 10

// readHealth reads the status of a target.
func readHealth(q *request, target *comity.Record) (l targetHealth, err error) {
	l = targetHealth{target: target, Here: q.present.RecordPath(target.Resource, target.Id)}
	if l.Status, err = q.Provisioning.Summary(q.ctx(), q.caller, target.Id); err != nil {
		return l, err
	}
	if l.HadFullSync {
		l.LastSync = newFullSync(l.FullSync)
		if l.LastSync.UnderWay && q.caller.May(authz.Edit, target.Resource) {
			l.Stop = targetPath(q, target.Id, "stop")
		}
	}
	err = l.addDeliveries(q)
	l.describe()
	return l, err
}

// addDeliveries adds the deliveries that failed or are retried.
func (l *targetHealth) addDeliveries(q *request) (err error) {
	var retried, failed []provisioning.DeliveryStatus
	if l.Waiting > 0 {
		if retried, err = q.Provisioning.Retried(q.ctx(), q.caller, l.target.Id, maxDeliveries); err != nil {
			return err
		}
	}
	if l.Failed > 0 {
		if failed, err = q.Provisioning.Failed(q.ctx(), q.caller, l.target.Id, comity.Subject{}, maxDeliveries); err != nil {
			return err
		}
	}
	all, err := deliveryRows(q, l.target, append(retried, failed...))
	if err != nil {
		return err
	}
	l.Retried, l.Undelivered = all[:len(retried)], all[len(retried):]
	if l.Failed > maxDeliveries {
		l.All = targetPath(q, l.target.Id, "failed")
	}
	if l.Failed+int64(len(retried)) > 0 && provisioning.MayProvision(q.caller, l.target) {
		l.Resend = targetPath(q, l.target.Id, "resend")
	}
	return nil
}

// deliveryRows returns deliveries of a target as rows, with the names of their subjects.
func deliveryRows(q *request, target *comity.Record, all []provisioning.DeliveryStatus) ([]deliveryRow, error) {
	if len(all) == 0 {
		return nil, nil
	}
	ids := map[*comity.Resource][]int64{}
	for _, s := range all {
		r := s.Subject.Resource()
		ids[r] = append(ids[r], s.Subject.Id)
	}
	found, err := q.View.Lookup(q.ctx(), q.caller, ids)
	if err != nil {
		return nil, err
	}
	var list []deliveryRow
	for _, s := range all {
		one := deliveryRow{delivery: newDelivery(s), To: subjectPath(q, target.Id, s.Subject)}
		one.Name, _ = present.Titles{Found: found, Caller: q.caller}.By(s.Subject.Resource(), s.Subject.Id)
		if one.Resendable() && provisioning.MayProvision(q.caller, target) {
			one.Resend = one.To + "resend"
		}
		list = append(list, one)
	}
	return list, nil
}

// describe sets the state of the target and the sentence about it.
func (l *targetHealth) describe() {
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

func newFullSync(s provisioning.FullSync) *fullSync {
	r := &fullSync{
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

// liveFragment is the part of a target's page that reloads itself every two seconds.
type liveFragment struct {
	// Poll is the path that it is reloaded from, with the digest of what it shows: the answer is 204 while
	// that has not changed.
	Poll string
	HTML template.HTML
}

func healthFragment(q *request, l targetHealth) (f liveFragment, err error) {
	if f.HTML, err = q.templates.Fragment("detail.html", "health", l); err != nil {
		return f, err
	}
	digest := sha256.Sum256([]byte(f.HTML))
	f.Poll = targetPath(q, l.target.Id, "health") + present.Query([]string{"was", hex.EncodeToString(digest[:8])})
	return f, nil
}

// reloadHealth answers with the present status of a target, or 204 if the page shows it already.
func reloadHealth(q *request) error {
	target, err := requestedTarget(q, authz.View)
	if err != nil {
		return err
	}
	if q.r.Header.Get("HX-Request") == "" {
		return q.redirect(q.present.RecordPath(target.Resource, target.Id))
	}
	l, err := readHealth(q, target)
	if err != nil {
		return err
	}
	f, err := healthFragment(q, l)
	if err != nil {
		return err
	}
	if f.Poll == q.currentPath() {
		q.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return q.write(http.StatusOK, "detail.html", "health_live", f)
}

// listFailed lists the failed deliveries of a target.
func listFailed(q *request) error {
	target, err := requestedTarget(q, authz.View)
	if err != nil {
		return err
	}
	after := subjectAfter(q)
	all, err := q.Provisioning.Failed(q.ctx(), q.caller, target.Id, after, pageSize+1)
	if err != nil {
		return err
	}
	p := listPage{listing: listing{Many: "messages that failed"}, Columns: []string{"Answer", "Attempts", "Last attempt"}}
	if len(all) > pageSize {
		all = all[:pageSize]
		p.More = present.Link{Text: "Next page", To: present.Query([]string{"after", strconv.FormatInt(all[pageSize-1].Subject.Id, 10), "kind", strconv.Itoa(int(all[pageSize-1].Subject.Kind))})}
	}
	if after.Id != 0 {
		p.First = present.Link{Text: "First page", To: q.r.URL.Path}
	}
	rows, err := deliveryRows(q, target, all)
	if err != nil {
		return err
	}
	for _, one := range rows {
		p.Rows = append(p.Rows, present.Row{Title: one.Name, To: one.To, Values: []present.Value{
			{Text: one.Answer, Long: true}, {Text: strconv.FormatInt(one.Attempts, 10)}, {Time: one.Tried},
		}})
	}
	p.Of = present.Link{Text: present.Titles{}.Of(target), To: q.present.RecordPath(target.Resource, target.Id)}
	return q.show("list.html", "Failed messages", p, targetCrumbs(q, target, present.Link{Text: "Failed"})...)
}

// subjectAfter returns the subject that the requested page of the list begins after.
func subjectAfter(q *request) comity.Subject {
	asked := q.r.URL.Query()
	s := comity.PersonSubject(comity.ParseId(asked.Get("after")))
	if asked.Get("kind") == strconv.Itoa(int(comity.KindGroup)) {
		s.Kind = comity.KindGroup
	}
	return s
}

// resendAll enqueues all failed deliveries of a target again.
func resendAll(q *request) error {
	target, err := requestedTarget(q, authz.Edit)
	if err != nil {
		return err
	}
	count, err := q.Provisioning.Resend(q.ctx(), q.caller, target.Id, nil)
	if err != nil {
		return err
	}
	q.notify(fmt.Sprintf("%d messages are sent again.", count))
	return q.redirect(q.present.RecordPath(target.Resource, target.Id))
}

// onlyChanged is the form's value for a full sync that skips unchanged messages.
const onlyChanged = "changed"

// manyDeletes is the confirmation of a full sync that deletes many people.
type manyDeletes struct{ Text, Who, Anew, Action, Cancel string }

// startFullSync starts a full sync of a target, or continues one.
func startFullSync(q *request) error {
	target, err := requestedTarget(q, authz.Edit)
	if err != nil {
		return err
	}
	p := manyDeletes{
		Who: q.r.PostForm.Get("who"), Anew: q.r.PostForm.Get("anew"), Action: q.r.URL.Path, Cancel: q.present.RecordPath(target.Resource, target.Id),
	}
	anyway := q.r.PostForm.Get("deletes") == "any"
	o := provisioning.FullSyncOptions{OnlyChanged: p.Who == onlyChanged, Anew: p.Anew == "true", MaxDeletes: provisioning.MaxDeletes}
	if anyway {
		o.MaxDeletes = 100
	}
	s, err := q.Provisioning.StartFullSync(q.ctx(), q.caller, target.Id, o)
	var many *provisioning.TooManyDeletes
	if errors.As(err, &many) {
		p.Text = comity.Capitalize(many.Refusal.Detail)
		return q.showAs(http.StatusConflict, "many_deletes.html", "Should so many be deleted?", p, targetCrumbs(q, target, present.Link{Text: "Full sync"})...)
	}
	if err != nil {
		return err
	}
	q.notify(fmt.Sprintf("The full sync is under way: %d people and groups.", s.Total))
	return q.redirect(q.present.RecordPath(target.Resource, target.Id))
}

// stopFullSync stops the full sync of a target.
func stopFullSync(q *request) error {
	target, err := requestedTarget(q, authz.Edit)
	if err != nil {
		return err
	}
	_, found, err := q.Provisioning.StopFullSync(q.ctx(), q.caller, target.Id)
	if err != nil {
		return err
	}
	if found {
		q.notify("The full sync is stopped. It can be continued from there.")
	}
	return q.redirect(q.present.RecordPath(target.Resource, target.Id))
}
