package rest_test

import "testing"

// TestDeletedPersonIsClearedFromRoles of others, as a revision of each role by the user who deleted the
// person.
func TestDeletedPersonIsClearedFromRoles(t *testing.T) {
	perform(t, []step{
		person("boss"), person("ada"), person("bob"),
		add("co_person_roles", "a", `"CoPersonId":$ada,"SponsorCoPersonId":$boss,"ManagerCoPersonId":$boss,"Affiliation":"staff","Status":"Active"`),
		add("co_person_roles", "b", `"CoPersonId":$bob,"SponsorCoPersonId":$boss,"ManagerCoPersonId":$ada,"Affiliation":"staff","Status":"Active"`),
		role("c", "bob", "Active"),
		add("api_users", "program", `"CoId":$co,"Username":"program","Status":"Active","CoPersonId":$boss`),
		{as: "admin", call: "DELETE co_people/$boss"},
		{call: "GET co_person_roles/$a", has: `{
			"SponsorCoPersonId":null,"ManagerCoPersonId":null,"Revision":2,"ActorIdentifier":"co_$co.admin"}`},
		{call: "GET co_person_roles/$b", has: `{
			"SponsorCoPersonId":null,"ManagerCoPersonId":"$ada","Revision":1,"ActorIdentifier":"co_$co.admin"}`},
		{call: "GET co_person_roles/$c", has: `{"Revision":0}`},
		{call: "GET api_users/$program", has: `{"CoPersonId":null,"Status":"Active","Revision":1,"ActorIdentifier":"co_$co.admin"}`},
	})
}

// TestDeletedTargetIsClearedFromIdentifiers that name it.
func TestDeletedTargetIsClearedFromIdentifiers(t *testing.T) {
	perform(t, []step{
		person("ada"), target("target", "A"), target("other", "A"),
		add("identifiers", "i", `"Identifier":"a","Type":"uid","Status":"Active","CoPersonId":$ada,"CoProvisioningTargetId":$target`),
		add("identifiers", "j", `"Identifier":"b","Type":"uid","Status":"Active","CoPersonId":$ada,"CoProvisioningTargetId":$other`),
		{call: "DELETE co_provisioning_targets/$target"},
		{call: "GET identifiers/$i", has: `{"CoProvisioningTargetId":null,"Identifier":"a","Revision":1}`},
		{call: "GET identifiers/$j", has: `{"CoProvisioningTargetId":"$other","Revision":0}`},
	})
}

func TestDeletedRoleTakesWhatHangsOnIt(t *testing.T) {
	perform(t, []step{
		person("ada"), role("job", "ada", "Active"), role("other", "ada", "Active"),
		add("addresses", "address", `"Locality":"London","CoPersonRoleId":$job`),
		add("telephone_numbers", "phone", `"Number":"1","CoPersonRoleId":$job`),
		add("ad_hoc_attributes", "badge", `"Tag":"badge","CoPersonRoleId":$job`),
		add("ad_hoc_attributes", "kept", `"Tag":"badge","CoPersonRoleId":$other`),
		{call: "DELETE co_person_roles/$job"},
		{call: "GET addresses/$address", answer: "404 Address Unknown"},
		{call: "GET telephone_numbers/$phone", answer: "404 TelephoneNumber Unknown"},
		{call: "GET ad_hoc_attributes/$badge", answer: "404 AdHocAttribute Unknown"},
		{call: "GET ad_hoc_attributes/$kept", lists: "Id: $kept"},
	})
}

func TestDeletedGroupTakesWhatHangsOnIt(t *testing.T) {
	perform(t, []step{
		person("ada"), group("readers", "readers"), group("writers", "writers"),
		member("m", "readers", "ada"), member("kept", "writers", "ada"),
		add("identifiers", "gid", `"Identifier":"readers","Type":"uid","Status":"Active","CoGroupId":$readers`),
		{call: "DELETE co_groups/$readers"},
		{call: "GET co_group_members/$m", answer: "404 CoGroupMember Unknown"},
		{call: "GET identifiers/$gid", answer: "404 Identifier Unknown"},
		{call: "GET co_group_members/$kept", lists: "Id: $kept"},
	})
}

