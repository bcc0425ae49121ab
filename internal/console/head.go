package console

import (
	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
)

// head is what a page begins with, round its title.
type head struct {
	// Kind is what is shown, said above the title, and Purpose what that is for, below it.
	Kind, Purpose string
	// Of is what the records of a list hang on, if it is of those of one.
	Of present.Link
	// Edit, Delete and Add lead to forms, "" where the reader may not; AddText is what the button says
	// that adds.
	Edit, Delete, Add, AddText string
}

// headOf is the head of a record's page for somebody with these rights to it.
func (v *visit) headOf(rec *comity.Record, may authz.Rights) head {
	h := head{Kind: comity.Capitalize(rec.Resource.One)}
	if may.Edit {
		h.Edit = v.present.ActionPath(rec.Resource, rec.Id, "edit")
	}
	if may.Delete {
		h.Delete = v.present.ActionPath(rec.Resource, rec.Id, "delete")
	}
	return h
}

// headOfList is the head of the list of a resource's records.
func (v *visit) headOfList(r *comity.Resource) head {
	return head{Purpose: r.Purpose, Add: v.present.AddPathIfAllowed(r), AddText: present.AddButton(r)}
}

// trail is where a record comes from, said below its fields.
type trail struct {
	Record *comity.Record
	// Earlier leads to the revision before, History to all that was done to it; "" for none.
	Earlier, History string
}
