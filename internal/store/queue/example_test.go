package queue_test

import (
	"testing"
	"time"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
	"comity/internal/store/storetest"
)

// A change enqueues a delivery for each target that must learn of it, in the same transaction. A dispatcher
// claims it for the time of a lease, sends it, and stores the outcome.
func TestExample(t *testing.T) {
	t.Parallel()
	for kind, s := range storetest.Databases(t) {
		t.Run(kind, func(t *testing.T) {
			ctx, f := t.Context(), comity.CoProvisioningTarget
			co := storetest.Add(t, s, comity.Co.Resource)
			target := storetest.Add(t, s, f.Resource, f.CoId, co, f.Plugin, comity.PluginAPI, f.Status, comity.ModeAutomatic)
			ada := storetest.Add(t, s, comity.CoPerson.Resource, comity.CoPerson.CoId, co)
			storetest.Edit(t, s, ada, comity.CoPerson.Status, comity.Suspended)

			claim := func() (claimed []queue.Delivery) {
				err := s.Write(ctx, func(tx *db.Tx) (err error) {
					claimed, err = queue.Claim(ctx, tx, target.Id, 10, time.Minute)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				return claimed
			}
			// Two changes of one person are one delivery, whose version each has raised.
			claimed := claim()
			if len(claimed) != 1 || claimed[0].Subject != comity.PersonSubject(ada.Id) || claimed[0].Version != 2 {
				t.Fatalf("claimed %+v, want person %d in version 2", claimed, ada.Id)
			}
			if again := claim(); len(again) != 0 {
				t.Errorf("claimed %+v twice", again)
			}

			// The person changes while the message is sent, so that the delivery is pending again afterwards.
			storetest.Edit(t, s, ada, comity.CoPerson.Status, comity.Active)
			claimed[0].ProvisionedAs.Identifier = "ada"
			err := s.Write(ctx, func(tx *db.Tx) error {
				return queue.Finish(ctx, tx, []queue.Outcome{{Delivery: claimed[0], OK: true, Answer: "200 OK"}})
			})
			if err != nil {
				t.Fatal(err)
			}
			if claimed = claim(); len(claimed) != 1 || claimed[0].Version != 3 || claimed[0].ProvisionedAs.Identifier != "ada" {
				t.Errorf("claimed %+v, want version 3, last sent as ada", claimed)
			}
		})
	}
}
