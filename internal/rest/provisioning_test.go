package rest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// receiver adds a target whose receiver answers with a status.
func (s *fixture) receiver(status *atomic.Int64) {
	s.Helper()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(status.Load()))
		_, _ = w.Write([]byte("said the receiver"))
	}))
	s.Cleanup(receiver.Close)
	s.ids["url"] = receiver.URL
	s.perform(server("server"),
		add("http_servers", "http", `"ServerId":$server,"Serverurl":"$url","AuthType":"BE","Password":"open-sesame"`),
		add("co_provisioning_targets", "target", `"CoId":$co,"Plugin":"ApiProvisioner","Status":"M","MaxRetry":1`),
		add("api_provisioner/co_api_provisioner_targets", "settings", `"CoProvisioningTargetId":$target,"ServerId":$server,"Mode":"PU",
			"IdentifierType":"uid","SigningSecret":"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="`),
		person("ada"), name("adaname", "ada", "Ada"), identifier("uid", "ada", "ada"))
}

// object returns the body of an answer, which must have the status line.
func (s *fixture) object(as, call, want string) map[string]any {
	s.Helper()
	call = s.fill(call)
	method, path, _ := strings.Cut(call, " ")
	a := s.call(as, method, path, nil)
	if a.line() != want {
		s.Fatalf("%s is answered %s, want %s: %s", call, a.line(), want, a.body)
	}
	var object map[string]any
	if len(a.body) == 0 || strings.HasSuffix(path, ".xml") {
		return nil
	}
	if err := json.Unmarshal(a.body, &object); err != nil {
		s.Fatalf("%s: %v in %s", call, err, a.body)
	}
	return object
}

// TestSeeingWhatIsSent: what is pending, what was sent, why a delivery failed, what would be sent, and that
// it can be resent.
func TestSeeingWhatIsSent(t *testing.T) {
	everywhere(t, func(s *fixture) {
		var status atomic.Int64
		status.Store(422)
		s.receiver(&status)
		const provision = "POST co_provisioning_targets/provision/$target/copersonid:$ada.json"
		const subject = "GET co_provisioning_targets/status/$target/copersonid:$ada.json"

		if got := s.object("admin", subject, "200 OK"); got["State"] != "never told" || got["ResponseType"] != "CoPersonProvisioningStatus" {
			s.Errorf("before anything is sent: %v", got)
		}
		preview := s.object("admin", "GET co_provisioning_targets/preview/$target/copersonid:$ada.json", "200 OK")
		request := preview["Requests"].([]any)[0].(map[string]any)
		headers := request["Headers"].(map[string]any)
		if request["Method"] != "PUT" || request["Url"] != s.ids["url"]+"/ada" || headers["Authorization"] != "Bearer ***" ||
			headers["Webhook-Signature"] != "***" || request["Body"].(map[string]any)["person"] == nil {
			s.Errorf("the preview is %v", preview)
		}

		s.object("admin", provision, "500 Provisioning Failed")
		got := s.object("admin", subject, "200 OK")
		if got["State"] != "failed" || got["Attempts"] != 1.0 || !strings.Contains(got["LastError"].(string), "said the receiver") {
			s.Errorf("after a refusal: %v", got)
		}
		target := s.object("admin", "GET co_provisioning_targets/status/$target.json", "200 OK")
		if target["Failed"] != 1.0 || target["Waiting"] != 0.0 || target["Breaker"] != "closed" || target["Status"] != "M" {
			s.Errorf("the target: %v", target)
		}
		failed := s.object("admin", "GET co_provisioning_targets/failed/$target.json?limit=5", "200 OK")["Failed"].([]any)
		if len(failed) != 1 || failed[0].(map[string]any)["State"] != "failed" {
			s.Errorf("what failed: %v", failed)
		}

		status.Store(200)
		s.perform(step{call: "PUT co_provisioning_targets/$target", send: `{"CoId":$co,"Plugin":"ApiProvisioner","Status":"A"}`})
		if got := s.object("admin", "POST co_provisioning_targets/resend/$target.json", "202 Accepted"); got["Resent"] != 1.0 {
			s.Errorf("sent again: %v", got)
		}
		if got := s.object("admin", "POST co_provisioning_targets/resend/$target/copersonid:$ada.json", "202 Accepted"); got["Resent"] != 0.0 {
			s.Errorf("sent again: %v", got)
		}
		s.object("admin", provision, "200 OK")
		got = s.object("admin", subject, "200 OK")
		if got["State"] != "told" || got["Identifier"] != "ada" || got["LastError"] != nil || len(got["MessageDigest"].(string)) != 64 {
			s.Errorf("after it was sent: %v", got)
		}
		s.perform(step{call: "PUT names/$adaname", send: `{"Given":"Augusta","Type":"official","CoPersonId":$ada}`},
			step{call: "PUT co_provisioning_targets/$target", send: `{"CoId":$co,"Plugin":"ApiProvisioner","Status":"X"}`})
		s.object("admin", "POST co_provisioning_targets/resend/$target.json", "403 Forbidden")
	})
}

