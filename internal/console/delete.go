package console

import (
	"errors"
	"net/http"

	"comity"
)

// deletePage asks whether a record is to be deleted.
type deletePage struct {
	One, Name, Cancel, Text string
	// With are the kinds of records that are deleted with it.
	With     []string
	Revision int64
}

func (d drawn) deleteForm(v *visit) error {
	rec, err := d.asked(v)
	if err != nil {
		return err
	}
	return d.askToDelete(v, http.StatusOK, rec, "")
}

func (d drawn) askToDelete(v *visit, status int, rec *comity.Record, text string) error {
	t, err := v.titles([]*comity.Record{rec})
	if err != nil {
		return err
	}
	p := deletePage{One: one(d.Resource), Name: t.of(rec), Cancel: v.after(v.record(d.Resource, rec.Id)), Text: text, Revision: rec.Revision}
	seen := map[string]bool{}
	for _, l := range comity.LinksTo(d.Resource) {
		if name := many(l.Field.Resource()); l.Takes && !seen[name] {
			seen[name] = true
			p.With = append(p.With, name)
		}
	}
	return v.showAs(status, "delete.html", "Delete "+p.Name, p, v.crumbs(rec, p.Name, link{"Delete", ""})...)
}

// delete deletes a record, unless somebody has changed it since the question was asked.
func (d drawn) delete(v *visit) error {
	rec, err := d.asked(v)
	if err != nil {
		return err
	}
	t, err := v.titles([]*comity.Record{rec})
	if err != nil {
		return err
	}
	err = v.Registry.Delete(v.ctx(), v.caller, d.Resource, rec.Id, unchanged(v.r.PostFormValue("revision")))
	var e *comity.Error
	if errors.As(err, &e) && (e.Code == comity.Refused || e.Code == comity.Stale) {
		text := join(" ", sentence(e.Phrase), e.Detail)
		if e.Code == comity.Stale {
			text = "Somebody has changed it since you were asked. Look again before you delete it."
		}
		return d.askToDelete(v, http.StatusConflict, rec, text)
	}
	if err != nil {
		return err
	}
	v.say(t.of(rec) + " deleted.")
	if anchor := rec.Anchor(); anchor != nil && anchor != d.CoId() {
		if target, id := named(rec, anchor); id != 0 {
			return v.redirect(v.after(v.record(target, id)))
		}
	}
	return v.redirect(v.after(v.list(d.Resource)))
}
