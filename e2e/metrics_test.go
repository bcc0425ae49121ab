package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity"
)

// TestMetricsOfTheInstance has what dashboards and alerts are made of, and every metric that an alert of
// deploy/alerts.yml asks for.
func TestMetricsOfTheInstance(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c, receiver := r.platform(), receive(t)
		co := addCO(t, c, "Telescope")
		to := addTarget(t, c, co, receiver.URL, endpoint{more: fields{comity.CoProvisioningTarget.Description: `The "mail" server`}})
		addPerson(t, c, co, "ghopper")
		receiver.knowsOf(t, "ghopper")
		page := func() string {
			return call(t, http.DefaultClient, http.MethodGet, r.page("/metrics"), "", "", "").body
		}
		if strings.Contains(page(), "comity_last_backup_timestamp_seconds ") {
			t.Error("there was a backup")
		}
		before := time.Now().Add(-time.Minute)
		if got := runToEnd(t, r.operator("backup", filepath.Join(t.TempDir(), "b"))); got.status != 0 || got.errOut != "" {
			t.Errorf("backup: status %d: %s", got.status, got.errOut)
		}
		if at := metric(t, r, "comity_last_backup_timestamp_seconds"); at < float64(before.Unix()) {
			t.Errorf("the last backup was at %v", at)
		}
		text := page()
		for _, want := range []string{
			`comity_build_info\{goversion="go[^"]+",version="[^"]+"\} 1`,
			`comity_target_info\{co="2",name="The \\"mail\\" server",target="1"\} 1`,
			`comity_database_connections_in_use \d+`, `comity_database_connections_max [1-9]\d*`, `comity_database_writes_waiting \d+`,
		} {
			if !matches(`(?m)^`+want+`$`, text) {
				t.Errorf("the metrics do not say %s", want)
			}
		}
		if to.target != 1 || co != 2 {
			t.Errorf("target %d of CO %d", to.target, co)
		}
		alerts, err := os.ReadFile("../deploy/alerts.yml")
		if err != nil {
			t.Fatal(err)
		}
		expressions := regexp.MustCompile(`(?m)^ +expr: (.*)$`).FindAllStringSubmatch(string(alerts), -1)
		if len(expressions) < 9 {
			t.Errorf("%d alerts", len(expressions))
		}
		for _, e := range expressions {
			for _, name := range regexp.MustCompile(`comity_\w+`).FindAllString(e[1], -1) {
				if !matches(`(?m)^# TYPE `+strings.TrimSuffix(name, "_count")+` `, text) {
					t.Errorf("an alert asks for %s, which is no metric", name)
				}
			}
		}
	})
}