// TestUnitOfATargetsGroup: deleting a unit would delete the group that limits whom a target receives.
func TestUnitOfATargetsGroup(t *testing.T) {
	perform(t, []step{
		unit("physics", "Physics"),
		add("co_groups", "lab", `"CoId":$co,"CouId":$physics,"Name":"lab","Status":"Active"`),
		add("co_provisioning_targets", "target", `"CoId":$co,"Plugin":"ApiProvisioner","Status":"X","ProvisionCoGroupId":$lab`),
		{call: "DELETE cous/$physics", answer: "403 Forbidden"},
		{call: "GET co_groups/$lab", lists: "Name: lab"},
		{call: "PUT co_provisioning_targets/$target", send: `{"CoId":$co,"Plugin":"ApiProvisioner","Status":"X","ProvisionCoGroupId":""}`},
		{call: "DELETE cous/$physics"},
		{call: "GET co_provisioning_targets/$target", has: `{"ProvisionCoGroupId":null}`},
	})
}

// TestRefusedDeleteDeletesNothing, no dependents either.
func TestRefusedDeleteDeletesNothing(t *testing.T) {
	perform(t, oneOfEach(), []step{
		{call: "DELETE co_people/$person", answer: "403 CoPersonRole Exists"},
		{call: "DELETE org_identities/$org", answer: "403 CoPerson Exists"},
		{call: "DELETE cous/$unit", answer: "403 CoPersonRole Exists"},
		{call: "DELETE co_groups/$group", answer: "403 Forbidden"},
		{call: "DELETE servers/$server", answer: "403 Server In Use"},
		{call: "DELETE names/$name", answer: "403 Primary Name Cannot Be Deleted"},
	}, stillThere())
}

// stillThere checks that every specimen is unchanged.
func stillThere() []step {
	steps := make([]step, 0, 2*len(specimens))
	for _, sp := range specimens {
		steps = append(steps, step{call: "GET " + sp.path + "/$" + sp.keep, has: sp.part})
		if resourceAt(sp.path).Versioned {
			steps = append(steps, step{call: "GET " + sp.path + "/$" + sp.keep, has: `{"Revision":0}`})
		}
	}
	return steps
}

// TestEveryEditIsARevision, even if it changes nothing; a refused edit is none.
func TestEveryEditIsARevision(t *testing.T) {
	steps := oneOfEach()
	for _, sp := range specimens {
		if r := resourceAt(sp.path); !r.Versioned || r.AppendOnly {
			continue
		}
		one := sp.path + "/$" + sp.keep
		steps = append(steps,
			step{call: "GET " + one, has: `{"Revision":0,"ActorIdentifier":"co_1.operator"}`},
			step{as: "admin", call: "PUT " + one, send: sp.edit},
			step{call: "GET " + one, has: `{"Revision":1,"ActorIdentifier":"co_$co.admin"}`},
			step{call: "PUT " + one, send: sp.edit},
			step{call: "PUT " + one, send: sp.edit},
			step{call: "GET " + one, has: `{"Revision":3,"ActorIdentifier":"co_1.operator"}`},
			step{as: "admin", call: "PUT " + one, answer: "400 Bad Request"},
			step{as: "admin", call: "PUT " + one, send: `{"Version":"2.0"}`, answer: "400 Invalid Fields", faulty: requiredOf(sp.path)},
			step{as: "stranger", call: "PUT " + one, send: sp.edit, answer: editFromAnotherCO(sp)},
			step{call: "GET " + one, has: `{"Revision":3,"ActorIdentifier":"co_1.operator"}`},
		)
	}
	perform(t, steps)
}

// editFromAnotherCO returns the answer to an edit of a specimen by an administrator of another CO: if the edit
// names the specimen's CO it is refused for that.
func editFromAnotherCO(sp specimen) string {
	if resourceAt(sp.path).CoId() != nil {
		return "401 Unauthorized"
	}
	if unknown, odd := unknownBut[sp.path]; odd {
		return "404 " + unknown[1]
	}
	return "404 " + sp.singular + " Unknown"
}
