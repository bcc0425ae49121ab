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

// undo reverts the change that made a revision of a record: an edit, unless the record has been changed since,
// or its delete.
func (d generic) undo(q *request) error {
	revision, err := strconv.ParseInt(q.r.PostFormValue("revision"), 10, 64)
	if err != nil || revision < 0 {
		return comity.BadRequest("There is no such revision")
	}
	rec, err := d.record(q)
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.NotFound {
		return d.undoDelete(q, revision)
	}
	if err != nil {
		return err
	}
	return d.undoEdit(q, rec, revision)
}

// undoEdit restores the values that a record had before the edit that made a revision.
func (d generic) undoEdit(q *request, rec *comity.Record, revision int64) error {
	was, err := d.recordAt(q, rec.Id, revision-1)
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
	err = q.Registry.Edit(q.ctx(), q.caller, d.Resource, rec.Id, in, ifRevision(strconv.FormatInt(revision, 10)))
	if why := undoRefusal(err); why != "" {
		q.notify(why)
	} else if err != nil {
		return err
	} else {
		q.notify("Undone: the former values are restored.")
	}
	return q.redirect(q.present.RecordPath(d.Resource, rec.Id))
}

// undoDelete adds a record that was deleted again, with its values. It is idempotent: a form that is sent twice
// adds one record.
func (d generic) undoDelete(q *request, revision int64) error {
	id := comity.ParseId(q.r.PathValue("id"))
	if d.hasSecrets() || q.co == nil {
		return comity.Forbid()
	}
	was, err := d.recordAt(q, id, revision)
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
	added, err := q.Registry.AddIdempotent(q.ctx(), q.caller, d.Resource, in, key)
	if why := undoRefusal(err); why != "" {
		q.notify(why)
		return q.redirect(q.present.ListPath(d.Resource))
	}
	if err != nil {
		return err
	}
	q.notify("Undone: the record was added again, under a new number.")
	return q.redirect(q.present.RecordPath(d.Resource, added.Id))
}

// recordAt returns a record as of a revision, if it is in the CO of the path.
func (d generic) recordAt(q *request, id, revision int64) (*comity.Record, error) {
	if revision < 0 {
		return nil, comity.BadRequest("There is no such revision")
	}
	rec, err := q.View.RecordAsOf(q.ctx(), q.caller, d.Resource, id, view.AsOf{Revision: revision})
	if err == nil && q.co != nil && rec.CoId != q.co.Id {
		err = comity.Missing(d.UnknownOnView)
	}
	return rec, err
}

// undoRefusal returns why a change cannot be undone, "" for other errors.
func undoRefusal(err error) string {
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

func (d generic) hasSecrets() bool {
	return slices.ContainsFunc(d.Fields, func(f *comity.Field) bool { return f.Kind == comity.Secret })
}

// notifyEdited makes the next page say that a record was edited. It offers to undo the edit if the history has
// all former values, which it does not have of secrets.
func (d generic) notifyEdited(q *request, old *comity.Record) {
	text := comity.Capitalize(d.Resource.One) + " saved."
	for _, f := range d.Fields {
		if f.Kind == comity.Secret && cmp.Or(q.r.PostFormValue(f.Name), q.r.PostFormValue("clear-"+f.Name)) != "" {
			q.notify(text)
			return
		}
	}
	rec, err := q.View.Record(q.ctx(), q.caller, d.Resource, old.Id)
	if err != nil || rec.Same(old) || rec.Revision != old.Revision+1 {
		// Nothing was changed, or the record cannot be read now: the edit is saved nevertheless.
		q.notify(text)
		return
	}
	q.setNotice(notice{Text: text, Undo: q.present.ActionPath(d.Resource, rec.Id, "undo"), Revision: rec.Revision})
}

// notifyDeleted makes the next page say that a record was deleted. It offers to add the record again if it had
// no dependents and the caller may see the past.
func (d generic) notifyDeleted(q *request, rec *comity.Record, name string, alone bool) {
	f := notice{Text: name + " deleted."}
	if alone && q.co != nil && !d.hasSecrets() && q.caller.May(authz.Add, d.Resource) && q.caller.Through(authz.View, d.Resource)&authz.InCO != 0 {
		f.Undo, f.Revision = q.present.ActionPath(d.Resource, rec.Id, "undo"), rec.Revision
	}
	q.setNotice(f)
}
