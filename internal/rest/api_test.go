package rest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"comity"
	"comity/internal/connector"
	httpconnector "comity/internal/connector/http"
	"comity/internal/connector/kafka"
	"comity/internal/dbtest"
	"comity/internal/httpserver"
	"comity/internal/outbox"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/registry/view"
	"comity/internal/rest"
	"comity/internal/signin"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/plantest"
	"comity/internal/store/seal"
)

// api is the API on a database, served as the program serves it.
type api struct {
	name     string
	database string
	// url is the URL of the API's root.
	url      string
	address  string
	store    *db.DB
	registry *registry.Registry
	operator signin.Login
	signin   *signin.Service
	client   *http.Client
	server   *httpserver.Server
	sender   connector.Connectors
}

// apis are the API on each database. All tests share them, and each adds COs of its own.
var apis []*api

// statements are those that the tests run. Their plans are checked at the end.
var statements = plantest.New()

func TestMain(m *testing.M) {
	os.Exit(dbtest.Main(func(ctx context.Context, databases []dbtest.Empty) (int, error) {
		for _, d := range databases {
			a, err := serve(ctx, d.Database, nil)
			if err != nil {
				return 0, err
			}
			defer a.close()
			a.name = d.Name
			apis = append(apis, a)
		}
		status := m.Run()
		var wrong []error
		for _, a := range apis {
			wrong = append(wrong, a.check(ctx))
		}
		return status, errors.Join(append(wrong, statements.Check(ctx))...)
	}))
}

// check returns what violates the rules after all tests, many of which ran concurrently.
func (a *api) check(ctx context.Context) error {
	problems, err := a.registry.Check(ctx)
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("%s is not as the rules say: %v", a.name, problems)
	}
	return err
}

// serve creates a registry in an empty database and serves it on loopback. wrap may wrap the listener.
func serve(ctx context.Context, database string, wrap func(net.Listener) net.Listener) (*api, error) {
	if _, err := db.Migrate(ctx, database); err != nil {
		return nil, err
	}
	sealer, err := seal.New(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		return nil, err
	}
	a := &api{database: database, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	if a.store, err = store.Open(ctx, db.Options{Database: database, Sealer: sealer, Trace: statements.Trace(database)}); err != nil {
		return nil, err
	}
	var queue *outbox.Outbox
	a.registry = registry.New(a.store, func() { queue.Wake() })
	private := connector.Options{AllowPrivate: true}
	a.sender = connector.Connectors{
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.HttpServer.Resource}:  httpconnector.New(private),
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.KafkaServer.Resource}: kafka.New(private),
	}
	queue = outbox.New(a.store, provisioning.NewSnapshots(a.store), a.sender, outbox.Options{})
	a.signin = signin.New(a.store, a.registry)
	if a.operator.Username, a.operator.Key, err = a.registry.Bootstrap(ctx); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a.address = listener.Addr().String()
	a.url = "http://" + a.address + "/registry/"
	if wrap != nil {
		listener = wrap(listener)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	a.server = httpserver.New(&rest.Server{
		Registry: a.registry, View: view.New(a.store), Authenticator: a.signin, Provisioning: provisioning.New(a.store, queue, a.sender),
		Root: "/registry/", Log: log,
	}, httpserver.Options{Limit: time.Minute, Log: log})
	go func() {
		if err := a.server.Serve(httpserver.Listen(listener, nil)); err != nil {
			panic(err)
		}
	}()
	return a, nil
}

func (a *api) close() {
	a.client.CloseIdleConnections()
	_ = a.server.Close()
	a.sender.Close()
	_ = a.store.Close()
}
