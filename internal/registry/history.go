package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// HistoryFilter narrows the history of a CO. What is empty narrows nothing.
type HistoryFilter struct {
	CoId                                 int64
	CoPersonId, OrgIdentityId, CoGroupId int64
	// Resource is the resource that was changed, RecordId with it the record.
	Resource *comity.Resource
	RecordId int64
	// Actor is the username of who did it.
	Actor string
	// Operation is what was done: comity.OpAdd, OpEdit, OpDelete, OpNote or OpErase.
	Operation string
	// From and Until are when: from the first on and before the second.
	From, Until time.Time
}

// Happening is a line of the history.
type Happening struct {
	// Record is the HistoryRecord that tells it in words, with what it hangs on and who did it.
	Record *comity.Record
	// Operation and the resource and id of what was changed; of a note, the HistoryRecord's own.
	Operation string
	Resource  *comity.Resource
	RecordId  int64
	// Change is what was done, with the record before and after, where it was not a note; Difference is
	// that field by field.
	Change     comity.Change
	Difference []comity.FieldChange
	// Actor is the primary name of the CO person who did it or for whom the API user acts, nil where
	// there is none or the caller may not see it.
	Actor *comity.Record
	// Whom is the primary name of the person whom it is about.
	Whom *comity.Record
}

// HistoryPage is a page of the history, newest first.
type HistoryPage struct {
	Happenings []Happening
	// Next is what the page after this one is before, 0 where there is none.
	Next int64
}

const maxHistoryPage = 500

// History returns what was done in a CO, newest first. before is 0 or the Next of the page before.
func (r *Registry) History(ctx context.Context, caller access.Caller, filter HistoryFilter, before int64, limit int) (page HistoryPage, err error) {
	q := store.HistoryQuery{
		CoId: filter.CoId, CoPersonId: filter.CoPersonId, OrgIdentityId: filter.OrgIdentityId, CoGroupId: filter.CoGroupId,
		Resource: filter.Resource, RecordId: filter.RecordId, Actor: filter.Actor, Operation: filter.Operation,
		From: filter.From, Until: filter.Until, Before: before, Limit: min(max(limit, 1), maxHistoryPage) + 1,
	}
	if filter.RecordId != 0 && filter.Resource == nil {
		return page, comity.BadRequest("a record is named by its resource and id")
	}
	err = r.read(ctx, caller, func(in reading) error {
		// A CO that was deleted has a history that the platform may see.
		if err := in.co(ctx, q.CoId); err != nil && (!caller.Platform || !isMissing(err)) {
			return err
		}
		wide, err := in.across(ctx, in.tx)
		if err != nil {
			return err
		}
		q.Visible = wide.visible(comity.HistoryRecord.Resource)
		rows, err := in.tx.FindHistory(ctx, q)
		if err != nil {
			return err
		}
		if len(rows) == q.Limit {
			rows = rows[:q.Limit-1]
			page.Next = rows[len(rows)-1].Record.Id
		}
		page.Happenings, err = in.happenings(ctx, rows)
		return err
	})
	if err != nil {
		return HistoryPage{}, fmt.Errorf("read the history of CO %d: %w", filter.CoId, err)
	}
	return page, nil
}

func isMissing(err error) bool {
	e := (*comity.Error)(nil)
	return errors.As(err, &e) && e.Code == comity.NotFound
}

func (r reading) happenings(ctx context.Context, rows []store.HistoryRow) ([]Happening, error) {
	f := comity.HistoryRecord
	var people []int64
	for _, row := range rows {
		people = append(people, row.Record.Int(f.ActorCoPersonId), row.Record.Int(f.CoPersonId))
	}
	names, err := r.primaryNames(ctx, people)
	if err != nil {
		return nil, err
	}
	all := make([]Happening, len(rows))
	for i, row := range rows {
		all[i] = Happening{
			Record: row.Record, Operation: comity.OpNote, Resource: f.Resource, RecordId: row.Record.Id,
			Actor: names[row.Record.Int(f.ActorCoPersonId)], Whom: names[row.Record.Int(f.CoPersonId)],
		}
		if after := row.Change.After; after != nil {
			all[i].Operation, all[i].Resource, all[i].RecordId = row.Change.Operation, after.Resource, after.Id
			all[i].Change, all[i].Difference = row.Change, row.Change.Difference()
		}
	}
	return all, nil
}
