package rest_test

import (
	"strings"
	"sync"
	"testing"
)

// TestIdempotency: the same add with the same idempotency key is carried out once.
func TestIdempotency(t *testing.T) {
	everywhere(t, func(s *fixture) {
		post := func(as, key, path, body string) answer {
			return s.send(as, "POST", path, body, map[string]string{"Idempotency-Key": key})
		}
		const body = `{"Version":"1.0","CoId":$co,"Status":"Active"}`
		key := s.fill("key-$n")
		first := post("admin", key, "co_people.json", body)
		s.expect(first, "201 Added")
		again := post("admin", key, "co_people.json", body)
		if again.line() != "201 Added" || again.created != first.created {
			s.Errorf("again: %s with %s, want %s", again.line(), again.created, first.created)
		}
		// The key cannot be used for another request, and for another user it is another key.
		s.expect(post("admin", key, "co_people.json", `{"Version":"1.0","CoId":$co,"Status":"Pending"}`), "422 Unprocessable Entity")
		s.expect(post("admin", key, "co_people.xml", `<CoPerson Version="1.0"><CoId>$co</CoId><Status>Active</Status></CoPerson>`), "422 Unprocessable Entity")
		if other := post("", key, "co_people.json", body); other.line() != "201 Added" || other.created == first.created {
			s.Errorf("another user: %s with %s", other.line(), other.created)
		}
		s.expect(post("admin", strings.Repeat("k", 255), "co_people.json", body), "201 Added")
		s.expect(post("admin", strings.Repeat("k", 256), "co_people.json", body), "400 Bad Request")

		// A request that failed is tried again.
		s.perform(unit("physics", "Physics"))
		key = s.fill("key-$n")
		const taken = `{"Version":"1.0","CoId":$co,"Name":"Physics"}`
		s.expect(post("admin", key, "cous.json", taken), "403 Name In Use")
		s.perform(step{call: "DELETE cous/$physics"})
		s.expect(post("admin", key, "cous.json", taken), "201 Added")
		s.expect(post("admin", key, "cous.json", taken), "201 Added")
		s.perform(step{call: "GET cous?coid=$co", lists: "Name: Physics"})
	})
}

// TestIdempotencyAtOnce: of concurrent requests with one key, one is carried out.
func TestIdempotencyAtOnce(t *testing.T) {
	const count = 8
	everywhere(t, func(s *fixture) {
		s.user("admin")
		answers := make([]answer, count)
		key, body := s.fill("key-$n"), s.fill(`{"Version":"1.0","CoId":$co,"Status":"Active"}`)
		var group sync.WaitGroup
		for i := range answers {
			group.Go(func() {
				answers[i] = s.send("admin", "POST", "co_people.json", body, map[string]string{"Idempotency-Key": key})
			})
		}
		group.Wait()
		for _, a := range answers {
			if a.line() != "201 Added" || a.created != answers[0].created {
				s.Errorf("%s with %s, want %s", a.line(), a.created, answers[0].created)
			}
		}
		s.perform(step{call: "GET co_people?coid=$co", lists: "Id: " + answers[0].created})
	})
}

// TestIdempotencyForMany: if a bulk request is repeated with its key, records that were added are not added again.
func TestIdempotencyForMany(t *testing.T) {
	everywhere(t, func(s *fixture) {
		add := func(key, path, want string, names ...string) {
			s.Helper()
			var elements []string
			for _, name := range names {
				elements = append(elements, `{"Version":"1.0","CoId":$co,"Name":"`+name+`"}`)
			}
			line, answers := s.bulk("admin", path, strings.Join(elements, ","), key)
			if got := line + ": " + strings.Join(answers, "; "); got != want {
				s.Errorf("%v under %s: %s, want %s", names, key, got, want)
			}
		}
		const all, each = "cous/bulk.json", "cous/bulk.json?separately=true"
		for range 2 {
			add("k1", all, "200 OK: 201 Added; 201 Added", "A", "B")
			add("k2", each, "200 OK: 201 Added; 201 Added", "C", "D")
		}
		add("k1", all, "422 Unprocessable Entity: 422 Unprocessable Entity; 422 Unprocessable Entity", "A", "E")
		add("k2", each, "200 OK: 422 Unprocessable Entity; 422 Unprocessable Entity", "C", "F")
		add("k3", each, "200 OK: 201 Added; 403 Name In Use", "G", "A")
		for _, rec := range s.call("admin", "GET", s.fill("cous.json?coid=$co"), nil).records {
			if rec["Name"] == "A" {
				s.expect(s.call("admin", "DELETE", "cous/"+rec["Id"]+".json", nil), "200 Deleted")
			}
		}
		add("k3", each, "200 OK: 201 Added; 201 Added", "G", "A")
		s.perform(step{call: "GET cous?coid=$co", lists: "Name: B, C, D, G, A"})
	})
}

// TestIdempotencyKeyIsText: a key that no database can store is the client's error.
func TestIdempotencyKeyIsText(t *testing.T) {
	everywhere(t, func(s *fixture) {
		const body = `{"Version":"1.0","CoId":$co,"Status":"Active"}`
		s.expect(s.send("admin", "POST", "co_people.json", body, map[string]string{"Idempotency-Key": "caf\xe9"}), "400 Bad Request")
	})
}
