package rest_test

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// TestWhoAsksSinceMissesNothing: a job that always continues from the time in the last answer, while others
// write, ends up with the current records.
func TestWhoAsksSinceMissesNothing(t *testing.T) {
	everywhere(t, func(s *fixture) {
		var writers sync.WaitGroup
		for range 4 {
			writers.Go(func() {
				for i := range 5 * rounds {
					s.writeGroup(i)
				}
			})
		}
		done := make(chan struct{})
		go func() {
			writers.Wait()
			close(done)
		}()
		has := map[string]string{}
		since := "2001-01-01 00:00:00"
		for last := false; !last; {
			select {
			case <-done:
				last = true
			default:
			}
			since = s.fetch(since, has)
		}
		is := map[string]string{}
		for _, g := range s.call("", "GET", s.fill("co_groups.json?coid=$co"), nil).records {
			is[g["Id"]] = g["Name"]
		}
		if !maps.Equal(has, is) {
			s.Errorf("the job has %v, the registry %v", has, is)
		}
	})
}

// writeGroup adds a group, renames every second one of its writer and deletes every third.
func (s *fixture) writeGroup(i int) {
	send := func(name string) *strings.Reader {
		return strings.NewReader(s.fill(fmt.Sprintf(`{"Version":"1.0","CoId":$co,"Name":%q,"Status":"Active"}`, name)))
	}
	id := s.call("", "POST", "co_groups.json", send(s.fill("group $n"))).created
	if i%2 == 0 {
		s.call("", "PUT", "co_groups/"+id+".json", send(s.fill("renamed $n")))
	}
	if i%3 == 0 {
		s.call("", "DELETE", "co_groups/"+id+".json", nil)
	}
}

// fetch updates a job's copy, and returns the time to ask from next.
func (s *fixture) fetch(since string, has map[string]string) string {
	a := s.call("", "GET", s.fill("co_groups.json?coid=$co&deleted=true&modifiedsince=")+url.QueryEscape(since), nil)
	s.expect(a, "200 OK")
	for _, g := range a.records {
		if has[g["Id"]] = g["Name"]; g["Deleted"] == "true" {
			delete(has, g["Id"])
		}
	}
	return a.header.Get("Comity-Next-Since")
}
