package rest_test

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"

	"comity"
)

// peopleCallers are the callers who act for a person and have rights over a part of a CO.
var peopleCallers = []string{unitAdmin, owner, subject, fellow, bystander}

// addTwoOfEach adds one record of each resource twice and adds the callers: far are the ids of the records without a relation to them.
func (s *fixture) addTwoOfEach() (far map[string]string) {
	s.Helper()
	s.perform(oneOfEach()...)
	far = maps.Clone(s.ids)
	s.perform(oneOfEach()...)
	s.addCallers(peopleCallers...)
	return far
}

var digits = regexp.MustCompile(`[0-9]+`)

// sameButForDigits says whether two answers are the same, except for ids.
func sameButForDigits(a, b answer) bool {
	strip := func(x answer) string {
		return digits.ReplaceAllString(fmt.Sprint(x.line(), x.header.Get("Content-Type"), string(x.body)), "#")
	}
	return strip(a) == strip(b)
}

// TestUnseenRecords: a record of their own CO that a caller may not see is answered like a missing one, in
// every operation on every resource.
func TestUnseenRecords(t *testing.T) {
	everywhere(t, func(s *fixture) {
		far := s.addTwoOfEach()
		for _, as := range peopleCallers {
			for _, sp := range specimens {
				if s.call(as, "GET", sp.path+"/"+far[sp.keep]+".json", nil).status == 200 {
					continue
				}
				for _, method := range []string{"GET", "HEAD", "PUT", "DELETE"} {
					bodies := sends(s, method, sp)
					for i, send := range bodies {
						queries := []string{""}
						if i == len(bodies)-1 { // the one that could be carried out
							queries = append(queries, "?revision=0", "?at=2100-01-01 00:00:00")
						}
						for _, query := range queries {
							callServer := func(id string) answer {
								return s.call(as, method, sp.path+"/"+id+".json"+strings.ReplaceAll(query, " ", "%20"), strings.NewReader(send))
							}
							if got, want := callServer(far[sp.keep]), callServer(unknownID); got.status != 404 || !sameButForDigits(got, want) {
								s.Errorf("%s: %s %s%s with %.40q: %s %s\n\tof none: %s %s", as, method, sp.path, query, send, got.line(), got.body, want.line(), want.body)
							}
						}
					}
				}
			}
		}
	})
}

// TestReferencesToUnseenRecords: a reference to a record that a caller may not see is answered like one to a
// missing record. But a caller who may change a group may add anybody in the CO to it.
func TestReferencesToUnseenRecords(t *testing.T) {
	everywhere(t, func(s *fixture) {
		far := s.addTwoOfEach()
		for _, as := range peopleCallers {
			for _, sp := range specimens {
				for _, f := range resourceAt(sp.path).Fields {
					if f == comity.CoGroupMember.Person {
						continue
					}
					for _, link := range linksOf(f) {
						s.compareLink(as, sp, f, link, far[nameOfSpecimen(link.target)])
					}
				}
			}
		}
	})
}

func (s *fixture) compareLink(as string, sp specimen, f *comity.Field, l link, far string) {
	s.Helper()
	target := comity.ByName(l.target)
	if f.ReadOnly || far == "" || s.call(as, "GET", target.Path+"/"+far+".json", nil).status == 200 {
		return
	}
	for _, call := range []string{"POST " + sp.path + ".json", "PUT " + sp.path + "/$" + sp.keep + ".json"} {
		method, path, _ := strings.Cut(s.fill(call), " ")
		callServer := func(id string) answer {
			body := s.with(sp.send, l.field, fmt.Sprintf(l.value, id))
			if f.Kind == comity.Owner && l.field != f.Name {
				body = strings.Replace(body, `"Person":{`, `"Nobody":{`, 1)
			}
			return s.call(as, method, path, strings.NewReader(body))
		}
		if got, want := callServer(far), callServer(unknownID); got.status < 400 || !sameButForDigits(got, want) {
			s.Errorf("%s: %s with %s unseen: %s %s\n\tof none: %s %s", as, call, l.field, got.line(), got.body, want.line(), want.body)
		}
	}
}
