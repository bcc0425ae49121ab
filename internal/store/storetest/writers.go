package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
	"comity/internal/store/queue"
)

// testWriters has many writers at the same time, of the same rows and of different ones. The check at the end
// of the topic finds whether the history is complete.
func testWriters(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	t.Run("different rows", func(t *testing.T) {
		co := fx.co(t)
		fx.atOnce(t, 8, 10, func(ctx context.Context, _, _ int) error {
			return fx.store.WriteGrouped(ctx, func(tx *db.Tx) error { return add(ctx, tx, person(co)) })
		})
		if n := len(fx.list(t, comity.CoPerson.Resource, store.Equal("co_id", co))); n != 80 {
			t.Errorf("%d are there, want 80", n)
		}
	})
	t.Run("a counter", func(t *testing.T) { testCounter(t, fx) })
	t.Run("numbers under the exclusive lock", func(t *testing.T) { testExclusive(t, fx) })
	t.Run("people and their memberships", func(t *testing.T) { testSyncAtOnce(t, fx) })
	t.Run("enqueued while others claim", func(t *testing.T) { testEnqueueAtOnce(t, fx) })
	t.Run("a parent that goes", func(t *testing.T) { testParentGoes(t, fx) })
}

// atOnce runs a function times times in each of as many goroutines as there are writers. It must not fail.
func (fx *fixture) atOnce(t *testing.T, writers, times int, fn func(ctx context.Context, writer, time int) error) {
	t.Helper()
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range times {
				if err := fn(t.Context(), w, i); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// testCounter increments the same numbers, in part with WriteAlone, while others read.
func testCounter(t *testing.T, fx *fixture) {
	const writers, times = 8, 12
	f, co := comity.CoPersonRole, fx.co(t)
	owner := fx.person(t, co)
	roles := fx.add(t, row(f.Resource, f.Person, owner, f.Ordr, 0), row(f.Resource, f.Person, owner, f.Ordr, 0))
	fx.atOnce(t, writers, times, func(ctx context.Context, w, i int) error {
		write, id := fx.store.WriteGrouped, roles[(w+i)%2].Id
		switch (w + i) % 5 {
		case 0:
			write = fx.store.WriteAlone
		case 1:
			write = fx.store.Write
		}
		err := write(ctx, func(tx *db.Tx) error {
			where, err := store.Enter(ctx, tx, f.Resource, id, false)
			if err != nil {
				return err
			}
			rec, err := store.GetForUpdate(ctx, tx, f.Resource, id)
			if err != nil {
				return err
			}
			rec.SetInt(f.Ordr, rec.Int(f.Ordr)+1)
			return store.Update(ctx, tx, nil, rec, actor, where)
		})
		if err != nil {
			return err
		}
		return fx.store.Read(ctx, func(tx *db.Tx) error {
			rec, err := store.Get(ctx, tx, f.Resource, id)
			if err == nil && rec.Int(f.Ordr) != rec.Revision {
				t.Errorf("counted %d in revision %d", rec.Int(f.Ordr), rec.Revision)
			}
			return err
		})
	})
	for _, role := range roles {
		if rec := fx.get(t, f.Resource, role.Id); rec.Int(f.Ordr) != writers*times/2 || rec.Revision != writers*times/2 {
			t.Errorf("counted %d in %d revisions, want %d", rec.Int(f.Ordr), rec.Revision, writers*times/2)
		}
	}
}

// testExclusive assigns numbers, each once.
func testExclusive(t *testing.T, fx *fixture) {
	const writers, times = 8, 5
	f, co := comity.CoProvisioningTarget, fx.co(t)
	fx.atOnce(t, writers, times, func(ctx context.Context, _, _ int) error {
		return fx.store.Write(ctx, func(tx *db.Tx) error {
			if _, err := store.EnterCO(ctx, tx, co, true); err != nil {
				return err
			}
			rec := row(f.Resource, f.CoId, co, f.Plugin, comity.PluginAPI)
			rec.CoId = co
			next, err := store.NextNumber(ctx, tx, rec, f.Ordr)
			if err != nil {
				return err
			}
			rec.SetInt(f.Ordr, next)
			return store.Insert(ctx, tx, rec, actor, db.Place{CoId: co})
		})
	})
	var numbers []int64
	for _, rec := range fx.list(t, f.Resource, store.Equal("co_id", co)) {
		numbers = append(numbers, rec.Int(f.Ordr))
	}
	slices.Sort(numbers)
	if numbers = slices.Compact(numbers); len(numbers) != writers*times || numbers[len(numbers)-1] != writers*times {
		t.Errorf("numbers %v, want 1 to %d", numbers, writers*times)
	}
}

// testSyncAtOnce changes the statuses of people, with their memberships, while all memberships of the CO are
// synchronized again and again.
func testSyncAtOnce(t *testing.T, fx *fixture) {
	w := coSpec{people: slices.Repeat([]string{comity.Active}, 6), groups: []groupSpec{{-1, comity.GroupMembers, true}, {-1, comity.GroupActive, true}}}
	x := fx.addCO(t, w)
	f := comity.CoPerson
	fx.atOnce(t, 8, 6, func(ctx context.Context, writer, i int) error {
		if writer >= len(x.people) {
			return fx.store.WriteAlone(ctx, func(tx *db.Tx) error {
				if _, err := store.EnterCO(ctx, tx, x.co, true); err != nil {
					return err
				}
				_, err := groups.SyncAutomatic(ctx, tx, groups.Scope{CoId: x.co}, automatic, actor)
				return err
			})
		}
		return fx.store.WriteGrouped(ctx, func(tx *db.Tx) error {
			id := x.people[(writer+i)%len(x.people)]
			status := []string{comity.Active, comity.Suspended, comity.Deleted}[i%3]
			if _, err := edit(ctx, tx, f.Resource, id, f.Status, status); err != nil {
				return err
			}
			_, err := groups.SyncAutomatic(ctx, tx, groups.Scope{CoId: x.co, CoPersonId: id}, automatic, actor)
			return err
		})
	})
	for i, rec := range fx.list(t, f.Resource, store.Equal("co_id", x.co)) {
		w.people[i] = rec.Text(f.Status)
	}
	m := comity.CoGroupMember
	members := fx.list(t, m.Resource, store.Equal("co_id", x.co))
	for g := range w.groups {
		for p := range w.people {
			in := slices.ContainsFunc(members, func(rec *comity.Record) bool {
				return rec.Int(m.CoGroupId) == x.groups[g] && rec.OwnedBy(comity.OwnerCO) == x.people[p]
			})
			if in != w.entitled(g, p) {
				t.Errorf("person %d, who is %s, in group %d: %v", p, w.people[p], g, in)
			}
		}
	}
}

// testEnqueueAtOnce enqueues deliveries of people, in any order, while workers claim and finish them: no delivery
// is lost, and none is left.
func testEnqueueAtOnce(t *testing.T, fx *fixture) {
	co := fx.co(t)
	target := fx.provisioningTarget(t, co)
	var all []int64
	for range 12 {
		all = append(all, fx.person(t, co).Id)
	}
	delivered := map[int64]int64{} // the last version of each person that was delivered
	var mu sync.Mutex
	deliver := func(ctx context.Context) (n int, err error) {
		var got []queue.Delivery
		err = fx.store.Write(ctx, func(tx *db.Tx) (err error) {
			got, err = queue.Claim(ctx, tx, target.Id, 5, time.Hour)
			return err
		})
		if err != nil || len(got) == 0 {
			return 0, err
		}
		var outcomes []queue.Outcome
		mu.Lock()
		for _, d := range got {
			delivered[d.Subject.Id] = max(delivered[d.Subject.Id], d.Version)
			outcomes = append(outcomes, queue.Outcome{Delivery: d, OK: true})
		}
		mu.Unlock()
		return len(got), fx.store.Write(ctx, func(tx *db.Tx) error { return queue.Finish(ctx, tx, outcomes) })
	}
	fx.atOnce(t, 8, 10, func(ctx context.Context, writer, i int) error {
		if writer%2 == 0 {
			_, err := deliver(ctx)
			return err
		}
		some := []int64{all[(writer*i)%12], all[(writer+5*i)%12], all[(7*i)%12]}
		return fx.store.Write(ctx, func(tx *db.Tx) error {
			for _, person := range some {
				queue.PersonChanged(tx, co, person)
			}
			return nil
		})
	})
	for n := 1; n > 0; {
		var err error
		if n, err = deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range fx.deliveries(t, co) {
		if !d.Due.IsZero() || d.InFlight || delivered[d.person] != d.Version {
			t.Errorf("delivered up to version %d of %+v", delivered[d.person], d)
		}
	}
}

// testParentGoes deletes people while others add records to them: the added records are deleted too.
func testParentGoes(t *testing.T, fx *fixture) {
	f, co := comity.EmailAddress, fx.co(t)
	var all []*comity.Record
	for range 12 {
		all = append(all, fx.person(t, co))
	}
	fx.atOnce(t, 6, len(all), func(ctx context.Context, writer, i int) error {
		err := fx.store.WriteGrouped(ctx, func(tx *db.Tx) error {
			if writer == 0 {
				return remove(ctx, tx, all[i].Resource, all[i].Id)
			}
			if err := add(ctx, tx, row(f.Resource, f.Person, all[i])); err != nil {
				return err
			}
			_, err := edit(ctx, tx, all[i].Resource, all[i].Id)
			return err
		})
		if writer != 0 && (errors.Is(err, db.ErrNotFound) || errors.Is(err, db.ErrConflict)) {
			return nil
		}
		return err
	})
	if n := len(fx.list(t, f.Resource, store.Equal("co_id", co))); n > 0 {
		t.Errorf("%d are left of people who are gone", n)
	}
}
