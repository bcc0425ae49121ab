package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// checkEach compares the records of a resource, read one after the other into the same record, with those that are read
// into records of their own.
func (fx *fixture) checkEach(t tb, r *comity.Resource) {
	t.Helper()
	page := store.Page{Resource: r, Limit: 10_000}
	var want []*comity.Record
	var got []map[string]string
	fx.read(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if want, err = page.Records(ctx, tx); err != nil {
			return err
		}
		return page.Each(ctx, tx, func(rec *comity.Record) error {
			got = append(got, stored(rec))
			return nil
		})
	})
	if len(got) != len(want) {
		t.Fatalf("%d %s one after the other, %d together", len(got), r.Plural, len(want))
	}
	for i, rec := range want {
		if diff := cmp.Diff(stored(rec), got[i]); diff != "" {
			t.Errorf("%s %d (-together +one after the other):\n%s", r.Singular, rec.Id, diff)
		}
	}
}

// testConditions filters lists by the values of columns.
func testConditions(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	co := fx.co(t)
	fx.co(t) // so that ids of one table are not those of another
	unit := fx.insert(t, comity.Cou.Resource, comity.Cou.CoId, co)
	f := comity.CoGroup
	groups := fx.add(t,
		row(f.Resource, f.CoId, co, f.Name, "a", f.Open, true),
		row(f.Resource, f.CoId, co, f.Name, "B", f.Open, false, f.Status, comity.Suspended, f.Description, ""),
		row(f.Resource, f.CoId, co, f.Name, "ä", f.Open, true, f.CouId, unit, f.Description, "of a unit"),
		row(f.Resource, f.CoId, co, f.Name, "NULL", f.Open, false, f.CouId, unit, f.GroupType, comity.GroupClusters),
	)
	id := func(i int) int64 { return groups[i].Id }
	many := []int64{id(2)}
	for i := range 600 {
		many = append(many, 1_000_000+int64(i))
	}
	inCO := store.Equal("co_id", co)

	for _, tt := range []struct {
		name       string
		conditions []db.Condition
		want       []int
	}{
		{"none but the CO", nil, []int{0, 1, 2, 3}},
		{"a text", []db.Condition{store.Equal(f.Name.Column, "B")}, []int{1}},
		{"a text in another case", []db.Condition{store.Equal(f.Name.Column, "b")}, nil},
		{"a text that is empty", []db.Condition{store.Equal(f.Description.Column, "")}, []int{1}},
		{"a text that is a word of SQL", []db.Condition{store.Equal(f.Name.Column, "NULL")}, []int{3}},
		{"a text with a quote", []db.Condition{store.Equal(f.Name.Column, "' OR 1 = 1 --")}, nil},
		{"a number", []db.Condition{store.Equal(f.CouId.Column, unit.Id)}, []int{2, 3}},
		{"true", []db.Condition{store.Equal(f.Open.Column, true)}, []int{0, 2}},
		{"false", []db.Condition{store.Equal(f.Open.Column, false)}, []int{1, 3}},
		{"no value", []db.Condition{store.IsNull(f.CouId.Column)}, []int{0, 1}},
		{"no value, unlike an empty text", []db.Condition{store.IsNull(f.Description.Column)}, []int{0, 3}},
		{"one of no ids", []db.Condition{store.In("id", nil)}, nil},
		{"one of one id", []db.Condition{store.In("id", []int64{id(1)})}, []int{1}},
		{"one of two ids, the later first", []db.Condition{store.In("id", []int64{id(3), id(0)})}, []int{0, 3}},
		{"one of five ids, some the same", []db.Condition{store.In("id", []int64{id(0), id(0), id(1), id(0), id(0)})}, []int{0, 1}},
		{"one of many ids", []db.Condition{store.In("id", many)}, []int{2}},
		{"one of a text", []db.Condition{store.OneOf(f.GroupType.Column, comity.GroupClusters)}, []int{3}},
		{"one of texts", []db.Condition{store.OneOf(f.Name.Column, "a", "ä", "A", "", "x")}, []int{0, 2}},
		{"another one", []db.Condition{store.NotID(id(0))}, []int{1, 2, 3}},
		{"nothing", []db.Condition{store.NoRecord()}, nil},
		{"two", []db.Condition{store.Equal(f.Open.Column, true), store.IsNull(f.CouId.Column)}, []int{0}},
		{"two that exclude each other", []db.Condition{store.Equal(f.Open.Column, true), store.Equal(f.Open.Column, false)}, nil},
		{"many", []db.Condition{
			store.OneOf(f.Name.Column, "B", "ä", "NULL"), store.NotID(id(1)), store.In(f.CouId.Column, []int64{unit.Id}),
			store.Equal(f.GroupType.Column, comity.GroupStandard),
		}, []int{2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fx.checkFound(t, f.Resource, groups, tt.want, append(tt.conditions, inCO)...)
		})
	}
	t.Run("of the other CO", func(t *testing.T) {
		fx.checkFound(t, f.Resource, groups, nil, store.Equal("co_id", fx.co(t)))
	})
	t.Run("member now", func(t *testing.T) { testHasMemberNow(t, fx) })
}

