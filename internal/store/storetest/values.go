package storetest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
)

// stored returns the values of a record as they are read: absent and empty cells are the same, and secrets are
// left out.
func stored(rec *comity.Record) map[string]string {
	out := map[string]string{
		"Id": strconv.FormatInt(rec.Id, 10), "its CO": strconv.FormatInt(rec.CoId, 10),
		"Created": rec.Created.Format(time.RFC3339Nano), "Modified": rec.Modified.Format(time.RFC3339Nano),
		"Revision": strconv.FormatInt(rec.Revision, 10), "Actor": rec.Actor,
	}
	for _, f := range rec.Resource.Fields {
		cell := rec.Get(f)
		if !cell.HasValue() || f.Kind == comity.Secret {
			continue
		}
		switch f.Kind {
		case comity.Text, comity.Code, comity.Date, comity.Secret:
			out[f.Name] = strconv.Quote(cell.Text())
		case comity.Integer, comity.Boolean, comity.Time, comity.Reference:
			out[f.Name] = strconv.FormatInt(cell.Int(), 10)
		case comity.Owner:
			out[f.Name] = fmt.Sprintf("%s %d", cell.Text(), cell.Int())
		}
	}
	return out
}

// same fails the test unless the record is read as it was stored.
func same(t tb, want, got *comity.Record) {
	t.Helper()
	if diff := cmp.Diff(stored(want), stored(got)); diff != "" {
		t.Errorf("%s %d (-stored +read):\n%s", want.Resource.Singular, want.Id, diff)
	}
}

// sameAll fails the test unless got are the records of want, in this order.
func sameAll(t tb, want, got []*comity.Record) {
	t.Helper()
	all := func(records []*comity.Record) []map[string]string {
		out := make([]map[string]string, len(records))
		for i, rec := range records {
			out[i] = stored(rec)
		}
		return out
	}
	if diff := cmp.Diff(all(want), all(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// ids returns the ids of records, in their order.
func ids(records []*comity.Record) []int64 {
	out := make([]int64, len(records))
	for i, rec := range records {
		out[i] = rec.Id
	}
	return out
}

// data returns a record's values as the history stores them.
func data(rec *comity.Record) map[string]any {
	out := map[string]any{}
	for _, f := range rec.Resource.Fields {
		cell := rec.Get(f)
		if !cell.HasValue() {
			continue
		}
		number := json.Number(strconv.FormatInt(cell.Int(), 10))
		switch f.Kind {
		case comity.Text, comity.Code, comity.Date:
			out[f.Name] = cell.Text()
		case comity.Integer, comity.Reference:
			out[f.Name] = number
		case comity.Boolean:
			out[f.Name] = cell.Bool()
		case comity.Time:
			out[f.Name] = rec.Time(f).Format(comity.TimeLayout)
		case comity.Owner:
			out[f.Name] = map[string]any{"Type": cell.Text(), "Id": number}
		case comity.Secret:
		}
	}
	return out
}

// each runs a test for every resource.
func each(t *testing.T, test func(*testing.T, *comity.Resource)) {
	for _, r := range comity.Stored() {
		t.Run(r.Singular, func(t *testing.T) { test(t, r) })
	}
}
