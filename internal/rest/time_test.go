package rest_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/httpserver"
	"comity/internal/provisioning"
	"comity/internal/registry/view"
	"comity/internal/rest"
	"comity/internal/store"
	"comity/internal/store/db"
)

// serveWithLimit serves the fixture's registry with a short time limit for requests.
func (s *fixture) serveWithLimit(limit time.Duration, p *provisioning.Service) *httptest.Server {
	s.Helper()
	log := slog.New(slog.DiscardHandler)
	server := httptest.NewServer(httpserver.Handler(&rest.Server{
		Registry: s.registry, View: view.New(s.store), Authenticator: s.signin, Provisioning: p, Root: "/registry/", Log: log,
	}, httpserver.Options{Limit: limit, Log: log}))
	s.Cleanup(server.Close)
	return server
}

// callServer sends a call of the operator to a server.
func (s *fixture) callServer(server *httptest.Server, line, body string) answer {
	s.Helper()
	method, path, _ := strings.Cut(s.fill(line), " ")
	request, err := http.NewRequestWithContext(s.Context(), method, server.URL+"/registry/"+path, strings.NewReader(s.fill(body)))
	s.must(err)
	request.SetBasicAuth(s.operator.Username, s.operator.Key)
	response, err := server.Client().Do(request)
	s.must(err)
	return readAnswer(s, response)
}

// TestRequestsWhoseTimeIsOver: a request that waits for a lock beyond its time limit is rolled back and
// answered so, and can be sent again.
func TestRequestsWhoseTimeIsOver(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(person("ada"), unit("physics", "Physics"))
		server := s.serveWithLimit(150*time.Millisecond, nil)
		// The operator's key is cached before everything waits.
		if a := s.callServer(server, "GET cous/$physics.json", ""); a.status != http.StatusOK {
			s.Fatalf("a view is answered %s", a.line())
		}
		calls := []struct{ line, body, after string }{
			{"POST cous.json", `{"Version":"1.0","CoId":$co,"Name":"Optics"}`, "201 Created"},
			{"POST cous.xml", `<Cou Version="1.0"><CoId>$co</CoId><Name>Radio</Name></Cou>`, "201 Created"},
			{"PUT cous/$physics.json", `{"Version":"1.0","CoId":$co,"Name":"Chemistry"}`, "200 OK"},
			{"POST cous/bulk.json", `{"RequestType":"Cous","Version":"1.0","Cous":[{"Version":"1.0","CoId":$co,"Name":"A"},{"Version":"1.0","CoId":$co,"Name":"B"}]}`, "200 OK"},
			{"POST cous/bulk.json?separately=true", `{"RequestType":"Cous","Version":"1.0","Cous":[{"Version":"1.0","CoId":$co,"Name":"C"},{"Version":"1.0","CoId":$co,"Name":"D"}]}`, "200 OK"},
			{"PUT co_groups/reconcile.json?coid=$co", "", "200 OK"},
			{"DELETE cous/$physics.json", "", "200 OK"},
			{"POST cos/duplicate/$co.json", "", "201 Created"},
			{"DELETE cos/$co.json", "", "200 OK"},
		}
		s.whileLocked(func() {
			for _, c := range calls {
				a := s.callServer(server, c.line, c.body)
				if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || !strings.Contains(a.says, "longer than 150ms") {
					s.Errorf("%s is answered %s, Retry-After %q: %s", c.line, a.line(), a.header.Get("Retry-After"), a.body)
				}
			}
		})
		s.perform(step{call: "GET cous?coid=$co", lists: "Name: Physics"})
		slow := s.serveWithLimit(patience, nil)
		for _, c := range calls {
			if a := s.callServer(slow, c.line, c.body); a.line() != c.after {
				s.Errorf("%s is answered %s the second time, want %s: %s", c.line, a.line(), c.after, a.body)
			}
		}
	})
}

// whileLocked runs a function while another transaction holds the lock of the fixture's CO.
func (s *fixture) whileLocked(run func()) {
	s.Helper()
	held, release, ended := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		ended <- s.store.WriteAlone(context.WithoutCancel(s.Context()), func(tx *db.Tx) error {
			for _, co := range []int64{0, comity.ParseId(s.ids["co"])} {
				if _, err := store.EnterCO(s.Context(), tx, co, true); err != nil {
					return err
				}
			}
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	run()
	close(release)
	s.must(<-ended)
}

// TestPanicIsAnswered like any other failure of the server: here of a nil service.
func TestPanicIsAnswered(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(step{call: "POST co_provisioning_targets", send: `{"CoId":$co,"Description":"t","Plugin":"ApiProvisioner","Status":"M"}`, keep: "target"})
		a := s.callServer(s.serveWithLimit(patience, nil), "GET co_provisioning_targets/status/$target.json", "")
		if a.status != http.StatusInternalServerError || a.says != "Other Error" {
			s.Errorf("it is answered %s: %s", a.line(), a.body)
		}
	})
}

// TestCompressedBodies are refused with the reason.
func TestCompressedBodies(t *testing.T) {
	everywhere(t, func(s *fixture) {
		for _, format := range []string{"json", "xml"} {
			for coding, want := range map[string]string{"gzip": "415 Unsupported Media Type", "br, gzip": "415 Unsupported Media Type", "identity": "400 Bad Request"} {
				a := s.send("", "POST", "cous."+format, "x", map[string]string{"Content-Encoding": coding})
				if a.line() != want || want[:3] == "415" && !strings.Contains(a.says, coding) {
					s.Errorf("a body in %s is answered %s: %s", coding, a.line(), a.body)
				}
			}
		}
	})
}