// TestLeftOut: people without an identifier of the type are not counted as failed, and the reason is given.
func TestLeftOut(t *testing.T) {
	everywhere(t, func(s *fixture) {
		var status atomic.Int64
		status.Store(200)
		s.receiver(&status)
		s.perform(step{call: "DELETE identifiers/$uid"})
		s.object("admin", "POST co_provisioning_targets/provision/$target/copersonid:$ada.json", "500 Provisioning Failed")
		target := s.object("admin", "GET co_provisioning_targets/status/$target.json", "200 OK")
		if target["LeftOut"] != 1.0 || target["LeftOutReason"] != "no identifier of type uid" || target["Failed"] != 0.0 {
			s.Errorf("the target: %v", target)
		}
		got := s.object("admin", "GET co_provisioning_targets/status/$target/copersonid:$ada.json", "200 OK")
		if got["State"] != "left out" || got["Answer"] != "no identifier of type uid" {
			s.Errorf("the person: %v", got)
		}
		if failed := s.object("admin", "GET co_provisioning_targets/failed/$target.json", "200 OK")["Failed"].([]any); len(failed) > 0 {
			s.Errorf("what failed: %v", failed)
		}
		if got := s.object("admin", "POST co_provisioning_targets/resend/$target.json", "202 Accepted"); got["Resent"] != 0.0 {
			s.Errorf("sent again: %v", got)
		}
	})
}

// TestPreviewShowsTheDifference to what was last sent.
func TestPreviewShowsTheDifference(t *testing.T) {
	everywhere(t, func(s *fixture) {
		var status atomic.Int64
		status.Store(200)
		s.receiver(&status)
		s.object("", "POST co_provisioning_targets/provision/$target/copersonid:$ada.json", "200 OK")
		preview := func() []any {
			return s.object("", "GET co_provisioning_targets/preview/$target/copersonid:$ada.json", "200 OK")["Differences"].([]any)
		}
		if got := preview(); len(got) != 0 {
			s.Errorf("right after it was sent: %v", got)
		}
		s.perform(step{call: "PUT names/$adaname", send: `{"Given":"Augusta","Type":"official","CoPersonId":$ada}`})
		for _, d := range preview() {
			if d := d.(map[string]any); d["Path"] == "/person/names/0/given" && d["Last"] == "Ada" && d["Next"] == "Augusta" {
				return
			}
		}
		s.Errorf("the name is not among %v", preview())
	})
}

// TestProvisioningOfAnotherCO: a target of another CO is not found, and unprivileged users see nothing.
func TestProvisioningOfAnotherCO(t *testing.T) {
	everywhere(t, func(s *fixture) {
		var status atomic.Int64
		status.Store(200)
		s.receiver(&status)
		for _, call := range []string{
			"GET co_provisioning_targets/status/$target.json", "GET co_provisioning_targets/status/$target/copersonid:$ada.json",
			"GET co_provisioning_targets/failed/$target.json", "POST co_provisioning_targets/resend/$target.json",
			"POST co_provisioning_targets/resend/$target/copersonid:$ada.json", "GET co_provisioning_targets/preview/$target/copersonid:$ada.json",
		} {
			s.object("stranger", call, "404 CoProvisioningTarget Not Found")
			s.object("user", call, "401 Unauthorized")
			if other := strings.Replace(call, "$ada", unknownID, 1); other != call {
				s.object("admin", other, "404 CoPerson Unknown")
			}
			s.object("admin", strings.Replace(call, ".json", ".xml", 1), "404 Unknown")
		}
		for _, call := range []string{
			"POST co_provisioning_targets/status/$target.json", "GET co_provisioning_targets/resend/$target.json",
			"GET co_provisioning_targets/status/$target", "GET co_provisioning_targets/preview/$target.json",
			"GET co_provisioning_targets/status/$target/coemaillistid:1.json", "GET co_provisioning_targets/nothing/$target.json",
		} {
			s.object("admin", call, "404 Unknown")
		}
		s.object("admin", "GET co_provisioning_targets/failed/$target.json?limit=0", "400 Bad Request")
		s.object("admin", "GET co_provisioning_targets/failed/$target.json?after=x", "400 Bad Request")
	})
}
