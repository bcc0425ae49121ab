package rest_test

import (
	"context"
	"strings"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// statuses are the statuses of roles, best first; a person can also be Locked.
var statuses = []string{
	"Active", "GracePeriod", "Suspended", "Expired", "Approved", "PendingApproval", "PendingVetting", "Confirmed",
	"PendingConfirmation", "Invited", "Pending", "Denied", "Declined", "Deleted", "Duplicate",
}

// in returns the groups in which a person is, by the statuses of person and role.
func in(person, role string) string {
	active := func(status string) bool { return status == "Active" || status == "GracePeriod" }
	groups := []string{}
	if active(person) {
		groups = append(groups, "CO:members:active")
	}
	if person != "Deleted" {
		groups = append(groups, "CO:members:all")
	}
	if active(person) && active(role) {
		groups = append(groups, "CO:COU:Physics:members:active")
	}
	if person != "Deleted" && role != "Deleted" && role != "" {
		groups = append(groups, "CO:COU:Physics:members:all")
	}
	return strings.Join(groups, ", ")
}

// inGroups returns the step that checks in which groups a person is.
func inGroups(person, groups string) step {
	if groups == "" {
		return step{call: "GET co_groups?copersonid=$" + person, answer: "204 CO Person Role Has No Groups"}
	}
	return step{call: "GET co_groups?copersonid=$" + person, lists: "Name: " + groups}
}

// TestAutomaticMembershipFollowsEveryStatus of the person and of the role.
func TestAutomaticMembershipFollowsEveryStatus(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(person("ada"), unit("physics", "Physics"), roleIn("job", "ada", "physics", "Active"))
		for _, role := range statuses {
			s.perform(step{call: "PUT co_person_roles/$job", send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"` + role + `"}`})
			for _, person := range append([]string{"Locked"}, statuses...) {
				s.perform(step{call: "PUT co_people/$ada", send: `{"CoId":$co,"Status":"` + person + `"}`}, inGroups("ada", in(person, role)))
			}
		}
	})
}

// TestAutomaticMembershipFromBirth of a person in each status.
func TestAutomaticMembershipFromBirth(t *testing.T) {
	everywhere(t, func(s *fixture) {
		for _, status := range append([]string{"Locked"}, statuses...) {
			s.perform(add("co_people", "p", `"CoId":$co,"Status":"`+status+`"`), inGroups("p", in(status, "")))
		}
	})
}

// TestAutomaticMembershipFollowsTheRole: memberships follow every move of a role.
func TestAutomaticMembershipFollowsTheRole(t *testing.T) {
	const (
		co      = "CO:members:active, CO:members:all"
		physics = co + ", CO:COU:Physics:members:active, CO:COU:Physics:members:all"
		optics  = co + ", CO:COU:Optics:members:active, CO:COU:Optics:members:all"
		both    = physics + ", CO:COU:Optics:members:active, CO:COU:Optics:members:all"
	)
	edit := func(role, more string) step {
		return step{call: "PUT co_person_roles/$" + role, send: `{"Affiliation":"staff",` + more + `}`}
	}
	perform(t, []step{
		person("ada"), person("bob"), unit("physics", "Physics"), unit("optics", "Optics"),
		role("job", "ada", "Active"),
		inGroups("ada", co),
		// From no unit to one, to another, and to none.
		edit("job", `"Status":"Active","CoPersonId":$ada,"CouId":$physics`),
		inGroups("ada", physics),
		edit("job", `"Status":"Active","CoPersonId":$ada,"CouId":$optics`),
		inGroups("ada", optics),
		edit("job", `"Status":"Active","CoPersonId":$ada,"CouId":""`),
		inGroups("ada", co),
		// To another person.
		edit("job", `"Status":"Active","CoPersonId":$ada,"CouId":$physics`),
		edit("job", `"Status":"Active","CoPersonId":$bob`),
		inGroups("ada", co), inGroups("bob", physics),
		// To another person and unit at once.
		edit("job", `"Status":"Active","CoPersonId":$ada,"CouId":$optics`),
		inGroups("ada", optics), inGroups("bob", co),
		// One effective role in a unit is enough.
		roleIn("second", "ada", "optics", "Suspended"), roleIn("third", "ada", "physics", "Active"),
		inGroups("ada", both),
		edit("job", `"Status":"Deleted","CoPersonId":$ada`),
		inGroups("ada", physics+", CO:COU:Optics:members:all"),
		{call: "DELETE co_person_roles/$second"},
		inGroups("ada", physics),
		edit("job", `"Status":"GracePeriod","CoPersonId":$ada`),
		inGroups("ada", both),
		{call: "DELETE co_person_roles/$job"},
		{call: "DELETE co_person_roles/$third"},
		inGroups("ada", co),
	})
}

// TestReconcileRepairsFromScratch: a reconcile repairs memberships that were changed in the database
// directly.
func TestReconcileRepairsFromScratch(t *testing.T) {
	for title, reconcile := range map[string][]step{
		"all": {{call: "PUT co_groups/reconcile?coid=$co"}},
		"one by one": {
			{call: "POST co_groups/reconcile/$coactive", answer: "200 OK"},
			{call: "POST co_groups/reconcile/$coall", answer: "200 OK"},
			{call: "POST co_groups/reconcile/$active", answer: "200 OK"},
			{call: "POST co_groups/reconcile/$all", answer: "200 OK"},
		},
	} {
		t.Run(title, func(t *testing.T) {
			everywhere(t, func(s *fixture) {
				s.perform(unit("physics", "Physics"), group("readers", "readers"))
				people := map[string][2]string{"ada": {"Active", "Active"}, "bob": {"Deleted", "Active"}, "eve": {"Suspended", "Expired"}, "dan": {"Active", ""}}
				for keep, status := range people {
					s.perform(person(keep))
					if status[1] != "" {
						s.perform(roleIn("job", keep, "physics", status[1]))
					}
					s.perform(step{call: "PUT co_people/$" + keep, send: `{"CoId":$co,"Status":"` + status[0] + `"}`}, member("m", "readers", keep))
				}
				s.invertMemberships(people)
				s.perform(inGroups("bob", "CO:members:active, CO:members:all, CO:COU:Physics:members:active, CO:COU:Physics:members:all, readers"))
				s.perform(inGroups("ada", "readers"))
				s.perform(reconcile...)
				for keep, status := range people {
					s.perform(inGroups(keep, strings.TrimPrefix(in(status[0], status[1])+", readers", ", ")))
				}
			})
		})
	}
}

// invertMemberships inverts the automatic memberships of people: who is in a group leaves it, and the other way round.
// It keeps the ids of the groups.
func (s *fixture) invertMemberships(people map[string][2]string) {
	s.Helper()
	names := map[string]string{
		"CO:members:active": "coactive", "CO:members:all": "coall",
		"CO:COU:Physics:members:active": "active", "CO:COU:Physics:members:all": "all",
	}
	for _, g := range s.call("", "GET", s.fill("co_groups.json?coid=$co"), nil).records {
		if keep := names[g["Name"]]; keep != "" {
			s.ids[keep] = g["Id"]
		}
	}
	err := s.store.Write(s.Context(), func(tx *db.Tx) error {
		for _, group := range names {
			for person := range people {
				if err := invertMembership(s.Context(), tx, comity.ParseId(s.ids[group]), comity.ParseId(s.ids[person])); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
}

func invertMembership(ctx context.Context, tx *db.Tx, group, person int64) error {
	f := comity.CoGroupMember
	home, err := store.Home(ctx, tx, comity.CoPerson.Resource, person)
	if err != nil {
		return err
	}
	rows, err := store.List(ctx, tx, f.Resource, 0, 1, store.Equal("co_group_id", group), store.Equal("co_person_id", person))
	if err != nil {
		return err
	}
	if len(rows) == 1 {
		return store.Delete(ctx, tx, rows[0], "vandal")
	}
	rec := comity.NewRecord(f.Resource)
	rec.CoId = home.CoId
	rec.SetInt(f.CoGroupId, group)
	rec.SetBool(f.Member, true)
	rec.SetBool(f.Owner, false)
	rec.SetOwner(f.Person, comity.OwnerCO, person)
	return store.Insert(ctx, tx, rec, "vandal", home)
}
