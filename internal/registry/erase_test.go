package registry_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/registry"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// marker is in every text of the person who is erased.
const marker = "Zaphod"

// marked returns a record of a resource that has the marker in each of its texts, and a date.
func marked(r *comity.Resource, coID int64) *comity.Record {
	rec := comity.NewRecord(r)
	rec.CoId = coID
	for i, f := range r.Fields {
		switch f.Kind {
		case comity.Text:
			rec.SetText(f, fmt.Sprintf("%s %d", marker, i))
			if len(f.Schemes) > 0 {
				rec.SetText(f, fmt.Sprintf("https://example.org/%s/%d", marker, i))
			}
		case comity.Code:
			rec.SetText(f, f.Words[0].Word)
		case comity.Boolean:
			rec.SetBool(f, false)
		case comity.Integer, comity.Time:
			rec.SetInt(f, 4_242_424_242)
		case comity.Date:
			rec.SetText(f, "1952-03-11")
		case comity.Reference, comity.Owner, comity.Secret:
		}
	}
	return rec
}

// life has the ids of a person with a bit of everything, and of their dependents.
type life struct{ person, role, org, shared int64 }

// live gives a person dependents of every resource, of themselves, of a role of theirs and of an org identity
// that is theirs only, and changes each once. Somebody else is linked to a second org identity.
func (fx fixture) live(t *testing.T) (l life) {
	t.Helper()
	link := comity.CoOrgIdentityLink
	l.person = fx.NewPerson(t)
	terms := fx.put(t, l.person, marked(comity.CoTermsAndConditions.Resource, fx.CoId))
	role := marked(comity.CoPersonRole.Resource, fx.CoId)
	role.SetOwner(comity.CoPersonRole.Person, comity.OwnerCO, l.person)
	l.role = fx.put(t, l.person, role)
	l.org, l.shared = fx.put(t, 0, marked(comity.OrgIdentity.Resource, fx.CoId)), fx.Insert(t, comity.OrgIdentity.Resource, registrytest.Values{comity.OrgIdentity.CoId: fx.CoId})
	other := fx.NewPerson(t)
	fx.Insert(t, link.Resource, registrytest.Values{link.CoPersonId: l.person, link.OrgIdentityId: l.org})
	was := fx.Insert(t, link.Resource, registrytest.Values{link.CoPersonId: other, link.OrgIdentityId: l.shared})
	fx.Remove(t, link.Resource, was)
	fx.Insert(t, link.Resource, registrytest.Values{link.CoPersonId: l.person, link.OrgIdentityId: l.shared})
	fx.Join(t, l.person, fx.NewGroup(t, "readers"))
	for _, r := range comity.Stored() {
		owner := r.Owner()
		if owner == nil || r == comity.CoPersonRole.Resource || r == comity.CoGroupMember.Resource {
			continue
		}
		for word, id := range map[string]int64{"CO": l.person, "CoRole": l.role, "Org": l.org} {
			o, ok := owner.Owner(word)
			if !ok {
				continue
			}
			rec := marked(r, fx.CoId)
			rec.SetOwner(owner, o, id)
			if r == comity.CoTAndCAgreement.Resource {
				rec.SetInt(comity.CoTAndCAgreement.CoTermsAndConditionsId, terms)
			}
			fx.put(t, l.person, rec)
		}
	}
	h := comity.HistoryRecord
	fx.Insert(t, h.Resource, registrytest.Values{h.CoPersonId: l.person, h.Action: "CMNT", h.Comment: marker + " came by"})
	fx.Insert(t, h.Resource, registrytest.Values{h.CoPersonRoleId: l.role, h.Action: "CMNT", h.Comment: marker + " was promoted"})
	fx.Insert(t, h.Resource, registrytest.Values{h.OrgIdentityId: l.org, h.Action: "CMNT", h.Comment: marker + " is called so"})
	return l
}

// put stores a record without validation, and changes it once.
func (fx fixture) put(t *testing.T, person int64, rec *comity.Record) int64 {
	t.Helper()
	where := db.Place{CoId: fx.CoId, CoPersonId: person}
	if rec.Resource == comity.OrgIdentity.Resource || rec.OwnedBy(comity.OwnerOrg) != 0 || rec.Resource == comity.CoTermsAndConditions.Resource {
		where.CoPersonId = 0
	}
	err := fx.Store.Write(t.Context(), func(tx *db.Tx) error {
		rec.Id = 0
		if err := store.Insert(t.Context(), tx, rec, "tester", where); err != nil {
			return err
		}
		return store.Update(t.Context(), tx, nil, rec, "tester", where)
	})
	if err != nil {
		t.Fatalf("put a %s: %v", rec.Resource.Singular, err)
	}
	return rec.Id
}

