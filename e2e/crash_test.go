package e2e_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/client"
	"comity/internal/pgtest"
)

// TestCrashLosesNothing kills a registry under load, or the database server that it is on, and steps the
// clock. What was answered is there; what was not is there whole or not at all; and receivers that fail
// a third of the time know in the end exactly who is there and how. In the soak that happens a thousand
// times, or as often as COMITY_CRASHES says.
func TestCrashLosesNothing(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		loseNothing(t, sqliteFile(t), nil)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		server, err := pgtest.Start(t.Context(), pgtest.Options{Durable: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Stop)
		loseNothing(t, server.Database(t), server)
	})
}

func loseNothing(t *testing.T, database string, server *pgtest.Server) {
	t.Helper()
	step := filepath.Join(t.TempDir(), "step")
	r := &registry{database: database, folder: t.TempDir(), flags: []string{"--lease", "10s"}, stepped: step}
	r.begin(t)
	co := addCO(t, r.platform(), "Telescope")
	directories := []*directory{startBadReceiver(t), startBadReceiver(t)}
	addTarget(t, r.platform(), co, directories[0].URL, endpoint{protocol: comity.ProtocolPUT})
	addTarget(t, r.platform(), co, directories[1].URL, endpoint{protocol: comity.ProtocolPOST})

	loads := crash(t, r, co, server)
	for _, l := range loads {
		checkAccounts(t, r.platform(), l)
	}
	staff := checkWhole(t, r.platform(), co)
	if got := runToEnd(t, r.operator("check")); got.status != 0 {
		t.Errorf("check: %s%s", got.out, got.errOut)
	}
	for _, d := range directories {
		if !becomesTrue(func() bool { return maps.Equal(d.present(), staff) }) {
			t.Errorf("a receiver does not know who is there (-want +got):\n%s", cmp.Diff(staff, d.present()))
		}
		if d.disorder != "" {
			t.Error(d.disorder)
		}
	}
}

// crashes is how often a registry or its database is killed.
func crashes(t *testing.T) int {
	t.Helper()
	if text := os.Getenv("COMITY_CRASHES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("COMITY_CRASHES: %v", err)
		}
		return n
	}
	if os.Getenv("COMITY_SOAK") != "" {
		return 1000
	}
	return 4
}

