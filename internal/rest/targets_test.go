package rest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCoProvisioningTargets(t *testing.T) {
	perform(t, []step{
		group("readers", "readers"), anotherCO("other"),
		add("co_groups", "theirs", `"CoId":$other,"Name":"readers","Status":"Active"`),
		{call: "GET co_provisioning_targets?coid=$co", lists: "Id: "},
		{call: "POST co_provisioning_targets", keep: "target", send: `{
			"CoId":$co,"Description":"Mail","Plugin":"ApiProvisioner","ProvisionCoGroupId":$readers,"Status":"A",
			"RetryInterval":60,"MaxRetry":"5","Ordr":4}`},
		{call: "GET co_provisioning_targets/$target", has: `{
			"Id":"$target","CoId":"$co","Description":"Mail","Plugin":"ApiProvisioner","ProvisionCoGroupId":"$readers","Status":"A",
			"RetryInterval":60,"MaxRetry":5,"Ordr":4,"Revision":null}`},
		{call: "POST co_provisioning_targets", send: `{"CoId":$co,"Plugin":"ApiProvisioner","Status":"X"}`, keep: "plain"},
		{call: "GET co_provisioning_targets/$plain", has: `{"ProvisionCoGroupId":null,"RetryInterval":900,"MaxRetry":3,"Ordr":5}`},
		{call: "GET co_provisioning_targets?coid=$co", lists: "Id: $target, $plain"},
		{call: "GET co_provisioning_targets?coid=999999999", answer: "404 CO Unknown"},
		{call: "POST co_provisioning_targets", send: `{"CoId":$co}`, answer: "400 Invalid Fields", faulty: "plugin status"},
		{
			call: "POST co_provisioning_targets", answer: "400 Invalid Fields", faulty: "max_retry plugin retry_interval status",
			send: `{"CoId":$co,"Plugin":"Other","Status":"Active","RetryInterval":0,"MaxRetry":-1}`,
		},
		{
			call: "POST co_provisioning_targets", answer: "400 Invalid Fields", faulty: "provision_co_group_id",
			send: `{"CoId":$co,"Plugin":"ApiProvisioner","Status":"X","ProvisionCoGroupId":$theirs}`,
		},
		{
			call: "POST co_provisioning_targets", send: `{"CoId":999999999,"Plugin":"ApiProvisioner","Status":"X"}`,
			answer: "403 CO Does Not Exist",
		},
		{call: "PUT co_provisioning_targets/$target", send: `{"CoId":$co,"Plugin":"ApiProvisioner","Status":"X","RetryInterval":""}`},
		{call: "GET co_provisioning_targets/$target", has: `{"Description":"Mail","Status":"X","RetryInterval":900,"MaxRetry":5}`},
		{
			call: "PUT co_provisioning_targets/$target", send: `{"CoId":999999999,"Plugin":"ApiProvisioner","Status":"X"}`,
			answer: "403 CO Does Not Exist",
		},
		{call: "DELETE co_provisioning_targets/$target"},
		{call: "DELETE co_provisioning_targets/$target", answer: "404 CoProvisioningTarget Not Found"},
	})
}

// TestTargetModes: codes of modes are returned as they are.
func TestTargetModes(t *testing.T) {
	steps := []step{}
	for _, mode := range []string{"A", "X", "E", "Q", "QE", "M"} {
		steps = append(steps, target("t", mode), step{call: "GET co_provisioning_targets/$t", has: `{"Status":"` + mode + `"}`})
	}
	perform(t, steps)
}

