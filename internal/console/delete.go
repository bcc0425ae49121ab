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

// deletePage asks whether a record is to be deleted.
type deletePage struct {
	One, Name, Cancel string
	// Barred says why it cannot be deleted, Changed why it was not; "" where neither is so.
	Barred, Changed string
	// With are what is deleted with it, Named what names it and stays: how many of each kind.
	With, Named []string
	Revision    int64
}

func (d drawn) deleteForm(v *visit) error {
	rec, err := d.asked(v)
	if err != nil {
		return err
	}
	if rights, err := v.View.RightsTo(v.ctx(), v.caller, rec); err != nil || !rights.Delete {
		return cmp.Or[error](err, comity.Forbid())
	}
	return d.askToDelete(v, http.StatusOK, rec, deletePage{})
}

// askToDelete shows the question, or why it need not be asked, as the page says.
func (d drawn) askToDelete(v *visit, status int, rec *comity.Record, p deletePage) error {
	t, err := v.titles([]*comity.Record{rec})
	if err != nil {
		return err
	}
	if p.Barred == "" && status == http.StatusOK {
		refused, err := v.Registry.RefusesDelete(v.ctx(), v.caller, rec)
		if err != nil {
			return err
		}
		if refused != nil {
			p.Barred = barred(rec, refused)
		}
	}
	p.One, p.Name, p.Cancel, p.Revision = d.Resource.One, t.Of(rec), v.after(v.present.RecordPath(d.Resource, rec.Id)), rec.Revision
	depending, err := v.View.AffectedByDelete(v.ctx(), v.caller, rec)
	if err != nil {
		return err
	}
	for _, on := range depending {
		if on.Dependents {
			p.With = append(p.With, counted(on))
		} else {
			p.Named = append(p.Named, counted(on))
		}
	}
	return v.showAs(status, "delete.html", "Delete "+p.Name, p, v.present.Crumbs(rec, p.Name, present.Link{Text: "Delete"})...)
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
	depending, err := v.View.AffectedByDelete(v.ctx(), v.caller, rec)
	if err != nil {
		return err
	}
	err = v.Registry.Delete(v.ctx(), v.caller, d.Resource, rec.Id, unchanged(v.r.PostFormValue("revision")))
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.Refused {
		return d.askToDelete(v, http.StatusConflict, rec, deletePage{Barred: barred(rec, e)})
	}
	if errors.As(err, &e) && e.Code == comity.Stale {
		return d.askToDelete(v, http.StatusConflict, rec, deletePage{
			Changed: "Somebody has changed this " + d.Resource.One + " since you were asked. Look again before you delete it.",
		})
	}
	if err != nil {
		return err
	}
	d.sayDeleted(v, rec, t.Of(rec), len(depending) == 0)
	if anchor := rec.Anchor(); anchor != nil && anchor != d.CoId() {
		if target, id := present.Named(rec, anchor); id != 0 {
			return v.redirect(v.after(v.present.RecordPath(target, id)))
		}
	}
	return v.redirect(v.after(v.present.ListPath(d.Resource)))
}

// barred says why a record cannot be deleted, and what to do about it.
func barred(rec *comity.Record, e *comity.Error) string {
	switch e.Phrase {
	case "CoPersonRole Exists":
		if rec.Resource == comity.CoPerson.Resource {
			return "A person who has roles cannot be deleted. Delete the roles first."
		}
		return "There are roles in this unit. Move them to another unit or delete them first."
	case "CouPerson Exists In Unowned COU":
		return "The person has a role in a unit that you do not administer."
	case "Child COU Exists":
		return "There are units below this one. Move or delete them first."
	case "CoPerson Exists":
		return "This org identity is linked to a person. Delete the link first."
	case "Server In Use":
		return "A provisioning target sends to this server. Give the target another server, or delete it first."
	case "Type In Use":
		return "There are records that have this type. Give them another one first."
	case "Primary Name Cannot Be Deleted":
		return "This is the primary name. Make another one primary first."
	case comity.PhraseForbidden, comity.PhraseUnauthorised:
		if e.Detail == "" {
			return "This record is added and deleted automatically, with the record that it belongs to."
		}
		return strings.TrimSuffix(e.Detail, ".") + "."
	}
	return present.Join(" ", present.Sentence(e.Phrase), e.Detail)
}

// counted is how many records of a kind depend on one, in words.
func counted(on view.Affected) string {
	if on.Count == 1 {
		return "1 " + on.Resource.One
	}
	return strconv.FormatInt(on.Count, 10) + " " + on.Resource.Many
}
