package admin_test

import (
	"bytes"
	"testing"

	"comity"
	"comity/internal/store/admin"
	"comity/internal/store/db"
	"comity/internal/store/storetest"
)

// A backup is one stream, which either kind of database writes and reads: so a registry moves from SQLite to
// PostgreSQL and back. The checks find rows that break a rule of the registry.
func TestExample(t *testing.T) {
	t.Parallel()
	ctx, databases := t.Context(), storetest.Databases(t)
	from, to := databases["SQLite"], databases["PostgreSQL"]
	co := storetest.Add(t, from, comity.Co.Resource, comity.Co.Name, "Physics")
	ada := storetest.Add(t, from, comity.CoPerson.Resource, comity.CoPerson.CoId, co)
	storetest.Edit(t, from, ada, comity.CoPerson.Status, comity.Suspended)

	var backup bytes.Buffer
	written, err := admin.Backup(ctx, from, &backup)
	if err != nil {
		t.Fatal(err)
	}
	restored, err := admin.Restore(ctx, to, &backup)
	if err != nil || restored != written {
		t.Fatalf("restored %d of %d rows: %v", restored, written, err)
	}

	err = to.Snapshot(ctx, func(tx *db.Tx) error {
		problems, err := admin.CheckHistory(ctx, tx)
		if len(problems) > 0 {
			t.Errorf("problems %+v", problems)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	// Ids and revisions are the same, and the next change follows them.
	if edited := storetest.Edit(t, to, ada, comity.CoPerson.Status, comity.Active); edited.Revision != 2 {
		t.Errorf("revision %d after the second edit", edited.Revision)
	}
}
