package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/connector"
	httpconnector "comity/internal/connector/http"
	"comity/internal/connector/kafka"
	"comity/internal/outbox"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/registry/view"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// caller is the caller of all changes of the registry.
var caller = authz.System("test")

// fixture is a registry with one CO on a database of its own, assembled as in the program.
type fixture struct {
	t          *testing.T
	database   string
	clock      *clock
	connectors connector.Connectors
	co         int64

	store    *db.DB
	registry *registry.Registry
	reader   *view.Reader

	mu     sync.Mutex
	queues []*instance
	db     *sql.DB
}

// clock is the database's clock: ahead of the machine's by as much as a test has moved it, and speed times
// as fast.
type clock struct {
	begin time.Time
	speed int64
	ahead atomic.Int64
}

func (c *clock) now() time.Time {
	return c.begin.Add(time.Duration(c.speed*int64(time.Since(c.begin)) + c.ahead.Load()))
}

// newFixture returns a fixture on a database that holds one CO.
func newFixture(t *testing.T, database string) *fixture {
	t.Helper()
	w := &fixture{t: t, database: database, clock: &clock{begin: time.Now(), speed: 1}, connectors: newConnectors()}
	t.Cleanup(w.connectors.Close)
	w.store = w.open(w.clock.now, 0)
	w.reader, w.registry = view.New(w.store), registry.New(w.store, w.wake)
	cos, err := w.reader.List(t.Context(), caller, view.ListQuery{Resource: comity.Co.Resource})
	if err != nil {
		t.Fatal(err)
	}
	w.co = cos.Records[len(cos.Records)-1].Id
	return w
}

func newConnectors() connector.Connectors {
	private := connector.Options{AllowPrivate: true} // receivers of tests are on loopback
	return connector.Connectors{
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.HttpServer.Resource}:  httpconnector.New(private),
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.KafkaServer.Resource}: kafka.New(private),
	}
}

// open opens the database once more, as another instance would.
func (w *fixture) open(now func() time.Time, key byte) *db.DB {
	w.t.Helper()
	s, err := open(w.t.Context(), w.database, now, key)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Close() })
	return s
}

// elsewhere returns the same registry as another instance has it, with its own database URL and secret key.
func (w *fixture) elsewhere(key byte, database string) *fixture {
	w.t.Helper()
	other := &fixture{t: w.t, database: database, clock: w.clock, connectors: w.connectors, co: w.co}
	other.store = other.open(w.clock.now, key)
	other.reader, other.registry = view.New(other.store), registry.New(other.store, other.wake)
	return other
}

// later moves the clock and wakes all outboxes.
func (w *fixture) later(d time.Duration) {
	w.clock.ahead.Add(int64(d))
	w.wake()
}

func (w *fixture) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, q := range w.queues {
		q.Wake()
	}
}

