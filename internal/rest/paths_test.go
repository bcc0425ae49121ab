package rest_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestPathsThatThereAreNot are 404 Unknown, also where a router would answer 405 or redirect.
func TestPathsThatThereAreNot(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(unit("physics", "Physics"))
		for _, tt := range []struct{ call, want string }{
			{"GET cous.json?coid=$co", "200 OK"},
			{"GET cous.xml?coid=$co", "200 OK"},
			{"GET cous", "404 Unknown"},
			{"GET cous?coid=$co", "404 Unknown"},
			{"GET cous.JSON", "404 Unknown"},
			{"GET cous.yaml", "404 Unknown"},
			{"GET cous.", "404 Unknown"},
			{"GET cous.json.json", "404 Unknown"},
			{"GET Cous.json", "404 Unknown"},
			{"GET .json", "404 Unknown"},
			{"GET ", "404 Unknown"},
			{"GET cous.json/", "404 Unknown"},
			{"GET /cous.json?coid=$co", "200 OK"},
			{"GET ./cous.json", "404 Unknown"},
			{"GET x/../cous.json", "404 Unknown"},
			{"GET cous/$physics.json", "200 OK"},
			{"GET cous/$physics", "404 Unknown"},
			{"DELETE cous/$physics", "404 Unknown"},
			{"GET cous/$physics.yaml", "404 Unknown"},
			{"GET cous/$physics.json/", "404 Unknown"},
			{"GET cous//$physics.json", "200 OK"},
			{"GET //cous///$physics.json", "200 OK"},
			{"GET cous/$physics/.json", "404 Unknown"},
			{"GET cous%2F$physics.json", "404 Unknown"},
			{"GET cous%2f$physics.json", "404 Unknown"},
			{"GET cous/$physics%2Fx.json", "404 Unknown"},
			{"GET api_provisioner%2Fco_api_provisioner_targets.json", "404 Unknown"},
			{"GET co_api_provisioner_targets.json", "404 Unknown"},
			{"GET api_provisioner.json", "404 Unknown"},
			{"GET c%6Fus/$physics.json", "200 OK"},
			{"GET cous/$physics%2Ejson", "200 OK"},

			{"PUT cous.json", "404 Unknown"},
			{"PATCH cous.json", "404 Unknown"},
			{"POST cous/$physics.json", "404 Unknown"},
			{"PATCH cous/$physics.json", "404 Unknown"},
			{"OPTIONS cous/$physics.json", "404 Unknown"},
			{"TRACE cous.json", "404 Unknown"},
			{"DELETE cous.json", "400 Invalid Fields"},
			{"DELETE cous.xml", "400 Invalid Fields"},
			{"DELETE cous", "404 Unknown"},
			{"DELETE nowhere.json", "404 Unknown"},

			{"GET co_groups/reconcile.json?coid=$co", "404 CoGroup Unknown"},
			{"POST co_groups/reconcile.json?coid=$co", "404 Unknown"},
			{"PUT co_groups/reconcile?coid=$co", "404 Unknown"},
			{"PUT co_groups/reconcile/1.json", "404 Unknown"},
			{"POST co_groups/reconcile/1", "404 Unknown"},
			{"POST cous/reconcile/1.json", "404 Unknown"},

			{"GET cous/0.json", "404 Cou Unknown"},
			{"GET cous/-1.json", "404 Cou Unknown"},
			{"GET cous/+$physics.json", "404 Cou Unknown"},
			{"GET cous/$physics.0.json", "404 Cou Unknown"},
			{"GET cous/$physics%20.json", "404 Cou Unknown"},
			{"GET cous/0x1.json", "404 Cou Unknown"},
			{"GET cous/one.json", "404 Cou Unknown"},
			{"GET cous/%D9%A1.json", "404 Cou Unknown"},
			{"GET cous/%00.json", "404 Cou Unknown"},
			{"GET cous/%00.xml", "404 Cou Unknown"},
			{"GET cous/%FF%FE.json", "404 Cou Unknown"},
			{"GET cous/%3Cb%3E&amp;.xml", "404 Cou Unknown"},
			{"GET cous/9223372036854775807.json", "404 Cou Unknown"},
			{"GET cous/9223372036854775808.json", "404 Cou Unknown"},
			{"GET cous/99999999999999999999999999.json", "404 Cou Unknown"},
			{"PUT cous/99999999999999999999999999.json", "404 Identifier Unknown"},
			{"DELETE cous/one.json", "404 Identifier Unknown"},
			{"DELETE cous/99999999999999999999999999.json", "404 Identifier Unknown"},
			{"POST co_groups/reconcile/one.json", "404 CoGroup Unknown"},
			{"PUT co_groups/reconcile.json?coid=one", "403 CO Does Not Exist"},
			{"PUT co_groups/reconcile.json?coid=", "403 CO Does Not Exist"},
			{"PUT co_groups/reconcile.json", "403 CO Does Not Exist"},
		} {
			method, path, _ := strings.Cut(s.fill(tt.call), " ")
			if a := s.call("", method, path, nil); a.line() != tt.want {
				s.Errorf("%s is answered %s, want %s: %s", tt.call, a.line(), tt.want, a.body)
			}
		}
	})
}

