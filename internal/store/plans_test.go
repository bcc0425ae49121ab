package store_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
	"comity/internal/store/history"
	"comity/internal/store/queue"
	"comity/internal/store/search"
)

// The statements of requests and deliveries find their rows by an index, in tables of any size.
func TestPlans(t *testing.T) {
	t.Parallel()
	for database, s := range tracedDatabases(t) {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			fillTables(t, s)
			for _, tt := range planned() {
				t.Run(tt.name, func(t *testing.T) {
					// The table of targets is the only one that may be read as a whole: it is small.
					all := strings.Join(withoutChosen(s.plans(t, tt.run)), "\n")
					if m := s.scans().FindString(all); m != "" && (tt.name != "due targets" || m != "SCAN t") {
						t.Errorf("it reads a whole table: %s", m)
					}
					for _, index := range tt.uses {
						if !s.postgres {
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

// ignoreNotFound returns the error, or nil for ErrNotFound.
func ignoreNotFound(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}

// planned are the statements and the indexes that serve them.
func planned() []struct {
	name string
	uses []string
	run  func(context.Context, *db.Tx) error
} {
	const id = int64(31)
	person, group, org := comity.CoPerson.Resource, comity.CoGroup.Resource, comity.OrgIdentity.Resource
	modes := []string{comity.ModeAutomatic, comity.ModeQueue}
	rule := groups.AutomaticRule{
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
	inCO := store.Equal("co_id", int64(1))

	list := func(r *comity.Resource, conditions ...db.Condition) func(context.Context, *db.Tx) error {
		return func(ctx context.Context, tx *db.Tx) error {
			_, err := store.List(ctx, tx, r, 10, 20, conditions...)
			return err
		}
	}
	taken := func(rec *comity.Record) func(context.Context, *db.Tx) error {
		return func(ctx context.Context, tx *db.Tx) error {
			_, err := store.Taken(ctx, tx, rec, rec.Resource.Uniques[0])
			return err
		}
	}
	remove := func(r *comity.Resource, id int64) func(context.Context, *db.Tx) error {
		return func(ctx context.Context, tx *db.Tx) error {
			rec, err := store.Get(ctx, tx, r, id)
			if err != nil {
				return err
			}
			return store.Delete(ctx, tx, rec, "tester")
		}
	}
	people := func(q search.Query) func(context.Context, *db.Tx) error {
		q.CoId, q.Limit = 1, 20
		return func(ctx context.Context, tx *db.Tx) error {
			_, err := search.People(ctx, tx, q)
			return err
		}
	}
	lines := func(q history.Query) func(context.Context, *db.Tx) error {
		q.CoId, q.Limit = 1, 20
		return func(ctx context.Context, tx *db.Tx) error {
			_, err := history.Find(ctx, tx, q)
			return err
		}
	}
	changed := func(r *comity.Resource, column string) func(context.Context, *db.Tx) error {
		return func(ctx context.Context, tx *db.Tx) error {
			_, _, err := history.Changed(ctx, tx, r, column, 1, time.Unix(1, 0), 20)
			return err
		}
	}
	return []struct {
		name string
		uses []string
		run  func(context.Context, *db.Tx) error
	}{
		{"a login", []string{"identifiers_folded"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.LoginPeople(ctx, tx, "i32", []string{comity.Active, comity.GracePeriod}, 20, 200)
			return err
		}},
		{"a session", []string{`sessions_pkey|sqlite_autoindex_sessions`}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.Session(ctx, tx, "digest")
			return ignoreNotFound(err)
		}},
		{"all sessions of somebody", []string{"sessions_who"}, func(ctx context.Context, tx *db.Tx) error {
			return store.EndSessions(ctx, tx, "co_1.operator", true)
		}},
		{"a link", []string{`sign_in_links_pkey|sqlite_autoindex_sign_in_links`}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.UseLink(ctx, tx, "digest", time.Unix(1, 0))
			return ignoreNotFound(err)
		}},
		{"a view", []string{"co_people_pkey"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.Get(ctx, tx, person, id)
			return err
		}},
		{"where an address is", []string{"addresses_pkey"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.Enter(ctx, tx, comity.Address.Resource, id, false)
			return err
		}},
		{"a list by CO", []string{"co_people_co"}, list(person, inCO)},
		{"a list by person", []string{"names_co_person"}, list(comity.Name.Resource, store.Equal("co_person_id", id))},
		{"a list by org identity", []string{"identifiers_org_identity"}, list(comity.Identifier.Resource, store.Equal("org_identity_id", id))},
		{"a list by role", []string{"addresses_co_person_role"}, list(comity.Address.Resource, store.Equal("co_person_role_id", id))},
		{"a list by unit", []string{"co_person_roles_cou"}, list(comity.CoPersonRole.Resource, store.Equal("cou_id", id))},
		{"a list by group", []string{"co_group_members_co_group"}, list(comity.CoGroupMember.Resource, store.Equal("co_group_id", id))},
		{"a list by people", []string{"names_co_person"}, list(comity.Name.Resource, store.In("co_person_id", []int64{1, 2, 3}))},
		{"a person's groups", []string{"co_group_members_co_person"}, list(group, store.HasMemberNow(id, time.Now()))},
		{"a given name's start", []string{"names_given"}, list(person, inCO, store.HasNameStart("given", 1, "g3"))},
		{"a family name's start", []string{"names_family"}, list(person, inCO, store.HasNameStart("family", 1, "F3"))},
		{"a mail's start", []string{"email_addresses_mail"}, list(person, inCO, store.HasMailStart(1, "M3"))},
		{"a mail", []string{"email_addresses_(mail|folded)"}, list(person, inCO, store.HasMail(comity.OwnerCO.Column, 1, "M31@x"))},
		{"a mail of an org identity", []string{"email_addresses_(mail|folded)"}, list(org, inCO, store.HasMail("org_identity_id", 1, "O31@x"))},
		{"a mail in any CO", []string{"email_addresses_folded"}, list(org, store.HasMail("org_identity_id", 0, "O31@x"))},
		{"exactly an identifier", []string{"identifiers_(identifier|folded)"}, list(org, inCO, store.HasIdentifier("org_identity_id", 1, "O31", ""))},
		{"exactly an identifier in any CO", []string{"identifiers_folded"}, list(org, store.HasIdentifier("org_identity_id", 0, "O31", ""))},
		{"other identifiers with it in them", []string{"identifiers_search"}, list(
			org, store.HasIdentifierPart("org_identity_id", 0, "O31"), store.Not(store.AllOf(store.HasIdentifier("org_identity_id", 0, "O31", ""))))},
		{"a person's org identities", []string{"co_org_identity_links_co_person"}, list(org, store.LinkedTo(id))},
		{"an identifier's part", []string{"identifiers_search"}, list(person, inCO, store.HasIdentifierPart("co_person_id", 0, "I31"))},
		{"a part that is too short", []string{`identifiers_(identifier|co|search)\b`}, list(person, inCO, store.HasIdentifierPart("co_person_id", 1, "31"))},
		{"an identifier that is taken", []string{"identifiers_unique"}, taken(identifier)},
		{"a name that is taken", []string{"co_groups_unique"}, taken(named)},
		{"the next number", []string{"co_person_roles_co_person"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.NextNumber(ctx, tx, role, comity.CoPersonRole.Ordr)
			return err
		}},
		{"a person's statuses", []string{"co_person_roles_co_person"}, func(ctx context.Context, tx *db.Tx) error {
			_, _, err := store.RoleStatuses(ctx, tx, id)
			return err
		}},
		{"a unit above", []string{"cous_pkey"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.IsAncestor(ctx, tx, 1, id)
			return err
		}},
		{"a record's revisions", []string{"history_revision"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.RevisionsWith(ctx, tx, record(person), comity.CoPerson.Status, comity.Active)
			return err
		}},
		{"a line of the history", []string{"history_pkey", "history_revision", "api_users_unique"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.Get(ctx, tx, comity.HistoryRecord.Resource, 1)
			return err
		}},
		{"a CO's history", []string{"history_(co|since)\\b", "history_revision", "api_users_unique"}, list(comity.HistoryRecord.Resource, inCO, store.ModifiedSince(time.Now()))},
		{"a person's history", []string{"history_co_person", "history_revision"}, list(comity.HistoryRecord.Resource, store.Equal("co_person_id", id))},
		{"an org identity's history", []string{"history_org_identity"}, list(comity.HistoryRecord.Resource, store.Equal("org_identity_id", id))},
		{"a group's history", []string{"history_co_group"}, list(comity.HistoryRecord.Resource, store.Equal("co_group_id", id))},
		{"a group's members then", []string{"history_members"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := history.ListGroupAt(ctx, tx, id, time.Now(), 10, 20)
			return err
		}},
		{"what was deleted", []string{"history_deleted"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := history.ListDeleted(ctx, tx, person, time.Now(), 10, 20, nil)
			return err
		}},
		{"what was deleted in a CO", []string{"history_operation"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := history.ListDeleted(ctx, tx, person, time.Now(), 10, 20, map[string]int64{"co_id": 1})
			return err
		}},
		{"what was changed in a CO", []string{"history_(resource|since)"}, changed(person, "co_id")},
		{"which memberships of a group were changed", []string{"history_co_group_since"}, changed(comity.CoGroupMember.Resource, "co_group_id")},
		{"which rows a CO's history got", []string{"history_since"}, changed(comity.HistoryRecord.Resource, "co_id")},
		{"a list of what was changed", []string{"co_people_pkey"}, func(ctx context.Context, tx *db.Tx) error {
			p := store.Page{Resource: person, Of: []store.Reference{{Column: "co_id", Id: 1}}, Among: []int64{31, 32}, After: 10, Limit: 20}
			_, err := p.Records(ctx, tx)
			return err
		}},
		{"a login", []string{"api_users_unique"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.Credential(ctx, tx, "u7")
			return err
		}},
		{"memberships", []string{"co_group_members_co_person", "co_groups_pkey"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := groups.MembershipsNow(ctx, tx, []int64{1, 2, 3}, comity.Active, time.Now())
			return err
		}},
		{"a person synchronized", []string{"co_group_members_co_person", "co_person_roles_co_person"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := groups.SyncAutomatic(ctx, tx, groups.Scope{CoId: 1, CoPersonId: 5}, rule, "tester")
			return err
		}},
		{"a group synchronized", []string{"co_people_co"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := groups.SyncAutomatic(ctx, tx, groups.Scope{CoId: 1, CoGroupId: 2}, rule, "tester")
			return err
		}},
		{"changes of people", []string{"co_provisioning_targets_co"}, func(ctx context.Context, tx *db.Tx) error {
			queue.PersonChanged(tx, 1, 1)
			queue.FirstActive(tx, 1, 2)
			return queue.Enqueue(ctx, tx)
		}},
		{"people with a row in a group", []string{"co_group_members_(co_group|unique|counted)"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := groups.PeopleIn(ctx, tx, id, 0, 20)
			return err
		}},
		{"people synchronized by nestings", []string{"co_group_members_co_person"}, func(ctx context.Context, tx *db.Tx) error {
			return groups.SyncNested(ctx, tx, 1, []groups.Nesting{{Id: 1, Group: 2, Target: 3}}, []int64{id, 32}, "tester")
		}},
		{"rows of people in a group", []string{"co_group_members_(co_person|unique|counted|co_group)", "history_(revision|current)"}, func(ctx context.Context, tx *db.Tx) error {
			return groups.RemoveMembers(ctx, tx, 1, id, []int64{id, 32}, "tester")
		}},
		{"changes of a person's groups", []string{"co_group_members_co_person", "co_provisioning_targets_(co|provision_co_group)"}, func(ctx context.Context, tx *db.Tx) error {
			queue.ShownPersonChanged(tx, id, "uid")
			queue.DatedMembershipsChanged(tx, id)
			return queue.Enqueue(ctx, tx)
		}},
		{"changes of a group and its members", []string{"co_group_members_co_person", "co_provisioning_targets_(co|provision_co_group)"}, func(ctx context.Context, tx *db.Tx) error {
			queue.GroupChanged(tx, 1, id)
			queue.MembershipChanged(tx, 1, id, 32)
			return queue.Enqueue(ctx, tx)
		}},
		{"members as a target is sent them", []string{"co_group_members_(co_group|unique|counted)", "co_people_pkey", "identifiers_co_person"}, func(ctx context.Context, tx *db.Tx) error {
			rule := groups.ProvisioningRule{Provisioned: []string{"Active"}, Counted: []string{"Active"}, AllGroup: "M", IdentifierType: "uid", Active: "Active", OnlyGroup: 7}
			return groups.ProvisionedMembers(ctx, tx, []int64{id}, rule, time.Unix(1, 0), func(groups.ProvisionedMember) {})
		}},
		{"people by words", []string{"people_search_(words|status)"}, people(search.Query{Words: []string{"m31", "g"}})},
		{"people by name", []string{"people_search_sort"}, people(search.Query{After: search.Position{Sort: "f31", Id: 31}})},
		{"people by status", []string{"people_search_status"}, people(search.Query{Status: comity.Suspended})},
		{"people of a unit", []string{"co_person_roles_cou"}, people(search.Query{CouId: id})},
		{"people of a group", []string{"co_group_members_(co_group|unique|counted)"}, people(search.Query{CoGroupId: id})},
		{"people called so", []string{"names_(family|given)"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.List(ctx, tx, comity.Name.Resource, 0, 20, store.IsCalled(1, [][2]string{{"g31", "f31"}, {"g32", "f32"}}), store.IsSet(comity.OwnerCO.Column))
			return err
		}},
		{"people known so", []string{"identifiers_(identifier|folded)"}, func(ctx context.Context, tx *db.Tx) error {
			f := comity.Identifier
			_, err := store.List(ctx, tx, f.Resource, 0, 20, store.HasFolded(f.Identifier, 1, []string{"m31", "m32"}), store.IsSet(comity.OwnerCO.Column))
			return err
		}},
		{"people by unit", []string{"co_person_roles_counted"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.PeopleByUnit(ctx, tx, 1, nil)
			return err
		}},
		{"members of a group counted", []string{"co_group_members_(counted|co_group)", "co_group_members_owners"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := groups.CountMembers(ctx, tx, id, time.Unix(1, 0))
			return err
		}},
		{"owners of a group", []string{"co_group_members_owners"}, list(comity.CoGroupMember.Resource, store.Equal("co_group_id", id), groups.Owns())},
		{"members of a group by words", []string{"people_search_(words|status)", "co_group_members_(co_group|unique|counted|co_person)"}, func(ctx context.Context, tx *db.Tx) error {
			with, err := search.MembersWith(ctx, tx, 1, id, []string{"m31"})
			if err != nil {
				return err
			}
			_, err = store.List(ctx, tx, comity.CoGroupMember.Resource, 0, 20, store.Equal("co_group_id", id), with)
			return err
		}},
		{"people of a unit's administrator, correlated", []string{"co_person_roles_co_person"}, list(person, inCO, store.ReferredByEach("co_person_id", comity.CoPersonRole.Resource, store.In("cou_id", []int64{id})))},
		{"statuses by day", []string{"status_changes_co"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.StatusChanges(ctx, tx, 1)
			return err
		}},
		{"what ends next", []string{"co_person_roles_co_through"}, func(ctx context.Context, tx *db.Tx) error {
			f := comity.CoPersonRole.ValidThrough
			_, err := store.ListNext(ctx, tx, f.Resource(), f, 1, time.Unix(0, 0), 20)
			return err
		}},
		{"what begins next", []string{"co_group_members_co_from"}, func(ctx context.Context, tx *db.Tx) error {
			f := comity.CoGroupMember.ValidFrom
			_, err := store.ListNext(ctx, tx, f.Resource(), f, 1, time.Unix(0, 0), 20)
			return err
		}},
		{"what was of a person", []string{"history_co_person"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := history.DependentsAt(ctx, tx, "co_person_id", []int64{id}, nil, time.Unix(1, 0))
			return err
		}},
		{"records as they were", []string{"history_revision"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := history.ListAt(ctx, tx, group, []int64{id, 32}, time.Unix(1, 0))
			return err
		}},
		{"who added", []string{"history_revision"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := history.AddedBy(ctx, tx, group, []int64{id, 32})
			return err
		}},
		{"history", []string{"history_since"}, lines(history.Query{})},
		{"history of a group", []string{"history_co_group_since"}, lines(history.Query{CoGroupId: id})},
		{"a person's history", []string{"history_co_person"}, lines(history.Query{CoPersonId: id})},
		{"a record's history", []string{"history_revision"}, lines(history.Query{Resource: group, RecordId: id})},
		{"a resource's history", []string{"history_resource"}, lines(history.Query{Resource: group})},
		{"an actor's history", []string{"history_actor"}, lines(history.Query{Actor: "somebody"})},
		{"deletes", []string{"history_operation"}, lines(history.Query{Operation: comity.OpDelete})},
		{"edits", []string{"history_operation"}, lines(history.Query{Operation: comity.OpEdit})},
		{"edits of somebody who did all", []string{"history_operation"}, lines(history.Query{Operation: comity.OpEdit, Actor: "tester"})},
		{"edits of a group", []string{"history_operation", "history_co_group"}, lines(history.Query{Operation: comity.OpEdit, CoGroupId: id})},
		{"an actor's history of a time", []string{"history_(actor|since)"}, lines(history.Query{Actor: "somebody", From: time.Unix(1, 0), Until: time.Unix(2, 0)})},
		{"a resource's history of a time", []string{"history_(resource|since)"}, lines(history.Query{Resource: group, From: time.Unix(1, 0), Until: time.Unix(2, 0)})},
		{"edits of a time", []string{"history_(operation|since)"}, lines(history.Query{Operation: comity.OpEdit, From: time.Unix(1, 0), Until: time.Unix(2, 0)})},
		{"a person's history of a time", []string{"history_(co_person|since)"}, lines(history.Query{CoPersonId: id, From: time.Unix(1, 0), Until: time.Unix(2, 0)})},
		{"the history before", []string{"history_since", "history_pkey"}, lines(history.Query{Before: id})},
		{"history of a time", []string{"history_since"}, lines(history.Query{From: time.Unix(1, 0), Until: time.Unix(2, 0)})},
		{"a claim", []string{"deliveries_due", "deliveries_pkey"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.Claim(ctx, tx, 1, 64, time.Minute)
			return err
		}},
		{"claims whose lease is over", []string{"deliveries_claimed"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.Overdue(ctx, tx)
			return err
		}},
		{"a claim that is given back", []string{"deliveries_pkey"}, func(ctx context.Context, tx *db.Tx) error {
			return queue.GiveBack(ctx, tx, []queue.InFlight{{TargetId: 1, Subject: comity.PersonSubject(id), Sequence: 1}})
		}},
		{"due targets", []string{"deliveries_due"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.DueTargets(ctx, tx, modes)
			return err
		}},
		{"a full sync", []string{"co_people_co", "deliveries_pkey", "co_groups_co"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.ClaimFullSync(ctx, tx, 1, 1, 10, time.Minute)
			return err
		}},
		{"the status of a target", []string{"deliveries_due", "deliveries_dead_lettered"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.StatusOfTarget(ctx, tx, 1, queue.CountAll)
			return err
		}},
		{"what failed", []string{"deliveries_dead_lettered"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.Failed(ctx, tx, 1, comity.PersonSubject(10), 20)
			return err
		}},
		{"what is tried again", []string{"deliveries_due"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.Retried(ctx, tx, 1, 10)
			return err
		}},
		{"whether anybody has an identifier of a type", []string{"identifiers_unique"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := store.Any(ctx, tx, comity.Identifier.Resource, store.Equal("co_id", int64(1)), store.Equal("type", "uid"), store.IsNull("org_identity_id"), store.IsSet("co_person_id"),
				store.Equal("status", comity.Active))
			return err
		}},
		{"a page of a target's subjects", []string{"co_people_co", "co_groups_co", "deliveries_pkey"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.Subjects(ctx, tx, 1, 1, comity.PersonSubject(10), 20)
			return err
		}},
		{"who leaves a target", []string{"deliveries_pkey", "co_people_pkey", "identifiers_(co_person|unique)", "co_group_members_(co_person|unique|co_group|counted)"}, func(ctx context.Context, tx *db.Tx) error {
			_, _, err := queue.CountProvisioned(ctx, tx, 1, queue.Provisionable{
				Statuses: []string{comity.Active}, IdentifierType: "uid", IdentifierStatus: comity.Active, GroupId: 2, GroupStatus: comity.Active,
			})
			return err
		}},
		{"the identifiers that people had", []string{"history_co_person"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.IdentifiersEver(ctx, tx, "uid", []int64{1, 2, 3})
			return err
		}},
		{"who has identifiers now", []string{"identifiers_(identifier|unique|folded)"}, func(ctx context.Context, tx *db.Tx) error {
			_, err := queue.Holders(ctx, tx, 1, "uid", []string{"i31", "i32"})
			return err
		}},
		{"outcomes", []string{"deliveries_pkey", "identifiers_(identifier|folded)"}, func(ctx context.Context, tx *db.Tx) error {
			d := queue.Delivery{TargetId: 1, Subject: comity.PersonSubject(id), Sequence: 7}
			return queue.Finish(ctx, tx, []queue.Outcome{{Delivery: d, OK: true, Deleted: []string{"I32"}}, {Delivery: d}})
		}},
		{"a person's delete", []string{"history_revision", "names_co_person", "co_person_roles_sponsor_co_person"}, remove(person, 32)},
		{"a group's delete", []string{"history_revision", "co_group_members_(co_group|unique|counted)", "co_provisioning_targets_provision_co_group"}, remove(group, 33)},
		{"a unit's delete", []string{"history_revision", "co_groups_cou", "cous_parent", "co_person_roles_cou"}, remove(comity.Cou.Resource, 34)},
	}
}
