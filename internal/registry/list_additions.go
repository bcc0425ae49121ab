package registry

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
)

// additions are the parameters that every list accepts in addition to the original API's.
var additions = map[string]func(q *query, value string) error{
	"limit": func(q *query, value string) (err error) {
		q.limit, err = ParseLimit(value)
		return err
	},
	"after": func(q *query, value string) (err error) {
		q.after, err = ParseAfter(value, "Id of the last record")
		return err
	},
	"modifiedsince": func(q *query, value string) (err error) {
		q.since, err = ParseMoment("modifiedsince", value)
		if epoch := time.Unix(0, 0).UTC(); err == nil && q.since.Before(epoch) {
			q.since = epoch // nothing was changed before the epoch, and the zero time means that the parameter is missing
		}
		return err
	},
	"deleted": func(q *query, value string) (err error) {
		q.deleted, err = ParseBoolean("deleted", value)
		return err
	},
	"expand": (*query).addExpand,
}

// ParseLimit parses the length of a page of a list.
func ParseLimit(value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > MaxPage {
		return 0, comity.BadRequest("limit is %q, it must be a number from 1 to %d", value, MaxPage)
	}
	return n, nil
}

// ParseAfter parses the id after which a page begins; last names what the previous page ended with.
func ParseAfter(value, last string) (int64, error) {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil || id < 0 {
		return 0, comity.BadRequest("after is %q, it must be the %s of the page before", value, last)
	}
	return id, nil
}

// ParseBoolean parses a parameter that is true or false.
func ParseBoolean(name, value string) (bool, error) {
	if value != "true" && value != "false" {
		return false, comity.BadRequest("%s is %q, it must be true or false", name, value)
	}
	return value == "true", nil
}

// SinceLayout is the format of the time from which to ask next, to the microsecond.
const SinceLayout = "2006-01-02 15:04:05.000000"

// ParseMoment parses a parameter that is a time in UTC, to the microsecond if need be.
func ParseMoment(name, value string) (time.Time, error) {
	for _, layout := range []string{comity.TimeLayout, time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, comity.BadRequest("%s is %q, it must be a time in UTC written YYYY-MM-DD HH:MM:SS", name, value)
}

// addExpand parses which dependents of the listed records are shown with them.
func (q *query) addExpand(value string) error {
	for _, name := range strings.Split(value, ",") {
		i := slices.IndexFunc(comity.All(), func(r *comity.Resource) bool { return r.Plural == strings.TrimSpace(name) })
		if i < 0 || expansionColumn(q.resource, comity.All()[i]) == nil {
			return comity.BadRequest("expand names %q, which is not listed by a %s", name, q.resource.Noun)
		}
		if res := comity.All()[i]; !slices.Contains(q.expand, res) {
			q.expand = append(q.expand, res)
		}
	}
	return nil
}

// expansionColumn returns the parameter by which child is listed for its parent, nil if it is not.
func expansionColumn(parent, child *comity.Resource) *comity.Parent {
	for _, p := range child.Parents() {
		if p.Resource == parent && p.Column != "" {
			return &p
		}
	}
	return nil
}

// checkDeleted returns an error if deleted records cannot be listed by the query's other parameters.
func (q *query) checkDeleted() error {
	if !q.deleted {
		return nil
	}
	if q.since.IsZero() {
		return comity.BadRequest("deleted=true goes with modifiedsince: it lists what was deleted since")
	}
	for _, p := range q.parents {
		if p.Column == "" {
			return comity.BadRequest("deleted=true does not go with %s: who was tied to what was deleted is not kept", p.Key)
		}
	}
	for column := range q.hangs {
		if !slices.Contains([]string{"co_id", "co_person_id", "org_identity_id", "co_group_id"}, column) {
			return comity.BadRequest("deleted=true goes with coid, copersonid, orgidentityid and cogroupid only")
		}
	}
	if len(q.keys) > 0 {
		return comity.BadRequest("deleted=true goes with no search")
	}
	return nil
}

// page reads the records after an id in order of Id. A search begins with the exact matches, as clients take
// the first record; later pages continue after the last record of the page before.
func (q *query) page(ctx context.Context, tx *store.Tx, after int64, limit int) ([]*comity.Record, error) {
	if len(q.exact) == 0 || q.limit > 0 {
		return q.read(ctx, tx, after, limit, q.parts...)
	}
	exact := store.AllOf(q.exact...)
	var records []*comity.Record
	var err error
	if !q.exactRead {
		records, err = q.read(ctx, tx, after, limit, exact)
		if err != nil || len(records) == limit {
			return records, err
		}
		q.exactRead, after = true, q.after
	}
	rest, err := q.read(ctx, tx, after, limit-len(records), append(slices.Clone(q.parts), store.Not(exact))...)
	return append(records, rest...), err
}

// read reads the records after an id in order of Id, including deleted ones if they are asked for, each with
// the dependents to be shown with it.
func (q *query) read(ctx context.Context, tx *store.Tx, after int64, limit int, conditions ...store.Condition) ([]*comity.Record, error) {
	records, err := tx.List(ctx, q.resource, after, limit, append(slices.Clone(q.conditions), conditions...)...)
	if err != nil {
		return nil, err
	}
	if err := authz.Redact(ctx, tx, q.filter.Caller, records); err != nil {
		return nil, err
	}
	if q.deleted {
		gone, err := tx.ListDeleted(ctx, q.resource, q.since, after, limit, q.hangs)
		if err != nil {
			return nil, err
		}
		records = append(records, gone...)
		slices.SortFunc(records, func(a, b *comity.Record) int { return int(a.Id - b.Id) })
		records = records[:min(len(records), limit)]
	}
	for _, res := range q.expand {
		if err := q.expandWith(ctx, tx, res, records); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// expandWith reads the records of a resource that belong to a page of records, in one query.
func (q *query) expandWith(ctx context.Context, tx *store.Tx, child *comity.Resource, records []*comity.Record) error {
	key := expansionColumn(q.resource, child)
	ids := make([]int64, len(records))
	for i, rec := range records {
		ids[i] = rec.Id
	}
	hanging, err := tx.ListBy(ctx, child, key.Column, ids, q.filter.Seen(child)...)
	if err != nil {
		return err
	}
	if err := authz.Redact(ctx, tx, q.filter.Caller, slices.Concat(slices.Collect(maps.Values(hanging))...)); err != nil {
		return err
	}
	for _, rec := range records {
		rec.Expanded = append(rec.Expanded, comity.Expansion{Resource: child, Records: hanging[rec.Id]})
	}
	return nil
}
