package rest_test

import (
	"net/url"
	"slices"
	"testing"
)

// since requests the changes since a time, keeps Comity-Next-Since as $since, and checks which records are
// listed and which of them are deleted.
func (s *fixture) since(query string, ids, deleted []string) {
	s.Helper()
	a := s.call("admin", "GET", s.fill("co_groups.json?coid=$co&"+query), nil)
	s.expect(a, "200 OK")
	var gone []string
	for _, record := range a.records {
		if record["Deleted"] == "true" {
			gone = append(gone, record["Id"])
		}
	}
	if got := a.column("Id"); !slices.Equal(got, ids) || !slices.Equal(gone, deleted) {
		s.Errorf("%s lists %v, deleted %v, want %v, %v", s.fill(query), got, gone, ids, deleted)
	}
	next := a.header.Get("Comity-Next-Since")
	if next == "" {
		s.Fatal("no time to ask from next")
	}
	s.ids["since"] = url.QueryEscape(next)
}

// readAllChanges requests the changes since the last time until nothing is listed any more: while others write, what
// was changed just before may be listed once more.
func (s *fixture) readAllChanges() {
	s.Helper()
	s.eventually(func() bool {
		a := s.call("admin", "GET", s.fill("co_groups.json?coid=$co&deleted=true&modifiedsince=$since"), nil)
		s.expect(a, "200 OK")
		s.ids["since"] = url.QueryEscape(a.header.Get("Comity-Next-Since"))
		return len(a.records) == 0
	})
}

// TestChangesSince: a client that always continues from the time in the last answer misses nothing.
func TestChangesSince(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(group("a", "a"), group("b", "b"), group("c", "c"))
		all := s.call("", "GET", s.fill("co_groups.json?coid=$co"), nil).column("Id")
		s.since("modifiedsince=0001-01-01T00:00:00Z", all, nil)
		s.since("modifiedsince=2001-01-01T00:00:00Z&deleted=true", all, nil)
		s.readAllChanges()
		s.perform(step{call: "PUT co_groups/$b", send: `{"CoId":$co,"Name":"b","Description":"again","Status":"Active"}`}, step{call: "DELETE co_groups/$a"})
		from := s.ids["since"]
		s.since("modifiedsince="+from, []string{s.ids["b"]}, nil)
		s.since("deleted=true&modifiedsince="+from, []string{s.ids["a"], s.ids["b"]}, []string{s.ids["a"]})
		s.since("modifiedsince="+from+"&deleted=false", []string{s.ids["b"]}, nil)
		s.since("limit=1&deleted=true&modifiedsince="+from, []string{s.ids["a"]}, []string{s.ids["a"]})
		s.since("limit=1&after=$a&deleted=true&modifiedsince="+from, []string{s.ids["b"]}, nil)
		s.readAllChanges()
		s.perform(group("d", "d"))
		s.since("modifiedsince=$since&deleted=true", []string{s.ids["d"]}, nil)
		s.since("modifiedsince=2999-01-01T00:00:00Z&deleted=true", nil, nil)
	})
}

func TestChangesThatCannotBeAskedFor(t *testing.T) {
	const bad = "400 Bad Request"
	perform(t, []step{
		person("ada"), name("one", "ada", "Ada"), name("two", "ada", "Augusta"),
		{call: "DELETE names/$two"},
		{call: "GET names?copersonid=$ada&modifiedsince=2001-01-01T00:00:00Z&deleted=true", lists: "Id: $one, $two"},
		{call: "GET names?copersonid=$ada&modifiedsince=2999-01-01T00:00:00Z", answer: "204 CO Person Has No Name"},
		{call: "GET co_groups?coid=$co&deleted=true", answer: bad, says: "modifiedsince"},
		{call: "GET co_groups?coid=$co&modifiedsince=2001-01-01T00:00:00Z&deleted=maybe", answer: bad, says: "deleted"},
		{call: "GET co_groups?coid=$co&modifiedsince=", answer: bad, says: "modifiedsince"},
		{call: "GET co_groups?coid=$co&modifiedsince=now", answer: bad, says: "modifiedsince"},
		{call: "GET co_groups?coid=$co&modifiedsince=2001-01-01T00:00:00Z&deleted=true&name=x", answer: bad, says: "search"},
		{call: "GET co_person_roles?coid=$co&modifiedsince=2001-01-01T00:00:00Z&deleted=true&couid=1", as: "stranger", answer: "401 Unauthorized"},
		{as: "admin", call: "GET co_groups?modifiedsince=2001-01-01T00:00:00Z", answer: "401 Unauthorized"},
	})
}