// setProvisioned makes a target know the person by two identifiers; waiting adds a pending delivery.
func (fx fixture) setProvisioned(t *testing.T, target, person int64, waiting bool) {
	t.Helper()
	due := "NULL"
	if waiting {
		due = "5"
	}
	fx.raw(t, fmt.Sprintf(`DELETE FROM deliveries WHERE co_provisioning_target_id = %d AND subject_id = %d`, target, person))
	fx.raw(t, fmt.Sprintf(`INSERT INTO deliveries (co_provisioning_target_id, subject_id, co_id, version, due, claimed, sequence, attempts,
			refusals, dead_lettered, identifier, obsolete, answer, sent)
		VALUES (%d, %d, %d, 1, %s, false, 1, 0, 0, false, '%s', '["%[5]s before"]', 'no %[5]s here', $1)`, target, person, fx.CoId, due, marker), zipped(t, marker))
}

// setGroupsSent makes the last message and the answer of a target for the person's groups name the person.
func (fx fixture) setGroupsSent(t *testing.T, target, person int64) {
	t.Helper()
	fx.raw(t, fmt.Sprintf(`INSERT INTO deliveries (co_provisioning_target_id, kind, subject_id, co_id, version, claimed, sequence, attempts,
			refusals, dead_lettered, identifier, obsolete, answer, sent)
		SELECT %d, 1, g.id, g.co_id, 1, false, 1, 0, 0, false, 'g', '[]', 'no %s here', $1 FROM co_groups g
		WHERE g.id IN (SELECT m.co_group_id FROM co_group_members m WHERE m.co_person_id = %d)`, target, marker, person), zipped(t, marker))
}

// zipped returns a text in the form in which the last message is stored.
func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	if _, err := io.WriteString(zip, text); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// mentions returns the tables of a backup that contain the marker, except for those that are the CO's own.
func (fx fixture) mentions(t *testing.T) (tables []string) {
	t.Helper()
	for table, rows := range lines(t, fx.backup(t)) {
		held := slices.ContainsFunc(rows, func(row string) bool {
			return (strings.Contains(row, marker) || strings.Contains(row, "1952-03-11") || strings.Contains(row, "4242424242")) &&
				!strings.Contains(row, `"resource":"CoTermsAndConditions"`)
		})
		if held && table != comity.CoTermsAndConditions.Table {
			tables = append(tables, table)
		}
	}
	slices.Sort(tables)
	return tables
}

