package console_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/connector"
	httpconnector "comity/internal/connector/http"
	"comity/internal/connector/kafka"
	"comity/internal/console"
	"comity/internal/dbtest"
	"comity/internal/httpserver"
	"comity/internal/outbox"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/registry/view"
	"comity/internal/signin"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/plantest"
	"comity/internal/store/seal"
)

// fixture is the console on a database, served as the program serves it.
type fixture struct {
	name         string
	registry     *registry.Registry
	signin       *signin.Service
	reader       *view.Reader
	operator     signin.Login
	queue        *outbox.Outbox
	provisioning *provisioning.Service
	store        *db.DB
}

// fixtures are one for each database. All tests share them, and each adds COs of its own.
var fixtures []*fixture

// statements are those that the tests run. Their plans are checked at the end.
var statements = plantest.New()

func TestMain(m *testing.M) {
	os.Exit(dbtest.Main(func(ctx context.Context, databases []dbtest.Empty) (int, error) {
		for _, d := range databases {
			fx, err := newFixture(ctx, d.Database)
			if err != nil {
				return 0, err
			}
			defer func() { _ = fx.store.Close() }()
			fx.name = d.Name
			fixtures = append(fixtures, fx)
		}
		return m.Run(), statements.Check(ctx)
	}))
}

func newFixture(ctx context.Context, database string) (*fixture, error) {
	if _, err := db.Migrate(ctx, database); err != nil {
		return nil, err
	}
	sealer, err := seal.New(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		return nil, err
	}
	fx := &fixture{}
	if fx.store, err = store.Open(ctx, db.Options{Database: database, Sealer: sealer, Trace: statements.Trace(database)}); err != nil {
		return nil, err
	}
	fx.reader = view.New(fx.store)
	fx.registry = registry.New(fx.store, func() { fx.queue.Wake() })
	private := connector.Options{AllowPrivate: true}
	sender := connector.Connectors{
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.HttpServer.Resource}:  httpconnector.New(private),
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.KafkaServer.Resource}: kafka.New(private),
	}
	fx.queue = outbox.New(fx.store, provisioning.NewSnapshots(fx.store), sender, outbox.Options{})
	fx.provisioning = provisioning.New(fx.store, fx.queue, sender)
	fx.signin = signin.New(fx.store, fx.registry)
	fx.operator.Username, fx.operator.Key, err = fx.registry.Bootstrap(ctx)
	return fx, err
}

// serve serves the console, with options besides those that every one has, until the test ends.
func (fx *fixture) serve(t *testing.T, change func(*console.Options)) *httptest.Server {
	t.Helper()
	return fx.serveWithin(t, 0, change)
}

// serveWithin is serve with so much time for a request, 0 for any.
func (fx *fixture) serveWithin(t *testing.T, limit time.Duration, change func(*console.Options)) *httptest.Server {
	t.Helper()
	o := console.Options{
		Registry: fx.registry, View: fx.reader, Signin: fx.signin, Provisioning: fx.provisioning,
		Logins: &signin.Logins{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	s := httptest.NewUnstartedServer(nil)
	o.PublicURL = "http://" + s.Listener.Addr().String()
	if change != nil {
		change(&o)
	}
	c, err := console.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Handler = httpserver.Handler(c, httpserver.Options{Limit: limit, Log: o.Log})
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// onEachDatabase runs a test on each database.
func onEachDatabase(t *testing.T, test func(t *testing.T, fx *fixture)) {
	t.Helper()
	t.Parallel()
	for _, fx := range fixtures {
		t.Run(fx.name, func(t *testing.T) {
			t.Parallel()
			test(t, fx)
		})
	}
}

// serial makes the names of COs differ.
var serial atomic.Int64

// addCO makes a CO for a test.
func (fx *fixture) addCO(t *testing.T) int64 {
	t.Helper()
	return fx.add(t, comity.Co.Resource, func(rec *comity.Record) {
		rec.SetText(comity.Co.Name, fmt.Sprintf("CO %d", serial.Add(1)))
		rec.SetText(comity.Co.Status, comity.Active)
	})
}

// add adds a record as the operator.
func (fx *fixture) add(t *testing.T, r *comity.Resource, fill func(*comity.Record)) int64 {
	t.Helper()
	rec := comity.NewRecord(r)
	fill(rec)
	added, err := fx.registry.Add(t.Context(), authz.System("test"), r, comity.Input{Record: rec})
	if err != nil {
		t.Fatal(err)
	}
	return added.Id
}

// addPerson adds an active person with a name and, where it is not "", an identifier to log in by.
func (fx *fixture) addPerson(t *testing.T, co int64, given, login string) int64 {
	t.Helper()
	person := fx.add(t, comity.CoPerson.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoPerson.CoId, co)
		rec.SetText(comity.CoPerson.Status, comity.Active)
	})
	fx.add(t, comity.Name.Resource, func(rec *comity.Record) {
		rec.SetText(comity.Name.Given, given)
		rec.SetText(comity.Name.Type, "official")
		rec.SetOwner(comity.Name.Person, comity.OwnerCO, person)
	})
	if login != "" {
		fx.add(t, comity.Identifier.Resource, func(rec *comity.Record) {
			rec.SetText(comity.Identifier.Identifier, login)
			rec.SetText(comity.Identifier.Type, "oidcsub")
			rec.SetBool(comity.Identifier.Login, true)
			rec.SetText(comity.Identifier.Status, comity.Active)
			rec.SetOwner(comity.Identifier.Person, comity.OwnerCO, person)
		})
	}
	return person
}

// newHTTPClient returns an HTTP client that keeps cookies and follows redirects.
func newHTTPClient(t *testing.T) *http.Client {
	t.Helper()
	return &http.Client{Jar: newJar(t)}
}
