package store_test

import (
	"errors"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/storetest"
)

// The store writes and reads the records of every resource by its table. A write locks the CO first, and keeps
// the history of each record.
func TestExample(t *testing.T) {
	t.Parallel()
	for kind, s := range storetest.Databases(t) {
		t.Run(kind, func(t *testing.T) {
			ctx := t.Context()
			co := storetest.Add(t, s, comity.Co.Resource, comity.Co.Name, "Physics")

			// Insert sets the id, the times and the first revision.
			ada, name := comity.NewRecord(comity.CoPerson.Resource), comity.NewRecord(comity.Name.Resource)
			err := s.Write(ctx, func(tx *db.Tx) error {
				if _, err := store.EnterCO(ctx, tx, co.Id, false); err != nil {
					return err
				}
				ada.Id, ada.CoId, name.Id, name.CoId = 0, co.Id, 0, co.Id // the closure may be run again
				ada.SetInt(comity.CoPerson.CoId, co.Id)
				ada.SetText(comity.CoPerson.Status, comity.Active)
				if err := store.Insert(ctx, tx, ada, "ada", db.Place{CoId: co.Id}); err != nil {
					return err
				}
				name.SetOwner(comity.Name.Person, comity.OwnerCO, ada.Id)
				name.SetText(comity.Name.Given, "Ada")
				name.SetText(comity.Name.Type, "official")
				name.SetBool(comity.Name.PrimaryName, true)
				return store.Insert(ctx, tx, name, "ada", db.Place{CoId: co.Id, CoPersonId: ada.Id})
			})
			if err != nil {
				t.Fatal(err)
			}

			// List reads a page of the records that meet all conditions.
			err = s.Read(ctx, func(tx *db.Tx) error {
				active, err := store.List(ctx, tx, comity.CoPerson.Resource, 0, 10, store.Equal("co_id", co.Id), store.OneOf("status", comity.Active))
				if len(active) != 1 || active[0].Id != ada.Id || active[0].Actor != "ada" {
					t.Errorf("listed %v, want person %d", active, ada.Id)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}

			// Delete takes the dependents along: the name belongs to the person.
			err = s.Write(ctx, func(tx *db.Tx) error {
				if _, err := store.Enter(ctx, tx, comity.CoPerson.Resource, ada.Id, true); err != nil {
					return err
				}
				return store.Delete(ctx, tx, ada.Clone(), "grace")
			})
			if err != nil {
				t.Fatal(err)
			}
			err = s.Read(ctx, func(tx *db.Tx) error {
				_, err := store.Get(ctx, tx, comity.Name.Resource, name.Id)
				return err
			})
			if !errors.Is(err, db.ErrNotFound) {
				t.Errorf("error %v of the deleted name, want ErrNotFound", err)
			}
		})
	}
}
