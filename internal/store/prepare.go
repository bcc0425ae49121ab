package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"comity"
	"comity/internal/store/db"
)

// prepared is what a transaction has read at once about records that it is going to add (PrepareAdds). It holds what
// the transaction itself cannot change by adding them, and what it keeps up to date as it does.
type prepared struct {
	resource *comity.Resource
	// cos are the COs that were entered, entered the places of the records that Enter found and locked, places
	// those of all records that were found.
	cos             map[int64]bool
	entered, places map[located]db.Place
	// taken has the values of the resource's uniques that the new records have or want: whether a record has it.
	taken map[string]bool
	// changes is the number of changes of records of the resource that the transaction had made with the last add.
	changes int
}

// located is a record with a place.
type located struct {
	resource *comity.Resource
	id       int64
}

// PrepareAdds reads at once what adding the records, all of one resource, asks of the database for each: it enters
// their COs and owners, as Enter does, finds the records that they refer to, counts what their owners have, looks for
// values that must be unique, and draws ids. Records that name nothing which is there are left to be found out later.
// Most is the number of records that an owner may have.
func PrepareAdds(ctx context.Context, tx *db.Tx, records []*comity.Record, exclusive bool, most int64) error {
	r := records[0].Resource
	if r == comity.Co.Resource || r.InHistory {
		return nil
	}
	p := db.Local[prepared](tx)
	*p = prepared{
		resource: r, cos: map[int64]bool{}, entered: map[located]db.Place{}, places: map[located]db.Place{}, taken: map[string]bool{},
	}
	if err := p.enter(ctx, tx, records, exclusive); err != nil {
		return err
	}
	if err := p.findReferences(ctx, tx, records); err != nil {
		return err
	}
	if err := p.findTaken(ctx, tx, records); err != nil {
		return err
	}
	if err := countOwned(ctx, tx, records, most); err != nil {
		return err
	}
	p.changes = tx.Changes(r)
	if err := tx.ReserveIDs(ctx, r, len(records)); err != nil {
		return err
	}
	return tx.Flush(ctx)
}

// enter enters the COs and owners of the records.
func (p *prepared) enter(ctx context.Context, tx *db.Tx, records []*comity.Record, exclusive bool) error {
	owners, cos := map[*comity.Resource][]int64{}, map[int64]bool{}
	for _, rec := range records {
		switch anchor := rec.Anchor(); {
		case anchor == nil || !rec.Has(anchor):
		case anchor == rec.Resource.CoId():
			cos[rec.Int(anchor)] = true
		default:
			target := Target(rec, anchor)
			owners[target] = append(owners[target], rec.Int(anchor))
		}
	}
	for target, ids := range owners {
		if err := p.find(ctx, tx, target, ids); err != nil {
			return err
		}
	}
	for _, where := range p.places {
		cos[where.CoId] = true
	}
	for _, id := range slices.Sorted(maps.Keys(cos)) {
		found, err := EnterCO(ctx, tx, id, exclusive)
		if err != nil {
			return err
		}
		if found {
			p.cos[id] = true
		}
	}
	return p.lock(ctx, tx)
}

// lock locks the records whose places were found, and the people that they belong to, against other writers.
func (p *prepared) lock(ctx context.Context, tx *db.Tx) error {
	rows := map[*comity.Resource][]int64{}
	for owner, where := range p.places {
		p.entered[owner] = where
		if where.CoPersonId != 0 && owner.resource != comity.CoPerson.Resource {
			rows[comity.CoPerson.Resource] = append(rows[comity.CoPerson.Resource], where.CoPersonId)
		}
		rows[owner.resource] = append(rows[owner.resource], owner.id)
	}
	if tx.Dialect.ForUpdate == "" {
		return nil
	}
	// People first, as Enter does.
	resources := []*comity.Resource{comity.CoPerson.Resource}
	for _, r := range slices.SortedFunc(maps.Keys(rows), func(a, b *comity.Resource) int { return cmp.Compare(a.Table, b.Table) }) {
		if r != comity.CoPerson.Resource {
			resources = append(resources, r)
		}
	}
	for _, r := range resources {
		if len(rows[r]) == 0 {
			continue
		}
		var a db.Args
		sql := "SELECT 1 FROM " + r.Table + " WHERE " + tx.Dialect.Among("id", tx.Dialect.IdsIn(&a, distinct(rows[r]))) + " ORDER BY id" + tx.Dialect.ForUpdate
		if err := tx.Queue(ctx, sql, a); err != nil {
			return err
		}
	}
	return nil
}

// distinct returns the ids in order, without duplicates.
func distinct(ids []int64) []int64 { return slices.Compact(slices.Sorted(slices.Values(ids))) }

