package store

import (
	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// addToChanges adds the people and groups whose messages show a record to the transaction's change set; was is the
// record before the change, nil for a new one.
func addToChanges(tx *db.Tx, was, rec *comity.Record, place db.Place) {
	if was != nil && rec.Same(was) {
		return
	}
	people := []int64{place.CoPersonId, place.FormerPersonId}
	if rec.Resource == comity.CoPerson.Resource {
		people = []int64{rec.Id}
	}
	for _, person := range people {
		if person == 0 {
			continue
		}
		if rec.Resource.Provisioned {
			queue.PersonChanged(tx, rec.CoId, person)
		}
		addGroups(tx, was, rec, person)
	}
	if rec.Resource == comity.CoGroup.Resource {
		queue.GroupChanged(tx, rec.CoId, rec.Id)
	}
}

// addGroups adds the groups whose messages show a record of a person.
func addGroups(tx *db.Tx, was, rec *comity.Record, person int64) {
	switch rec.Resource {
	case comity.CoGroupMember.Resource:
		queue.MembershipChanged(tx, rec.CoId, rec.Int(comity.CoGroupMember.CoGroupId), person)
	case comity.Identifier.Resource:
		queue.ShownPersonChanged(tx, person, rec.Text(comity.Identifier.Type))
		if was != nil {
			queue.ShownPersonChanged(tx, person, was.Text(comity.Identifier.Type))
		}
	case comity.CoPerson.Resource:
		if was != nil && was.Text(comity.CoPerson.Status) != rec.Text(comity.CoPerson.Status) {
			queue.ShownPersonChanged(tx, person)
		}
	}
}
