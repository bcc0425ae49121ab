package history

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store/db"
)

// COOfPerson returns the id of a person's CO, whether or not the person still exists; ErrNotFound where there
// never was one with the id.
func COOfPerson(ctx context.Context, tx *db.Tx, id int64) (coID int64, err error) {
	err = db.ErrNotFound
	queryErr := tx.Query(ctx, `SELECT co_id FROM history WHERE resource = $1 AND record_id = $2 AND revision = 0`,
		db.Args{comity.CoPerson.Singular, id}, func(row *db.Row) error {
			coID, err = row.Int(), nil
			return nil
		})
	if queryErr != nil {
		err = queryErr
	}
	return coID, err
}

// OrgIdentitiesOnlyOf returns the ids of the org identities that were ever linked to the person and to no other.
func OrgIdentitiesOnlyOf(ctx context.Context, tx *db.Tx, person int64) (ids []int64, err error) {
	err = tx.Query(ctx, `SELECT DISTINCT h.org_identity_id FROM history h
		WHERE h.co_person_id = $1 AND h.resource = $2 AND h.org_identity_id IS NOT NULL AND NOT EXISTS (
			SELECT 1 FROM history o WHERE o.org_identity_id = h.org_identity_id AND o.resource = $2 AND o.co_person_id <> $1)
		ORDER BY h.org_identity_id`, db.Args{person, comity.CoOrgIdentityLink.Singular}, func(row *db.Row) error {
		ids = append(ids, row.Int())
		return nil
	})
	return ids, err
}

// erasedRow is a row of the history with its data after erasure.
type erasedRow struct {
	id   int64
	data string
}

// Erase erases the values in the history of a deleted person, of records of the person's roles, and
// of deleted org identities, and returns how many rows it erased. Ids stay. It adds a history row that
// records the erasure.
func Erase(ctx context.Context, tx *db.Tx, person, coID int64, orgs []int64, actor string) (erased int64, err error) {
	roles, holders, err := lastRoles(ctx, tx, person)
	if err != nil {
		return 0, err
	}
	var rows []erasedRow
	collect := func(all bool, column string, ids []int64) error {
		if len(ids) == 0 {
			return nil
		}
		var a db.Args
		// A revision in force belongs to another person: it moved to them with a role.
		sql := `SELECT t.id, t.resource, t.data FROM history t WHERE t.until IS NOT NULL AND t.` + column + ` IN ` + db.List(&a, ids)
		return tx.Query(ctx, sql, a, func(r *db.Row) error {
			id := r.Int()
			rec, erased, err := readRow(r.Text(), r.Text())
			if err == nil && !erased && (all || slices.Contains(roles, rec.OwnedBy(comity.OwnerRole))) {
				rows = append(rows, erasedRow{id, erasedData(rec)})
			}
			return err
		})
	}
	if err := collect(true, "co_person_id", []int64{person}); err != nil {
		return 0, err
	}
	if err := collect(true, "org_identity_id", orgs); err != nil {
		return 0, err
	}
	if err := collect(false, "co_person_id", holders); err != nil {
		return 0, err
	}
	// A link belongs to both a person and an org identity.
	slices.SortFunc(rows, func(a, b erasedRow) int { return int(a.id - b.id) })
	rows = slices.CompactFunc(rows, func(a, b erasedRow) bool { return a.id == b.id })
	for _, r := range rows {
		if err := tx.Queue(ctx, `UPDATE history SET data = $1 WHERE id = $2`, db.Args{r.data, r.id}); err != nil {
			return 0, err
		}
	}
	for _, sql := range tx.Dialect.ForgetSearch {
		if err := tx.Queue(ctx, sql, nil); err != nil {
			return 0, err
		}
	}
	return int64(len(rows)), addErasure(ctx, tx, person, coID, actor)
}

// lastRoles returns the ids of the roles that a person had when they were deleted, and of the other people
// who had these roles before.
func lastRoles(ctx context.Context, tx *db.Tx, person int64) (roles, holders []int64, err error) {
	err = tx.Query(ctx, `SELECT DISTINCT h.record_id, o.co_person_id FROM history h
			JOIN history o ON o.resource = h.resource AND o.record_id = h.record_id
		WHERE h.co_person_id = $1 AND h.resource = $2 AND h.operation = $3`,
		db.Args{person, comity.CoPersonRole.Singular, comity.OpDelete}, func(row *db.Row) error {
			roles = append(roles, row.Int())
			if holder := row.Int(); holder != person {
				holders = append(holders, holder)
			}
			return nil
		})
	return roles, holders, err
}

// erasedData returns a record's history data without its values: references and a note's Action stay.
func erasedData(rec *comity.Record) string {
	kept := comity.NewRecord(rec.Resource)
	for _, f := range rec.Resource.Fields {
		if f.Kind == comity.Reference || f.Kind == comity.Owner || f == comity.HistoryRecord.Action {
			kept.Set(f, rec.Get(f))
		}
	}
	flag, data := `{"`+erasedFlag+`":true`, Data(kept)
	if data == "{}" {
		return flag + "}"
	}
	return flag + "," + data[1:]
}

func addErasure(ctx context.Context, tx *db.Tx, person, coID int64, actor string) error {
	now := tx.Now()
	last := int64(0)
	err := tx.Query(ctx, `SELECT max(revision) FROM history WHERE resource = $1 AND record_id = $2`,
		db.Args{comity.CoPerson.Singular, person}, func(row *db.Row) error {
			last = row.Int()
			return nil
		})
	if err != nil {
		return err
	}
	rec := comity.NewRecord(comity.CoPerson.Resource)
	rec.SetInt(comity.CoPerson.CoId, coID)
	moment := now.UnixMicro()
	return tx.Queue(ctx, insertRevision, db.Args{
		rec.Resource.Singular, person, last + 1, comity.OpErase, actor, moment, moment, coID, person, nil, nil, erasedData(rec),
	})
}
