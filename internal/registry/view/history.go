package view

import (
	"context"
	"fmt"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/store/history"
)

// HistoryFilter narrows the history of a CO. An empty field does not narrow it.
type HistoryFilter struct {
	CoId                                 int64
	CoPersonId, OrgIdentityId, CoGroupId int64
	// Resource is the resource that was changed; RecordId narrows it to one record.
	Resource *comity.Resource
	RecordId int64
	// Actor is the username of who did it.
	Actor string
	// Operation is what was done: comity.OpAdd, OpEdit, OpDelete, OpNote or OpErase.
	Operation string
	// From is inclusive, Until exclusive.
	From, Until time.Time
}

// HistoryEntry is an entry of the history.
type HistoryEntry struct {
	// Record is the HistoryRecord that describes it in words, with what it belongs to and who did it.
	Record *comity.Record
	// Operation is what was done; Resource and RecordId are what was changed, for a note the HistoryRecord
	// itself.
	Operation string
	Resource  *comity.Resource
	RecordId  int64
	// Change has the record before and after, except for a note; Difference lists the changed fields.
	Change     comity.Change
	Difference []comity.FieldChange
	// Actor is the primary name of the CO person who did it or for whom the API user acts, nil if there is
	// none or the caller may not see it.
	Actor *comity.Record
	// Whom is the primary name of the person whom the entry is about.
	Whom *comity.Record
}

// HistoryPage is a page of the history, newest first.
type HistoryPage struct {
	Entries []HistoryEntry
	// Next is the value of before for the next page, 0 if there is none. A page may have few entries, or none, before
	// it: not more than so many are searched at a time.
	Next int64
}

const maxHistoryPage = 500

// History returns what was done in a CO, newest first. before is 0 or the Next of the previous page.
func (r *Reader) History(ctx context.Context, caller authz.Caller, filter HistoryFilter, before int64, limit int) (page HistoryPage, err error) {
	q := history.Query{
		CoId: filter.CoId, CoPersonId: filter.CoPersonId, OrgIdentityId: filter.OrgIdentityId, CoGroupId: filter.CoGroupId,
		Resource: filter.Resource, RecordId: filter.RecordId, Actor: filter.Actor, Operation: filter.Operation,
		From: filter.From, Until: filter.Until, Before: before, Limit: min(max(limit, 1), maxHistoryPage),
	}
	if filter.RecordId != 0 && filter.Resource == nil {
		return page, comity.BadRequest("a record is named by its resource and id")
	}
	err = r.read(ctx, caller, func(in reading) error {
		// The platform may also see the history of a CO that was deleted.
		if err := in.co(ctx, q.CoId); err != nil && (!caller.Platform || comity.CodeOf(err) != comity.NotFound) {
			return err
		}
		wide, err := in.Across(ctx, in.tx)
		if err != nil {
			return err
		}
		q.Visible = wide.Visible(comity.HistoryRecord.Resource)
		found, err := history.Find(ctx, in.tx, q)
		if err != nil {
			return err
		}
		page.Next = found.Next
		page.Entries, err = in.entries(ctx, found.Rows)
		return err
	})
	if err != nil {
		return HistoryPage{}, fmt.Errorf("read the history of CO %d: %w", filter.CoId, err)
	}
	return page, nil
}

func (r reading) entries(ctx context.Context, rows []history.Row) ([]HistoryEntry, error) {
	f := comity.HistoryRecord
	var people []int64
	for _, row := range rows {
		people = append(people, row.Record.Int(f.ActorCoPersonId), row.Record.Int(f.CoPersonId))
	}
	names, err := r.primaryNames(ctx, people)
	if err != nil {
		return nil, err
	}
	all := make([]HistoryEntry, len(rows))
	for i, row := range rows {
		all[i] = HistoryEntry{
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
