package history_test

import (
	"slices"
	"testing"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/history"
	"comity/internal/store/storetest"
)

// Every change of a record leaves a revision in the history: the present is the one without an end. The
// history of a CO is read newest first, and a record as of any time.
func TestExample(t *testing.T) {
	t.Parallel()
	for kind, s := range storetest.Databases(t) {
		t.Run(kind, func(t *testing.T) {
			ctx, f := t.Context(), comity.CoPerson
			co := storetest.Add(t, s, comity.Co.Resource)
			ada := storetest.Add(t, s, f.Resource, f.CoId, co, f.Status, comity.Pending)
			active := storetest.Edit(t, s, ada, f.Status, comity.Active)
			storetest.Delete(t, s, ada)

			err := s.Read(ctx, func(tx *db.Tx) error {
				page, err := history.Find(ctx, tx, history.Query{CoId: co.Id, CoPersonId: ada.Id, Limit: 10})
				rows := page.Rows
				var operations []string
				for _, row := range rows {
					operations = append(operations, row.Change.Operation)
				}
				if !slices.Equal(operations, []string{comity.OpDelete, comity.OpEdit, comity.OpAdd}) {
					t.Errorf("operations %v", operations)
				}
				if err == nil && rows[1].Change.Before.Text(f.Status) != comity.Pending {
					t.Errorf("before the edit the status was %q", rows[1].Change.Before.Text(f.Status))
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}

			// The person is deleted, and is read as of the time of the edit.
			err = s.Read(ctx, func(tx *db.Tx) error {
				then, err := history.ListAt(ctx, tx, f.Resource, []int64{ada.Id}, active.Modified)
				if len(then) != 1 || then[0].Text(f.Status) != comity.Active {
					t.Errorf("as of the edit: %v", then)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
