package console_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/connector"
	httpconnector "comity/internal/connector/http"
	"comity/internal/connector/kafka"
	"comity/internal/console"
	"comity/internal/httpserver"
	"comity/internal/outbox"
	"comity/internal/pgtest"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/registry/view"
	"comity/internal/signin"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/seal"
)

// world is the console on a database, served as the program serves it.
type world struct {
	name         string
	registry     *registry.Registry
	signin       *signin.Service
	reader       *view.Reader
	operator     signin.Login
	queue        *outbox.Outbox
	provisioning *provisioning.Service
	store        *db.DB
}

// worlds are one on each database. All tests share them, and each makes COs of its own.
var worlds []*world

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "console-")
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	postgres, stop, err := pgtest.Run(ctx, pgtest.Options{})
	if err != nil {
		return failed(err)
	}
	defer stop()
	for _, d := range []struct{ name, database string }{
		{"SQLite", filepath.Join(folder, "registry.db")},
		{"PostgreSQL", postgres},
	} {
		w, err := newWorld(ctx, d.database)
		if err != nil {
			return failed(err)
		}
		defer func() { _ = w.store.Close() }()
		w.name = d.name
		worlds = append(worlds, w)
	}
	return m.Run()
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func newWorld(ctx context.Context, database string) (*world, error) {
	if _, err := db.Migrate(ctx, database); err != nil {
		return nil, err
	}
	sealer, err := seal.New(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		return nil, err
	}
	w := &world{}
	if w.store, err = store.Open(ctx, db.Options{Database: database, Sealer: sealer}); err != nil {
		return nil, err
	}
	w.reader = view.New(w.store)
	w.registry = registry.New(w.store, func() { w.queue.Wake() })
	private := connector.Options{AllowPrivate: true}
	sender := connector.Connectors{
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.HttpServer.Resource}:  httpconnector.New(private),
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.KafkaServer.Resource}: kafka.New(private),
	}
	w.queue = outbox.New(w.store, provisioning.NewReader(w.store), sender, outbox.Options{})
	w.provisioning = provisioning.New(w.store, w.queue, sender)
	w.signin = signin.New(w.store, w.registry)
	w.operator.Username, w.operator.Key, err = w.registry.Bootstrap(ctx)
	return w, err
}

// serve serves the console, with options besides those that every one has, until the test ends.
func (w *world) serve(t *testing.T, change func(*console.Options)) *httptest.Server {
	t.Helper()
	return w.serveWithin(t, 0, change)
}

// serveWithin is serve with so much time for a request, 0 for any.
func (w *world) serveWithin(t *testing.T, limit time.Duration, change func(*console.Options)) *httptest.Server {
	t.Helper()
	o := console.Options{
		Registry: w.registry, View: w.reader, Signin: w.signin, Provisioning: w.provisioning,
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

// everywhere runs a test on each database.
func everywhere(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	for _, w := range worlds {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			test(t, w)
		})
	}
}

// serial makes the names of COs differ.
var serial atomic.Int64

// addCO makes a CO for a test.
func (w *world) addCO(t *testing.T) int64 {
	t.Helper()
	return w.add(t, comity.Co.Resource, func(rec *comity.Record) {
		rec.SetText(comity.Co.Name, fmt.Sprintf("CO %d", serial.Add(1)))
		rec.SetText(comity.Co.Status, comity.Active)
	})
}

// add adds a record as the operator.
func (w *world) add(t *testing.T, r *comity.Resource, fill func(*comity.Record)) int64 {
	t.Helper()
	rec := comity.NewRecord(r)
	fill(rec)
	added, err := w.registry.Add(t.Context(), authz.System("test"), r, comity.Input{Record: rec})
	if err != nil {
		t.Fatal(err)
	}
	return added.Id
}

// addPerson adds an active person with a name and, where it is not "", an identifier to log in by.
func (w *world) addPerson(t *testing.T, co int64, given, login string) int64 {
	t.Helper()
	person := w.add(t, comity.CoPerson.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoPerson.CoId, co)
		rec.SetText(comity.CoPerson.Status, comity.Active)
	})
	w.add(t, comity.Name.Resource, func(rec *comity.Record) {
		rec.SetText(comity.Name.Given, given)
		rec.SetText(comity.Name.Type, "official")
		rec.SetOwner(comity.Name.Person, comity.OwnerCO, person)
	})
	if login != "" {
		w.add(t, comity.Identifier.Resource, func(rec *comity.Record) {
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
