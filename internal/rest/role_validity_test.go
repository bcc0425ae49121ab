package rest_test

import (
	"fmt"
	"testing"
)

// moments are values of a role's ValidFrom and ValidThrough in the past or in the future.
var moments = map[string][2]string{
	"none": {`""`, `""`}, "past": {`"2020-01-01 00:00:00"`, `"2021-01-01 00:00:00"`}, "ahead": {`"2998-01-01 00:00:00"`, `"2999-01-01 00:00:00"`},
}

// validities have the statuses that a role's validity makes of those that it changes.
var validities = []struct{ from, through, pending, active, expired string }{
	{"none", "none", "Pending", "Active", "Expired"},
	{"past", "none", "Active", "Active", "Expired"},
	{"ahead", "none", "Pending", "Pending", "Expired"},
	{"none", "past", "Pending", "Expired", "Expired"},
	{"none", "ahead", "Pending", "Active", "Active"},
	{"past", "past", "Expired", "Expired", "Expired"},
	{"past", "ahead", "Active", "Active", "Active"},
	{"ahead", "ahead", "Pending", "Pending", "Pending"},
}

// TestValiditySetsTheStatusOfARole when it is added and when it is edited. The person's status follows.
func TestValiditySetsTheStatusOfARole(t *testing.T) {
	everywhere(t, func(s *fixture) {
		for _, v := range validities {
			for _, status := range statuses {
				want := status
				switch status {
				case "Pending":
					want = v.pending
				case "Active":
					want = v.active
				case "Expired":
					want = v.expired
				}
				dates := fmt.Sprintf(`"ValidFrom":%s,"ValidThrough":%s`, moments[v.from][0], moments[v.through][1])
				send := fmt.Sprintf(`"CoPersonId":$ada,"Affiliation":"staff","Status":"%s",%s`, status, dates)
				s.perform([]step{
					person("ada"),
					add("co_person_roles", "added", send),
					{call: "GET co_person_roles/$added", has: `{"Status":"` + want + `"}`},
					{call: "GET co_people/$ada", has: `{"Status":"` + want + `"}`},
					{call: "PUT co_person_roles/$added", send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"Denied"}`},
					{call: "PUT co_person_roles/$added", send: "{" + send + "}"},
					{call: "GET co_person_roles/$added", has: `{"Status":"` + want + `","Revision":2}`},
					{call: "GET co_people/$ada", has: `{"Status":"` + want + `"}`},
				}...)
			}
		}
	})
}

// TestValidityLooksAtTheRoleAsItWouldBe: an edit that does not name the dates keeps them.
func TestValidityLooksAtTheRoleAsItWouldBe(t *testing.T) {
	edit := func(status, more, becomes string) []step {
		return []step{
			{call: "PUT co_person_roles/$job", send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"` + status + `"` + more + `}`},
			{call: "GET co_person_roles/$job", has: `{"Status":"` + becomes + `"}`},
		}
	}
	perform(t, []step{
		person("ada"),
		add("co_person_roles", "job", `"CoPersonId":$ada,"Affiliation":"staff","Status":"Active","ValidThrough":"2021-01-01 00:00:00"`),
		{call: "GET co_person_roles/$job", has: `{"Status":"Expired","ValidThrough":"2021-01-01 00:00:00"}`},
	},
		edit("Active", ``, "Expired"),
		edit("Active", `,"ValidThrough":""`, "Active"),
		edit("Active", `,"ValidFrom":"2999-01-01 00:00:00"`, "Pending"),
		edit("Active", ``, "Pending"),
		edit("Suspended", ``, "Suspended"),
		edit("Active", `,"ValidFrom":"2020-01-01 00:00:00"`, "Active"),
		[]step{
			// A start after the end is refused, whichever of the two the request names.
			{
				call: "PUT co_person_roles/$job", answer: "400 Invalid Fields", faulty: "valid_from valid_through",
				send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"Active","ValidThrough":"2019-01-01 00:00:00"}`,
			},
			{
				call: "PUT co_person_roles/$job", answer: "400 Invalid Fields", faulty: "valid_from valid_through",
				send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"Active","ValidThrough":"2020-01-01 00:00:00"}`,
			},
		},
	)
}

// TestValidityInTheFirstYear: the earliest possible time is in the past, like any other.
func TestValidityInTheFirstYear(t *testing.T) {
	perform(t, []step{
		person("ada"),
		add("co_person_roles", "begun", `"CoPersonId":$ada,"Affiliation":"staff","Status":"Pending","ValidFrom":"0001-01-01 00:00:00"`),
		{call: "GET co_person_roles/$begun", has: `{"Status":"Active","ValidFrom":"0001-01-01 00:00:00"}`},
		add("co_person_roles", "ended", `"CoPersonId":$ada,"Affiliation":"staff","Status":"Active","ValidThrough":"0001-01-01 00:00:00"`),
		{call: "GET co_person_roles/$ended", has: `{"Status":"Expired"}`},
	})
}