func TestCoApiProvisionerTargets(t *testing.T) {
	const path = "api_provisioner/co_api_provisioner_targets"
	perform(t, []step{
		server("server"), target("target", "X"), target("second", "X"), anotherCO("other"),
		add("servers", "theirs", `"CoId":$other,"Description":"Directory","ServerType":"HT","Status":"Active"`),
		add("co_provisioning_targets", "alien", `"CoId":$other,"Plugin":"ApiProvisioner","Status":"X"`),
		{call: "GET " + path + "?coprovisioningtargetid=$target", answer: "204 CO Provisioning Target Has No CoApiProvisionerTarget"},
		{call: "POST " + path, send: `{"CoProvisioningTargetId":$target,"ServerId":$server,"Mode":"PO","IdentifierType":"uid"}`, keep: "s"},
		{call: "GET " + path + "/$s", has: `{
			"Id":"$s","CoProvisioningTargetId":"$target","ServerId":"$server","Mode":"PO","IdentifierType":"uid","IncludeAttributes":true}`},
		{call: "GET " + path + "?coprovisioningtargetid=$target", lists: "Id: $s"},
		{call: "GET " + path + "?coid=$co", lists: "Id: $s"},
		{call: "GET " + path + "?coprovisioningtargetid=999999999", answer: "404 CO Provisioning Target Unknown"},
		{call: "GET " + path + "?coprovisioningtargetid=", answer: "400 Bad Request"},
		{
			call: "POST " + path, send: `{"IncludeAttributes":false}`,
			answer: "400 Invalid Fields", faulty: "co_provisioning_target_id identifier_type mode server_id",
		},
		{
			call: "POST " + path, send: `{"CoProvisioningTargetId":$target,"ServerId":$server,"Mode":"PO","IdentifierType":"uid"}`,
			answer: "403 Target Already Configured",
		},
		{
			call: "POST " + path, send: `{"CoProvisioningTargetId":$second,"ServerId":$theirs,"Mode":"PO","IdentifierType":"bogus"}`,
			answer: "400 Invalid Fields", faulty: "identifier_type server_id",
		},
		{
			call: "POST " + path, send: `{"CoProvisioningTargetId":999999999,"ServerId":999999999,"Mode":"PO","IdentifierType":"uid"}`,
			answer: "400 Invalid Fields", faulty: "co_provisioning_target_id server_id",
		},
		{call: "PUT " + path + "/$s", send: `{"CoProvisioningTargetId":$second,"ServerId":$server,"Mode":"PU","IdentifierType":"eppn","IncludeAttributes":false}`},
		{call: "GET " + path + "/$s", has: `{"CoProvisioningTargetId":"$second","Mode":"PU","IdentifierType":"eppn","IncludeAttributes":false}`},
		{
			call: "PUT " + path + "/$s", send: `{"CoProvisioningTargetId":$alien,"ServerId":$server,"Mode":"PU","IdentifierType":"eppn"}`,
			answer: "400 Invalid Fields", faulty: "co_provisioning_target_id",
		},
		{
			call: "PUT " + path + "/$s", send: `{"CoProvisioningTargetId":999999999,"ServerId":$theirs,"Mode":"PU","IdentifierType":"eppn"}`,
			answer: "400 Invalid Fields", faulty: "co_provisioning_target_id server_id",
		},
		{call: "GET " + path + "/$s", has: `{"CoProvisioningTargetId":"$second","ServerId":"$server"}`},
		// A target is deleted with its settings.
		{call: "DELETE co_provisioning_targets/$second"},
		{call: "GET " + path + "/$s", answer: "404 CoApiProvisionerTarget Unknown"},
	})
}

// Settings are those of the target's plugin, and a target keeps its plugin while it has settings.
func TestSettingsAreOfTheTargetsPlugin(t *testing.T) {
	const path = "file_provisioner/co_file_provisioner_targets"
	perform(t, []step{
		server("server"), target("target", "X"),
		add("co_provisioning_targets", "spool", `"CoId":$co,"Plugin":"FileProvisioner","Status":"X"`),
		{
			call: "POST " + path, send: `{"CoProvisioningTargetId":$target,"Layout":"F","IdentifierType":"uid"}`,
			answer: "400 Invalid Fields", faulty: "co_provisioning_target_id",
		},
		{
			call: "POST api_provisioner/co_api_provisioner_targets", send: `{"CoProvisioningTargetId":$spool,"ServerId":$server,"Mode":"PO","IdentifierType":"uid"}`,
			answer: "400 Invalid Fields", faulty: "co_provisioning_target_id",
		},
		{call: "POST " + path, send: `{"CoProvisioningTargetId":$spool,"Layout":"F","IdentifierType":"uid"}`, keep: "s"},
		{
			call: "PUT co_provisioning_targets/$spool", send: `{"CoId":$co,"Plugin":"ApiProvisioner","Status":"X"}`,
			answer: "400 Invalid Fields", faulty: "plugin",
		},
		{call: "DELETE " + path + "/$s"},
		{call: "PUT co_provisioning_targets/$spool", send: `{"CoId":$co,"Plugin":"ApiProvisioner","Status":"X"}`},
	})
}

