package storetest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/admin"
	"comity/internal/store/db"
)

// testSecrets stores the passwords of servers, and reads them back with the right key and a wrong one.
func testSecrets(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	t.Run("are sealed where they lie", func(t *testing.T) { testSealed(t, fx) })
	t.Run("are opened for a destination", func(t *testing.T) { testDestination(t, fx) })
	t.Run("with a wrong key", func(t *testing.T) {
		co := fx.co(t)
		target, _ := fx.target(t, co, "s3cret")
		wrong := b.open(t, fx.name, db.Options{Sealer: sealer(t, 2)})
		err := wrong.Read(t.Context(), func(tx *db.Tx) error {
			_, err := store.Destination(t.Context(), tx, target.Id)
			return err
		})
		for _, want := range []string{sealer(t, 1).KeyID(), sealer(t, 2).KeyID(), "--secret-key-file"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v does not say %s", err, want)
			}
		}
	})
	t.Run("claim of the key", func(t *testing.T) { testClaimKey(t, b) })
}

// target adds a target with its settings and its server, which has the password.
func (fx *fixture) target(t tb, co int64, password any) (target, server *comity.Record) {
	t.Helper()
	h, s := comity.HttpServer, comity.CoApiProvisionerTarget
	target = fx.provisioningTarget(t, co)
	parent := fx.insert(t, comity.Server.Resource, comity.Server.CoId, co)
	server = fx.insert(t, h.Resource, h.ServerId, parent, h.Password, password)
	fx.insert(t, s.Resource, s.CoProvisioningTargetId, target, s.ServerId, parent)
	return target, server
}

func (fx *fixture) destination(t tb, target int64) (d comity.Destination) {
	t.Helper()
	fx.read(t, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = store.Destination(ctx, tx, target)
		return err
	})
	return d
}

// sealed returns a server's password as stored.
func (fx *fixture) sealed(t tb, server int64) (sealed []byte) {
	t.Helper()
	err := fx.raw.QueryRowContext(t.Context(), `SELECT password FROM http_servers WHERE id = $1`, server).Scan(&sealed)
	if err != nil {
		t.Fatalf("password: %v", err)
	}
	return sealed
}

func testSealed(t *testing.T, fx *fixture) {
	const secret = "c0rrect horse battery staple"
	co := fx.co(t)
	_, one := fx.target(t, co, secret)
	_, two := fx.target(t, co, secret)
	fx.edit(t, one.Resource, one.Id, comity.HttpServer.Username, "me")
	fx.edit(t, two.Resource, two.Id, comity.HttpServer.Password, secret)
	a, b := fx.sealed(t, one.Id), fx.sealed(t, two.Id)
	if len(a) == 0 || bytes.Contains(a, []byte(secret)) || bytes.Equal(a, b) {
		t.Errorf("the same secret is stored as %q and %q", a, b)
	}
	for _, rec := range []*comity.Record{fx.get(t, one.Resource, one.Id), fx.list(t, two.Resource, store.Equal("id", two.Id))[0]} {
		if !rec.Get(comity.HttpServer.Password).IsAbsent() {
			t.Errorf("a record is read with its secret: %+v", rec)
		}
	}
	for _, r := range append(fx.revisionsOf(t, one.Resource, one.Id), fx.revisionsOf(t, two.Resource, two.Id)...) {
		if _, ok := r.Data[comity.HttpServer.Password.Name]; ok {
			t.Errorf("the history has the secret: %v", r.Data)
		}
	}
	if n := fx.count(t, `SELECT count(*) FROM history WHERE CAST(data AS text) LIKE $1`, "%"+secret+"%"); n != 0 {
		t.Errorf("%d revisions have the secret", n)
	}
	if db.IsPostgres(fx.name) {
		return
	}
	for _, file := range []string{fx.name, fx.name + "-wal"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(secret)) {
			t.Errorf("%s has the secret", file)
		}
	}
}

