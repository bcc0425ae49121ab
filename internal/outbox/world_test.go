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
	"comity/internal/access"
	"comity/internal/outbox"
	"comity/internal/provision"
	"comity/internal/provision/kafka"
	"comity/internal/registry"
	"comity/internal/store"
)

// caller is who changes the registry.
var caller = access.System("test")

// world is a registry with one CO on a database of its own, put together as the program does it.
type world struct {
	t        *testing.T
	database string
	clock    *clock
	sender   *provision.Sender
	co       int64

	store    *store.Store
	registry *registry.Registry

	mu     sync.Mutex
	queues []*outbox.Outbox
	db     *sql.DB
}

// clock is the database's time: the machine's, ahead of it by as much as a test has moved it, and
// faster if it has a speed.
type clock struct {
	begin time.Time
	speed int64
	ahead atomic.Int64
}

func (c *clock) now() time.Time {
	return c.begin.Add(time.Duration(c.speed*int64(time.Since(c.begin)) + c.ahead.Load()))
}

// newWorld returns a world on a database that holds one CO.
func newWorld(t *testing.T, database string) *world {
	t.Helper()
	w := &world{t: t, database: database, clock: &clock{begin: time.Now(), speed: 1}, sender: newSender()}
	t.Cleanup(w.sender.Close)
	w.store = w.open(w.clock.now, 0)
	w.registry = registry.New(w.store, w.wake)
	cos, err := w.registry.List(t.Context(), caller, comity.Co.Resource, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.co = cos.Records[len(cos.Records)-1].Id
	return w
}

func newSender() *provision.Sender {
	private := provision.Options{AllowPrivate: true} // receivers of tests are on loopback
	return provision.NewSender(provision.NewHTTP(private), kafka.New(private))
}

// open opens the database once more, as another instance would.
func (w *world) open(now func() time.Time, key byte) *store.Store {
	w.t.Helper()
	s, err := open(w.t.Context(), w.database, now, key)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Close() })
	return s
}

// elsewhere is the same registry as another instance has it, by its own way to the database and with
// the given secret key.
func (w *world) elsewhere(key byte, database string) *world {
	w.t.Helper()
	other := &world{t: w.t, database: database, clock: w.clock, sender: w.sender, co: w.co}
	other.store = other.open(w.clock.now, key)
	other.registry = registry.New(other.store, other.wake)
	return other
}

// later moves the time and lets everybody look at what is due now.
func (w *world) later(d time.Duration) {
	w.clock.ahead.Add(int64(d))
	w.wake()
}

func (w *world) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, q := range w.queues {
		q.Wake()
	}
}