// receiver answers every message with the status that its URL ends in.
func receiver(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/refuse/") {
			http.Error(w, "no such people here", http.StatusUnprocessableEntity)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestProvision provisions a target with one person. The extension may be missing, and the body.
func TestProvision(t *testing.T) {
	url := receiver(t)
	const path = "POST co_provisioning_targets/provision/"
	perform(t, []step{
		person("ada"), identifier("uid", "ada", "ada"), group("readers", "readers"), anotherCO("other"),
		add("co_people", "stranger", `"CoId":$other,"Status":"Active"`),
		add("co_groups", "theirs", `"CoId":$other,"Name":"readers","Status":"Active"`),
		server("server"), server("bad"),
		add("http_servers", "http", `"ServerId":$server,"Serverurl":"`+url+`/take","AuthType":"X"`),
		add("http_servers", "http", `"ServerId":$bad,"Serverurl":"`+url+`/refuse","AuthType":"X"`),
		target("target", "M"), target("failing", "M"), target("queued", "Q"), target("off", "X"),
		configured("target", "server"), configured("failing", "bad"), configured("queued", "server"), configured("off", "server"),

		{call: path + "$target/copersonid:$ada", answer: "200 OK"},
		{as: "admin", call: path + "$target/copersonid:$ada", answer: "200 OK"},
		{call: path + "$target/cogroupid:$readers", answer: "200 OK"},
		{call: path + "$queued/copersonid:$ada", answer: "202 Accepted"},
		{call: path + "$failing/copersonid:$ada", answer: "500 Provisioning Failed", says: "422"},
		{call: path + "$off/copersonid:$ada", answer: "403 Forbidden"},
		{call: path + "$off/copersonid:999999999", answer: "404 CoPerson Unknown"},
		{call: path + "$target/copersonid:999999999", answer: "404 CoPerson Unknown"},
		{call: path + "$target/cogroupid:999999999", answer: "404 CoGroup Unknown"},
		{call: path + "$target/coemaillistid:999999999", answer: "404 CoEmailList Unknown"},
		// There is no such person in the target's CO.
		{call: path + "$target/copersonid:$stranger", answer: "404 CoPerson Unknown"},
		{call: path + "$target/cogroupid:$theirs", answer: "404 CoGroup Unknown"},
		{call: path + "999999999/copersonid:$ada", answer: "404 CoProvisioningTarget Not Found"},
		{call: path + "999999999/cogroupid:$readers", answer: "404 CoProvisioningTarget Not Found"},
		{call: path + "999999999/coemaillistid:1", answer: "404 CoProvisioningTarget Not Found"},
		{as: "stranger", call: path + "$target/copersonid:$ada", answer: "404 CoProvisioningTarget Not Found"},
		{as: "stranger", call: path + "$target/coemaillistid:1", answer: "404 CoProvisioningTarget Not Found"},
		{as: "user", call: path + "$target/copersonid:$ada", answer: "401 Unauthorized"},
		{as: "nobody", call: path + "$target/copersonid:$ada", answer: "401 Unauthorized"},
		{call: path + "$target/cousid:$ada", answer: "404 Unknown"},
		{call: path + "$target/copersonid:$ada/x", answer: "404 Unknown"},
		{call: path + "$target", answer: "404 Unknown"},
		{call: "PUT co_provisioning_targets/provision/$target/copersonid:$ada", answer: "404 Unknown"},
		{call: "GET co_provisioning_targets/provision/$target/copersonid:$ada", answer: "404 Unknown"},
	})
}

func configured(target, server string) step {
	return add("api_provisioner/co_api_provisioner_targets", "settings",
		`"CoProvisioningTargetId":$`+target+`,"ServerId":$`+server+`,"Mode":"PO","IdentifierType":"uid"`)
}

func TestProvisionNeedsNeitherExtensionNorBody(t *testing.T) {
	url := receiver(t)
	everywhere(t, func(s *fixture) {
		s.perform(person("ada"), identifier("uid", "ada", "ada"), server("server"), target("target", "M"), configured("target", "server"),
			add("http_servers", "http", `"ServerId":$server,"Serverurl":"`+url+`/take","AuthType":"X"`))
		path := s.fill("co_provisioning_targets/provision/$target/copersonid:$ada")
		for _, tt := range []struct{ path, body, want string }{
			{path, "", "200 OK"},
			{path + ".json", "", "200 OK"},
			{path + ".xml", "", "200 OK"},
			{path, s.fill(`{"RequestType":"CoPersonProvisioning","Version":"1.0","Synchronous":true}`), "200 OK"},
			{path + ".txt", "", "404 Unknown"},
			{strings.Replace(path, "copersonid:", "copersonid%3A", 1), "", "200 OK"},
			{path[:strings.LastIndex(path, ":")], "", "404 CoPerson Unknown"},
			{path + "x", "", "404 CoPerson Unknown"},
		} {
			if a := s.call("", "POST", tt.path, strings.NewReader(tt.body)); a.line() != tt.want {
				s.Errorf("POST %s: %s, want %s: %s", tt.path, a.line(), tt.want, a.body)
			}
		}
	})
}
