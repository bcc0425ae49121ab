package provisioning_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"comity"
	"comity/internal/connector"
	httpconnector "comity/internal/connector/http"
	"comity/internal/outbox"
	"comity/internal/provisioning"
	"comity/internal/registry/registrytest"
)

// fixture is a registry with the provisioning service over it. Its outbox runs only where a test starts it.
type fixture struct {
	*registrytest.Fixture
	service *provisioning.Service
	queue   *outbox.Outbox
}

// onBoth runs a test on SQLite and on PostgreSQL, each time with a fixture of its own.
func onBoth(t *testing.T, test func(t *testing.T, fx *fixture)) {
	t.Helper()
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		connectors := connector.Connectors{
			{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.HttpServer.Resource}: httpconnector.New(connector.Options{AllowPrivate: true}),
		}
		t.Cleanup(connectors.Close)
		queue := outbox.New(fx.Store, provisioning.NewSnapshots(fx.Store), connectors, outbox.Options{})
		test(t, &fixture{fx, provisioning.New(fx.Store, queue, connectors), queue})
	})
}

// run delivers what is enqueued until the test ends.
func (fx *fixture) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		fx.queue.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
}

// newTarget adds a target that sends to a receiver, in a mode.
func (fx *fixture) newTarget(t *testing.T, r *receiver, mode string) int64 {
	t.Helper()
	target, server, address, settings := comity.CoProvisioningTarget, comity.Server, comity.HttpServer, comity.CoApiProvisionerTarget
	id := fx.Insert(t, target.Resource, registrytest.Values{target.CoId: fx.CoId, target.Plugin: comity.PluginAPI, target.Status: mode})
	at := fx.Insert(t, server.Resource, registrytest.Values{
		server.CoId: fx.CoId, server.Description: "receiver", server.ServerType: comity.ServerHTTP, server.Status: comity.Active,
	})
	fx.Insert(t, address.Resource, registrytest.Values{address.ServerId: at, address.Serverurl: r.server.URL, address.AuthType: comity.AuthNone})
	fx.Insert(t, settings.Resource, registrytest.Values{
		settings.CoProvisioningTargetId: id, settings.ServerId: at, settings.Mode: comity.ProtocolPUT, settings.IdentifierType: "uid", settings.AnswersGet: true,
	})
	return id
}

// setMode changes the mode of a target.
func (fx *fixture) setMode(t *testing.T, target int64, mode string) {
	t.Helper()
	f := comity.CoProvisioningTarget
	fx.Change(t, f.Resource, target, registrytest.Values{f.CoId: fx.CoId, f.Plugin: comity.PluginAPI, f.Status: mode})
}

// receiver is a target's endpoint: it holds what it is sent, and answers GET with it.
type receiver struct {
	server *httptest.Server
	mu     sync.Mutex
	holds  map[string]string
	// refuses says that it answers each PUT with 422.
	refuses bool
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{holds: map[string]string{}}
	r.server = httptest.NewServer(r)
	t.Cleanup(r.server.Close)
	return r
}

// ServeHTTP answers a request.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch held, found := r.holds[req.URL.Path]; {
	case req.Method == http.MethodPut && r.refuses:
		w.WriteHeader(http.StatusUnprocessableEntity)
	case req.Method == http.MethodPut:
		r.holds[req.URL.Path] = string(body)
	case req.Method == http.MethodDelete:
		delete(r.holds, req.URL.Path)
	case found:
		_, _ = io.WriteString(w, held)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// set changes the receiver.
func (r *receiver) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}
