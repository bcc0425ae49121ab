package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testLists reads long lists a page at a time.
func testLists(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	f := comity.Url
	co := fx.co(t)
	people := []*comity.Record{fx.person(t, co), fx.person(t, co)}
	var urls []*comity.Record
	for i := range 250 {
		// Alternately of two people, so that the ids of each have gaps.
		urls = append(urls, row(f.Resource, f.Person, people[i%2], f.Description, fmt.Sprint(i)))
	}
	urls = fx.add(t, urls...)
	var odd []*comity.Record
	for i, rec := range urls {
		if i%2 == 1 {
			odd = append(odd, rec)
		}
	}
	mine := store.Equal(comity.OwnerCO.Column, people[1].Id)

	for _, tt := range []struct {
		name       string
		size       int
		conditions []db.Condition
		want       []*comity.Record
	}{
		{"pages that leave a rest", 100, []db.Condition{store.Equal("co_id", co)}, urls},
		{"pages that leave none", 125, []db.Condition{store.Equal("co_id", co)}, urls},
		{"one page", 250, []db.Condition{store.Equal("co_id", co)}, urls},
		{"a page that is not full", 1000, []db.Condition{store.Equal("co_id", co)}, urls},
		{"pages of one", 1, []db.Condition{mine}, odd},
		{"pages of one parent", 100, []db.Condition{mine}, odd},
		{"conditions together", 40, []db.Condition{mine, store.Equal("co_id", co)}, odd},
		{"pages of nothing", 100, []db.Condition{mine, store.NoRecord()}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []*comity.Record
			for after, pages := int64(0), 0; ; pages++ {
				page := fx.page(t, f.Resource, after, tt.size, tt.conditions...)
				got = append(got, page...)
				if len(page) < tt.size {
					if want := len(tt.want) / tt.size; pages != want {
						t.Errorf("%d full pages, want %d", pages, want)
					}
					break
				}
				after = page[len(page)-1].Id
			}
			sameAll(t, tt.want, got)
		})
	}
	t.Run("what comes and goes between two pages", func(t *testing.T) {
		first := fx.page(t, f.Resource, 0, 100, mine)
		fx.remove(t, f.Resource, first[0].Id)
		fx.remove(t, f.Resource, odd[110].Id)
		late := fx.insert(t, f.Resource, f.Person, people[1])
		got := fx.page(t, f.Resource, first[99].Id, 100, mine)
		want := append(slices.Delete(slices.Clone(odd), 110, 111)[100:], late)
		sameAll(t, want, got)
	})
}

func (fx *fixture) page(t tb, r *comity.Resource, after int64, limit int, conditions ...db.Condition) (page []*comity.Record) {
	t.Helper()
	fx.read(t, func(ctx context.Context, tx *db.Tx) (err error) {
		page, err = store.List(ctx, tx, r, after, limit, conditions...)
		return err
	})
	return page
}
