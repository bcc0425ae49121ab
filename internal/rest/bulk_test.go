package rest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// bulk sends elements to be added, with an idempotency key if there is one, and returns the status line and
// the answer for each element.
func (s *fixture) bulk(as, path, elements string, key ...string) (line string, answers []string) {
	s.Helper()
	resource, _, _ := strings.Cut(path, "/")
	body := fmt.Sprintf(`{"RequestType":%q,"Version":"1.0",%[1]q:[%s]}`, resourceAt(resource).Plural, s.fill(elements))
	request, err := http.NewRequestWithContext(s.Context(), "POST", s.url+path, strings.NewReader(body))
	s.must(err)
	login := s.user(as)
	request.SetBasicAuth(login.Username, login.Key)
	for _, k := range key {
		request.Header.Set("Idempotency-Key", k)
	}
	response, err := s.client.Do(request)
	s.must(err)
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	s.must(err)
	var got struct {
		Answers []struct {
			Status        int
			Reason        string
			Id            string
			InvalidFields map[string]any
		}
	}
	if err := json.Unmarshal(b, &got); err != nil {
		s.Fatalf("%v in %s", err, b)
	}
	for _, a := range got.Answers {
		if (a.Id != "") != (a.Status == http.StatusCreated) || (a.InvalidFields != nil) != (a.Reason == "Invalid Fields") {
			s.Errorf("an element is answered %+v", a)
		}
		answers = append(answers, fmt.Sprintf("%d %s", a.Status, a.Reason))
	}
	return response.Status, answers
}

// TestAddMany: all elements or none are added, or each separately.
func TestAddMany(t *testing.T) {
	const (
		one, two = `{"Version":"1.0","CoId":$co,"Name":"One $n"}`, `{"Version":"1.0","CoId":$co,"Name":"Two $n"}`
		nameless = `{"Version":"1.0","CoId":$co}`
		taken    = `{"Version":"1.0","CoId":$co,"Name":"Taken"}`
		added    = "201 Added"
	)
	for title, tt := range map[string]struct {
		as, query, elements string
		line                string
		answers             string
		more                int
	}{
		"all":                    {"admin", "", one + "," + two, "200 OK", added + "; " + added, 2},
		"none":                   {"admin", "", "", "200 OK", "", 0},
		"one invalid":            {"admin", "", one + "," + nameless + "," + two, "400 Invalid Fields", "424 Not Carried Out; 400 Invalid Fields; 424 Not Carried Out", 0},
		"one refused":            {"admin", "", one + "," + taken, "403 Name In Use", "424 Not Carried Out; 403 Name In Use", 0},
		"each, one invalid":      {"admin", "?separately=true", one + "," + nameless + "," + two, "200 OK", added + "; 400 Invalid Fields; " + added, 2},
		"each, one refused":      {"admin", "?separately=true", taken + "," + two, "200 OK", "403 Name In Use; " + added, 1},
		"each but not so called": {"admin", "?separately=yes", one, "400 Bad Request", "", 0},
		"too many":               {"admin", "", nameless + strings.Repeat(","+nameless, 1000), "400 Bad Request", "", 0},
		"another CO":             {"stranger", "", one, "401 Unauthorized", "", 0},
		"without a right":        {"user", "", one, "401 Unauthorized", "", 0},
	} {
		t.Run(title, func(t *testing.T) {
			everywhere(t, func(s *fixture) {
				s.perform(unit("taken", "Taken"))
				line, answers := s.bulk(tt.as, "cous/bulk.json"+tt.query, tt.elements)
				if got := strings.Join(answers, "; "); line != tt.line || got != tt.answers {
					s.Errorf("is answered %s: %s, want %s: %s", line, got, tt.line, tt.answers)
				}
				if got := len(s.call("", "GET", s.fill("cous.json?coid=$co"), nil).records) - 1; got != tt.more {
					s.Errorf("%d units more, want %d", got, tt.more)
				}
			})
		})
	}
}

func TestAddManyThatCannotBe(t *testing.T) {
	everywhere(t, func(s *fixture) {
		for call, want := range map[string]string{
			"POST cous/bulk.xml": "404 Unknown", "GET cous/bulk.json": "404 Cou Unknown", "POST nothing/bulk.json": "404 Unknown",
			"POST cous/bulk.json": "400 Bad Request",
		} {
			method, path, _ := strings.Cut(call, " ")
			s.expect(s.call("admin", method, path, nil), want)
		}
		s.expect(s.send("admin", "POST", "cos/bulk.json", `{"Cos":[{"Version":"1.0","Name":"X","Status":"Active"}]}`, nil), "401 Unauthorized")
		s.expect(s.send("admin", "POST", "cous/bulk.json", `{"Cous":[7]}`, nil), "400 Bad Request")
		s.expect(s.send("admin", "POST", "cous/bulk.json", `{"CoPeople":[]}`, nil), "400 Bad Request")
	})
}