// logs are where an outbox of a test writes.
func logs(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

// queue returns an outbox over the world's store that does not run.
func (w *world) queue(o outbox.Options) *outbox.Outbox { return w.queueOver(w.store, o) }

// queueOver returns an outbox over a store. Tests move the time by hours, so a lease is longer than
// that unless they say otherwise.
func (w *world) queueOver(s *store.Store, o outbox.Options) *outbox.Outbox {
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
	return outbox.New(s, w.registry, w.sender, o)
}

// start lets an outbox over the world's store work until it is stopped or the test ends.
func (w *world) start(o outbox.Options) (q *outbox.Outbox, stop func()) {
	q = w.queue(o)
	return q, w.run(q)
}

// run lets an outbox work until stop, which returns when Run has.
func (w *world) run(q *outbox.Outbox) (stop func()) {
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

// values are what a record holds by field: texts, numbers, booleans, times, Cells, or nil for nothing.
type values map[*comity.Field]any

// of is the owner of what hangs on a person, role or org identity.
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

func (w *world) add(r *comity.Resource, v values) int64 {
	w.t.Helper()
	id, err := w.tryAdd(r, v)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) tryAdd(r *comity.Resource, v values) (int64, error) {
	rec := comity.NewRecord(r)
	if f := r.CoId(); f != nil {
		rec.SetInt(f, w.co)
	}
	v.fill(rec)
	added, err := w.registry.Add(context.WithoutCancel(w.t.Context()), caller, r, comity.Input{Record: rec})
	return added.Id, err
}

func (w *world) edit(r *comity.Resource, id int64, v values) {
	w.t.Helper()
	if err := w.tryEdit(r, id, v); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tryEdit(r *comity.Resource, id int64, v values) error {
	ctx := context.WithoutCancel(w.t.Context())
	rec, err := w.registry.View(ctx, caller, r, id)
	if err != nil {
		return err
	}
	v.fill(rec)
	return w.registry.Edit(ctx, caller, r, id, comity.Input{Record: rec})
}

func (w *world) delete(r *comity.Resource, id int64) {
	w.t.Helper()
	if err := w.registry.Delete(w.t.Context(), caller, r, id); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) view(r *comity.Resource, id int64) *comity.Record {
	w.t.Helper()
	rec, err := w.registry.View(w.t.Context(), caller, r, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return rec
}

// person adds an Active person, with a uid unless that is "".
func (w *world) person(uid string) int64 {
	w.t.Helper()
	id := w.add(comity.CoPerson.Resource, values{comity.CoPerson.Status: comity.Active})
	if uid != "" {
		w.identifier(id, uid)
	}
	return id
}

// people adds many.
func (w *world) people(n int) []int64 {
	w.t.Helper()
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = w.person(fmt.Sprintf("p%03d", i))
	}
	return ids
}

// identifier gives a person a uid.
func (w *world) identifier(person int64, uid string) int64 {
	w.t.Helper()
	return w.add(comity.Identifier.Resource, uidOf(person, uid))
}

func uidOf(person int64, uid string) values {
	f := comity.Identifier
	return values{f.Identifier: uid, f.Type: "uid", f.Status: comity.Active, f.Person: of(comity.OwnerCO, person)}
}

// born gives a person a date of birth: a change that each message shows, and by which the messages
// of one person are told apart.
func (w *world) born(person int64, day int) {
	w.t.Helper()
	if err := w.tryBorn(person, day); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tryBorn(person int64, day int) error {
	return w.tryEdit(comity.CoPerson.Resource, person, values{comity.CoPerson.DateOfBirth: birthday(day)})
}

func birthday(day int) string {
	return time.Date(1900, 1, 1+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// target is a provisioning target with its settings and server.
type target struct{ id, settings, server, http int64 }

// target adds a target in a mode that sends to a receiver, by PUT unless v says otherwise.
func (w *world) target(r *receiver, mode string, v ...values) target {
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

func (w *world) setMode(t target, mode string) {
	w.t.Helper()
	w.edit(comity.CoProvisioningTarget.Resource, t.id, values{comity.CoProvisioningTarget.Status: mode})
}

// provision is what the provision call does.
func (w *world) provision(q *outbox.Outbox, t target, person int64) (queued bool, err error) {
	return w.provisionRecord(q, t, comity.CoPerson.Resource, person)
}

func (w *world) provisionRecord(q *outbox.Outbox, t target, r *comity.Resource, id int64) (queued bool, err error) {
	ctx := context.WithoutCancel(w.t.Context())
	s, err := w.registry.Subject(ctx, caller, t.id, r, id)
	if err != nil || s.ProvisionedAs == nil {
		return false, err
	}
	return q.Provision(ctx, s.Target, *s.ProvisionedAs)
}

func peopleAsSubjects(ids ...int64) []comity.Subject {
	subjects := make([]comity.Subject, len(ids))
	for i, id := range ids {
		subjects[i] = comity.PersonSubject(id)
	}
	return subjects
}

// present is what a target's receiver is to hold now: the message of each person by identifier, and that
// of each page of a group.
func (w *world) present(t target) map[string]string {
	w.t.Helper()
	ctx := context.WithoutCancel(w.t.Context())
	var subjects []comity.Subject
	err := w.store.Snapshot(ctx, func(tx *store.Tx) error {
		people, err := tx.List(ctx, comity.CoPerson.Resource, 0, 5000, store.Equal("co_id", w.co))
		for _, p := range people {
			subjects = append(subjects, comity.PersonSubject(p.Id))
		}
		if err != nil {
			return err
		}
		groups, err := tx.List(ctx, comity.CoGroup.Resource, 0, 1000, store.Equal("co_id", w.co))
		for _, g := range groups {
			subjects = append(subjects, comity.GroupSubject(g.Id))
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	d, snapshots, err := w.registry.Snapshots(ctx, t.id, subjects)
	if err != nil {
		w.t.Fatal(err)
	}
	present := map[string]string{}
	for _, s := range snapshots {
		messages, _, err := w.sender.Messages(d, s, comity.ProvisionedAs{})
		if err != nil && !errors.Is(err, comity.ErrNoIdentifier) {
			w.t.Fatal(err)
		}
		for _, m := range messages {
			present[entryOf(s.Subject.Kind == comity.KindGroup, m.Identifier)] = string(m.Body)
		}
	}
	return present
}

// waiting says whether anything waits for, or is on its way to, a target, in whatever mode it is.
func (w *world) waiting(t target) bool {
	w.t.Helper()
	ctx := context.WithoutCancel(w.t.Context())
	var status store.TargetStatus
	err := w.store.Snapshot(ctx, func(tx *store.Tx) (err error) {
		status, err = tx.TargetStatus(ctx, t.id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return status.Waiting > 0
}

// settle waits until all is told that can be told.
func (w *world) settle(t target) {
	w.t.Helper()
	eventually(w.t, "everything is told", func() bool { return !w.waiting(t) })
}

// patience is how long a test waits for what is to happen: much longer than it takes.
const patience = time.Minute

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it is still not so that %s", what)
		}
	}
}
