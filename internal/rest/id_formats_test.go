package rest_test

import "testing"

// TestIdsThatNothingHas are unknown ids in every place: those that are no number, and those that are too
// large.
func TestIdsThatNothingHas(t *testing.T) {
	var steps []step
	for _, id := range []string{"0", "999999999", "9007199254740993", "4852340000000000000", "9223372036854775807", "99999999999999999999", "-1", "one"} {
		quoted := `"` + id + `"`
		steps = append(steps, []step{
			{call: "GET cous/" + id, answer: "404 Cou Unknown"},
			{call: "PUT cous/" + id, send: `{"CoId":$co,"Name":"x"}`, answer: "404 Identifier Unknown"},
			{call: "DELETE cous/" + id, answer: "404 Identifier Unknown"},
			{call: "GET cous?coid=" + id, answer: "404 CO Unknown"},
			{call: "GET names?copersonid=" + id, answer: "404 CO Person Unknown"},
			{call: "PUT co_groups/reconcile?coid=" + id, answer: "403 CO Does Not Exist"},
			{call: "POST co_groups/reconcile/" + id, answer: "404 CoGroup Unknown"},
			{call: "POST co_provisioning_targets/provision/" + id + "/copersonid:$ada", answer: "404 CoProvisioningTarget Not Found"},
			{call: "POST co_provisioning_targets/provision/$target/copersonid:" + id, answer: "404 CoPerson Unknown"},
			{call: "POST cous", send: `{"CoId":` + quoted + `,"Name":"x"}`, answer: "403 CO Does Not Exist"},
			{call: "PUT cous/$physics", send: `{"CoId":` + quoted + `,"Name":"x"}`, answer: "403 CO Does Not Exist"},
			{call: "POST cous", send: `{"CoId":$co,"Name":"x","ParentId":` + quoted + `}`, answer: "403 Wrong CO"},
			{call: "PUT cous/$physics", send: `{"CoId":$co,"Name":"x","ParentId":` + quoted + `}`, answer: "403 Wrong CO"},
			{call: "POST names", send: `{"Given":"x","Type":"official","CoPersonId":` + quoted + `}`, answer: "403 Person Does Not Exist"},
			{
				call: "POST names", send: `{"Given":"x","Type":"official","Person":{"Type":"Org","Id":` + quoted + `}}`,
				answer: "403 Person Does Not Exist",
			},
			{
				call: "POST co_person_roles", answer: "400 Invalid Fields", faulty: "cou_id",
				send: `{"CoPersonId":$ada,"CouId":` + quoted + `,"Affiliation":"staff","Status":"Active"}`,
			},
			{
				call: "POST co_org_identity_links", answer: "400 Invalid Fields", faulty: "co_person_id org_identity_id",
				send: `{"CoPersonId":` + quoted + `,"OrgIdentityId":` + quoted + `}`,
			},
			{
				call: "POST http_servers", answer: "400 Invalid Fields", faulty: "server_id",
				send: `{"ServerId":` + quoted + `,"Serverurl":"https://example.org/","AuthType":"X"}`,
			},
		}...)
	}
	perform(t, []step{person("ada"), unit("physics", "Physics"), target("target", "X")}, steps)
}
