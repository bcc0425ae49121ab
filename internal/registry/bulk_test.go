package registry_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
	"comity/internal/registry"
	"comity/internal/registry/registrytest"
	"comity/internal/store/db"
)

// TestBulkIsLikeSingleRequests adds the same records to two like COs: in one transaction, and by one request after
// the other. The answers must be the same and, where none is a refusal, the rows, their history and the deliveries.
func TestBulkIsLikeSingleRequests(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		number := 0
		rapidtest.Check(t, func(rt *rapid.T) {
			number++
			together, singly := newBulkCO(rt, fx, fmt.Sprint("bulk ", number)), newBulkCO(rt, fx, fmt.Sprint("single ", number))
			for range 3 {
				resource := rapid.SampledFrom(bulkResources).Draw(rt, "resource")
				draws := rapid.SliceOfN(rapid.Custom(drawBulk), 1, 8).Draw(rt, "records")
				before := together.dump(rt)
				answers, failed := together.addAll(rt, resource, draws)
				want, refused := singly.addSingly(rt, resource, draws)
				if diff := gocmp.Diff(want, answers); diff != "" {
					rt.Fatalf("answers (-singly +together):\n%s", diff)
				}
				if failed != refused {
					rt.Fatalf("together failed %v, singly %v", failed, refused)
				}
				if failed {
					if diff := gocmp.Diff(before, together.dump(rt)); diff != "" {
						rt.Fatalf("a refused bulk changed something (-before +after):\n%s", diff)
					}
					return
				}
				if diff := gocmp.Diff(singly.dump(rt), together.dump(rt)); diff != "" {
					rt.Fatalf("%s (-singly +together):\n%s", resource.Plural, diff)
				}
			}
		})
	})
}

var bulkResources = []*comity.Resource{
	comity.CoPerson.Resource, comity.Name.Resource, comity.Identifier.Resource, comity.EmailAddress.Resource,
	comity.CoPersonRole.Resource, comity.CoGroupMember.Resource, comity.CoOrgIdentityLink.Resource,
}

// bulkDraw is a record to be added, with the places in a CO's lists of what it refers to.
type bulkDraw struct {
	person, other, group, org, text int
	status                          string
	flag, unknown, invalid          bool
}

func drawBulk(t *rapid.T) bulkDraw {
	small := rapid.IntRange(0, 3)
	seldom := func(name string) bool { return rapid.IntRange(0, 30).Draw(t, name) == 0 }
	return bulkDraw{
		small.Draw(t, "person"), small.Draw(t, "other"), small.Draw(t, "group"), small.Draw(t, "org"), rapid.IntRange(0, 40).Draw(t, "text"),
		rapid.SampledFrom([]string{comity.Active, comity.Suspended, comity.Pending}).Draw(t, "status"),
		rapid.Bool().Draw(t, "flag"), seldom("unknown"), seldom("invalid"),
	}
}

// bulkCO is a CO with a few records to refer to.
type bulkCO struct {
	fixture
	id                   int64
	people, groups, orgs []int64
	unit, target         int64
}

func newBulkCO(t *rapid.T, fx fixture, name string) *bulkCO {
	id := fx.Insert(t, comity.Co.Resource, registrytest.Values{comity.Co.Name: name, comity.Co.Status: comity.Active})
	co := &bulkCO{fixture: fx, id: id}
	p, g, o, u, n, s := comity.CoPerson, comity.CoGroup, comity.OrgIdentity, comity.Cou, comity.CoGroupNesting, comity.CoProvisioningTarget
	co.target = fx.Insert(t, s.Resource, registrytest.Values{s.CoId: id, s.Description: "target", s.Plugin: comity.PluginAPI, s.Status: comity.ModeAutomatic})
	co.unit = fx.Insert(t, u.Resource, registrytest.Values{u.CoId: id, u.Name: "unit"})
	for i := range 4 {
		status := []string{comity.Active, comity.Pending}[i%2]
		co.people = append(co.people, fx.Insert(t, p.Resource, registrytest.Values{p.CoId: id, p.Status: status}))
		co.groups = append(co.groups, fx.Insert(t, g.Resource, registrytest.Values{g.CoId: id, g.Name: fmt.Sprint("group ", i), g.Status: comity.Active}))
		co.orgs = append(co.orgs, fx.Insert(t, o.Resource, registrytest.Values{o.CoId: id}))
	}
	fx.Insert(t, n.Resource, registrytest.Values{n.CoGroupId: co.groups[0], n.TargetCoGroupId: co.groups[3]})
	return co
}

