package e2e_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestKilledInstancesLoseNothing has three instances on one PostgreSQL database under load and kills
// one after the other. Nothing is lost, nobody is sent by two at once, and no older state after a
// newer one. In the soak that goes on for five minutes.
func TestKilledInstancesLoseNothing(t *testing.T) {
	t.Parallel()
	length := 8 * time.Second
	if os.Getenv("COMITY_SOAK") != "" {
		length = 5 * time.Minute
	}
	// What a killed instance was sending has three seconds to be over before another takes it over.
	r := serve(t, postgresURL(t), "--lease", "6s")
	instances := []*registry{r, r.another(t), r.another(t)}
	co := addCO(t, r.platform(), "Telescope")
	offices := []*slowReceiver{startSlowReceiver(t), startSlowReceiver(t)}
	for _, o := range offices {
		addTarget(t, r.platform(), co, o.URL, endpoint{})
	}

	var acknowledged atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	var calling sync.WaitGroup
	defer calling.Wait()
	defer stop()
	var loads []*load
	for i := range 2 * len(instances) {
		transport := &exchanges{t: t, check: r.http.Transport.(*exchanges).check, base: &http.Transport{}}
		l := &load{
			t: t, number: i, registry: instances[i%len(instances)], co: co, acknowledged: &acknowledged,
			http: &http.Client{Transport: transport, Timeout: patience},
		}
		loads = append(loads, l)
		calling.Go(func() { l.run(ctx) })
	}
	more := func(calls int64) {
		until := acknowledged.Load() + calls
		eventually(t, "more calls are answered", func() bool { return acknowledged.Load() >= until })
	}
	killed := 0
	for begin := time.Now(); time.Since(begin) < length; killed++ {
		more(100)
		one := instances[killed%len(instances)]
		one.kill()
		more(50) // by the others
		one.startAgain(t)
	}
	stop()
	calling.Wait()
	t.Logf("%d instances were killed, %d calls answered", killed, acknowledged.Load())

	for _, l := range loads {
		checkAccounts(t, r.platform(), l)
	}
	staff := checkWhole(t, r.platform(), co)
	for _, o := range offices {
		if !becomesTrue(func() bool { return maps.Equal(o.present(), staff) }) {
			t.Errorf("a receiver does not know who is there (-want +got):\n%s", cmp.Diff(staff, o.present()))
		}
		o.report(t)
	}
}

// another starts one more instance on a registry's database.
func (r *registry) another(t *testing.T) *registry {
	t.Helper()
	other := &registry{database: r.database, folder: r.folder, flags: r.flags, user: r.user, key: r.key}
	other.startAgain(t)
	return other
}

// slowReceiver is a directory that takes its time, and sees when two are at one person at once.
type slowReceiver struct {
	*directory

	mu       sync.Mutex
	underWay map[string]int
	overlaps []string
}

func startSlowReceiver(t *testing.T) *slowReceiver {
	t.Helper()
	o := &slowReceiver{directory: &directory{people: map[string]string{}, sequences: map[string]int64{}}, underWay: map[string]int{}}
	o.directory.receiver = receiveWith(t, o.take)
	return o
}

func (o *slowReceiver) take(m message) (status int, body string) {
	person, _, _ := strings.Cut(m.identifier, ".")
	o.mu.Lock()
	if o.underWay[person]++; o.underWay[person] > 1 {
		o.overlaps = append(o.overlaps, fmt.Sprintf("%s %s, sequence number %d", m.method, m.identifier, m.sequence))
	}
	o.mu.Unlock()
	status, body = o.directory.take(m)
	// As long as it takes, another message about the same person would be seen to overlap.
	time.Sleep(time.Duration(5+rand.IntN(60)) * time.Millisecond)
	o.mu.Lock()
	o.underWay[person]--
	o.mu.Unlock()
	return status, body
}

// report says what was seen that must not be.
func (o *slowReceiver) report(t *testing.T) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, overlap := range o.overlaps {
		t.Errorf("%s came while another message about this person was under way", overlap)
	}
	if o.disorder != "" {
		t.Error(o.disorder)
	}
}