// logs returns a logger that writes to the test's output.
func logs(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

// instance is an outbox with the use cases over it.
type instance struct {
	*outbox.Outbox
	*provisioning.Service
}

// queue returns an outbox over the fixture's store that does not run.
func (w *fixture) queue(o outbox.Options) *instance { return w.queueOver(w.store, o) }

// queueOver returns an outbox over a store. Tests move the clock by hours, so the default lease is longer
// than that.
func (w *fixture) queueOver(s *db.DB, o outbox.Options) *instance {
	o.Log = logs(w.t)
	if o.Lease == 0 {
		o.Lease = 10000 * time.Hour
	}
	if o.Limit == 0 {
		o.Limit = 30 * time.Second
	}
	if o.Poll == 0 {
		o.Poll = 50 * time.Millisecond
	}
	q := outbox.New(s, provisioning.NewSnapshots(s), w.connectors, o)
	return &instance{q, provisioning.New(s, q, w.connectors)}
}

// start runs an outbox over the fixture's store until it is stopped or the test ends.
func (w *fixture) start(o outbox.Options) (q *instance, stop func()) {
	q = w.queue(o)
	return q, w.run(q)
}

// run runs an outbox until stop is called; stop returns when Run has returned.
func (w *fixture) run(q *instance) (stop func()) {
	w.mu.Lock()
	w.queues = append(w.queues, q)
	w.mu.Unlock()
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		q.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	w.t.Cleanup(stop)
	return stop
}

// values are a record's values by field: texts, numbers, booleans, times, Cells, or nil for none.
type values map[*comity.Field]any

// of returns the Owner cell of a record of a person, role or org identity.
func of(o comity.OwnerType, id int64) comity.Cell { return comity.OwnerCell(o.Word, id) }

func (v values) fill(rec *comity.Record) {
	for f, value := range v {
		switch x := value.(type) {
		case nil:
			rec.Set(f, comity.EmptyCell())
		case string:
			rec.SetText(f, x)
		case int64:
			rec.SetInt(f, x)
		case int:
			rec.SetInt(f, int64(x))
		case bool:
			rec.SetBool(f, x)
		case time.Time:
			rec.Set(f, comity.TimeCell(x))
		case comity.Cell:
			rec.Set(f, x)
		default:
			panic(fmt.Sprintf("%s cannot hold a %T", f.Name, value))
		}
	}
}

func (w *fixture) add(r *comity.Resource, v values) int64 {
	w.t.Helper()
	id, err := w.tryAdd(r, v)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *fixture) tryAdd(r *comity.Resource, v values) (int64, error) {
	rec := comity.NewRecord(r)
	if f := r.CoId(); f != nil {
		rec.SetInt(f, w.co)
	}
	v.fill(rec)
	added, err := w.registry.Add(context.WithoutCancel(w.t.Context()), caller, r, comity.Input{Record: rec})
	return added.Id, err
}

func (w *fixture) edit(r *comity.Resource, id int64, v values) {
	w.t.Helper()
	if err := w.tryEdit(r, id, v); err != nil {
		w.t.Fatal(err)
	}
}

func (w *fixture) tryEdit(r *comity.Resource, id int64, v values) error {
	ctx := context.WithoutCancel(w.t.Context())
	rec, err := w.reader.Record(ctx, caller, r, id)
	if err != nil {
		return err
	}
	v.fill(rec)
	return w.registry.Edit(ctx, caller, r, id, comity.Input{Record: rec})
}

func (w *fixture) delete(r *comity.Resource, id int64) {
	w.t.Helper()
	if err := w.registry.Delete(w.t.Context(), caller, r, id); err != nil {
		w.t.Fatal(err)
	}
}

func (w *fixture) view(r *comity.Resource, id int64) *comity.Record {
	w.t.Helper()
	rec, err := w.reader.Record(w.t.Context(), caller, r, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return rec
}

// person adds an Active person, with a uid unless that is "".
func (w *fixture) person(uid string) int64 {
	w.t.Helper()
	id := w.add(comity.CoPerson.Resource, values{comity.CoPerson.Status: comity.Active})
	if uid != "" {
		w.identifier(id, uid)
	}
	return id
}

// people adds n Active people with uids.
func (w *fixture) people(n int) []int64 {
	w.t.Helper()
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = w.person(fmt.Sprintf("p%03d", i))
	}
	return ids
}

// identifier adds a uid to a person.
func (w *fixture) identifier(person int64, uid string) int64 {
	w.t.Helper()
	return w.add(comity.Identifier.Resource, uidOf(person, uid))
}

func uidOf(person int64, uid string) values {
	f := comity.Identifier
	return values{f.Identifier: uid, f.Type: "uid", f.Status: comity.Active, f.Person: of(comity.OwnerCO, person)}
}

// born gives a person a date of birth: each message shows it, so that it distinguishes the messages of one
// person.
func (w *fixture) born(person int64, day int) {
	w.t.Helper()
	if err := w.tryBorn(person, day); err != nil {
		w.t.Fatal(err)
	}
}

func (w *fixture) tryBorn(person int64, day int) error {
	return w.tryEdit(comity.CoPerson.Resource, person, values{comity.CoPerson.DateOfBirth: birthday(day)})
}

func birthday(day int) string {
	return time.Date(1900, 1, 1+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// target is a provisioning target with its settings and server.
type target struct{ id, settings, server, http int64 }

// target adds a target in a mode that sends to a receiver, by PUT unless v says otherwise.
func (w *fixture) target(r *receiver, mode string, v ...values) target {
	w.t.Helper()
	given := func(rec *comity.Resource, all values) values {
		for _, more := range v {
			for f, value := range more {
				if f.Resource() == rec {
					all[f] = value
				}
			}
		}
		return all
	}
	var t target
	tf, sf, hf, af := comity.CoProvisioningTarget, comity.Server, comity.HttpServer, comity.CoApiProvisionerTarget
	t.id = w.add(tf.Resource, given(tf.Resource, values{tf.Plugin: comity.PluginAPI, tf.Status: mode}))
	t.server = w.add(sf.Resource, given(sf.Resource, values{sf.Description: "receiver", sf.ServerType: comity.ServerHTTP, sf.Status: comity.Active}))
	t.http = w.add(hf.Resource, given(hf.Resource, values{hf.ServerId: t.server, hf.Serverurl: r.server.URL, hf.AuthType: comity.AuthNone}))
	t.settings = w.add(af.Resource, given(af.Resource, values{
		af.CoProvisioningTargetId: t.id, af.ServerId: t.server, af.Mode: comity.ProtocolPUT, af.IdentifierType: "uid",
	}))
	return t
}

// byPOST makes a target send every message by POST.
var byPOST = values{comity.CoApiProvisionerTarget.Mode: comity.ProtocolPOST}

func (w *fixture) setMode(t target, mode string) {
	w.t.Helper()
	w.edit(comity.CoProvisioningTarget.Resource, t.id, values{comity.CoProvisioningTarget.Status: mode})
}

// provision makes a provision call.
func (w *fixture) provision(q *instance, t target, person int64) (queued bool, err error) {
	return w.provisionRecord(q, t, comity.CoPerson.Resource, person)
}

func (w *fixture) provisionRecord(q *instance, t target, r *comity.Resource, id int64) (queued bool, err error) {
	ctx := context.WithoutCancel(w.t.Context())
	result, err := q.Provision(ctx, caller, t.id, r, id)
	return result == provisioning.Queued, err
}

func peopleAsSubjects(ids ...int64) []comity.Subject {
	subjects := make([]comity.Subject, len(ids))
	for i, id := range ids {
		subjects[i] = comity.PersonSubject(id)
	}
	return subjects
}

// present returns what a target's receiver should hold now: the message of each person by identifier, and
// that of each page of a group.
func (w *fixture) present(t target) map[string]string {
	w.t.Helper()
	ctx := context.WithoutCancel(w.t.Context())
	var subjects []comity.Subject
	err := w.store.Snapshot(ctx, func(tx *db.Tx) error {
		people, err := store.List(ctx, tx, comity.CoPerson.Resource, 0, 5000, store.Equal("co_id", w.co))
		for _, p := range people {
			subjects = append(subjects, comity.PersonSubject(p.Id))
		}
		if err != nil {
			return err
		}
		groups, err := store.List(ctx, tx, comity.CoGroup.Resource, 0, 1000, store.Equal("co_id", w.co))
		for _, g := range groups {
			subjects = append(subjects, comity.GroupSubject(g.Id))
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	d, snapshots, err := provisioning.NewSnapshots(w.store).Read(ctx, t.id, subjects)
	if err != nil {
		w.t.Fatal(err)
	}
	present := map[string]string{}
	for _, s := range snapshots {
		plan := w.connectors.Plan(d, s, comity.SubjectState{})
		if plan.Problem != nil && !errors.Is(plan.Problem, comity.ErrNoIdentifier) {
			w.t.Fatal(plan.Problem)
		}
		for _, op := range plan.Operations {
			present[entryOf(s.Subject.Kind == comity.KindGroup, op.Identifier)] = string(op.Body)
		}
	}
	return present
}

// waiting says whether a delivery to a target is pending or in flight, in whatever mode the target is.
func (w *fixture) waiting(t target) bool {
	w.t.Helper()
	ctx := context.WithoutCancel(w.t.Context())
	var status queue.TargetStatus
	err := w.store.Snapshot(ctx, func(tx *db.Tx) (err error) {
		status, err = queue.StatusOfTarget(ctx, tx, t.id, queue.CountAll)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return status.Waiting > 0
}

// awaitDelivered waits until no delivery to a target is pending.
func (w *fixture) awaitDelivered(t target) {
	w.t.Helper()
	eventually(w.t, "nothing is pending", func() bool { return !w.waiting(t) })
}

// patience is how long a test waits for a condition: much longer than necessary.
const patience = time.Minute

// eventually waits until a condition holds; what describes it.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it is still not so that %s", what)
		}
	}
}
