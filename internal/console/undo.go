package console

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/registry"
	"comity/internal/registry/view"
)

// undo reverts the change that the form names by a revision: the edit that made it, unless the record has been
// changed since, or the delete of it.
func (d drawn) undo(v *visit) error {
	revision, err := strconv.ParseInt(v.r.PostFormValue("revision"), 10, 64)
	if err != nil || revision < 0 {
		return comity.BadRequest("There is no such revision")
	}
	rec, err := d.asked(v)
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.NotFound {
		return d.addAgain(v, revision)
	}
	if err != nil {
		return err
	}
	return d.editBack(v, rec, revision)
}

// editBack restores the values that a record had before the edit that made a revision.
func (d drawn) editBack(v *visit, rec *comity.Record, revision int64) error {
	was, err := d.was(v, rec.Id, revision-1)
	if err != nil {
		return err
	}
	in := comity.Input{Record: comity.NewRecord(d.Resource)}
	for _, f := range d.Fields {
		if f.Kind == comity.Secret {
			continue // it is not in the history, and stays
		}
		cell := was.Get(f)
		if !cell.HasValue() {
			cell = comity.EmptyCell()
		}
		in.Record.Set(f, cell)
	}
	err = v.Registry.Edit(v.ctx(), v.caller, d.Resource, rec.Id, in, unchanged(strconv.FormatInt(revision, 10)))
	if why := notUndone(err); why != "" {
		v.say(why)
	} else if err != nil {
		return err
	} else {
		v.say("Undone: the former values are restored.")
	}
	return v.redirect(v.present.RecordPath(d.Resource, rec.Id))
}

// addAgain adds a record that was deleted, with the values that it had. It is idempotent: a form that is sent
// twice adds one record.
func (d drawn) addAgain(v *visit, revision int64) error {
	id := comity.ParseId(v.r.PathValue("id"))
	if d.hasSecrets() || v.co == nil {
		return comity.Forbid()
	}
	was, err := d.was(v, id, revision)
	if err != nil {
		return err
	}
	in := comity.Input{Record: comity.NewRecord(d.Resource)}
	for _, f := range d.Fields {
		in.Record.Set(f, was.Get(f))
	}
	if f := d.CoId(); f != nil {
		in.Record.SetInt(f, was.CoId)
	}
	key := registry.Idempotency{Key: fmt.Sprintf("undo %s %d %d", d.Singular, id, revision)}
	added, err := v.Registry.AddIdempotent(v.ctx(), v.caller, d.Resource, in, key)
	if why := notUndone(err); why != "" {
		v.say(why)
		return v.redirect(v.present.ListPath(d.Resource))
	}
	if err != nil {
		return err
	}
	v.say("Undone: the record was added again, under a new number.")
	return v.redirect(v.present.RecordPath(d.Resource, added.Id))
}

// was returns a record as of a revision, if it is in the CO of the path.
func (d drawn) was(v *visit, id, revision int64) (*comity.Record, error) {
	if revision < 0 {
		return nil, comity.BadRequest("There is no such revision")
	}
	rec, err := v.View.RecordAsOf(v.ctx(), v.caller, d.Resource, id, view.AsOf{Revision: revision})
	if err == nil && v.co != nil && rec.CoId != v.co.Id {
		err = comity.Missing(d.UnknownOnView)
	}
	return rec, err
}

// notUndone returns why something cannot be undone, "" for other errors.
func notUndone(err error) string {
	var e *comity.Error
	if !errors.As(err, &e) {
		return ""
	}
	switch e.Code {
	case comity.Stale:
		return "This cannot be undone: somebody has changed the record since."
	case comity.Refused:
		return present.Join(" ", "This cannot be undone:", present.Sentence(e.Phrase), e.Detail)
	case comity.Invalid:
		text := "This cannot be undone:"
		for _, f := range e.Fields {
			text += " " + f.Sentence + "."
		}
		return text
	case comity.Internal, comity.Malformed, comity.Unauthorised, comity.NotFound, comity.TooLarge,
		comity.Unprocessable, comity.TooMany, comity.Undelivered, comity.Unsupported, comity.NotNow:
	}
	return ""
}

func (d drawn) hasSecrets() bool {
	return slices.ContainsFunc(d.Fields, func(f *comity.Field) bool { return f.Kind == comity.Secret })
}

// sayEdited makes the next page show that a record was edited, with an offer to undo it if the history has all
// former values: it does not have secrets.
func (d drawn) sayEdited(v *visit, old *comity.Record) {
	text := comity.Capitalize(d.Resource.One) + " saved."
	for _, f := range d.Fields {
		if f.Kind == comity.Secret && cmp.Or(v.r.PostFormValue(f.Name), v.r.PostFormValue("clear-"+f.Name)) != "" {
			v.say(text)
			return
		}
	}
	rec, err := v.View.Record(v.ctx(), v.caller, d.Resource, old.Id)
	if err != nil || rec.Same(old) || rec.Revision != old.Revision+1 {
		// Nothing was changed, or the record cannot be read now: the edit is saved nevertheless.
		v.say(text)
		return
	}
	v.sayAndOffer(flash{Text: text, Undo: v.present.ActionPath(d.Resource, rec.Id, "undo"), Revision: rec.Revision})
}

// sayDeleted makes the next page show that a record was deleted, with an offer to add it again if it had no
// dependents and the reader may see the past.
func (d drawn) sayDeleted(v *visit, rec *comity.Record, name string, alone bool) {
	f := flash{Text: name + " deleted."}
	if alone && v.co != nil && !d.hasSecrets() && v.caller.May(authz.Add, d.Resource) && v.caller.Through(authz.View, d.Resource)&authz.InCO != 0 {
		f.Undo, f.Revision = v.present.ActionPath(d.Resource, rec.Id, "undo"), rec.Revision
	}
	v.sayAndOffer(f)
}
