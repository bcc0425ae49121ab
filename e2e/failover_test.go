package e2e_test

import (
	"context"
	"maps"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/pgtest"
)

// TestPromotedStandbyLosesNothing kills a PostgreSQL server under load and promotes its synchronous standby, which
// the database's URL names too. What was answered is there, receivers know exactly who is there and saw nothing out
// of order, and the registry, which was not started again, writes as soon as it can. In the soak that happens twenty
// times.
func TestPromotedStandbyLosesNothing(t *testing.T) {
	t.Parallel()
	times := 1
	if os.Getenv("COMITY_SOAK") != "" {
		times = 20
	}
	for range times {
		failOver(t)
	}
}

// longestFailOver is how long after the promotion the registry may take to write, on a machine that is as busy as a
// test's may be.
const longestFailOver = time.Minute

// startWithStandby starts a server and its synchronous standby; stop stops both.
func startWithStandby(t *testing.T) (primary, standby *pgtest.Server, stop func()) {
	t.Helper()
	primary, err := pgtest.Start(t.Context(), pgtest.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	standby, err = primary.StartStandby(t.Context())
	if err != nil {
		primary.Stop()
		t.Fatal(err)
	}
	return primary, standby, func() {
		standby.Stop()
		primary.Stop()
	}
}

func failOver(t *testing.T) {
	t.Helper()
	primary, standby, stop := startWithStandby(t)
	defer stop()
	database, err := pgtest.EitherURL(primary.Database(t), primary, standby)
	if err != nil {
		t.Fatal(err)
	}
	r := serve(t, database, "--lease", "6s")
	co := addCO(t, r.platform(), "Telescope")
	directories := []*directory{startBadReceiver(t), startBadReceiver(t)}
	addTarget(t, r.platform(), co, directories[0].URL, endpoint{protocol: comity.ProtocolPUT})
	addTarget(t, r.platform(), co, directories[1].URL, endpoint{protocol: comity.ProtocolPOST})

	loads := loadWhileFailingOver(t, r, co, primary, standby)
	for _, l := range loads {
		checkAccounts(t, r.platform(), l)
	}
	staff := checkWhole(t, r.platform(), co)
	for _, d := range directories {
		if !becomesTrue(func() bool { return maps.Equal(d.present(), staff) }) {
			t.Errorf("a receiver does not know who is there (-want +got):\n%s", cmp.Diff(staff, d.present()))
		}
		if d.disorder != "" {
			t.Error(d.disorder)
		}
	}
	if begins, ends := r.count(outageBegins), r.count(outageEnds); begins == 0 || begins != ends {
		t.Errorf("the log says %d times that an outage begins, %d times that one ends", begins, ends)
	}
	r.kill()
}

// loadWhileFailingOver has eight clients call while the primary is killed and the standby is promoted.
func loadWhileFailingOver(t *testing.T, r *registry, co int64, primary, standby *pgtest.Server) []*load {
	t.Helper()
	var acknowledged atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	var calling sync.WaitGroup
	defer calling.Wait()
	defer stop()
	loads, check := make([]*load, 8), r.http.Transport.(*exchanges).check
	for i := range loads {
		transport := &exchanges{t: t, check: check, base: &http.Transport{}}
		loads[i] = &load{
			t: t, number: i, registry: r, co: co, acknowledged: &acknowledged,
			http: &http.Client{Transport: transport, Timeout: patience}, outages: true,
		}
		calling.Go(func() { loads[i].run(ctx) })
	}
	more := func(n int64) {
		until := acknowledged.Load() + n
		eventually(t, "more calls are answered", func() bool { return acknowledged.Load() >= until })
	}
	more(300)
	if err := primary.Crash(t.Context()); err != nil {
		t.Fatal(err)
	}
	killed, answered := time.Now(), acknowledged.Load()
	if err := standby.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	promoted := time.Now()
	more(1)
	took := time.Since(promoted)
	t.Logf("%d calls were answered before the primary was killed, the promotion took %v, and %v after it a call was answered",
		answered, promoted.Sub(killed).Round(time.Millisecond), took.Round(time.Millisecond))
	if took > longestFailOver {
		t.Errorf("the registry wrote %v after the promotion", took)
	}
	more(300)
	stop()
	calling.Wait()
	return loads
}

// A write that the standby does not confirm within the request's time is not acknowledged: it would be lost if the
// standby were promoted.
func TestWriteWithoutItsStandbyIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	primary, standby, stop := startWithStandby(t)
	defer stop()
	r := serve(t, primary.Database(t), "--request-timeout", "1s")
	body := `{"RequestType":"Cos","Version":"1.0","Cos":[{"Version":"1.0","Name":"Telescope","Status":"Active"}]}`
	if err := standby.Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := call(t, r.http, http.MethodPost, r.api()+"cos.json", r.user, r.key, body)
	if got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "standby") {
		t.Errorf("it is answered %d %s: %s", got.status, got.reason, got.body)
	}
	if err := standby.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is ready again", func() bool { return getStatus(r.page("/readyz")) == http.StatusOK })
}
