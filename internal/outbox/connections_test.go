package outbox_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
	"comity/internal/provisioning"
)

// proxy stands between a store and its PostgreSQL server. It counts the statements, and can be cut.
type proxy struct {
	// url is the URL of the database through this proxy.
	url        string
	server     string
	listener   net.Listener
	statements atomic.Int64

	mu    sync.Mutex
	isCut bool
	conns map[net.Conn]bool
	// lost are the connections by which nothing arrives any more.
	lost map[net.Conn]bool
}

func newProxy(t *testing.T, database string) *proxy {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &proxy{
		server:   fmt.Sprintf("%s/.s.PGSQL.%s", u.Query().Get("host"), u.Query().Get("port")),
		listener: l, conns: map[net.Conn]bool{}, lost: map[net.Conn]bool{},
	}
	u.Host, u.RawQuery = l.Addr().String(), "sslmode=disable"
	w.url = u.String()
	t.Cleanup(func() {
		_ = l.Close()
		w.cut(true)
	})
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(client)
		}
	}()
	return w
}

// cut(true) closes every connection and refuses new ones until cut(false).
func (w *proxy) cut(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = cut
	for c := range w.conns {
		if cut {
			_ = c.Close()
		}
	}
}

// lose has nothing arrive any more by the connections that there are, without a word to either end.
func (w *proxy) lose() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.conns {
		w.lost[c] = true
	}
}

func (w *proxy) isLost(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lost[c]
}

func (w *proxy) open(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.isCut {
		w.conns[c] = true
	}
	return !w.isCut
}

func (w *proxy) carry(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("unix", w.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	if !w.open(client) {
		return
	}
	go func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	}()
	// The first message has no type: it begins with its length.
	if err := forward(server, client, nil); err != nil {
		return
	}
	for {
		kind := make([]byte, 1)
		if _, err := io.ReadFull(client, kind); err != nil {
			return
		}
		if w.isLost(client) {
			_, _ = io.Copy(io.Discard, client)
			return
		}
		if kind[0] == 'E' || kind[0] == 'Q' {
			w.statements.Add(1)
		}
		if err := forward(server, client, kind); err != nil {
			return
		}
	}
}

// forward passes on one message whose first bytes are already read.
func forward(server io.Writer, client io.Reader, begun []byte) error {
	length := make([]byte, 4)
	if _, err := io.ReadFull(client, length); err != nil {
		return err
	}
	if _, err := server.Write(append(begun, length...)); err != nil {
		return err
	}
	_, err := io.CopyN(server, client, int64(binary.BigEndian.Uint32(length))-int64(len(length)))
	return err
}

// The number of statements of a snapshot does not grow with the number of people or of their records.
func TestSnapshotStatements(t *testing.T) {
	t.Parallel()
	w := onPostgres(t)
	to := w.target(newReceiver(t), comity.ModeAutomatic)
	s := w.profile("ghopper")
	people := append(w.people(63), s.person)
	link := newProxy(t, w.database)
	far := w.elsewhere(0, link.url)
	count := func(people ...int64) int64 {
		// A connection that did nothing for a second is asked first whether it is still there.
		if err := far.store.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := link.statements.Load()
		if _, _, err := provisioning.NewSnapshots(far.store).Read(t.Context(), to.id, peopleAsSubjects(people...)); err != nil {
			t.Fatal(err)
		}
		return link.statements.Load() - before
	}
	few := count(s.person)
	for _, p := range people[:20] {
		other := &profile{fixture: w, person: p, unit: s.unit}
		for range 3 {
			w.add(comity.Name.Resource, other.aName("Grace"))
			other.role = w.add(comity.CoPersonRole.Resource, other.aRole("Professor"))
			w.add(comity.Address.Resource, other.anAddress("1 Main St"))
		}
		w.add(comity.CoGroupMember.Resource, other.aMembership(s.group))
	}
	if many := count(people...); many != few || few < 10 {
		t.Errorf("%d statements for one person, %d for %d", few, many, len(people))
	}
}

// Connections to the database that are lost without a word stop nothing for longer than about a lease.
func TestDatabaseConnectionsLost(t *testing.T) {
	t.Parallel()
	w := onPostgres(t)
	r := newReceiver(t)
	to := w.target(r, comity.ModeAutomatic)
	link := newProxy(t, w.database)
	far := w.elsewhere(0, link.url)
	freed := make(chan struct{})
	r.reacts(heldUntil(t, freed, func(arrival) bool { return true }))
	far.run(far.queue(outbox.Options{Lease: 4 * time.Second, Limit: 2 * time.Second}))
	w.person("first")
	eventually(t, "a message is under way", func() bool { return len(r.got()) == 1 })
	link.lose()
	close(freed)
	w.person("second")
	w.awaitDelivered(to)
	w.expectPresent(t, to, r)
}

// Nothing is lost while the database is unreachable: messages whose outcome could not be stored are sent
// again.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	w := onPostgres(t)
	r := newReceiver(t)
	to := w.target(r, comity.ModeAutomatic)
	person := w.person("")
	uid := w.identifier(person, "first")
	people := w.people(30)
	link := newProxy(t, w.database)
	far := w.elsewhere(0, link.url)
	freed := make(chan struct{})
	r.reacts(heldUntil(t, freed, func(arrival) bool { return true }))
	stop := far.run(far.queue(outbox.Options{Lease: 10 * time.Minute, Limit: 10 * time.Second}))
	eventually(t, "messages are in flight", func() bool { return len(r.got()) == 4 })
	link.cut(true)
	close(freed)
	eventually(t, "what was claimed is sent all the same", func() bool { return len(r.ids()) == len(people)+1 })
	w.edit(comity.Identifier.Resource, uid, values{comity.Identifier.Identifier: "second"})
	for i, p := range people {
		w.born(p, i)
	}
	far.later(20 * time.Minute)
	link.cut(false)
	w.awaitDelivered(to)
	w.expectPresent(t, to, r)
	r.expectInOrder(t)

	// Run also ends in good order while the database is unreachable.
	link.cut(true)
	stop()
}
