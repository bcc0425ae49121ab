package connector_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
	"comity/internal/rapidtest"
)

// anyRow draws a record: each cell is absent, empty, an empty text or any value, valid or not.
func anyRow(t *rapid.T, r *comity.Resource) *comity.Record {
	rec := comity.NewRecord(r)
	rec.Id = rapid.Int64Min(1).Draw(t, "Id")
	rec.Revision = rapid.Int64Range(0, 3).Draw(t, "Revision")
	second := rapid.Int64Range(-62135596800, 253402300799)
	if rapid.Bool().Draw(t, "dated") {
		rec.Created = time.Unix(second.Draw(t, "Created"), 5).In(time.FixedZone("", 3600))
		rec.Modified = time.Unix(second.Draw(t, "Modified"), 0)
	}
	text := rapid.OneOf(rapid.Just(""), rapid.String(), rapid.Just("a\xffb"))
	for _, f := range r.Fields {
		switch rapid.IntRange(0, 3).Draw(t, f.Name) {
		case 0:
			continue
		case 1:
			rec.Set(f, comity.EmptyCell())
			continue
		}
		switch f.Kind {
		case comity.Text, comity.Date, comity.Secret:
			rec.SetText(f, text.Draw(t, "text"))
		case comity.Code:
			words := []string{""}
			for _, w := range f.Words {
				words = append(words, w.Word)
			}
			rec.SetText(f, rapid.SampledFrom(words).Draw(t, "word"))
		case comity.Time:
			rec.SetInt(f, second.Draw(t, "second"))
		case comity.Boolean:
			rec.SetBool(f, rapid.Bool().Draw(t, "boolean"))
		case comity.Integer, comity.Reference:
			rec.SetInt(f, rapid.Int64().Draw(t, "number"))
		case comity.Owner:
			rec.SetOwner(f, f.Owners[0], 1)
		}
	}
	return rec
}

func anyRows(t *rapid.T, r *comity.Resource) []*comity.Record {
	rows := make([]*comity.Record, rapid.IntRange(0, 2).Draw(t, r.Plural))
	for i := range rows {
		rows[i] = anyRow(t, r)
	}
	return rows
}

func anySnapshot(t *rapid.T) comity.Snapshot {
	s := comity.Snapshot{
		Subject:        comity.PersonSubject(1),
		Person:         anyRow(t, comity.CoPerson.Resource),
		Names:          anyRows(t, comity.Name.Resource),
		Identifiers:    anyRows(t, comity.Identifier.Resource),
		EmailAddresses: anyRows(t, comity.EmailAddress.Resource),
		Urls:           anyRows(t, comity.Url.Resource),
		Members:        rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "Members"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "Roles") {
		s.Roles = append(s.Roles, comity.RoleSnapshot{
			Role:             anyRow(t, comity.CoPersonRole.Resource),
			Addresses:        anyRows(t, comity.Address.Resource),
			TelephoneNumbers: anyRows(t, comity.TelephoneNumber.Resource),
		})
	}
	for range rapid.IntRange(0, 2).Draw(t, "uids") {
		rec := anyRow(t, comity.Identifier.Resource)
		rec.SetText(comity.Identifier.Type, "uid")
		rec.SetText(comity.Identifier.Identifier, rapid.StringN(0, 4, -1).Filter(isNoDot).Draw(t, "uid"))
		s.Identifiers = append(s.Identifiers, rec)
	}
	return s
}

// isNoDot is false for the identifiers that are never sent by PUT (TestIdentifierThatIsNoSegment).
func isNoDot(s string) bool { return s != "." && s != ".." }

// TestAnySnapshotMakesAMessage: for any person the message is JSON with all required members and without
// empty values.
func TestAnySnapshotMakesAMessage(t *testing.T) {
	h := newHTTP(t, connector.Options{})
	rapidtest.Check(t, func(t *rapid.T) {
		s := anySnapshot(t)
		d := connectortest.HTTPDestination(rapid.SampledFrom([]string{comity.ProtocolPOST, comity.ProtocolPUT}).Draw(t, "mode"), "http://h/p")
		whole := rapid.Bool().Draw(t, "IncludeAttributes")
		d.Settings.SetBool(comity.CoApiProvisionerTarget.IncludeAttributes, whole)
		sentAs := comity.ProvisionedAs{
			Identifier: rapid.String().Filter(isNoDot).Draw(t, "sent"),
			Obsolete:   rapid.SliceOfN(rapid.String().Filter(isNoDot), 0, 3).Draw(t, "obsolete"),
		}
		msgs, ids, err := connectortest.Plan(h, d, s, sentAs)
		id := strings.Join(ids, ", ")
		if (id == "") != errors.Is(err, comity.ErrNoIdentifier) || id != "" && err != nil {
			t.Fatalf("identifier %q, error %v", id, err)
		}
		left := map[string]bool{}
		for _, old := range append(sentAs.Obsolete, sentAs.Identifier) {
			left[old] = true
		}
		delete(left, "")
		delete(left, id)
		for i, m := range msgs {
			if present := i == 0 && id != ""; m.Delete == present || present != (m.Identifier == id) {
				t.Fatalf("message %d of %q is of %q: Delete is %v", i, id, m.Identifier, m.Delete)
			}
			delete(left, m.Identifier)
			if m.Method == "DELETE" && m.Delete && m.Body == nil {
				continue
			}
			if problem := checkMessage(m.Body, whole && !m.Delete); problem != "" {
				t.Fatalf("%s: %s", problem, m.Body)
			}
		}
		if len(left) > 0 {
			t.Fatalf("nothing deletes %v", left)
		}
	})
}

func checkMessage(body []byte, whole bool) string {
	var m struct{ Meta, Person map[string]any }
	if err := json.Unmarshal(body, &m); err != nil {
		return err.Error()
	}
	if diff := cmp.Diff(map[string]any{"version": "1.0.0", "objectType": "person"}, m.Meta); diff != "" {
		return diff
	}
	for _, list := range []string{"names", "identifiers", "emailAddresses", "urls"} {
		if _, ok := m.Person[list].([]any); ok != whole {
			return list + " is missing or too much"
		}
	}
	roles, _ := m.Person["roles"].([]any)
	for _, role := range roles {
		for _, list := range []string{"addresses", "telephoneNumbers"} {
			if _, ok := role.(map[string]any)[list].([]any); !ok {
				return "a role has no " + list
			}
		}
	}
	return checkValue("person", m.Person)
}

// emptyLists are the lists that are in a message even if they are empty.
var emptyLists = regexp.MustCompile(`^person\.(names|identifiers|emailAddresses|urls|roles\[\d+\]\.(addresses|telephoneNumbers))$`)

// checkValue returns the problem of a value that is empty, or an object without its meta.id.
func checkValue(path string, v any) string {
	switch v := v.(type) {
	case nil:
		return path + " is null"
	case string:
		if v == "" {
			return path + " is empty"
		}
	case bool:
		if !v {
			return path + " is false"
		}
	case []any:
		if len(v) == 0 && !emptyLists.MatchString(path) {
			return path + " is empty"
		}
		for i, item := range v {
			if problem := checkValue(fmt.Sprintf("%s[%d]", path, i), item); problem != "" {
				return problem
			}
		}
	case map[string]any:
		if id, ok := v["id"].(string); !ok || id == "" {
			if _, ok := v["meta"].(map[string]any); !ok {
				return path + " has no meta"
			}
		}
		for key, item := range v {
			if problem := checkValue(path+"."+key, item); problem != "" {
				return problem
			}
		}
	}
	return ""
}
