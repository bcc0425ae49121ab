package view

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/history"
)

// PersonAsOf returns a person with everything about them as it was at a time, from the history.
func (r *Reader) PersonAsOf(ctx context.Context, caller authz.Caller, id int64, at time.Time) (p PersonView, err error) {
	f := comity.CoPerson
	err = r.read(ctx, caller.Strictly(), func(in reading) (err error) {
		if !in.all(f.Resource) {
			if _, err := in.one(ctx, f.Resource, id); err != nil {
				return err
			}
		}
		p.Record, err = store.At(ctx, in.tx, f.Resource, id, at)
		if errors.Is(err, db.ErrNotFound) || err == nil && !caller.Knows(p.Record.CoId) {
			return comity.Missing(f.UnknownOnView)
		}
		if err != nil {
			return err
		}
		return in.expandPerson(ctx, &p, &pastReading{reading: in, at: at})
	})
	if err != nil {
		return PersonView{}, fmt.Errorf("view person %d as at %s: %w", id, at.Format(comity.TimeLayout), err)
	}
	return p, nil
}

// pastReading reads the state at a time. The dependents of the same people, or org identities, are read once.
type pastReading struct {
	reading
	at     time.Time
	column string
	// records are those that belonged to what the column names.
	records []*comity.Record
}

// dependents is called for the people first, then for their roles, which belong to the same people, then for
// org identities.
func (p *pastReading) dependents(ctx context.Context, res *comity.Resource, column string, ids []int64) (map[int64][]*comity.Record, error) {
	found := map[int64][]*comity.Record{}
	if len(ids) == 0 {
		return found, nil
	}
	if column != p.column && column != comity.OwnerRole.Column {
		var err error
		if p.records, err = history.DependentsAt(ctx, p.tx, column, ids, nil, p.at); err != nil {
			return nil, err
		}
		p.column = column
	}
	wanted := map[int64]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	var records []*comity.Record
	for _, rec := range p.records {
		if rec.Resource == res && wanted[names(rec, column)] {
			records = append(records, rec)
		}
	}
	records, err := p.permitted(ctx, res, records)
	for _, rec := range records {
		id := names(rec, column)
		found[id] = append(found[id], rec)
	}
	return found, err
}

// names returns the id that a record has in a column, 0 for none.
func names(rec *comity.Record, column string) int64 {
	for _, f := range rec.Resource.Fields {
		if f.Kind == comity.Reference && f.Column == column {
			return rec.Int(f)
		}
		for _, o := range f.Owners {
			if o.Column == column && rec.Text(f) == o.Word {
				return rec.Int(f)
			}
		}
	}
	return 0
}

func (p *pastReading) byID(ctx context.Context, res *comity.Resource, ids []int64) (map[int64]*comity.Record, error) {
	found := map[int64]*comity.Record{}
	records, err := history.ListAt(ctx, p.tx, res, distinct(ids), p.at)
	if err != nil {
		return nil, err
	}
	records, err = p.permitted(ctx, res, records)
	for _, rec := range records {
		found[rec.Id] = rec
	}
	return found, err
}

func (p *pastReading) primaryNames(ctx context.Context, people []int64) (map[int64]*comity.Record, error) {
	f := comity.Name
	found := map[int64]*comity.Record{}
	records, err := history.DependentsAt(ctx, p.tx, comity.OwnerCO.Column, distinct(people), f.Resource, p.at)
	if err != nil {
		return nil, err
	}
	records, err = p.permitted(ctx, f.Resource, records)
	for _, rec := range records {
		if rec.Bool(f.PrimaryName) {
			found[rec.OwnedBy(comity.OwnerCO)] = rec
		}
	}
	return found, err
}

// permitted returns those of the records of a resource that the caller may see. Permissions follow from
// present records only, so what was deleted or given to somebody else since is for administrators.
func (p *pastReading) permitted(ctx context.Context, res *comity.Resource, records []*comity.Record) ([]*comity.Record, error) {
	var seen []*comity.Record
	if p.all(res) {
		for _, rec := range records {
			if p.Caller.Knows(rec.CoId) {
				seen = append(seen, rec)
			}
		}
		return seen, nil
	}
	ids := make([]int64, len(records))
	for i, rec := range records {
		ids[i] = rec.Id
	}
	now, err := p.reading.byID(ctx, res, ids)
	whom := authz.PermissionFor(res).About
	for _, rec := range records {
		if is := now[rec.Id]; is != nil && (whom == nil || !rec.Changed(is, whom)) {
			seen = append(seen, rec)
		}
	}
	return seen, err
}
