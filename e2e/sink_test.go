package e2e_test

import (
	"net/http"
	"syscall"
	"testing"

	"comity"
)

// startSink starts the small receiver that the program has, and returns its URL.
func startSink(t *testing.T, flags ...string) (p *process, url string) {
	t.Helper()
	p = start(t, command(t.TempDir(), append([]string{"sink", "--listen", "127.0.0.1:0"}, flags...)...))
	return p, p.says(t, `(?m)^receiving messages at (http://\S+)$`)[1]
}

func TestSinkPrintsAndShowsWhatATargetSends(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	c := r.platform()
	sink, url := startSink(t)
	co := addCO(t, c, "Telescope")
	addTarget(t, c, co, url+"people", endpoint{})
	person := addPerson(t, c, co, "ghopper")
	sink.says(t, `(?m)^\d\d:\d\d:\d\d PUT /people/ghopper #\d+ ghopper active \[CO:members:active, CO:members:all\] -> 200$`)
	if got := call(t, http.DefaultClient, http.MethodGet, url+"people/ghopper", "", "", ""); got.status != http.StatusOK || !matches(`"status":"active"`, got.body) {
		t.Errorf("it shows %d %s", got.status, got.body)
	}

	remove(t, c, comity.CoPerson.Resource, person)
	sink.says(t, `(?m)^\S+ DELETE /people/ghopper #\d+ ghopper deleted -> 200$`)
	if got := call(t, http.DefaultClient, http.MethodGet, url+"people/ghopper", "", "", ""); got.status != http.StatusNotFound {
		t.Errorf("it still shows %d %s", got.status, got.body)
	}
	sink.signal(t, syscall.SIGTERM)
	if status := sink.status(t); status != 0 {
		t.Errorf("it ended with status %d", status)
	}
}

func TestSinkFailsWhenItIsConfiguredTo(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	c := r.platform()
	_, url := startSink(t, "--fail", "1", "--fail-status", "422", "--pretty")
	co := addCO(t, c, "Telescope")
	p := addTarget(t, c, co, url, endpoint{mode: comity.ModeManual})
	_, err := c.Provision(t.Context(), p.target, addPerson(t, c, co, "ghopper"))
	if refusal := refusalOf(t, err); refusal.Detail != "422 Unprocessable Entity: failing, as the sink is configured to" {
		t.Errorf("the provision call answers %q", refusal.Detail)
	}
}