// facts returns the rows of the history without their data.
func (fx fixture) facts(t *testing.T) (facts []string) {
	t.Helper()
	db := openRaw(t, fx.Database)
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), `SELECT id, resource, record_id, revision, operation, actor, since, coalesce(until, 0), co_id,
		coalesce(co_person_id, 0), coalesce(org_identity_id, 0), coalesce(co_group_id, 0) FROM history ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, record, revision, since, until, co, person, org, group int64
		var resource, op, actor string
		if err := rows.Scan(&id, &resource, &record, &revision, &op, &actor, &since, &until, &co, &person, &org, &group); err != nil {
			t.Fatal(err)
		}
		facts = append(facts, fmt.Sprint(id, resource, record, revision, op, actor, since, until, co, person, org, group))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return facts
}

func TestErase(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		target := comity.CoProvisioningTarget
		automatic, manual := fx.target(t), fx.target(t)
		fx.Change(t, target.Resource, manual, registrytest.Values{target.CoId: fx.CoId, target.Plugin: comity.PluginAPI, target.Status: comity.ModeManual})
		l := fx.live(t)
		fx.Wait(time.Hour)
		fx.setProvisioned(t, automatic, l.person, false)
		fx.setProvisioned(t, manual, l.person, false)
		fx.setGroupsSent(t, manual, l.person)
		before := fx.backup(t)

		if _, err := fx.Erase(t.Context(), l.person, false); err == nil || !strings.Contains(err.Error(), "is still there") {
			t.Errorf("a person who is still there: error %v", err)
		}
		if diff := cmp.Diff(lines(t, before), lines(t, fx.backup(t))); diff != "" {
			t.Errorf("what was refused changed something:\n%s", diff)
		}
		if _, err := fx.Erase(t.Context(), 4711, true); err == nil || !strings.Contains(err.Error(), "there was none") {
			t.Errorf("nobody: error %v", err)
		}

		erased, err := fx.Erase(t.Context(), l.person, true)
		if err != nil {
			t.Fatal(err)
		}
		known := []string{marker + " before", marker}
		want := registry.Erased{Rows: erased.Rows, OrgIdentities: []int64{l.org}, Known: []queue.TargetIdentifiers{
			{Target: automatic, Identifiers: known, Waiting: true}, {Target: manual, Identifiers: known},
		}}
		if diff := cmp.Diff(want, erased); diff != "" || erased.Rows < 50 {
			t.Errorf("%d rows (-want +got):\n%s", erased.Rows, diff)
		}
		// One target still has to be sent the delete, under the name that it knows.
		if diff := cmp.Diff([]string{"deliveries"}, fx.mentions(t)); diff != "" {
			t.Errorf("before the delivery of the delete, the marker is in (-want +got):\n%s", diff)
		}
		fx.provisionAll(t, automatic)
		if tables := fx.mentions(t); len(tables) > 0 {
			t.Errorf("the marker is in %v", tables)
		}
		fx.checkErased(t, l)
	})
}

// provisionAll finishes all pending deliveries of a target, as the outbox does.
func (fx fixture) provisionAll(t *testing.T, target int64) {
	t.Helper()
	err := fx.Store.Write(t.Context(), func(tx *db.Tx) error {
		claimed, err := queue.Claim(t.Context(), tx, target, 100, time.Minute)
		outcomes := make([]queue.Outcome, len(claimed))
		for i, d := range claimed {
			d.ProvisionedAs = comity.ProvisionedAs{}
			outcomes[i] = queue.Outcome{Delivery: d, OK: true, Answer: "OK"}
		}
		if err != nil {
			return err
		}
		return queue.Finish(t.Context(), tx, outcomes)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkErased checks what is left of a person: that they existed, and what was done.
func (fx fixture) checkErased(t *testing.T, l life) {
	t.Helper()
	ctx := t.Context()
	if problems, err := fx.Check(ctx); err != nil || len(problems) > 0 {
		t.Errorf("check: %v, error %v", problems, err)
	}
	p := comity.CoPerson
	for revision := range int64(3) {
		rec, err := fx.RecordAsOf(ctx, registrytest.Tester(), p.Resource, l.person, view.AsOf{Revision: revision})
		if err != nil || rec.Has(p.Status) || rec.Int(p.CoId) != fx.CoId {
			t.Errorf("revision %d of the person: %v, error %v", revision, rec, err)
		}
	}
	if _, err := fx.RecordAsOf(ctx, registrytest.Tester(), p.Resource, l.person, view.AsOf{Revision: -1, Time: registrytest.Began().Add(time.Minute)}); err != nil {
		t.Errorf("the person as they were: %v", err)
	}
	history, err := fx.List(ctx, registrytest.Tester(), view.ListQuery{Resource: comity.HistoryRecord.Resource, CoIds: []int64{fx.CoId}})
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]int{}
	for _, rec := range history.Records {
		said[rec.Text(comity.HistoryRecord.Comment)]++
	}
	for _, line := range []string{
		fmt.Sprintf("CoPerson %d added (erased)", l.person), fmt.Sprintf("CoPersonRole %d edited (erased)", l.role),
		fmt.Sprintf("CoPersonRole %d deleted (erased)", l.role), fmt.Sprintf("OrgIdentity %d deleted (erased)", l.org),
		fmt.Sprintf("CoPerson %d erased", l.person), fmt.Sprintf("OrgIdentity %d added", l.shared),
	} {
		if said[line] != 1 {
			t.Errorf("%q is said %d times", line, said[line])
		}
	}
	if said["(erased)"] != 3 {
		t.Errorf("%d notes are erased", said["(erased)"])
	}
	for _, at := range []time.Duration{time.Minute, 2 * time.Hour} {
		groups := fx.Records(t, comity.CoGroup.Resource, store.Equal("name", "readers"))
		query := view.ListQuery{Resource: comity.CoGroupMember.Resource, At: registrytest.Began().Add(at)}
		if _, err := fx.List(ctx, registrytest.Tester(), query.Of(comity.CoGroup.Resource, groups[0].Id)); err != nil {
			t.Errorf("the members of their group: %v", err)
		}
	}
	facts := fx.facts(t)
	again, err := fx.Erase(ctx, l.person, false)
	if err != nil || again.Rows != 0 || len(again.Known) != 0 {
		t.Errorf("once more: %+v, error %v", again, err)
	}
	if after := fx.facts(t); len(after) != len(facts)+1 || !slices.Equal(after[:len(facts)], facts) {
		t.Errorf("%d rows of the history were %d, or not the same", len(after), len(facts))
	}
}

// The rows of the history stay, each with who, what and when.
func TestEraseKeepsTheFacts(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		l := fx.live(t)
		fx.Remove(t, comity.CoPersonRole.Resource, l.role)
		fx.Remove(t, comity.CoPerson.Resource, l.person)
		if _, err := fx.Erase(t.Context(), l.person, false); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("OrgIdentity %d is still there", l.org)) {
			t.Errorf("an org identity that is still there: error %v", err)
		}
		fx.Remove(t, comity.OrgIdentity.Resource, l.org)
		facts := fx.facts(t)
		if _, err := fx.Erase(t.Context(), l.person, false); err != nil {
			t.Fatal(err)
		}
		after := fx.facts(t)
		if diff := cmp.Diff(facts, after[:len(after)-1]); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
		if tables := fx.mentions(t); len(tables) > 0 {
			t.Errorf("the marker is in %v", tables)
		}
	})
}

// Values that a role took to another person are that person's; values that it brought are erased with the
// person.
func TestEraseOfRolesThatMoved(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		f := comity.CoPersonRole
		person, other := fx.NewPerson(t), fx.NewPerson(t)
		role := func(of int64, room string) (role, address int64) {
			role = fx.Insert(t, f.Resource, registrytest.Values{f.Person: of, f.Affiliation: "staff", f.Status: comity.Active})
			rec := comity.NewRecord(comity.Address.Resource)
			rec.SetText(comity.Address.Room, room)
			rec.SetOwner(comity.Address.Person, comity.OwnerRole, role)
			rec.CoId = fx.CoId
			err := fx.Store.Write(t.Context(), func(tx *db.Tx) error {
				return store.Insert(context.WithoutCancel(t.Context()), tx, rec, "tester", db.Place{CoId: fx.CoId, CoPersonId: of})
			})
			if err != nil {
				t.Fatal(err)
			}
			return role, rec.Id
		}
		brought, _ := role(other, marker)
		taken, address := role(person, "Ford's")
		fx.Change(t, f.Resource, brought, registrytest.Values{f.Person: person, f.Affiliation: "staff", f.Status: comity.Active})
		fx.Change(t, f.Resource, taken, registrytest.Values{f.Person: other, f.Affiliation: "staff", f.Status: comity.Active})
		if _, err := fx.Erase(t.Context(), person, true); err != nil {
			t.Fatal(err)
		}
		if tables := fx.mentions(t); len(tables) > 0 {
			t.Errorf("the marker is in %v", tables)
		}
		rec, err := fx.RecordAsOf(t.Context(), registrytest.Tester(), comity.Address.Resource, address, view.AsOf{Revision: 0})
		if err != nil || rec.Text(comity.Address.Room) != "Ford's" {
			t.Errorf("what the other one has: %v, error %v", rec, err)
		}
	})
}

// The indexes of parts of identifiers and of searchable texts contain no part of erased values.
func TestEraseFromTheSearch(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		if db.IsPostgres(fx.Database) {
			return // without FTS5, the index is over the rows themselves
		}
		i := comity.Identifier
		var people []int64
		for n, text := range []string{"commonly", marker, "uncommonly"} {
			people = append(people, fx.NewPerson(t))
			fx.Insert(t, i.Resource, registrytest.Values{i.Person: people[n], i.Identifier: text, i.Type: "uid", i.Status: comity.Active})
		}
		holds := func(part string) bool {
			db := openRaw(t, fx.Database)
			defer func() { _ = db.Close() }()
			var both int
			for _, index := range []string{"identifiers_search", "people_search_words"} {
				var count int
				err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM `+index+`_data WHERE instr(block, CAST($1 AS BLOB)) > 0`, part).Scan(&count)
				if err != nil {
					t.Fatal(err)
				}
				both += min(count, 1)
			}
			if both == 1 {
				t.Errorf("only one index holds %q", part)
			}
			return both > 0
		}
		// The index stores the difference of each term from the one before it in order.
		if !holds("zap") {
			t.Error("the index does not hold what it indexes")
		}
		if _, err := fx.Erase(t.Context(), people[1], true); err != nil {
			t.Fatal(err)
		}
		if holds("zap") {
			t.Error("the index holds what was erased")
		}
		found, err := fx.List(t.Context(), registrytest.Tester(), view.ListQuery{
			Resource: comity.CoPerson.Resource, CoIds: []int64{fx.CoId}, Search: []view.Criterion{{Key: view.SearchIdentifierPart, Text: "common"}},
		})
		if err != nil || len(found.Records) != 2 {
			t.Errorf("what is there is found: %v, error %v", found, err)
		}
	})
}
