package rest_test

import "testing"

func TestAddCo(t *testing.T) {
	perform(t, []step{
		{call: "POST cos", send: `{"Name":"$coname again","Description":"made twice","Status":"Template"}`, keep: "again"},
		{call: "GET cos/$again", has: `{
			"Id":"$again","Version":"1.0","Name":"$coname again","Description":"made twice","Status":"Template",
			"Revision":null,"Deleted":null,"ActorIdentifier":null}`},
		{call: "POST cos", answer: "400 Bad Request"},
		{call: "POST cos", send: `{"Status":"Active"}`, answer: "400 Invalid Fields", faulty: "name"},
		{call: "POST cos", send: `{"Name":"","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "name"},
		{call: "POST cos", send: `{"Name":"$coname x","Status":"Sleeping"}`, answer: "400 Invalid Fields", faulty: "status"},
		{call: "POST cos", send: `{"Name":"$coname","Status":"Active"}`, answer: "403 Name In Use"},
	})
}

func TestEditCo(t *testing.T) {
	perform(t, []step{
		anotherCO("other"),
		{call: "PUT cos/$co", send: `{"Name":"$coname renamed","Description":"new","Status":"Suspended"}`},
		{call: "GET cos/$co", has: `{"Name":"$coname renamed","Description":"new","Status":"Suspended"}`},
		{call: "PUT cos/$co", answer: "400 Bad Request"},
		{call: "PUT cos/$co", send: `{"Name":"$coname"}`, answer: "400 Invalid Fields", faulty: "status"},
		{call: "PUT cos/$other", send: `{"Name":"$coname renamed","Status":"Active"}`, answer: "403 Name In Use"},
		{call: "PUT cos/1", send: `{"Name":"COmanage","Status":"Active"}`, answer: "403 Cannot Edit COmanage CO"},
		{call: "PUT cos/1", send: `{"Name":"$coname renamed","Status":"Active"}`, answer: "403 Name In Use"},
		{call: "PUT cos/999999999", send: `{"Name":"$coname x","Status":"Active"}`, answer: "404 CO Unknown"},
	})
}

func TestDeleteCo(t *testing.T) {
	perform(t, []step{
		{call: "DELETE cos/$co"},
		{call: "DELETE cos/$co", answer: "404 CO Unknown"},
		{call: "DELETE cos", answer: "400 Invalid Fields", faulty: "id"},
		{call: "DELETE cos/999999999", answer: "404 CO Unknown"},
		{call: "DELETE cos/1", answer: "403 Cannot Remove COmanage CO"},
		// Its name can be used again.
		{call: "POST cos", send: `{"Name":"$coname","Status":"Active"}`},
	})
}

func TestViewCos(t *testing.T) {
	perform(t, []step{
		{call: "GET cos/$co", lists: "Id: $co"},
		{call: "GET cos/1", lists: "Name: COmanage"},
		{call: "GET cos/999999999", answer: "404 CO Unknown"},
	})
}

// TestDeletedCoTakesAllItHolds deletes a CO with one of each resource in it.
func TestDeletedCoTakesAllItHolds(t *testing.T) {
	steps := append(oneOfEach(), step{call: "DELETE cos/$co"})
	for _, sp := range specimens {
		unknown := sp.singular + " Unknown"
		one := step{call: "GET " + sp.path + "/$" + sp.keep, answer: "404 " + unknown}
		if resourceAt(sp.path).InHistory {
			one.answer = "200 OK" // the history remains
		}
		steps = append(steps, one, step{call: "GET " + sp.path + "?coid=$co", answer: "404 CO Unknown"})
	}
	perform(t, steps)
}

// TestOnlyThePlatformChangesCos: others may view their own CO, and no other.
func TestOnlyThePlatformChangesCos(t *testing.T) {
	perform(t, []step{
		anotherCO("other"),
		{as: "admin", call: "GET cos/$co", lists: "Id: $co"},
		{as: "admin", call: "GET cos", answer: "401 Unauthorized"},
		{as: "admin", call: "GET cos/$other", answer: "404 CO Unknown"},
		{as: "admin", call: "GET cos/1", answer: "404 CO Unknown"},
		{as: "admin", call: "POST cos", send: `{"Name":"$coname x","Status":"Active"}`, answer: "401 Unauthorized"},
		{as: "admin", call: "POST cos", answer: "401 Unauthorized"},
		{as: "admin", call: "PUT cos/$co", send: `{"Name":"$coname x","Status":"Active"}`, answer: "401 Unauthorized"},
		{as: "admin", call: "PUT cos/$co", answer: "401 Unauthorized"},
		{as: "admin", call: "PUT cos/$other", send: `{"Name":"$coname x","Status":"Active"}`, answer: "404 CO Unknown"},
		{as: "admin", call: "PUT cos/1", send: `{"Name":"$coname x","Status":"Active"}`, answer: "404 CO Unknown"},
		{as: "admin", call: "DELETE cos/$co", answer: "401 Unauthorized"},
		{as: "admin", call: "DELETE cos/$other", answer: "404 CO Unknown"},
		{as: "admin", call: "DELETE cos", answer: "401 Unauthorized"},
		{call: "GET cos/$co", has: `{"Name":"$coname"}`},
		{call: "GET cos/$other", lists: "Id: $other"},
	})
}