func testDestination(t *testing.T, fx *fixture) {
	f, co := comity.HttpServer, fx.co(t)
	password := func(t *testing.T, target *comity.Record, want string) {
		t.Helper()
		if got := fx.destination(t, target.Id).Secret(f.Password); got != want {
			t.Errorf("password %q, want %q", got, want)
		}
	}
	for _, secret := range []string{"p", `quotes ' " \ and ünïcödé 😀`, strings.Repeat("long", 100), "line\nend"} {
		t.Run("password "+secret[:1], func(t *testing.T) {
			target, _ := fx.target(t, co, secret)
			password(t, target, secret)
		})
	}
	t.Run("with all it has", func(t *testing.T) {
		target, server := fx.target(t, co, "first")
		d := fx.destination(t, target.Id)
		same(t, target, d.Target)
		same(t, server, d.Server)
		same(t, fx.list(t, comity.CoApiProvisionerTarget.Resource, store.Equal("co_provisioning_target_id", target.Id))[0], d.Settings)
		if !d.ServerActive {
			t.Error("the server is not active")
		}
		fx.edit(t, comity.Server.Resource, server.Int(f.ServerId), comity.Server.Status, comity.Suspended)
		if fx.destination(t, target.Id).ServerActive {
			t.Error("a suspended server is active")
		}
	})
	t.Run("of a Kafka server", func(t *testing.T) {
		k, s := comity.KafkaServer, comity.CoApiProvisionerTarget
		target := fx.provisioningTarget(t, co)
		parent := fx.insert(t, comity.Server.Resource, comity.Server.CoId, co, comity.Server.ServerType, comity.ServerKafka)
		server := fx.insert(t, k.Resource, k.ServerId, parent, k.Password, "of the broker")
		fx.insert(t, s.Resource, s.CoProvisioningTargetId, target, s.ServerId, parent, s.Tombstones, true)
		d := fx.destination(t, target.Id)
		same(t, server, d.Server)
		if d.ServerType != comity.ServerKafka || !d.ServerActive || d.Secret(k.Password) != "of the broker" || !d.Settings.Bool(s.Tombstones) {
			t.Errorf("destination %+v", d)
		}
	})
	t.Run("with the columns of its settings", func(t *testing.T) {
		s := comity.CoApiProvisionerTarget
		target, other := fx.provisioningTarget(t, co), fx.provisioningTarget(t, co)
		server := fx.insert(t, comity.Server.Resource, comity.Server.CoId, co, comity.Server.ServerType, comity.ServerHTTP)
		type columns struct {
			identifierType string
			workers        int64
			includeGroups  bool
		}
		is := func(t *testing.T, target *comity.Record, want columns) {
			t.Helper()
			d := fx.destination(t, target.Id)
			if got := (columns{d.IdentifierType, d.Workers, d.IncludeGroups}); got != want {
				t.Errorf("target %d has %+v, want %+v", target.Id, got, want)
			}
			fx.read(t, func(ctx context.Context, tx *db.Tx) error {
				problems, err := admin.CheckTargetColumns(ctx, tx)
				if len(problems) > 0 {
					t.Errorf("problems %v", problems)
				}
				return err
			})
		}
		is(t, target, columns{})
		settings := fx.insert(t, s.Resource, s.CoProvisioningTargetId, target, s.ServerId, server, s.IdentifierType, "uid", s.Workers, int64(9), s.IncludeGroups, true)
		is(t, target, columns{"uid", 9, true})
		fx.edit(t, s.Resource, settings.Id, s.IdentifierType, "eppn", s.Workers, comity.EmptyCell(), s.IncludeGroups, comity.EmptyCell())
		is(t, target, columns{"eppn", 0, false})
		fx.edit(t, s.Resource, settings.Id, s.CoProvisioningTargetId, other.Id)
		is(t, target, columns{})
		is(t, other, columns{"eppn", 0, false})
		fx.remove(t, s.Resource, settings.Id)
		is(t, other, columns{})
	})
	t.Run("without a password", func(t *testing.T) {
		target, _ := fx.target(t, co, comity.Cell{})
		password(t, target, "")
	})
	t.Run("after edits", func(t *testing.T) {
		target, server := fx.target(t, co, "first")
		fx.edit(t, f.Resource, server.Id, f.Username, "me")
		password(t, target, "first")
		fx.edit(t, f.Resource, server.Id, f.Password, "second")
		password(t, target, "second")
		fx.edit(t, f.Resource, server.Id, f.Password, "")
		password(t, target, "")
		fx.edit(t, f.Resource, server.Id, f.Password, "third")
		fx.edit(t, f.Resource, server.Id, f.Password, comity.EmptyCell())
		password(t, target, "")
		if sealed := fx.sealed(t, server.Id); sealed != nil {
			t.Errorf("no password is stored as %q", sealed)
		}
	})
	t.Run("without a server", func(t *testing.T) {
		target, server := fx.target(t, co, "first")
		fx.remove(t, f.Resource, server.Id)
		d := fx.destination(t, target.Id)
		if d.Settings == nil || d.Server != nil || len(d.Secrets) > 0 {
			t.Errorf("destination %+v", d)
		}
	})
	t.Run("without settings", func(t *testing.T) {
		target := row(comity.CoProvisioningTarget.Resource, comity.CoProvisioningTarget.CoId, co)
		d := fx.destination(t, fx.add(t, target)[0].Id)
		if d.Settings != nil || d.Server != nil || d.Target == nil {
			t.Errorf("destination %+v", d)
		}
	})
	t.Run("that is not there", func(t *testing.T) {
		err := fx.store.Read(t.Context(), func(tx *db.Tx) error {
			_, err := store.Destination(t.Context(), tx, 1<<40)
			return err
		})
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("error %v, want ErrNotFound", err)
		}
	})
}

// testClaimKey starts several programs on one database.
func testClaimKey(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	claim := func(s *db.DB) error {
		return s.Write(t.Context(), func(tx *db.Tx) error { return store.ClaimKey(t.Context(), tx) })
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := claim(fx.store); err != nil {
				t.Errorf("the first claims: %v", err)
			}
		})
	}
	all.Wait()
	if err := claim(b.open(t, fx.name, db.Options{})); err != nil {
		t.Errorf("a later claim with the same key: %v", err)
	}
	fx.target(t, fx.co(t), "a secret that is sealed with the first key")
	err := claim(b.open(t, fx.name, db.Options{Sealer: sealer(t, 2)}))
	for _, want := range []string{sealer(t, 1).KeyID(), sealer(t, 2).KeyID(), "--secret-key-file"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %s", err, want)
		}
	}
}