// checkFound fails the test unless just those records meet the conditions, by List and by Any.
func (fx *fixture) checkFound(t *testing.T, r *comity.Resource, all []*comity.Record, want []int, conditions ...db.Condition) {
	t.Helper()
	var wanted []*comity.Record
	for _, i := range want {
		wanted = append(wanted, all[i])
	}
	got := fx.list(t, r, conditions...)
	if diff := cmp.Diff(ids(wanted), ids(got)); diff != "" {
		t.Errorf("List (-want +got):\n%s", diff)
	}
	fx.read(t, func(ctx context.Context, tx *db.Tx) error {
		there, err := store.Any(ctx, tx, r, conditions...)
		if there != (len(want) > 0) {
			t.Errorf("Any says %v", there)
		}
		return err
	})
}

// testHasMemberNow finds the groups that a person is a member or owner of.
func testHasMemberNow(t *testing.T, fx *fixture) {
	f := comity.CoGroupMember
	co := fx.co(t)
	person, other := fx.person(t, co), fx.person(t, co)
	now := time.Date(2026, 11, 21, 12, 0, 0, 999_999_000, time.UTC)
	for _, tt := range []struct {
		name  string
		pairs []any
		want  bool
	}{
		{"a member", []any{f.Member, true}, true},
		{"an owner", []any{f.Owner, true}, true},
		{"both", []any{f.Member, true, f.Owner, true}, true},
		{"neither", nil, false},
		{"from this second on", []any{f.Member, true, f.ValidFrom, now}, true},
		{"from the next second on", []any{f.Member, true, f.ValidFrom, now.Add(time.Second)}, false},
		{"through this second", []any{f.Member, true, f.ValidThrough, now}, true},
		{"through the last second", []any{f.Member, true, f.ValidThrough, now.Add(-time.Second)}, false},
		{"inside", []any{f.Member, true, f.ValidFrom, now.Add(-time.Hour), f.ValidThrough, now.Add(time.Hour)}, true},
		{"before", []any{f.Owner, true, f.ValidFrom, now.Add(time.Hour), f.ValidThrough, now.Add(2 * time.Hour)}, false},
		{"after", []any{f.Owner, true, f.ValidFrom, now.Add(-2 * time.Hour), f.ValidThrough, now.Add(-time.Hour)}, false},
		{"since long ago", []any{f.Member, true, f.ValidFrom, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)}, true},
		{"for ever", []any{f.Member, true, f.ValidThrough, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			group := fx.insert(t, comity.CoGroup.Resource, comity.CoGroup.CoId, co)
			fx.insert(t, f.Resource, slices.Concat([]any{f.CoGroupId, group, f.Person, person}, tt.pairs)...)
			fx.insert(t, f.Resource, f.CoGroupId, group, f.Person, other)
			for who, want := range map[int64]bool{person.Id: tt.want, other.Id: false} {
				found := slices.Contains(ids(fx.list(t, comity.CoGroup.Resource, store.HasMemberNow(who, now))), group.Id)
				if found != want {
					t.Errorf("person %d of %d: found is %v", who, person.Id, found)
				}
			}
		})
	}
}