// crash has four clients call while the registry and the database server, where there is one, are killed
// and started again, and the clock is stepped by up to two hours.
func crash(t *testing.T, r *registry, co int64, server *pgtest.Server) []*load {
	t.Helper()
	var acknowledged atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	var calling sync.WaitGroup
	defer calling.Wait()
	defer stop()
	loads, check := make([]*load, 4), r.http.Transport.(*exchanges).check
	for i := range loads {
		transport := &exchanges{t: t, check: check, base: &http.Transport{}}
		loads[i] = &load{
			t: t, number: i, registry: r, co: co, acknowledged: &acknowledged,
			http: &http.Client{Transport: transport, Timeout: patience}, outages: server != nil,
		}
		calling.Go(func() { loads[i].run(ctx) })
	}
	more := func(n int) {
		until := acknowledged.Load() + int64(n)
		eventually(t, "more calls are answered", func() bool { return acknowledged.Load() >= until })
	}
	var programs, servers, steps int
	for i := range crashes(t) {
		more(5 + rand.IntN(60))
		if i%3 == 2 {
			r.step(t, time.Duration(rand.Int64N(int64(4*time.Hour)))-2*time.Hour)
			steps++
		}
		if server != nil && i%2 == 1 {
			if err := server.Crash(t.Context()); err != nil {
				t.Fatal(err)
			}
			servers++
		}
		if server == nil || i%4 != 1 {
			r.kill()
			programs++
		}
		if server != nil && i%2 == 1 {
			if err := server.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if r.hasEnded() {
			r.launch(t)
		}
	}
	more(100)
	stop()
	calling.Wait()
	unknown := 0
	for _, l := range loads {
		unknown += l.unknown
	}
	t.Logf("the program was killed %d times, the database server %d times, the clock stepped %d times; %d calls were answered, %d were not",
		programs, servers, steps, acknowledged.Load(), unknown)
	return loads
}

// checkAccounts checks that each record is as its account says.
func checkAccounts(t *testing.T, c *client.Client, l *load) {
	t.Helper()
	for _, a := range l.records {
		is := gone
		rec, err := c.View(t.Context(), a.field.Resource(), a.id)
		if err == nil {
			is = rec.Text(a.field)
		} else if refusal := refusalOf(t, err); refusal.Code != comity.NotFound {
			t.Fatal(err)
		}
		if !a.may[is] {
			t.Errorf("%s %d: its %s is %q, want %v", a.field.Resource().Singular, a.id, a.field.Name, is, slices.Collect(maps.Keys(a.may)))
		}
	}
}

// checkWhole checks that no change of the CO is half done, and returns how a receiver must know each
// person, by identifier.
func checkWhole(t *testing.T, c *client.Client, co int64) map[string]string {
	t.Helper()
	people := map[int64]*known{}
	for _, p := range all(t, c, comity.CoPerson.Resource, "coid", co) {
		people[p.Id] = &known{}
	}
	gather := func(f *comity.Field, put func(*known, string)) {
		t.Helper()
		for _, rec := range all(t, c, f.Resource(), "coid", co) {
			person := people[rec.OwnedBy(comity.OwnerCO)]
			if person == nil {
				t.Errorf("%s %d hangs on nobody", f.Resource().Singular, rec.Id)
				continue
			}
			put(person, rec.Text(f))
		}
	}
	gather(comity.Identifier.Identifier, func(k *known, s string) { k.identifiers = append(k.identifiers, s) })
	gather(comity.Name.Family, func(k *known, s string) { k.families = append(k.families, s) })
	gather(comity.CoPersonRole.Title, func(k *known, s string) { k.titles = append(k.titles, s) })

	// All are active, so all are in the two groups, once, and reconcile finds nothing to set right.
	want := slices.Sorted(maps.Keys(people))
	memberships := func(group int64) []string {
		var members []int64
		var rows []string
		for _, m := range all(t, c, comity.CoGroupMember.Resource, "cogroupid", group) {
			members = append(members, m.OwnedBy(comity.OwnerCO))
			rows = append(rows, fmt.Sprint(m.Id, " ", m.Revision))
		}
		if slices.Sort(members); !slices.Equal(members, want) {
			t.Errorf("group %d: members %v, want %v", group, members, want)
		}
		return rows
	}
	for _, g := range all(t, c, comity.CoGroup.Resource, "coid", co) {
		if !g.Bool(comity.CoGroup.Auto) {
			continue
		}
		before := memberships(g.Id)
		if err := c.ReconcileGroup(t.Context(), g.Id); err != nil {
			t.Fatal(err)
		}
		if after := memberships(g.Id); !slices.Equal(before, after) {
			t.Errorf("reconcile changed the memberships of %s", g.Text(comity.CoGroup.Name))
		}
	}

	staff := map[string]string{}
	for _, k := range people {
		if len(k.identifiers) == 1 {
			staff[k.identifiers[0]] = k.String()
		} else if len(k.identifiers) > 1 {
			t.Errorf("a person has the identifiers %v", k.identifiers)
		}
	}
	return staff
}

func all(t *testing.T, c *client.Client, res *comity.Resource, key string, id int64) []*comity.Record {
	t.Helper()
	records, err := c.All(t.Context(), res, url.Values{key: {text(id)}})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// known is what a receiver knows of a person.
type known struct{ identifiers, families, titles []string }

func (k known) String() string { return fmt.Sprint(k.identifiers, k.families, k.titles) }

// directory is a receiver that fails a third of the messages, half of those after it has taken them.
type directory struct {
	*receiver

	mu        sync.Mutex
	people    map[string]string
	sequences map[string]int64
	// disorder says which message came with a lower sequence number than one before it.
	disorder string
}

func startBadReceiver(t *testing.T) *directory {
	t.Helper()
	d := &directory{people: map[string]string{}, sequences: map[string]int64{}}
	d.receiver = receiveWith(t, d.take)
	return d
}

func (d *directory) take(m message) (status int, body string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	person, _, _ := strings.Cut(m.identifier, ".")
	if m.sequence < d.sequences[person] && d.disorder == "" {
		d.disorder = fmt.Sprintf("%s %s has the sequence number %d, after %d", m.method, m.identifier, m.sequence, d.sequences[person])
	}
	d.sequences[person] = m.sequence
	fate := rand.IntN(6)
	if fate == 0 {
		return http.StatusServiceUnavailable, "not taken"
	}
	if m.deleted {
		delete(d.people, m.identifier)
	} else {
		d.people[m.identifier] = m.known().String()
	}
	if fate == 1 {
		return http.StatusInternalServerError, "stored, but answered as failed"
	}
	return http.StatusOK, ""
}

func (m message) known() (k known) {
	for _, i := range m.person.Identifiers {
		k.identifiers = append(k.identifiers, i.Identifier)
	}
	for _, n := range m.person.Names {
		k.families = append(k.families, n.Family)
	}
	for _, r := range m.person.Roles {
		k.titles = append(k.titles, r.Title)
	}
	return k
}

// present returns the people whom the directory holds.
func (d *directory) present() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.people)
}
