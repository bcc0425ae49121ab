package registry_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/store/admin"
	"comity/internal/store/db"
	"comity/internal/store/history"
)

// addAllKinds adds to the registry a bit of everything that is special to a backup.
func (fx fixture) addAllKinds(t *testing.T) {
	t.Helper()
	u, n := comity.Cou, comity.Name
	first := fx.Insert(t, u.Resource, registrytest.Values{u.CoId: fx.CoId, u.Name: "Optics"})
	second := fx.Insert(t, u.Resource, registrytest.Values{u.CoId: fx.CoId, u.Name: "Lenses"})
	fx.Change(t, u.Resource, first, registrytest.Values{u.CoId: fx.CoId, u.Name: "Optics", u.ParentId: second})
	person := fx.NewPerson(t)
	fx.Insert(t, n.Resource, registrytest.Values{n.Person: person, n.Given: "Zoë \"&\\ \u2028 😀", n.Type: "official"})
	group, above := fx.NewGroup(t, "readers"), fx.NewGroup(t, "everybody")
	fx.Join(t, person, group)
	fx.Nest(t, group, above)
	fx.target(t)
	s, h := comity.Server, comity.HttpServer
	server := fx.Insert(t, s.Resource, registrytest.Values{s.CoId: fx.CoId, s.Description: "a server", s.ServerType: "HT", s.Status: comity.Active})
	fx.Insert(t, h.Resource, registrytest.Values{h.ServerId: server, h.Serverurl: "https://example.org", h.AuthType: "BA", h.Username: "comity", h.Password: "a secret"})
	a := comity.CoIdentifierAssignment
	fx.Insert(t, a.Resource, registrytest.Values{a.CoId: fx.CoId, a.Status: comity.Active, a.IdentifierType: "uid", a.Algorithm: comity.AssignSequential})
	if _, _, err := fx.assign(t, "Grace", "", "Hopper"); err != nil {
		t.Fatal(err)
	}
	// The person with the highest id is deleted: the id must not be given again.
	fx.Remove(t, comity.CoPerson.Resource, fx.NewPerson(t))
	fx.Wait(time.Hour)
	fx.tick(t, time.Time{})
}

func (fx fixture) backup(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := admin.Backup(t.Context(), fx.Store, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lines returns the values of a backup: each table's rows in order, and the history's JSON in a normal form.
func lines(t *testing.T, backup []byte) map[string][]string {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(backup))
	if err != nil {
		t.Fatal(err)
	}
	all, table := map[string][]string{}, ""
	var columns []string
	for d := json.NewDecoder(zip); ; {
		var line any
		if err := d.Decode(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if head, ok := line.(map[string]any); ok {
			table, columns = "", nil
			if name, ok := head["table"].(string); ok {
				table = name
				for _, c := range head["columns"].([]any) {
					columns = append(columns, c.(string))
				}
				continue
			}
			all[table] = append(all[table], text(t, line))
			continue
		}
		row := map[string]any{}
		for i, v := range line.([]any) {
			var inner any
			if s, ok := v.(string); ok && strings.HasPrefix(s, "{") && json.Unmarshal([]byte(s), &inner) == nil {
				v = inner
			}
			if s, ok := v.(string); ok && strings.HasPrefix(s, "H4sI") {
				v = unzipped(t, s)
			}
			row[columns[i]] = v
		}
		all[table] = append(all[table], text(t, row))
	}
	for _, rows := range all {
		slices.Sort(rows)
	}
	return all
}

// unzipped returns the text of a compressed value.
func unzipped(t *testing.T, s string) string {
	t.Helper()
	zip, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(s)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestBackupAndRestore(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		fx.addAllKinds(t)
		backup := fx.backup(t)
		want := lines(t, backup)
		for name, database := range registrytest.Databases() {
			t.Run("into "+name, func(t *testing.T) {
				other := fixture{registrytest.Empty(t, database(t), fx.Now())}
				other.CoId = fx.CoId
				if _, err := admin.Restore(t.Context(), other.Store, bytes.NewReader(backup)); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, lines(t, other.backup(t))); diff != "" {
					t.Errorf("(-backup +backup of what was restored):\n%s", diff)
				}
				if problems, err := other.Check(t.Context()); err != nil || len(problems) > 0 {
					t.Errorf("check: %v, error %v", problems, err)
				}
				if last, next := fx.lastPerson(t), other.NewPerson(t); next <= last {
					t.Errorf("the next person is %d, and the last one was %d", next, last)
				}
				_, err := admin.Restore(t.Context(), other.Store, bytes.NewReader(backup))
				if !errors.Is(err, admin.ErrNotEmpty) {
					t.Errorf("into a database that is not empty: %v", err)
				}
			})
		}
	})
}

// lastPerson returns the highest id that a person had.
func (fx fixture) lastPerson(t *testing.T) (last int64) {
	t.Helper()
	people := fx.Records(t, comity.CoPerson.Resource)
	err := fx.Store.Read(t.Context(), func(tx *db.Tx) error {
		gone, err := history.ListDeleted(t.Context(), tx, comity.CoPerson.Resource, time.Unix(0, 0), 0, 100, nil)
		people = append(people, gone...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range people {
		last = max(last, rec.Id)
	}
	return last
}

func TestRestoreRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		fx.addAllKinds(t)
		backup := fx.backup(t)
		zip := func(s string) []byte {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, err := z.Write([]byte(s))
			if err = errors.Join(err, z.Close()); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
		plain := func(b []byte) string {
			z, err := gzip.NewReader(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			all, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			return string(all)
		}
		whole := plain(backup)
		rows := strings.SplitAfter(whole, "\n")
		database := registrytest.Databases()["SQLite"]
		if db.IsPostgres(fx.Database) {
			database = registrytest.Databases()["PostgreSQL"]
		}
		other := registrytest.Empty(t, database(t), fx.Now())
		for name, b := range map[string][]byte{
			"nothing":                 nil,
			"no gzip":                 []byte("this is no backup"),
			"no JSON":                 zip("hello"),
			"other JSON":              zip(`{"a":1}` + "\n"),
			"a format of the future":  zip(strings.Replace(whole, `"comity":1`, `"comity":2`, 1)),
			"a schema of the future":  zip(strings.Replace(whole, `"schema":`, `"schema":9`, 1)),
			"the first half":          backup[:len(backup)/2],
			"no end":                  zip(strings.Join(rows[:len(rows)-2], "")),
			"a row less":              zip(strings.Join(slices.Delete(slices.Clone(rows), len(rows)-4, len(rows)-3), "")),
			"a table that is unknown": zip(strings.Replace(whole, `"table":"names"`, `"table":"surnames"`, 1)),
		} {
			if _, err := admin.Restore(t.Context(), other.Store, bytes.NewReader(b)); err == nil {
				t.Errorf("%s: restored", name)
			}
			if cos := other.Records(t, comity.Co.Resource); len(cos) > 0 {
				t.Fatalf("%s left %d COs", name, len(cos))
			}
		}
		if _, err := admin.Restore(t.Context(), other.Store, bytes.NewReader(backup)); err != nil {
			t.Errorf("the whole: %v", err)
		}
	})
}
