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
	"comity/internal/store"
)

// settle adds to the registry a bit of everything that is special to a backup.
func (w *world) settle(t *testing.T) {
	t.Helper()
	u, n := comity.Cou, comity.Name
	first := w.add(t, u.Resource, values{u.CoId: w.co, u.Name: "Optics"})
	second := w.add(t, u.Resource, values{u.CoId: w.co, u.Name: "Lenses"})
	w.edit(t, u.Resource, first, values{u.CoId: w.co, u.Name: "Optics", u.ParentId: second})
	person := w.person(t)
	w.add(t, n.Resource, values{n.Person: person, n.Given: "Zoë \"&\\ \u2028 😀", n.Type: "official"})
	group, above := w.group(t, "readers"), w.group(t, "everybody")
	w.join(t, person, group)
	w.nest(t, group, above)
	w.target(t)
	s, h := comity.Server, comity.HttpServer
	server := w.add(t, s.Resource, values{s.CoId: w.co, s.Description: "a server", s.ServerType: "HT", s.Status: comity.Active})
	w.add(t, h.Resource, values{h.ServerId: server, h.Serverurl: "https://example.org", h.AuthType: "BA", h.Username: "comity", h.Password: "a secret"})
	a := comity.CoIdentifierAssignment
	w.add(t, a.Resource, values{a.CoId: w.co, a.Status: comity.Active, a.IdentifierType: "uid", a.Algorithm: comity.AssignSequential})
	if _, _, err := w.assign(t, "Grace", "", "Hopper"); err != nil {
		t.Fatal(err)
	}
	// The person with the highest id is deleted: the id must not be given again.
	w.remove(t, comity.CoPerson.Resource, w.person(t))
	w.wait(time.Hour)
	w.tick(t, time.Time{})
}

func (w *world) backup(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := w.store.Backup(t.Context(), &b); err != nil {
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
	onBoth(t, func(t *testing.T, w *world) {
		w.settle(t)
		backup := w.backup(t)
		want := lines(t, backup)
		for name, database := range databases {
			t.Run("into "+name, func(t *testing.T) {
				other := &world{now: w.clock(), co: w.co}
				other.open(t, database(t), other.clock)
				if _, err := other.store.Restore(t.Context(), bytes.NewReader(backup)); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, lines(t, other.backup(t))); diff != "" {
					t.Errorf("(-backup +backup of what was restored):\n%s", diff)
				}
				if problems, err := other.Check(t.Context()); err != nil || len(problems) > 0 {
					t.Errorf("check: %v, error %v", problems, err)
				}
				if last, next := w.lastPerson(t), other.person(t); next <= last {
					t.Errorf("the next person is %d, and the last one was %d", next, last)
				}
				_, err := other.store.Restore(t.Context(), bytes.NewReader(backup))
				if !errors.Is(err, store.ErrNotEmpty) {
					t.Errorf("into a database that is not empty: %v", err)
				}
			})
		}
	})
}

// lastPerson returns the highest id that a person had.
func (w *world) lastPerson(t *testing.T) (last int64) {
	t.Helper()
	people := w.list(t, comity.CoPerson.Resource)
	err := w.store.Read(t.Context(), func(tx *store.Tx) error {
		gone, err := tx.ListDeleted(t.Context(), comity.CoPerson.Resource, time.Unix(0, 0), 0, 100, nil)
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
	onBoth(t, func(t *testing.T, w *world) {
		w.settle(t)
		backup := w.backup(t)
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
		other := &world{now: w.clock()}
		database := databases["SQLite"]
		if store.IsPostgres(w.name) {
			database = databases["PostgreSQL"]
		}
		other.open(t, database(t), nil)
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
			if _, err := other.store.Restore(t.Context(), bytes.NewReader(b)); err == nil {
				t.Errorf("%s: restored", name)
			}
			if cos := other.list(t, comity.Co.Resource); len(cos) > 0 {
				t.Fatalf("%s left %d COs", name, len(cos))
			}
		}
		if _, err := other.store.Restore(t.Context(), bytes.NewReader(backup)); err != nil {
			t.Errorf("the whole: %v", err)
		}
	})
}
