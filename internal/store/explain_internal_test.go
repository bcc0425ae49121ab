package store

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity"
)

// The statements of requests and deliveries find their rows by an index, in tables of any size.
func TestPlans(t *testing.T) {
	t.Parallel()
	for database, s := range map[string]*Store{"SQLite": openFile(t, nil), "PostgreSQL": openPostgresOf(t)} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			crowd(t, s)
			for _, tt := range planned() {
				t.Run(tt.name, func(t *testing.T) {
					// The table of targets is the only one that may be read as a whole: it is small.
					all := strings.Join(withoutChosen(plans(t, s, tt.run)), "\n")
					if m := scans(s).FindString(all); m != "" && (tt.name != "due targets" || m != "SCAN t") {
						t.Errorf("it reads a whole table: %s", m)
					}
					for _, index := range tt.uses {
						if s.backend.dialect().forUpdate == "" {
							index = primaryKey.ReplaceAllString(index, `(INTEGER PRIMARY KEY \(rowid=|sqlite_autoindex_$1)`)
						}
						if !regexp.MustCompile(index).MatchString(all) {
							t.Errorf("it does not use %s", index)
						}
					}
					if t.Failed() {
						t.Logf("the plan:\n%s", all)
					}
				})
			}
		})
	}
}

// notThere returns the error, or nil for ErrNotFound.
func notThere(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// planned are the statements and the indexes that serve them.
func planned() []struct {
	name string
	uses []string
	run  func(context.Context, *Tx) error
} {
	const id = int64(31)
	person, group, org := comity.CoPerson.Resource, comity.CoGroup.Resource, comity.OrgIdentity.Resource
	modes := []string{comity.ModeAutomatic, comity.ModeQueue}
	rule := AutomaticRule{
		Never: comity.Deleted, Active: []string{comity.Active, comity.GracePeriod},
		AllGroup: comity.GroupMembers, ActiveGroup: comity.GroupActive,
	}
	record := func(r *comity.Resource) *comity.Record {
		rec := comity.NewRecord(r)
		rec.Id, rec.CoId = id, 1
		return rec
	}
	identifier, named, role := record(comity.Identifier.Resource), record(group), record(comity.CoPersonRole.Resource)
	identifier.SetText(comity.Identifier.Identifier, "I32")
	identifier.SetText(comity.Identifier.Type, "uid")
	identifier.SetOwner(comity.Identifier.Person, comity.OwnerCO, id)
	named.SetText(comity.CoGroup.Name, "g32")
	role.SetOwner(comity.CoPersonRole.Person, comity.OwnerCO, id)
	inCO := Equal("co_id", int64(1))

	list := func(r *comity.Resource, conditions ...Condition) func(context.Context, *Tx) error {
		return func(ctx context.Context, tx *Tx) error {
			_, err := tx.List(ctx, r, 10, 20, conditions...)
			return err
		}
	}
	taken := func(rec *comity.Record) func(context.Context, *Tx) error {
		return func(ctx context.Context, tx *Tx) error {
			_, err := tx.Taken(ctx, rec, rec.Resource.Uniques[0])
			return err
		}
	}
	remove := func(r *comity.Resource, id int64) func(context.Context, *Tx) error {
		return func(ctx context.Context, tx *Tx) error {
			rec, err := tx.Get(ctx, r, id)
			if err != nil {
				return err
			}
			return tx.Delete(ctx, rec, "tester", modes)
		}
	}
	search := func(q PeopleQuery) func(context.Context, *Tx) error {
		q.CoId, q.Limit = 1, 20
		return func(ctx context.Context, tx *Tx) error {
			_, err := tx.SearchPeople(ctx, q)
			return err
		}
	}
	history := func(q HistoryQuery) func(context.Context, *Tx) error {
		q.CoId, q.Limit = 1, 20
		return func(ctx context.Context, tx *Tx) error {
			_, err := tx.FindHistory(ctx, q)
			return err
		}
	}
	return []struct {
		name string
		uses []string
		run  func(context.Context, *Tx) error
	}{
		{"a login", []string{"identifiers_folded"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.LoginPeople(ctx, "i32", []string{comity.Active, comity.GracePeriod}, 20, 200)
			return err
		}},
		{"a session", []string{`sessions_pkey|sqlite_autoindex_sessions`}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Session(ctx, "digest")
			return notThere(err)
		}},
		{"all sessions of somebody", []string{"sessions_who"}, func(ctx context.Context, tx *Tx) error {
			return tx.EndSessions(ctx, "co_1.operator", true)
		}},
		{"a link", []string{`sign_in_links_pkey|sqlite_autoindex_sign_in_links`}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.TakeLink(ctx, "digest", time.Unix(1, 0))
			return notThere(err)
		}},
		{"a view", []string{"co_people_pkey"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Get(ctx, person, id)
			return err
		}},
		{"where an address is", []string{"addresses_pkey"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Enter(ctx, comity.Address.Resource, id, false)
			return err
		}},
		{"a list by CO", []string{"co_people_co"}, list(person, inCO)},
		{"a list by person", []string{"names_co_person"}, list(comity.Name.Resource, Equal("co_person_id", id))},
		{"a list by org identity", []string{"identifiers_org_identity"}, list(comity.Identifier.Resource, Equal("org_identity_id", id))},
		{"a list by role", []string{"addresses_co_person_role"}, list(comity.Address.Resource, Equal("co_person_role_id", id))},
		{"a list by unit", []string{"co_person_roles_cou"}, list(comity.CoPersonRole.Resource, Equal("cou_id", id))},
		{"a list by group", []string{"co_group_members_co_group"}, list(comity.CoGroupMember.Resource, Equal("co_group_id", id))},
		{"a list by people", []string{"names_co_person"}, list(comity.Name.Resource, In("co_person_id", []int64{1, 2, 3}))},
		{"a person's groups", []string{"co_group_members_co_person"}, list(group, HasMemberNow(id, time.Now()))},
		{"a given name's start", []string{"names_given"}, list(person, inCO, HasNameStart("given", 1, "g3"))},
		{"a family name's start", []string{"names_family"}, list(person, inCO, HasNameStart("family", 1, "F3"))},
		{"a mail's start", []string{"email_addresses_mail"}, list(person, inCO, HasMailStart(1, "M3"))},
		{"a mail", []string{"email_addresses_(mail|folded)"}, list(person, inCO, HasMail(comity.OwnerCO.Column, 1, "M31@x"))},
		{"a mail of an org identity", []string{"email_addresses_(mail|folded)"}, list(org, inCO, HasMail("org_identity_id", 1, "O31@x"))},
		{"a mail in any CO", []string{"email_addresses_folded"}, list(org, HasMail("org_identity_id", 0, "O31@x"))},
		{"exactly an identifier", []string{"identifiers_(identifier|folded)"}, list(org, inCO, HasIdentifier("org_identity_id", 1, "O31", ""))},
		{"exactly an identifier in any CO", []string{"identifiers_folded"}, list(org, HasIdentifier("org_identity_id", 0, "O31", ""))},
		{"other identifiers with it in them", []string{"identifiers_search"}, list(
			org, HasIdentifierPart("org_identity_id", 0, "O31"), Not(AllOf(HasIdentifier("org_identity_id", 0, "O31", ""))))},
		{"a person's org identities", []string{"co_org_identity_links_co_person"}, list(org, LinkedTo(id))},
		{"an identifier's part", []string{"identifiers_search"}, list(person, inCO, HasIdentifierPart("co_person_id", 0, "I31"))},
		{"a part that is too short", []string{`identifiers_(identifier|co|search)\b`}, list(person, inCO, HasIdentifierPart("co_person_id", 1, "31"))},
		{"an identifier that is taken", []string{"identifiers_unique"}, taken(identifier)},
		{"a name that is taken", []string{"co_groups_unique"}, taken(named)},
		{"the next number", []string{"co_person_roles_co_person"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.NextNumber(ctx, role, comity.CoPersonRole.Ordr)
			return err
		}},
		{"a person's statuses", []string{"co_person_roles_co_person"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.RoleStatuses(ctx, id)
			return err
		}},
		{"a unit above", []string{"cous_pkey"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.IsAncestor(ctx, 1, id)
			return err
		}},
		{"a record's revisions", []string{"history_revision"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.RevisionsWith(ctx, record(person), comity.CoPerson.Status, comity.Active)
			return err
		}},
		{"a line of the history", []string{"history_pkey", "history_revision", "api_users_unique"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Get(ctx, comity.HistoryRecord.Resource, 1)
			return err
		}},
		{"a CO's history", []string{"history_(co|since)\\b", "history_revision", "api_users_unique"}, list(comity.HistoryRecord.Resource, inCO, ModifiedSince(time.Now()))},
		{"a person's history", []string{"history_co_person", "history_revision"}, list(comity.HistoryRecord.Resource, Equal("co_person_id", id))},
		{"an org identity's history", []string{"history_org_identity"}, list(comity.HistoryRecord.Resource, Equal("org_identity_id", id))},
		{"a group's history", []string{"history_co_group"}, list(comity.HistoryRecord.Resource, Equal("co_group_id", id))},
		{"a group's members then", []string{"history_members"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.ListGroupAt(ctx, id, time.Now(), 10, 20)
			return err
		}},
		{"what was deleted", []string{"history_deleted"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.ListDeleted(ctx, person, time.Now(), 10, 20, map[string]int64{"co_id": 1})
			return err
		}},
		{"a login", []string{"api_users_unique"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Credential(ctx, "u7")
			return err
		}},
		{"memberships", []string{"co_group_members_co_person", "co_groups_pkey"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.MembershipsNow(ctx, []int64{1, 2, 3}, comity.Active, time.Now())
			return err
		}},
		{"a person synchronized", []string{"co_group_members_co_person", "co_person_roles_co_person"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.SyncAutomatic(ctx, Scope{CoPersonId: 5}, rule, "tester", modes)
			return err
		}},
		{"a group synchronized", []string{"co_people_co"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.SyncAutomatic(ctx, Scope{CoGroupId: 2}, rule, "tester", modes)
			return err
		}},
		{"marks", []string{"co_people_pkey", "co_provisioning_targets_co"}, func(ctx context.Context, tx *Tx) error {
			return tx.MarkPeople(ctx, modes, 1, 2)
		}},
		{"people with a row in a group", []string{"co_group_members_(co_group|unique|counted)"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.PeopleIn(ctx, id, 0, 20)
			return err
		}},
		{"people synchronized by nestings", []string{"co_group_members_co_person"}, func(ctx context.Context, tx *Tx) error {
			return tx.SyncNested(ctx, []Nesting{{Id: 1, Group: 2, Target: 3}}, []int64{id, 32}, "tester", modes)
		}},
		{"rows of people in a group", []string{"co_group_members_(co_person|unique|counted|co_group)", "history_(revision|current)"}, func(ctx context.Context, tx *Tx) error {
			return tx.RemoveMembers(ctx, id, []int64{id, 32}, "tester", modes)
		}},
		{"marks of a group's members", []string{"co_people_pkey"}, func(ctx context.Context, tx *Tx) error {
			return tx.MarkMembers(ctx, modes, id, []int64{id, 32})
		}},
		{"marks of a person's groups", []string{"co_group_members_co_person", "co_groups_pkey", "co_provisioning_targets_(co|provision_co_group)"}, func(ctx context.Context, tx *Tx) error {
			tx.includesGroups = true
			return tx.MarkGroupsOf(ctx, modes, id, "uid")
		}},
		{"marks of a group and all its members", []string{"co_people_pkey"}, func(ctx context.Context, tx *Tx) error {
			tx.includesGroups = true
			return tx.MarkMembers(ctx, modes, id, []int64{id, 32})
		}},
		{"members as a target is sent them", []string{"co_group_members_(co_group|unique|counted)", "co_people_pkey", "identifiers_co_person"}, func(ctx context.Context, tx *Tx) error {
			rule := ProvisioningRule{Provisioned: []string{"Active"}, Counted: []string{"Active"}, AllGroup: "M", IdentifierType: "uid", Active: "Active", OnlyGroup: 7}
			return tx.ProvisionedMembers(ctx, []int64{id}, rule, time.Unix(1, 0), func(ProvisionedMember) {})
		}},
		{"people by words", []string{"people_search_(words|status)"}, search(PeopleQuery{Words: []string{"m31", "g"}})},
		{"people by name", []string{"people_search_sort"}, search(PeopleQuery{After: Listed{"f31", 31}})},
		{"people by status", []string{"people_search_status"}, search(PeopleQuery{Status: comity.Suspended})},
		{"people of a unit", []string{"co_person_roles_cou"}, search(PeopleQuery{CouId: id})},
		{"people of a group", []string{"co_group_members_(co_group|unique|counted)"}, search(PeopleQuery{CoGroupId: id})},
		{"people called so", []string{"names_(family|given)"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.List(ctx, comity.Name.Resource, 0, 20, IsCalled(1, [][2]string{{"g31", "f31"}, {"g32", "f32"}}), IsSet(comity.OwnerCO.Column))
			return err
		}},
		{"people known so", []string{"identifiers_identifier"}, func(ctx context.Context, tx *Tx) error {
			f := comity.Identifier
			_, err := tx.List(ctx, f.Resource, 0, 20, HasFolded(f.Identifier, 1, []string{"m31", "m32"}), IsSet(comity.OwnerCO.Column))
			return err
		}},
		{"people by unit", []string{"co_person_roles_counted"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.PeopleByUnit(ctx, 1)
			return err
		}},
		{"members of a group counted", []string{"co_group_members_(counted|co_group)", "co_group_members_owners"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.CountMembers(ctx, id, time.Unix(1, 0))
			return err
		}},
		{"owners of a group", []string{"co_group_members_owners"}, list(comity.CoGroupMember.Resource, Equal("co_group_id", id), Owns())},
		{"members of a group by words", []string{"people_search_(words|status)", "co_group_members_(co_group|unique|counted|co_person)"}, func(ctx context.Context, tx *Tx) error {
			with, err := tx.MembersWith(ctx, 1, id, []string{"m31"})
			if err != nil {
				return err
			}
			_, err = tx.List(ctx, comity.CoGroupMember.Resource, 0, 20, Equal("co_group_id", id), with)
			return err
		}},
		{"people of a unit's administrator, each asked", []string{"co_person_roles_co_person"}, list(person, inCO, NamedByEach("co_person_id", comity.CoPersonRole.Resource, In("cou_id", []int64{id})))},
		{"statuses by day", []string{"status_changes_co"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.StatusChanges(ctx, 1)
			return err
		}},
		{"what ends next", []string{"co_person_roles_co_through"}, func(ctx context.Context, tx *Tx) error {
			f := comity.CoPersonRole.ValidThrough
			_, err := tx.ListNext(ctx, f.Resource(), f, 1, time.Unix(0, 0), 20)
			return err
		}},
		{"what begins next", []string{"co_group_members_co_from"}, func(ctx context.Context, tx *Tx) error {
			f := comity.CoGroupMember.ValidFrom
			_, err := tx.ListNext(ctx, f.Resource(), f, 1, time.Unix(0, 0), 20)
			return err
		}},
		{"what was of a person", []string{"history_co_person"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.HangingAt(ctx, "co_person_id", []int64{id}, nil, time.Unix(1, 0))
			return err
		}},
		{"records as they were", []string{"history_revision"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.ListAt(ctx, group, []int64{id, 32}, time.Unix(1, 0))
			return err
		}},
		{"who added", []string{"history_revision"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.AddedBy(ctx, group, []int64{id, 32})
			return err
		}},
		{"history", []string{"history_since"}, history(HistoryQuery{})},
		{"history of a group", []string{"history_co_group_since"}, history(HistoryQuery{CoGroupId: id})},
		{"a person's history", []string{"history_co_person"}, history(HistoryQuery{CoPersonId: id})},
		{"a record's history", []string{"history_revision"}, history(HistoryQuery{Resource: group, RecordId: id})},
		{"a resource's history", []string{"history_resource"}, history(HistoryQuery{Resource: group})},
		{"an actor's history", []string{"history_actor"}, history(HistoryQuery{Actor: "somebody"})},
		{"deletes", []string{"history_operation"}, history(HistoryQuery{Operation: comity.OpDelete})},
		{"edits", []string{"history_operation"}, history(HistoryQuery{Operation: comity.OpEdit})},
		{"edits of somebody who did all", []string{"history_operation"}, history(HistoryQuery{Operation: comity.OpEdit, Actor: "tester"})},
		{"edits of a group", []string{"history_operation", "history_co_group"}, history(HistoryQuery{Operation: comity.OpEdit, CoGroupId: id})},
		{"an actor's history of a time", []string{"history_(actor|since)"}, history(HistoryQuery{Actor: "somebody", From: time.Unix(1, 0), Until: time.Unix(2, 0)})},
		{"a resource's history of a time", []string{"history_(resource|since)"}, history(HistoryQuery{Resource: group, From: time.Unix(1, 0), Until: time.Unix(2, 0)})},
		{"edits of a time", []string{"history_(operation|since)"}, history(HistoryQuery{Operation: comity.OpEdit, From: time.Unix(1, 0), Until: time.Unix(2, 0)})},
		{"a person's history of a time", []string{"history_(co_person|since)"}, history(HistoryQuery{CoPersonId: id, From: time.Unix(1, 0), Until: time.Unix(2, 0)})},
		{"the history before", []string{"history_since", "history_pkey"}, history(HistoryQuery{Before: id})},
		{"history of a time", []string{"history_since"}, history(HistoryQuery{From: time.Unix(1, 0), Until: time.Unix(2, 0)})},
		{"a claim", []string{"deliveries_due", "deliveries_pkey"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Claim(ctx, 1, 64, time.Minute)
			return err
		}},
		{"claims whose lease is over", []string{"deliveries_claimed"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Overdue(ctx)
			return err
		}},
		{"a claim that is given back", []string{"deliveries_pkey"}, func(ctx context.Context, tx *Tx) error {
			return tx.GiveBack(ctx, []Claim{{1, comity.PersonSubject(id), 1}})
		}},
		{"due targets", []string{"deliveries_due"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.DueTargets(ctx, modes)
			return err
		}},
		{"a full sync", []string{"co_people_co", "deliveries_pkey", "co_groups_co"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.ClaimFullSync(ctx, 1, 1, 10, time.Minute)
			return err
		}},
		{"the status of a target", []string{"deliveries_due", "deliveries_dead_lettered"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.TargetStatus(ctx, 1)
			return err
		}},
		{"what failed", []string{"deliveries_dead_lettered"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Failed(ctx, 1, comity.PersonSubject(10), 20)
			return err
		}},
		{"what is tried again", []string{"deliveries_due"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Retried(ctx, 1, 10)
			return err
		}},
		{"whether anybody has an identifier of a type", []string{"identifiers_unique"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Any(ctx, comity.Identifier.Resource, Equal("co_id", int64(1)), Equal("type", "uid"), IsNull("org_identity_id"), IsSet("co_person_id"),
				Equal("status", comity.Active))
			return err
		}},
		{"a page of a target's subjects", []string{"co_people_co", "co_groups_co", "deliveries_pkey"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Subjects(ctx, 1, 1, comity.PersonSubject(10), 20)
			return err
		}},
		{"who leaves a target", []string{"deliveries_pkey", "co_people_pkey", "identifiers_(co_person|unique)", "co_group_members_(co_person|unique|co_group|counted)"}, func(ctx context.Context, tx *Tx) error {
			_, _, err := tx.CountKnown(ctx, 1, Presence{
				Statuses: []string{comity.Active}, IdentifierType: "uid", IdentifierStatus: comity.Active, GroupId: 2, GroupStatus: comity.Active,
			})
			return err
		}},
		{"the identifiers that people had", []string{"history_co_person"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.IdentifiersEver(ctx, "uid", []int64{1, 2, 3})
			return err
		}},
		{"who has identifiers now", []string{"identifiers_(identifier|unique)"}, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Holders(ctx, 1, "uid", []string{"i31", "i32"})
			return err
		}},
		{"outcomes", []string{"deliveries_pkey", "identifiers_(identifier|folded)"}, func(ctx context.Context, tx *Tx) error {
			d := Delivery{TargetId: 1, Subject: comity.PersonSubject(id), Sequence: 7}
			return tx.Finish(ctx, []Outcome{{Delivery: d, OK: true, Forgot: []string{"I32"}}, {Delivery: d}})
		}},
		{"a person's delete", []string{"history_revision", "names_co_person", "co_person_roles_sponsor_co_person"}, remove(person, 32)},
		{"a group's delete", []string{"history_revision", "co_group_members_(co_group|unique|counted)", "co_provisioning_targets_provision_co_group"}, remove(group, 33)},
		{"a unit's delete", []string{"history_revision", "co_groups_cou", "cous_parent", "co_person_roles_cou"}, remove(comity.Cou.Resource, 34)},
	}
}
