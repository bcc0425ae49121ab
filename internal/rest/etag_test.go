package rest_test

import (
	"net/http"
	"strings"
	"testing"
)

// send makes a call with headers; the path has its extension.
func (s *fixture) send(as, method, path, body string, headers map[string]string) answer {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), method, s.url+s.fill(path), strings.NewReader(s.fill(body)))
	if err != nil {
		s.Fatal(err)
	}
	login := s.user(as)
	request.SetBasicAuth(login.Username, login.Key)
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := s.client.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	return readAnswer(s, response)
}

func (s *fixture) expect(a answer, want string) {
	s.Helper()
	if a.line() != want {
		s.Errorf("is answered %s, want %s: %s", a.line(), want, a.body)
	}
}

// TestEntityTags: they show whether a view is what the client has.
func TestEntityTags(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(unit("physics", "Physics"))
		for _, path := range []string{"cous/$physics.json", "cous/$physics.xml", "cous.json?coid=$co&limit=5"} {
			get := func(tags string) answer { return s.send("", "GET", path, "", map[string]string{"If-None-Match": tags}) }
			first := s.send("", "GET", path, "", nil)
			tag := first.header.Get("ETag")
			if !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(tag, `"`) {
				s.Fatalf("the tag of %s is %q", path, tag)
			}
			for _, same := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
				a := get(same)
				s.expect(a, "304 Not Modified")
				if len(a.body) > 0 || a.header.Get("ETag") != tag {
					s.Errorf("304 with the tag %s and the body %q", a.header.Get("ETag"), a.body)
				}
			}
			s.expect(get(`"other"`), "200 OK")
			s.expect(s.send("", "HEAD", path, "", map[string]string{"If-None-Match": tag}), "304 Not Modified")
			s.perform(step{call: "PUT cous/$physics", send: `{"CoId":$co,"Name":"Physics $n"}`})
			if a := get(tag); a.line() != "200 OK" || a.header.Get("ETag") == tag {
				s.Errorf("after an edit %s is answered %s with the tag %s", path, a.line(), a.header.Get("ETag"))
			}
		}
		s.expect(s.send("", "GET", "cous/999999999.json", "", map[string]string{"If-None-Match": "*"}), "404 Cou Unknown")
	})
}

// TestConditionalChanges are made only while the record is as the client saw it.
func TestConditionalChanges(t *testing.T) {
	const stale, path = "412 Precondition Failed", "cous/$physics.json"
	everywhere(t, func(s *fixture) {
		s.perform(unit("physics", "Physics"), unit("optics", "Optics"))
		put := func(tag, name string) answer {
			return s.send("", "PUT", path, `{"Version":"1.0","CoId":$co,"Name":"`+name+`"}`, map[string]string{"If-Match": tag})
		}
		tag := s.send("", "GET", path, "", nil).header.Get("ETag")
		s.expect(put(tag, "Physics too"), "200 OK")
		s.expect(put(tag, "Physics 3"), stale)
		s.expect(put("W/"+tag, "Physics 3"), stale)
		s.expect(s.send("", "DELETE", path, "", map[string]string{"If-Match": tag}), stale)
		s.perform(step{call: "GET cous/$physics", has: `{"Name":"Physics too","Revision":1}`})
		// It is checked last.
		s.expect(put(tag, "Optics"), "403 Name In Use")
		s.expect(put(tag, "<"), "400 Invalid Fields")
		s.expect(s.send("", "PUT", "cous/999999999.json", `{"Version":"1.0","CoId":$co,"Name":"X"}`, map[string]string{"If-Match": tag}), "404 Identifier Unknown")

		now := s.send("", "GET", path, "", nil).header.Get("ETag")
		s.expect(put(tag+", "+now, "Physics 4"), "200 OK")
		s.expect(put("*", "Physics 5"), "200 OK")
		now = s.send("", "GET", path, "", nil).header.Get("ETag")
		s.expect(s.send("", "DELETE", path, "", map[string]string{"If-Match": now}), "200 Deleted")
	})
}
