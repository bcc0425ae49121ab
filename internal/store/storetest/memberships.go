package storetest

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

// testMemberships reads the memberships that are valid at a time.
func testMemberships(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	f, g := comity.CoGroupMember, comity.CoGroup
	co := fx.co(t)
	unit := fx.insert(t, comity.Cou.Resource, comity.Cou.CoId, co)
	ada, bob, none := fx.person(t, co), fx.person(t, co), fx.person(t, co)
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	var want []groups.PersonMembership
	put := func(counts bool, who *comity.Record, group, pairs []any) {
		t.Helper()
		in := fx.insert(t, g.Resource, append([]any{g.CoId, co}, group...)...)
		fx.insert(t, f.Resource, slices.Concat([]any{f.CoGroupId, in, f.Person, who}, pairs)...)
		if counts {
			want = append(want, groups.PersonMembership{
				CoPersonId: who.Id, CoGroupId: in.Id, CouId: in.Int(g.CouId), Name: in.Text(g.Name), GroupType: in.Text(g.GroupType),
			})
		}
	}
	member := []any{f.Member, true}
	put(true, ada, nil, member)
	put(true, bob, nil, member)
	put(true, ada, []any{g.CouId, unit, g.GroupType, comity.GroupActive, g.Name, "ünï \"x\""}, member)
	put(true, ada, nil, []any{f.Member, true, f.Owner, true})
	put(false, ada, nil, []any{f.Owner, true})
	put(false, ada, nil, nil)
	put(false, ada, []any{g.Status, comity.Suspended}, member)
	put(true, ada, nil, []any{f.Member, true, f.ValidFrom, now, f.ValidThrough, now})
	put(false, ada, nil, []any{f.Member, true, f.ValidFrom, now.Add(time.Second)})
	put(false, ada, nil, []any{f.Member, true, f.ValidThrough, now.Add(-time.Second)})

	for _, tt := range []struct {
		name   string
		people []int64
	}{
		{"of nobody", nil},
		{"of one", []int64{ada.Id}},
		{"of two", []int64{bob.Id, ada.Id}},
		{"of one who has none", []int64{none.Id}},
		{"of many, who are mostly not there", append(slices.Repeat([]int64{1 << 40}, 100), bob.Id)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []groups.PersonMembership
			fx.read(t, func(ctx context.Context, tx *db.Tx) (err error) {
				got, err = groups.MembershipsNow(ctx, tx, tt.people, comity.Active, now)
				return err
			})
			slices.SortFunc(got, func(a, b groups.PersonMembership) int { return cmp.Compare(a.CoGroupId, b.CoGroupId) })
			var wanted []groups.PersonMembership
			for _, m := range want {
				if slices.Contains(tt.people, m.CoPersonId) {
					wanted = append(wanted, m)
				}
			}
			if diff := gocmp.Diff(wanted, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
