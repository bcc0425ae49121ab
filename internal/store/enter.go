package store

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// Enter is Home, and takes the lock of the CO: shared, or exclusive for a change of a graph or of a whole
// group. It locks the record and the person it belongs to against other writers. Every write begins with
// it or with EnterCO. The functions also queue what is asked in the same round trip, once the locks are held.
func Enter(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64, exclusive bool, also ...func() error) (db.Place, error) {
	if where, known := enteredPlace(tx, r, id); known {
		return where, nil
	}
	var where db.Place
	found := false
	co, person := placeColumns(r)
	a := db.Args{id}
	home := fmt.Sprintf("SELECT %s, %s, %s FROM %s t WHERE id = $1%s", co, person, lock(tx, co, exclusive), r.Table, notDeleted(tx, co))
	err := tx.Later(ctx, home, a, func(row *db.Row) error {
		found = true
		where = db.Place{CoId: row.Int(), CoPersonId: row.Int()}
		return nil
	})
	if err != nil {
		return where, err
	}
	// What follows reads the rows anew: they may have changed while the lock was waited for.
	if tx.Dialect.ForUpdate != "" {
		if r != comity.CoPerson.Resource && person != noPerson {
			sql := fmt.Sprintf("SELECT 1 FROM co_people WHERE id = (SELECT %s FROM %s t WHERE id = $1)%s", person, r.Table, tx.Dialect.ForUpdate)
			if err := tx.Queue(ctx, sql, a); err != nil {
				return where, err
			}
		}
		if err := tx.Queue(ctx, "SELECT 1 FROM "+r.Table+" WHERE id = $1"+tx.Dialect.ForUpdate, a); err != nil {
			return where, err
		}
	}
	for _, queue := range also {
		if err := queue(); err != nil {
			return where, err
		}
	}
	version, err := readVersion(ctx, tx, fmt.Sprintf("(SELECT %s FROM %s t WHERE id = $1)", co, r.Table), id)
	if err == nil && !found {
		err = db.ErrNotFound
	}
	if err != nil {
		return where, err
	}
	return where, enterState(ctx, tx, where.CoId, version)
}

// EnterCO takes the lock of a CO (0: of the list of COs), as Enter does, and returns whether the CO exists.
func EnterCO(ctx context.Context, tx *db.Tx, id int64, exclusive bool) (bool, error) {
	if enteredCO(tx, id) {
		return true, nil
	}
	found := false
	sql := "SELECT " + lock(tx, "CAST($1 AS bigint)", exclusive) + ", (SELECT id FROM cos WHERE id = $1" + notDeleted(tx, "cos.id") + ")"
	err := tx.Later(ctx, sql, db.Args{id}, func(row *db.Row) error {
		row.Skip()
		found = row.Int() != 0
		return nil
	})
	if err != nil {
		return false, err
	}
	version, err := readVersion(ctx, tx, "$1", id)
	if err != nil || !found {
		queue.Entered(tx, false, false)
		return false, err
	}
	return true, enterState(ctx, tx, id, version)
}

// readVersion returns the version of the state of a CO, 0 where it never changed. It is a statement of its own, which
// sees what was committed while the lock was waited for.
func readVersion(ctx context.Context, tx *db.Tx, co string, id int64) (version int64, err error) {
	err = tx.Query(ctx, fmt.Sprintf(versionOf, co), db.Args{id}, func(row *db.Row) error {
		version = row.Int()
		return nil
	})
	return version, err
}

func lock(tx *db.Tx, co string, exclusive bool) string {
	if exclusive {
		return fmt.Sprintf(tx.Dialect.LockExclusive, co)
	}
	return fmt.Sprintf(tx.Dialect.LockShared, co)
}

// Home returns the CO and the person that a record belongs to, or ErrNotFound.
func Home(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64) (db.Place, error) {
	if where, known := placeOf(tx, r, id); known {
		return where, nil
	}
	var where db.Place
	found := false
	co, person := placeColumns(r)
	sql := fmt.Sprintf("SELECT %s, %s FROM %s t WHERE id = $1%s", co, person, r.Table, notDeleted(tx, co))
	err := tx.Query(ctx, sql, db.Args{id}, func(row *db.Row) error {
		found = true
		where = db.Place{CoId: row.Int(), CoPersonId: row.Int()}
		return nil
	})
	if err == nil && !found {
		err = db.ErrNotFound
	}
	return where, err
}

// noPerson is the column of the person of a resource whose records belong to none.
const noPerson = "NULL"

// placeColumns returns the SQL expressions of the CO and the person that a record t of a resource belongs to.
func placeColumns(r *comity.Resource) (co, person string) {
	co, person = "t.co_id", noPerson
	if r == comity.Co.Resource {
		co = "t.id"
	}
	if r == comity.CoPerson.Resource {
		person = "t.id"
	}
	if f := r.Field("CoPersonId"); f != nil && f.Required {
		person = "t." + f.Column
	}
	if f := r.Owner(); f != nil {
		if _, ok := f.Owner(comity.OwnerCO.Word); ok {
			person = "t." + comity.OwnerCO.Column
		}
		if _, ok := f.Owner(comity.OwnerRole.Word); ok {
			person = "(SELECT r.co_person_id FROM co_person_roles r WHERE r.id = t.co_person_role_id)"
		}
	}
	return co, person
}
