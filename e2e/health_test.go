package e2e_test

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"comity"
	"comity/client"
	"comity/internal/pgtest"
)

func TestHealthReadinessAndMetricsAskForNoCredentials(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		for path, want := range map[string]string{"/healthz": "alive\n", "/readyz": "ready\n"} {
			got := call(t, http.DefaultClient, http.MethodGet, r.page(path), "", "", "")
			if got.status != http.StatusOK || got.body != want {
				t.Errorf("%s answers %d %q, want %q", path, got.status, got.body, want)
			}
		}
		if got := call(t, http.DefaultClient, http.MethodGet, r.page("/nowhere"), "", "", ""); got.status != http.StatusNotFound {
			t.Errorf("/nowhere answers %d", got.status)
		}
	})
}

// metric reads a metric's value, 0 where it is not there yet.
func metric(t *testing.T, r *registry, series string) float64 {
	t.Helper()
	got := call(t, http.DefaultClient, http.MethodGet, r.page("/metrics"), "", "", "")
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(series) + ` (\S+)$`).FindStringSubmatch(got.body)
	if m == nil {
		return 0
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMetricsCountRequestsAndDeliveries(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	c := r.platform()
	co := addCO(t, c, "Telescope")
	p := addTarget(t, c, co, receive(t).URL, endpoint{mode: comity.ModeManual})
	person := addPerson(t, c, co, "ghopper")
	for range 3 {
		if _, err := c.Provision(t.Context(), p.target, person); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.View(t.Context(), comity.CoPerson.Resource, 99); err == nil {
		t.Fatal("there is a person 99")
	}
	for series, want := range map[string]float64{
		`comity_request_seconds_count{route="provision",status="200"}`:    3,
		`comity_request_seconds_count{route="view",status="404"}`:         1,
		`comity_delivery_seconds_count{outcome="ok",target="1"}`:          3,
		`comity_delivery_seconds_count{outcome="failed",target="1"}`:      0,
		`comity_request_seconds_count{route="unauthorized",status="401"}`: 0,
	} {
		if got := metric(t, r, series); got != want {
			t.Errorf("%s is %v, want %v", series, got, want)
		}
	}
	if metric(t, r, "go_goroutines") == 0 {
		t.Error("nothing is said of the process")
	}
}

func TestRegistryOutlivesARestartOfPostgreSQL(t *testing.T) {
	t.Parallel()
	server, err := pgtest.Start(t.Context(), pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	r := serve(t, server.Database(t))
	c := r.platform()
	sink := receive(t)
	co := addCO(t, c, "Telescope")
	addTarget(t, c, co, sink.URL, endpoint{})
	addPerson(t, c, co, "ghopper")
	sink.knowsOf(t, "ghopper")

	if err := server.Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it says that it is not ready", func() bool { return getStatus(r.page("/readyz")) == http.StatusServiceUnavailable })
	if status := getStatus(r.page("/healthz")); status != http.StatusOK {
		t.Errorf("/healthz answers %d; the program is alive all the same", status)
	}
	got := call(t, r.http, http.MethodGet, r.api()+"cos.json", r.user, r.key, "")
	if got.status != http.StatusServiceUnavailable || got.reason != "Service Unavailable" {
		t.Errorf("a request without a database answers %d %s", got.status, got.reason)
	}

	if err := server.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is ready again", func() bool { return getStatus(r.page("/readyz")) == http.StatusOK })
	eventually(t, "requests work again", func() bool {
		_, err := c.View(t.Context(), comity.Co.Resource, co)
		return err == nil
	})
	// A request may still meet a connection of before, and is answered 503.
	var person client.Added
	eventually(t, "a person can be added", func() bool {
		f := comity.CoPerson
		person, err = c.Add(t.Context(), record(fields{f.CoId: co, f.Status: comity.Active}))
		return err == nil
	})
	eventually(t, "and given an identifier", func() bool {
		f := comity.Identifier
		_, err := c.Add(t.Context(), record(fields{
			f.Identifier: "alovelace", f.Type: "uid", f.Status: comity.Active, f.Person: owner{comity.OwnerCO, person.Id},
		}))
		return err == nil
	})
	sink.knowsOf(t, "alovelace")
	if r.hasEnded() {
		t.Error("it has ended")
	}
}

// The metrics say how each target does, on both databases.
func TestMetricsOfTargets(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		refusing := receiveWith(t, func(message) (int, string) { return http.StatusUnprocessableEntity, "no" })
		to := addTarget(t, c, co, refusing.URL, endpoint{more: fields{comity.CoProvisioningTarget.MaxRetry: int64(1)}})
		good := addTarget(t, c, co, receive(t).URL, endpoint{})
		addPerson(t, c, co, "ghopper")
		of := func(name string, target int64) float64 {
			return metric(t, r, `comity_target_`+name+`{target="`+text(target)+`"}`)
		}
		eventually(t, "one rests", func() bool { return of("failed", to.target) == 1 })
		eventually(t, "nobody waits", func() bool { return of("waiting", good.target) == 0 && of("in_flight", good.target) == 0 })
		if of("failed", good.target) != 0 || of("breaker_open", to.target) != 0 || of("oldest_wait_seconds", to.target) != 0 {
			t.Error("the metrics are mixed up")
		}
	})
}

// A transaction that was left open does not keep roles and memberships from beginning and ending by the clock
// if it only reads; one that writes is reported to the operator.
func TestATransactionThatIsLeftOpen(t *testing.T) {
	t.Parallel()
	database := pgtest.URL(t)
	r := serve(t, database)
	open := func(statements ...string) *pgx.Conn {
		t.Helper()
		c, err := pgx.Connect(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close(context.WithoutCancel(t.Context())) })
		for _, sql := range statements {
			if _, err := c.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	open("BEGIN", "SELECT 1")
	c := r.platform()
	co := addCO(t, c, "Telescope")
	person := addPerson(t, c, co, "ghopper")
	f := comity.CoPersonRole
	role := comity.NewRecord(f.Resource)
	role.SetOwner(f.Person, comity.OwnerCO, person)
	role.SetText(f.Affiliation, "member")
	role.SetText(f.Status, comity.Active)
	role.Set(f.ValidThrough, comity.TimeCell(time.Now().Add(2*time.Second)))
	added, err := c.Add(t.Context(), role)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the role ends by the clock", func() bool {
		rec, err := c.View(t.Context(), f.Resource, added.Id)
		return err == nil && rec.Text(f.Status) == comity.Expired
	})
	writer := open("SET application_name = 'forgotten'", "CREATE TABLE other (id int)", "BEGIN", "INSERT INTO other VALUES (1)")
	says := func() bool {
		got := call(t, http.DefaultClient, http.MethodGet, r.page("/readyz"), "", "", "")
		return got.status == http.StatusOK && strings.HasPrefix(got.body, "ready\nthe clock waits for a transaction that writes, of forgotten (process ")
	}
	eventually(t, "it says for whom the clock waits", says)
	if metric(t, r, "comity_oldest_write_seconds") < 1 {
		t.Error("the metric does not say how long the transaction has been open")
	}
	if _, err := writer.Exec(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it says no more", func() bool { return !says() })
}

func TestHealthAsksTheServer(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	address := strings.TrimPrefix(strings.TrimSuffix(r.page("/"), "/"), "http://")
	_, port, _ := strings.Cut(address, ":")
	for _, listen := range []string{address, "0.0.0.0:" + port, ":" + port} {
		if got := runToEnd(t, command(t.TempDir(), "health", "--listen", listen)); got.status != 0 || got.out != "ready\n" {
			t.Errorf("at %s: status %d: %s%s", listen, got.status, got.out, got.errOut)
		}
	}
	r.end(t)
	refused(t, runToEnd(t, command(t.TempDir(), "health", "--listen", address)), `^comity: not ready: .*connection refused$`)
}
