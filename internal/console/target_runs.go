package console

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/provisioning"
)

// failedPage lists the failed deliveries of a target.
func (v *visit) failedPage() error {
	target, err := v.target(authz.View)
	if err != nil {
		return err
	}
	after := v.subjectAfter()
	all, err := v.Provisioning.Failed(v.ctx(), v.caller, target.Id, after, pageSize+1)
	if err != nil {
		return err
	}
	p := listPage{listing: listing{Many: "messages that failed"}, Columns: []string{"Answer", "Attempts", "Last attempt"}}
	if len(all) > pageSize {
		all = all[:pageSize]
		p.More = present.Link{Text: "Next page", To: present.Query([]string{"after", strconv.FormatInt(all[pageSize-1].Subject.Id, 10), "kind", strconv.Itoa(int(all[pageSize-1].Subject.Kind))})}
	}
	if after.Id != 0 {
		p.First = present.Link{Text: "First page", To: v.r.URL.Path}
	}
	rows, err := v.deliveriesOf(target, all)
	if err != nil {
		return err
	}
	for _, one := range rows {
		p.Rows = append(p.Rows, present.Row{Title: one.Name, To: one.To, Values: []present.Value{
			{Text: one.Answer, Long: true}, {Text: strconv.FormatInt(one.Attempts, 10)}, {Time: one.Tried},
		}})
	}
	p.Of = present.Link{Text: present.Titles{}.Of(target), To: v.present.RecordPath(target.Resource, target.Id)}
	return v.show("list.html", "Failed messages", p, v.targetCrumbs(target, present.Link{Text: "Failed"})...)
}

// subjectAfter is the subject that a page of a list begins after.
func (v *visit) subjectAfter() comity.Subject {
	q := v.r.URL.Query()
	s := comity.PersonSubject(comity.ParseId(q.Get("after")))
	if q.Get("kind") == strconv.Itoa(int(comity.KindGroup)) {
		s.Kind = comity.KindGroup
	}
	return s
}

// resendAll enqueues all failed deliveries of a target again.
func (v *visit) resendAll() error {
	target, err := v.target(authz.Edit)
	if err != nil {
		return err
	}
	count, err := v.Provisioning.Resend(v.ctx(), v.caller, target.Id, nil)
	if err != nil {
		return err
	}
	v.say(fmt.Sprintf("%d messages are sent again.", count))
	return v.redirect(v.present.RecordPath(target.Resource, target.Id))
}

// onlyChanged is the form's value for a full sync that skips unchanged messages.
const onlyChanged = "changed"

// manyDeletes is the page that asks whether a full sync may delete many people.
type manyDeletes struct{ Text, Who, Anew, Action, Cancel string }

// provisionEverybody starts a full sync of a target, or continues one.
func (v *visit) provisionEverybody() error {
	target, err := v.target(authz.Edit)
	if err != nil {
		return err
	}
	p := manyDeletes{
		Who: v.r.PostForm.Get("who"), Anew: v.r.PostForm.Get("anew"), Action: v.r.URL.Path, Cancel: v.present.RecordPath(target.Resource, target.Id),
	}
	anyway := v.r.PostForm.Get("deletes") == "any"
	o := provisioning.FullSyncOptions{OnlyChanged: p.Who == onlyChanged, Anew: p.Anew == "true", MaxDeletes: provisioning.MaxDeletes}
	if anyway {
		o.MaxDeletes = 100
	}
	s, err := v.Provisioning.StartFullSync(v.ctx(), v.caller, target.Id, o)
	var many *provisioning.TooManyDeletes
	if errors.As(err, &many) {
		p.Text = comity.Capitalize(many.Refusal.Detail)
		return v.showAs(http.StatusConflict, "many_deletes.html", "Should so many be deleted?", p, v.targetCrumbs(target, present.Link{Text: "Full sync"})...)
	}
	if err != nil {
		return err
	}
	v.say(fmt.Sprintf("The full sync is under way: %d people and groups.", s.Total))
	return v.redirect(v.present.RecordPath(target.Resource, target.Id))
}

// stopEverybody stops the full sync of a target.
func (v *visit) stopEverybody() error {
	target, err := v.target(authz.Edit)
	if err != nil {
		return err
	}
	_, found, err := v.Provisioning.StopFullSync(v.ctx(), v.caller, target.Id)
	if err != nil {
		return err
	}
	if found {
		v.say("The full sync is stopped. It can be continued from there.")
	}
	return v.redirect(v.present.RecordPath(target.Resource, target.Id))
}