// TestHeadIsGetWithoutItsBody.
func TestHeadIsGetWithoutItsBody(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(unit("physics", "Physics"), person("ada"))
		for path, want := range map[string]string{
			"cous.json?coid=$co": "200 OK", "cous/$physics.xml": "200 OK", "cous/999999999.json": "404 Cou Unknown",
			"names.json?copersonid=$ada": "204 CO Person Has No Name", "co_people.json?coid=$co&shoe=42": "422 Unprocessable Entity",
			"cous": "404 Unknown", "co_groups/reconcile.json": "404 CoGroup Unknown",
		} {
			head, get := s.call("", http.MethodHead, s.fill(path), nil), s.call("", http.MethodGet, s.fill(path), nil)
			if head.line() != want || get.line() != want || len(head.body) > 0 {
				s.Errorf("HEAD %s is answered %s with %q, GET %s, want %s", path, head.line(), head.body, get.line(), want)
			}
			if head.header.Get("Content-Type") != get.header.Get("Content-Type") {
				s.Errorf("HEAD %s: Content-Type %q, GET %q", path, head.header.Get("Content-Type"), get.header.Get("Content-Type"))
			}
		}
	})
}

// TestBodiesThatSayNothing: a body of GET and DELETE is ignored, and no header determines the format.
func TestBodiesThatSayNothing(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(unit("physics", "Physics"))
		for _, body := range []string{`{"Version":`, strings.Repeat("x", 2<<20)} {
			if a := s.call("", "GET", s.fill("cous/$physics.json"), strings.NewReader(body)); a.line() != "200 OK" {
				s.Errorf("GET with %.20s is answered %s", body, a.line())
			}
		}
		a := s.call("", "DELETE", s.fill("cous/$physics.json"), strings.NewReader(`<Cou/>`))
		if a.line() != "200 Deleted" {
			s.Errorf("DELETE with a body is answered %s", a.line())
		}
		request, err := http.NewRequestWithContext(s.Context(), "POST", s.url+"cous.xml",
			strings.NewReader(s.fill(`<Cou Version="1.0"><CoId>$co</CoId><Name>Physics</Name></Cou>`)))
		if err != nil {
			s.Fatal(err)
		}
		request.SetBasicAuth(s.operator.Username, s.operator.Key)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Accept", "application/json")
		response, err := s.client.Do(request)
		if err != nil {
			s.Fatal(err)
		}
		if a := readAnswer(s, response); a.line() != "201 Added" || !strings.HasPrefix(string(a.body), "<?xml") {
			s.Errorf("XML labelled as JSON is answered %s: %s", a.line(), a.body)
		}
	})
}