// input returns the request that a draw makes in the CO.
func (co *bulkCO) input(r *comity.Resource, d bulkDraw) comity.Input {
	person, text := co.people[d.person], fmt.Sprint("text", d.text)
	if d.unknown {
		person = 1 << 40
	}
	p, n, i, e, role, m, l := comity.CoPerson, comity.Name, comity.Identifier, comity.EmailAddress, comity.CoPersonRole, comity.CoGroupMember, comity.CoOrgIdentityLink
	v := registrytest.Values{}
	kind := map[bool]string{false: "official", true: "no such type"}[d.invalid]
	switch r {
	case p.Resource:
		v = registrytest.Values{p.CoId: co.id, p.Status: d.status}
		if d.unknown {
			v[p.CoId] = int64(1 << 40)
		}
	case n.Resource:
		v = registrytest.Values{n.Person: person, n.Given: text, n.Type: kind, n.PrimaryName: d.flag}
	case i.Resource:
		v = registrytest.Values{i.Person: person, i.Identifier: text, i.Type: strings.Replace(kind, "official", "uid", 1), i.Status: d.status}
		if d.status == comity.Pending {
			v[i.Status] = comity.Active
		}
	case e.Resource:
		v = registrytest.Values{e.Person: person, e.Mail: text + "@example.org", e.Type: kind}
	case role.Resource:
		v = registrytest.Values{role.Person: person, role.Affiliation: strings.Replace(kind, "official", "staff", 1), role.Status: d.status}
		if d.flag {
			v[role.CouId] = co.unit
			v[role.SponsorCoPersonId] = co.people[d.other]
			v[role.ManagerCoPersonId] = co.people[d.other]
		}
	case m.Resource:
		v = registrytest.Values{m.Person: person, m.CoGroupId: co.groups[d.group], m.Member: d.flag || !d.invalid}
	case l.Resource:
		v = registrytest.Values{l.CoPersonId: person, l.OrgIdentityId: co.orgs[d.org]}
	}
	return v.Input(r)
}

// addAll adds the records in one transaction, and returns the answers in words.
func (co *bulkCO) addAll(t *rapid.T, r *comity.Resource, draws []bulkDraw) (answers []string, failed bool) {
	inputs := make([]comity.Input, len(draws))
	for i, d := range draws {
		inputs[i] = co.input(r, d)
	}
	results, err := co.AddAll(t.Context(), registrytest.Tester(), r, inputs, registry.Idempotency{})
	for _, result := range results {
		answers = append(answers, inWords(t, result.Err))
	}
	return answers, err != nil
}

// addSingly adds the records by one request after the other.
func (co *bulkCO) addSingly(t *rapid.T, r *comity.Resource, draws []bulkDraw) (answers []string, failed bool) {
	for _, d := range draws {
		_, err := co.Add(t.Context(), registrytest.Tester(), r, co.input(r, d))
		answers = append(answers, inWords(t, err))
		failed = failed || err != nil
	}
	return answers, failed
}

func inWords(t *rapid.T, err error) string {
	var e *comity.Error
	if err == nil {
		return "added"
	}
	if !errors.As(err, &e) || e.Code == comity.Internal {
		t.Fatalf("an error that is no answer: %v", err)
	}
	words := fmt.Sprint(e.Code, " ", e.Phrase)
	for _, f := range e.Fields {
		words += " " + f.Field
	}
	return words
}

