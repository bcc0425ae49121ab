package console

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"comity"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// deletePage is the confirmation to delete a record.
type deletePage struct {
	One, Name, Cancel string
	// Barred says why it cannot be deleted, Changed why it was not; "" where neither is so.
	Refused, Changed string
	// With are what is deleted with it, Named what names it and stays: how many of each kind.
	With, Named []string
	Revision    int64
}

func (d generic) deleteForm(q *request) error {
	rec, err := d.record(q)
	if err != nil {
		return err
	}
	if rights, err := q.View.RightsTo(q.ctx(), q.caller, rec); err != nil || !rights.Delete {
		return cmp.Or[error](err, comity.Forbid())
	}
	return d.showDelete(q, http.StatusOK, rec, deletePage{})
}

// showDelete shows the confirmation, or why the record cannot be deleted.
func (d generic) showDelete(q *request, status int, rec *comity.Record, p deletePage) error {
	t, err := q.titles([]*comity.Record{rec})
	if err != nil {
		return err
	}
	if p.Refused == "" && status == http.StatusOK {
		refused, err := q.Registry.RefusesDelete(q.ctx(), q.caller, rec)
		if err != nil {
			return err
		}
		if refused != nil {
			p.Refused = deleteRefusal(rec, refused)
		}
	}
	p.One, p.Name, p.Cancel, p.Revision = d.Resource.One, t.Of(rec), q.pathAfterForm(q.present.RecordPath(d.Resource, rec.Id)), rec.Revision
	depending, err := q.View.AffectedByDelete(q.ctx(), q.caller, rec)
	if err != nil {
		return err
	}
	for _, on := range depending {
		if on.Dependents {
			p.With = append(p.With, countText(on))
		} else {
			p.Named = append(p.Named, countText(on))
		}
	}
	return q.showAs(status, "delete.html", "Delete "+p.Name, p, q.present.Crumbs(rec, p.Name, present.Link{Text: "Delete"})...)
}

// delete deletes a record, unless somebody has changed it since the confirmation was shown.
func (d generic) delete(q *request) error {
	rec, err := d.record(q)
	if err != nil {
		return err
	}
	t, err := q.titles([]*comity.Record{rec})
	if err != nil {
		return err
	}
	depending, err := q.View.AffectedByDelete(q.ctx(), q.caller, rec)
	if err != nil {
		return err
	}
	err = q.Registry.Delete(q.ctx(), q.caller, d.Resource, rec.Id, ifRevision(q.r.PostFormValue("revision")))
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.Refused {
		return d.showDelete(q, http.StatusConflict, rec, deletePage{Refused: deleteRefusal(rec, e)})
	}
	if errors.As(err, &e) && e.Code == comity.Stale {
		return d.showDelete(q, http.StatusConflict, rec, deletePage{
			Changed: "Somebody has changed this " + d.Resource.One + " since you were asked. Look again before you delete it.",
		})
	}
	if err != nil {
		return err
	}
	d.notifyDeleted(q, rec, t.Of(rec), len(depending) == 0)
	if anchor := rec.Anchor(); anchor != nil && anchor != d.CoId() {
		if target, id := present.Named(rec, anchor); id != 0 {
			return q.redirect(q.pathAfterForm(q.present.RecordPath(target, id)))
		}
	}
	return q.redirect(q.pathAfterForm(q.present.ListPath(d.Resource)))
}

// deleteRefusal returns why a record cannot be deleted, and what to do about it.
func deleteRefusal(rec *comity.Record, e *comity.Error) string {
	// Most phrases never refuse a delete.
	//exhaustive:ignore
	switch e.Phrase {
	case comity.PhraseHasRole:
		if rec.Resource == comity.CoPerson.Resource {
			return "A person who has roles cannot be deleted. Delete the roles first."
		}
		return "There are roles in this unit. Move them to another unit or delete them first."
	case comity.PhraseRoleElsewhere:
		return "The person has a role in a unit that you do not administer."
	case comity.PhraseHasChildUnit:
		return "There are units below this one. Move or delete them first."
	case comity.PhrasePersonLinked:
		return "This org identity is linked to a person. Delete the link first."
	case comity.PhraseServerInUse:
		return "A provisioning target sends to this server. Give the target another server, or delete it first."
	case comity.PhraseTypeInUse:
		return "There are records that have this type. Give them another one first."
	case comity.PhraseOnlyName:
		return "This is the primary name. Make another one primary first."
	case comity.PhraseForbidden, comity.PhraseUnauthorised:
		if e.Detail == "" {
			return "This record is added and deleted automatically, with the record that it belongs to."
		}
		return strings.TrimSuffix(e.Detail, ".") + "."
	}
	return present.Join(" ", present.Sentence(e.Phrase), e.Detail)
}

// countText returns the number and the name of the records that a delete affects.
func countText(on view.Affected) string {
	if on.Count == 1 {
		return "1 " + on.Resource.One
	}
	text := strconv.Itoa(on.Count) + " " + on.Resource.Many
	if on.AtLeast {
		return "at least " + text
	}
	return text
}