// find reads the places of the records with the ids.
func (p *prepared) find(ctx context.Context, tx *db.Tx, r *comity.Resource, ids []int64) error {
	for some := range slices.Chunk(distinct(ids), db.MaxRows) {
		var a db.Args
		co, person := placeColumns(r)
		sql := fmt.Sprintf("SELECT t.id, %s, %s FROM %s t WHERE %s%s", co, person, r.Table,
			tx.Dialect.Among("t.id", tx.Dialect.IdsIn(&a, some)), notDeleted(tx, co))
		err := tx.Query(ctx, sql, a, func(row *db.Row) error {
			p.places[located{r, row.Int()}] = db.Place{CoId: row.Int(), CoPersonId: row.Int()}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// findReferences reads the places of the records that the new ones refer to.
func (p *prepared) findReferences(ctx context.Context, tx *db.Tx, records []*comity.Record) error {
	for _, f := range p.resource.Fields {
		if f.Kind != comity.Reference || f == p.resource.CoId() {
			continue
		}
		var ids []int64
		for _, rec := range records {
			if id := rec.Int(f); rec.Has(f) && p.places[located{f.Refers(), id}].CoId == 0 {
				ids = append(ids, id)
			}
		}
		if err := p.find(ctx, tx, f.Refers(), ids); err != nil {
			return err
		}
	}
	return nil
}

// findTaken looks for records that have the values of the new ones in the fields of a unique.
func (p *prepared) findTaken(ctx context.Context, tx *db.Tx, records []*comity.Record) error {
	for _, u := range p.resource.Uniques {
		for _, values := range p.wanted(records, u) {
			for some := range slices.Chunk(values, db.MaxRows) {
				for _, v := range some {
					p.taken[v.key()] = false
				}
				if err := takenAmong(ctx, tx, p.resource, some, func(i int64) { p.taken[some[i].key()] = true }); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// wanted returns what the new records have in the fields of a unique, by the columns.
func (p *prepared) wanted(records []*comity.Record, u comity.Unique) map[string][]uniqueValue {
	byColumns := map[string][]uniqueValue{}
	for _, rec := range records {
		placed := rec.Clone()
		switch anchor := rec.Anchor(); {
		case anchor == nil:
		case anchor == rec.Resource.CoId():
			placed.CoId = rec.Int(anchor)
		default:
			placed.CoId = p.places[located{Target(rec, anchor), rec.Int(anchor)}].CoId
		}
		if v, compared := uniqueValueOf(placed, u); compared {
			columns := fmt.Sprint(v.columns)
			byColumns[columns] = append(byColumns[columns], v)
		}
	}
	return byColumns
}

// countOwned counts the records of the resource that the owners of the new ones have, up to most, for AtMost.
func countOwned(ctx context.Context, tx *db.Tx, records []*comity.Record, most int64) error {
	r := records[0].Resource
	f := r.Owner()
	if f == nil {
		return nil
	}
	owners := map[string][]int64{}
	for _, rec := range records {
		if o, ok := f.Owner(rec.Text(f)); ok {
			owners[o.Column] = append(owners[o.Column], rec.Int(f))
		}
	}
	has := db.Local[counts](tx)
	if *has == nil {
		*has = counts{}
	}
	for column, ids := range owners {
		for some := range slices.Chunk(distinct(ids), db.MaxRows) {
			var a db.Args
			sql := fmt.Sprintf("SELECT x.id, (SELECT count(*) FROM (SELECT 1 FROM %s t WHERE t.%s = x.id LIMIT %d) y) FROM (%s) x",
				r.Table, column, most, tx.Dialect.IdsIn(&a, some))
			err := tx.Query(ctx, sql, a, func(row *db.Row) error {
				key := countKey(r, column, row.Int())
				(*has)[key] = row.Int()
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Target returns the resource of the record that a record names in a reference or owner.
func Target(rec *comity.Record, f *comity.Field) *comity.Resource {
	if f.Kind != comity.Owner {
		return f.Refers()
	}
	o, _ := f.Owner(rec.Text(f))
	return comity.ByName(o.Target)
}

func placeOf(tx *db.Tx, r *comity.Resource, id int64) (where db.Place, known bool) {
	where, known = db.Local[prepared](tx).places[located{r, id}]
	return where, known
}

func enteredPlace(tx *db.Tx, r *comity.Resource, id int64) (where db.Place, known bool) {
	where, known = db.Local[prepared](tx).entered[located{r, id}]
	return where, known
}

func enteredCO(tx *db.Tx, id int64) bool { return db.Local[prepared](tx).cos[id] }

// preparedTaken returns whether a record has the unique value of a new one, if that is known.
func preparedTaken(tx *db.Tx, rec *comity.Record, v uniqueValue) (taken, known bool) {
	p := db.Local[prepared](tx)
	if rec.Id != 0 || p.resource != rec.Resource || p.changes != tx.Changes(rec.Resource) {
		return false, false
	}
	taken, known = p.taken[v.key()]
	return taken, known
}

// keepPrepared returns a function that, once the record has been added, adds its unique values to those that are
// taken. After any other change of records of the resource, what was taken is unknown.
func keepPrepared(tx *db.Tx, rec *comity.Record) func() {
	p := db.Local[prepared](tx)
	if p.resource != rec.Resource || p.changes != tx.Changes(rec.Resource) {
		return func() {}
	}
	return func() {
		p.changes = tx.Changes(rec.Resource)
		for _, u := range rec.Resource.Uniques {
			if v, compared := uniqueValueOf(rec, u); compared {
				p.taken[v.key()] = true
			}
		}
	}
}
