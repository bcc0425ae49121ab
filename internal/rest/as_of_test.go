package rest_test

import (
	"net/url"
	"testing"
	"time"
)

// TestRecordsAsTheyWere: each revision can be read, even after the record is deleted.
func TestRecordsAsTheyWere(t *testing.T) {
	perform(t, []step{
		unit("physics", "Physics"),
		{call: "PUT cous/$physics", send: `{"CoId":$co,"Name":"Optics","Description":"light"}`},
		{call: "GET cous/$physics?revision=0", has: `{"Id":"$physics","Name":"Physics","Description":null,"Revision":0}`},
		{call: "GET cous/$physics?revision=1", has: `{"Name":"Optics","Description":"light","Revision":1}`},
		{call: "GET cous/$physics?revision=2", answer: "404 Cou Unknown"},
		{call: "GET cous/$physics?revision=-1", answer: "400 Bad Request", says: "revision"},
		{call: "GET cous/$physics?revision=", answer: "400 Bad Request", says: "revision"},
		{call: "GET cous/$physics?at=2999-01-01T00:00:00Z", has: `{"Name":"Optics"}`},
		{call: "GET cous/$physics?at=2001-01-01T00:00:00Z", answer: "404 Cou Unknown"},
		{call: "GET cous/$physics?at=0001-01-01T00:00:00Z", answer: "404 Cou Unknown"},
		{call: "GET cous/$physics?at=yesterday", answer: "400 Bad Request", says: "at"},
		{call: "GET cous/999999999?revision=0", answer: "404 Cou Unknown"},
		{as: "admin", call: "GET cous/$physics?revision=0", has: `{"Name":"Physics"}`},
		{as: "stranger", call: "GET cous/$physics?revision=0", answer: "404 Cou Unknown"},
		{as: "stranger", call: "GET cous/$physics?at=2999-01-01T00:00:00Z", answer: "404 Cou Unknown"},
		{as: "user", call: "GET cous/$physics?revision=0", answer: "401 Unauthorized"},
		{call: "DELETE cous/$physics"},
		{call: "GET cous/$physics?revision=0", has: `{"Name":"Physics"}`},
		{call: "GET cous/$physics?at=2999-01-01T00:00:00Z", answer: "404 Cou Unknown"},
	})
}

// TestMembersAsTheyWere: a group's members at a time are those of then, even if the group and its rows were
// deleted since.
func TestMembersAsTheyWere(t *testing.T) {
	everywhere(t, func(s *fixture) {
		at := func() string {
			// Separated from the changes before and after by more than the clock's resolution.
			time.Sleep(2 * time.Millisecond)
			defer time.Sleep(2 * time.Millisecond)
			return url.QueryEscape(time.Now().UTC().Format("2006-01-02 15:04:05.000000"))
		}
		s.perform(group("readers", "readers"), person("ada"), person("bob"))
		s.ids["t0"] = at()
		s.perform(member("one", "readers", "ada"))
		s.ids["t1"] = at()
		s.perform(member("two", "readers", "bob"), step{call: "DELETE co_group_members/$one"})
		s.ids["t2"] = at()
		s.perform(step{call: "DELETE co_groups/$readers"})
		for range 2 {
			s.perform(
				step{call: "GET co_group_members?cogroupid=$readers&at=$t0", lists: "Id: "},
				step{call: "GET co_group_members?cogroupid=$readers&at=$t1", lists: "Id: $one"},
				step{as: "admin", call: "GET co_group_members?cogroupid=$readers&at=$t2", lists: "Id: $two"},
				step{call: "GET co_group_members?cogroupid=$readers&at=2999-01-01T00:00:00Z", answer: "404 CO Group Unknown"},
				step{call: "GET co_group_members?cogroupid=$readers&at=soon", answer: "400 Bad Request"},
				step{call: "GET co_group_members?cogroupid=999999999&at=$t1", answer: "404 CO Group Unknown"},
				step{call: "GET co_group_members?at=$t1", answer: "400 Bad Request", says: "cogroupid"},
				step{as: "stranger", call: "GET co_group_members?cogroupid=$readers&at=$t1", answer: "404 CO Group Unknown"},
			)
			s.format = "xml"
		}
	})
}

// TestMembersAtATimeAreThoseWhoCounted: a membership is effective at times within its validity, while the
// group is Active.
func TestMembersAtATimeAreThoseWhoCounted(t *testing.T) {
	dated := func(keep, who, as, from, through string) step {
		return add("co_group_members", keep, `"CoGroupId":$readers,"CoPersonId":$`+who+`,"`+as+`":true,"ValidFrom":`+from+`,"ValidThrough":`+through)
	}
	everywhere(t, func(s *fixture) {
		s.perform(group("readers", "readers"))
		for _, name := range []string{"ada", "bob", "cyn", "dan", "eve", "flo"} {
			s.perform(person(name))
		}
		s.perform(
			dated("always", "ada", "Member", "null", "null"),
			dated("over", "bob", "Member", "null", `"2020-01-01 00:00:00"`),
			dated("until", "cyn", "Member", "null", `"2031-06-30 12:00:00"`),
			dated("from", "dan", "Member", `"2031-07-01 12:00:00"`, "null"),
			dated("owns", "eve", "Owner", "null", "null"),
			dated("owned", "flo", "Owner", "null", `"2031-06-30 12:00:00"`),
		)
		for range 2 {
			s.perform(
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-06-30T12:00:00Z", lists: "Id: $always, $until, $owns, $owned"},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-06-30T12:00:01Z", lists: "Id: $always, $owns"},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z", lists: "Id: $always, $from, $owns"},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z&copersonid=$dan", lists: "Id: $from"},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z&copersonid=$bob", lists: "Id: "},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z&owner=true", lists: "Id: $owns"},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z&owner=false&coid=$co", lists: "Id: $always, $from"},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z&coid=1", lists: "Id: "},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z&limit=1", lists: "Id: $always"},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z&limit=2&after=$always", lists: "Id: $from, $owns"},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z&couid=1", answer: "400 Bad Request", says: "couid"},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z&owner=1", answer: "400 Bad Request", says: "owner"},
				step{call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z&modifiedsince=2001-01-01T00:00:00Z", answer: "400 Bad Request", says: "at goes with"},
				step{as: "admin", call: "GET co_group_members?cogroupid=$readers&at=2031-07-01T12:00:00Z&coid=1", answer: "401 Unauthorized"},
			)
			s.format = "xml"
		}
		s.format = "json"
		s.perform(step{call: "PUT co_groups/$readers", send: `{"CoId":$co,"Name":"readers","Status":"Suspended"}`})
		for range 2 {
			s.perform(step{call: "GET co_group_members?cogroupid=$readers&at=2031-06-30T12:00:00Z", lists: "Id: "})
			s.format = "xml"
		}
	})
}
