package rest_test

import "testing"

func TestAddCou(t *testing.T) {
	perform(t, []step{
		{call: "POST cous", send: `{"CoId":$co,"Name":"Physics","Description":"Physics unit"}`, keep: "physics"},
		{call: "GET cous/$physics", has: `{
			"Id":"$physics","Version":"1.0","CoId":"$co","Name":"Physics","Description":"Physics unit","ParentId":null,
			"Revision":0,"Deleted":false}`},
		{call: "POST cous", send: `{"CoId":$co,"Name":"Optics","ParentId":$physics}`, keep: "optics"},
		{call: "GET cous/$optics", has: `{"ParentId":"$physics","Description":null}`},
		{call: "POST cous", answer: "400 Bad Request"},
		{call: "POST cous", send: `{"CoId":$co}`, answer: "400 Invalid Fields", faulty: "name"},
		{call: "POST cous", send: `{"Name":"Lasers"}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{call: "POST cous", send: `{"CoId":$co,"Name":"a:b"}`, answer: "400 Invalid Fields", faulty: "name"},
		{call: "POST cous", send: `{"CoId":999999999,"Name":"Lasers"}`, answer: "403 CO Does Not Exist"},
		{call: "POST cous", send: `{"CoId":$co,"Name":"Physics"}`, answer: "403 Name In Use"},
		anotherCO("other"),
		// The same name in another CO is another unit's.
		{call: "POST cous", send: `{"CoId":$other,"Name":"Physics"}`, keep: "theirs"},
		{call: "POST cous", send: `{"CoId":$co,"Name":"Lasers","ParentId":$theirs}`, answer: "403 Wrong CO"},
		{call: "POST cous", send: `{"CoId":$co,"Name":"Lasers","ParentId":999999999}`, answer: "403 Wrong CO"},
		// Names are compared with case.
		{call: "POST cous", send: `{"CoId":$co,"Name":"physics"}`},
	})
}

func TestDeleteCou(t *testing.T) {
	perform(t, []step{
		unit("physics", "Physics"),
		{call: "POST cous", send: `{"CoId":$co,"Name":"Optics","ParentId":$physics}`, keep: "optics"},
		person("ada"),
		roleIn("job", "ada", "optics", "Active"),
		{call: "DELETE cous/$physics", answer: "403 Child COU Exists"},
		{call: "DELETE cous/$optics", answer: "403 CoPersonRole Exists"},
		{call: "DELETE cous", answer: "400 Invalid Fields", faulty: "id"},
		{call: "DELETE cous/999999999", answer: "404 Identifier Unknown"},
		{call: "DELETE co_person_roles/$job"},
		{call: "DELETE cous/$optics"},
		{call: "DELETE cous/$optics", answer: "404 Identifier Unknown"},
		{call: "DELETE cous/$physics"},
		{call: "GET cous?coid=$co", lists: "Id: "},
		// Its name can be used again.
		unit("physics", "Physics"),
	})
}

// TestDeleteCouWithRolesAndChildren: of two refusals the first in order is answered.
func TestDeleteCouWithRolesAndChildren(t *testing.T) {
	perform(t, []step{
		unit("physics", "Physics"),
		{call: "POST cous", send: `{"CoId":$co,"Name":"Optics","ParentId":$physics}`},
		person("ada"),
		roleIn("job", "ada", "physics", "Deleted"),
		{call: "DELETE cous/$physics", answer: "403 CoPersonRole Exists"},
	})
}

func TestEditCou(t *testing.T) {
	perform(t, []step{
		unit("physics", "Physics"),
		unit("optics", "Optics"),
		unit("lasers", "Lasers"),
		anotherCO("other"),
		{call: "POST cous", send: `{"CoId":$other,"Name":"Physics"}`, keep: "theirs"},
		{call: "PUT cous/$optics", send: `{"CoId":$co,"Name":"Light","Description":"light","ParentId":$physics}`},
		{call: "GET cous/$optics", has: `{"Name":"Light","Description":"light","ParentId":"$physics","Revision":1}`},
		{call: "PUT cous/$lasers", send: `{"CoId":$co,"Name":"Lasers","ParentId":$optics}`},
		{call: "PUT cous/$optics", answer: "400 Bad Request"},
		{call: "PUT cous/$optics", send: `{"CoId":$co}`, answer: "400 Invalid Fields", faulty: "name"},
		{call: "PUT cous/$optics", send: `{"Name":"Light"}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{call: "PUT cous/$optics", send: `{"CoId":$other,"Name":"Light"}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{call: "PUT cous/$optics", send: `{"CoId":999999999,"Name":"Light"}`, answer: "403 CO Does Not Exist"},
		{call: "PUT cous/$optics", send: `{"CoId":$co,"Name":"Physics"}`, answer: "403 Name In Use"},
		{call: "PUT cous/$physics", send: `{"CoId":$co,"Name":"Physics","ParentId":$physics}`, answer: "403 Parent Would Create Cycle"},
		{call: "PUT cous/$physics", send: `{"CoId":$co,"Name":"Physics","ParentId":$lasers}`, answer: "403 Parent Would Create Cycle"},
		{call: "PUT cous/$physics", send: `{"CoId":$co,"Name":"Physics","ParentId":$theirs}`, answer: "403 Wrong CO"},
		{call: "PUT cous/$physics", send: `{"CoId":$co,"Name":"Physics","ParentId":999999999}`, answer: "403 Wrong CO"},
		{call: "PUT cous/999999999", send: `{"CoId":$co,"Name":"Physics"}`, answer: "404 Identifier Unknown"},
		// Keeping one's name and parent is no error, and a unit may become a root again.
		{call: "PUT cous/$lasers", send: `{"CoId":$co,"Name":"Lasers","ParentId":$optics}`},
		{call: "PUT cous/$lasers", send: `{"CoId":$co,"Name":"Lasers","ParentId":""}`},
		{call: "GET cous/$lasers", has: `{"ParentId":null,"Revision":3}`},
		{call: "GET cous/$physics", has: `{"ParentId":null,"Revision":0}`},
	})
}

func TestViewCous(t *testing.T) {
	perform(t, []step{
		{call: "GET cous?coid=$co", lists: "Id: "},
		unit("physics", "Physics"), unit("optics", "Optics"),
		{call: "GET cous?coid=$co", lists: "Id: $physics, $optics"},
		{call: "GET cous?coid=999999999", answer: "404 CO Unknown"},
		{call: "GET cous/$optics", lists: "Name: Optics"},
		{call: "GET cous/999999999", answer: "404 Cou Unknown"},
	})
}