// dump returns what the database has of the CO, without times; ids are replaced by places in the order of ids, or of
// groups and people for memberships, which a bulk computes last.
func (co *bulkCO) dump(t *rapid.T) (lines []string) {
	places := map[string]string{fmt.Sprint("Co ", co.id): "the CO"}
	name := func(resource string, id int64) string {
		return cmp.Or(places[fmt.Sprint(resource, " ", id)], fmt.Sprint("id ", id))
	}
	var records []*comity.Record
	for _, r := range comity.Stored() {
		if r.Field("CoId") == nil && r.Owner() == nil && r.Anchor() == nil {
			continue
		}
		of := co.ofCO(t, r)
		if m := comity.CoGroupMember; r == m.Resource {
			slices.SortFunc(of, func(a, b *comity.Record) int {
				return cmp.Or(cmp.Compare(a.Int(m.CoGroupId), b.Int(m.CoGroupId)), cmp.Compare(a.OwnedBy(comity.OwnerCO), b.OwnedBy(comity.OwnerCO)),
					cmp.Compare(a.Int(m.CoGroupNestingId), b.Int(m.CoGroupNestingId)))
			})
		}
		for i, rec := range of {
			places[fmt.Sprint(r.Singular, " ", rec.Id)] = fmt.Sprint(r.Singular, " ", i)
		}
		records = append(records, of...)
	}
	for _, rec := range records {
		if rec.Resource == comity.Co.Resource {
			continue
		}
		line := fmt.Sprint(name(rec.Resource.Singular, rec.Id), " revision ", rec.Revision, " by ", rec.Actor)
		for _, f := range rec.Resource.Fields {
			if rec.Has(f) && !ownName(rec, f) {
				line += fmt.Sprint(" ", f.Name, "=", fieldInWords(rec, f, name))
			}
		}
		lines = append(lines, line)
	}
	err := co.Store.Snapshot(t.Context(), func(tx *db.Tx) error {
		sql := `SELECT resource, record_id, revision, operation, actor, CAST(coalesce(until, 0) = 0 AS boolean), coalesce(co_person_id, 0),
			coalesce(org_identity_id, 0), coalesce(co_group_id, 0), data FROM history WHERE co_id = $1 AND resource <> 'Co'`
		err := tx.Query(t.Context(), sql, db.Args{co.id}, func(row *db.Row) error {
			resource, id := row.Text(), row.Int()
			if resource == comity.CoGroupMember.Singular && places[fmt.Sprint(resource, " ", id)] == "" {
				return nil // it was computed between two requests, and does not follow from what there is after the last
			}
			line := fmt.Sprint("history ", name(resource, id), " ", row.Int(), " ", row.Text(), " ", row.Text(), " ", row.Bool(), " ",
				name("CoPerson", row.Int()), " ", name("OrgIdentity", row.Int()), " ", name("CoGroup", row.Int()))
			words, err := dataInWords(comity.ByName(resource), row.Text(), name)
			lines = append(lines, line+words)
			return err
		})
		if err != nil {
			return err
		}
		sql = `SELECT kind, subject_id, due IS NOT NULL FROM deliveries WHERE co_id = $1`
		err = tx.Query(t.Context(), sql, db.Args{co.id}, func(row *db.Row) error {
			kind := []string{"CoPerson", "CoGroup"}[row.Int()]
			lines = append(lines, fmt.Sprint("delivery of ", name(kind, row.Int()), " due ", row.Bool()))
			return nil
		})
		if err != nil {
			return err
		}
		sql = `SELECT id, status, sort, words FROM people_search WHERE co_id = $1`
		return tx.Query(t.Context(), sql, db.Args{co.id}, func(row *db.Row) error {
			lines = append(lines, fmt.Sprintf("search of %s: %s %q %q", name("CoPerson", row.Int()), row.Text(), row.Text(), row.Text()))
			return nil
		})
	})
	if err != nil {
		t.Fatalf("read the CO: %v", err)
	}
	slices.Sort(lines)
	return lines
}

// ofCO returns the records of a resource in the CO, in order of id.
func (co *bulkCO) ofCO(t *rapid.T, r *comity.Resource) []*comity.Record {
	if r == comity.Co.Resource {
		return nil
	}
	return co.Records(t, r, func(_ db.Dialect, a *db.Args) string { return "t.co_id = " + a.Put(co.id) })
}

// ownName says whether a field has a text with the name of the CO in it.
func ownName(rec *comity.Record, f *comity.Field) bool {
	return rec.Resource == comity.CoGroup.Resource && f == comity.CoGroup.Description
}

func fieldInWords(rec *comity.Record, f *comity.Field, name func(string, int64) string) string {
	switch f.Kind {
	case comity.Reference:
		return name(f.Refers().Singular, rec.Int(f))
	case comity.Owner:
		o, _ := f.Owner(rec.Text(f))
		return name(o.Target, rec.Int(f))
	case comity.Integer, comity.Time:
		return fmt.Sprint(rec.Int(f))
	case comity.Boolean:
		return fmt.Sprint(rec.Bool(f))
	case comity.Text, comity.Code, comity.Date, comity.Secret:
	}
	return rec.Text(f)
}

// dataInWords returns the values of a row of the history.
func dataInWords(r *comity.Resource, data string, name func(string, int64) string) (words string, err error) {
	values := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(data), &values); err != nil {
		return "", err
	}
	for _, f := range r.Fields {
		value, ok := values[f.Name]
		switch {
		case !ok || f == r.CoId() || r == comity.CoGroup.Resource && f == comity.CoGroup.Description:
		case f.Kind == comity.Reference:
			var id int64
			err = errors.Join(err, json.Unmarshal(value, &id))
			words += fmt.Sprint(" ", f.Name, "=", name(f.Refers().Singular, id))
		case f.Kind == comity.Owner:
			var of struct {
				Type string
				Id   int64
			}
			err = errors.Join(err, json.Unmarshal(value, &of))
			o, _ := f.Owner(of.Type)
			words += fmt.Sprint(" ", f.Name, "=", name(o.Target, of.Id))
		default:
			words += fmt.Sprint(" ", f.Name, "=", string(value))
		}
	}
	return words, err
}
