package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// testRules runs the queries that single rules of the registry need.
func testRules(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	t.Run("statuses of roles", func(t *testing.T) {
		f, co := comity.CoPersonRole, fx.co(t)
		person, other := fx.person(t, co), fx.person(t, co)
		statuses := func() (found []string) {
			fx.read(t, func(ctx context.Context, tx *db.Tx) (err error) {
				found, _, err = store.RoleStatuses(ctx, tx, person.Id)
				return err
			})
			slices.Sort(found)
			return found
		}
		if got := statuses(); got != nil {
			t.Errorf("statuses of none are %v", got)
		}
		for _, s := range []string{comity.Suspended, comity.Active, comity.Suspended} {
			fx.insert(t, f.Resource, f.Person, person, f.Status, s)
		}
		fx.insert(t, f.Resource, f.Person, other, f.Status, comity.Expired)
		if diff := cmp.Diff([]string{comity.Active, comity.Suspended}, statuses()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("revisions with a value", func(t *testing.T) { testRevisionsWith(t, fx) })
	t.Run("credentials", func(t *testing.T) { testCredentials(t, fx) })
	t.Run("no more records than an owner may have", func(t *testing.T) {
		owner := fx.person(t, fx.co(t))
		refusal := errors.New("a refusal in the test")
		for name, write := range map[string]func(context.Context, func(*db.Tx) error) error{"Write": fx.store.Write, "WriteGrouped": fx.store.WriteGrouped} {
			for range 3 {
				err := write(t.Context(), func(tx *db.Tx) error {
					rec := row(comity.Url.Resource, comity.Url.Person, owner)
					if err := store.AtMost(t.Context(), tx, rec, 2, refusal); err != nil {
						return err
					}
					return add(t.Context(), tx, rec)
				})
				if n := len(fx.list(t, comity.Url.Resource, store.Equal(comity.OwnerCO.Column, owner.Id))); n > 2 || (err != nil) != errors.Is(err, refusal) || err != nil && n != 2 {
					t.Errorf("%s: error %v, and %d are there", name, err, n)
				}
			}
		}
	})
}

func testRevisionsWith(t *testing.T, fx *fixture) {
	f, co := comity.CoPerson, fx.co(t)
	person := fx.person(t, co, f.Status, comity.Pending)
	other := fx.person(t, co, f.Status, comity.Expired)
	for _, s := range []string{comity.Active, comity.Suspended, comity.Active} {
		fx.edit(t, f.Resource, person.Id, f.Status, s, f.Timezone, "it's \"UTC\"")
	}
	for _, tt := range []struct {
		name  string
		rec   *comity.Record
		field *comity.Field
		value string
		want  int64
	}{
		{"once", person, f.Status, comity.Pending, 1},
		{"before and now", person, f.Status, comity.Active, 2},
		{"before", person, f.Status, comity.Suspended, 1},
		{"never", person, f.Status, comity.Expired, 0},
		{"of the other one", other, f.Status, comity.Expired, 1},
		{"of another resource with that id", row(comity.Cou.Resource), f.Status, comity.Active, 0},
		{"with quotes", person, f.Timezone, "it's \"UTC\"", 3},
		{"in another case", person, f.Status, "active", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := tt.rec.Clone()
			if rec.Id == 0 {
				rec.Id = person.Id
			}
			fx.read(t, func(ctx context.Context, tx *db.Tx) error {
				got, err := store.RevisionsWith(ctx, tx, rec, tt.field, tt.value)
				if got != tt.want {
					t.Errorf("%d revisions, want %d", got, tt.want)
				}
				return err
			})
		})
	}
}

func testCredentials(t *testing.T, fx *fixture) {
	f, co := comity.ApiUser, fx.co(t)
	digest := "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
	user := fx.insert(t, f.Resource, f.CoId, co, f.Username, "co_2.app", f.ApiKey, digest, f.RemoteIp, `^10\.`, f.StringIds, true)
	fx.insert(t, f.Resource, f.CoId, co, f.Username, "without.key")
	credential := func(name string) (c comity.Credential, err error) {
		err = fx.store.Read(t.Context(), func(tx *db.Tx) (err error) {
			c, err = store.Credential(t.Context(), tx, name)
			return err
		})
		return c, err
	}
	known := func(t *testing.T, name, digest, coStatus string) {
		t.Helper()
		c, err := credential(name)
		if err != nil {
			t.Fatal(err)
		}
		if c.Digest != digest || c.CoStatus != coStatus {
			t.Errorf("digest %q of a CO that is %s", c.Digest, c.CoStatus)
		}
		same(t, fx.list(t, f.Resource, store.Equal(f.Username.Column, name))[0], c.User)
	}
	t.Run("known", func(t *testing.T) { known(t, "co_2.app", digest, comity.Active) })
	t.Run("without a key", func(t *testing.T) { known(t, "without.key", "", comity.Active) })
	t.Run("after an edit that does not name the key", func(t *testing.T) {
		fx.edit(t, f.Resource, user.Id, f.RemoteIp, comity.EmptyCell())
		known(t, "co_2.app", digest, comity.Active)
	})
	t.Run("of a suspended CO", func(t *testing.T) {
		fx.edit(t, comity.Co.Resource, co, comity.Co.Status, comity.Suspended)
		known(t, "co_2.app", digest, comity.Suspended)
	})
	for _, name := range []string{"", "CO_2.app", "co_2.app ", "co%", "nobody", "' OR 1=1 --"} {
		t.Run("unknown "+name, func(t *testing.T) {
			if _, err := credential(name); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("error %v, want ErrNotFound", err)
			}
		})
	}
	t.Run("deleted", func(t *testing.T) {
		fx.remove(t, f.Resource, user.Id)
		if _, err := credential("co_2.app"); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("error %v, want ErrNotFound", err)
		}
	})
}

// testDeleteOldIdempotencyKeys deletes old idempotency keys, a few at a time.
func testDeleteOldIdempotencyKeys(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	claim := func(key string) (now time.Time) {
		return fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, _, err := store.ClaimIdempotencyKey(ctx, tx, "ada", key, "request", time.Time{})
			return err
		})
	}
	for i := range 5 {
		claim(fmt.Sprint("old ", i))
	}
	before := claim("new")
	for _, want := range []int64{2, 2, 1, 0} {
		fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			n, err := store.DeleteOldIdempotencyKeys(ctx, tx, before, 2)
			if n != want {
				t.Errorf("%d keys were deleted, want %d", n, want)
			}
			return err
		})
	}
	if n := fx.count(t, `SELECT count(*) FROM idempotency_keys WHERE key = 'new'`); n != 1 {
		t.Errorf("the new key is there %d times", n)
	}
}
