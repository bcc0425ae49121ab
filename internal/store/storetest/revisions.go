package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// revision is a row of the history. An id of 0 means none.
type revision struct {
	Resource           string
	Record, Revision   int64
	Operation, Actor   string
	Since              time.Time
	Until              time.Time // zero while it is in force
	Co                 int64
	Person, Org, Group int64
	Data               map[string]any
}

// history returns the revisions that meet a condition with its arguments, in order.
func (fx *fixture) history(t tb, condition string, args ...any) (found []revision) {
	t.Helper()
	rows, err := fx.raw.QueryContext(context.WithoutCancel(t.Context()), `SELECT resource, record_id, revision, operation, actor, since, until,
		co_id, co_person_id, org_identity_id, co_group_id, data FROM history WHERE `+condition+` ORDER BY resource, record_id, revision`, args...)
	if err != nil {
		t.Fatalf("history where %s: %v", condition, err)
	}
	defer rows.Close()
	for rows.Next() {
		var r revision
		var since int64
		var until, person, org, group sql.NullInt64
		var data []byte
		err := rows.Scan(&r.Resource, &r.Record, &r.Revision, &r.Operation, &r.Actor, &since, &until, &r.Co, &person, &org, &group, &data)
		if err != nil {
			t.Fatalf("history: %v", err)
		}
		r.Since, r.Person, r.Org, r.Group = time.UnixMicro(since).UTC(), person.Int64, org.Int64, group.Int64
		if until.Valid {
			r.Until = time.UnixMicro(until.Int64).UTC()
		}
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		if err := d.Decode(&r.Data); err != nil {
			t.Fatalf("history of %s %d: %v", r.Resource, r.Record, err)
		}
		found = append(found, r)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("history: %v", err)
	}
	return found
}

// revisionsOf returns the history of one record.
func (fx *fixture) revisionsOf(t tb, r *comity.Resource, id int64) []revision {
	t.Helper()
	return fx.history(t, `resource = $1 AND record_id = $2`, r.Singular, id)
}

// checkHistory compares the whole history with all tables: the revisions in force are exactly the records that
// exist, with the same values, and the history of each record is a chain.
func (fx *fixture) checkHistory(t *testing.T) {
	t.Helper()
	type name struct {
		resource string
		id       int64
	}
	chains := map[name][]revision{}
	for _, r := range fx.history(t, `1 = 1`) {
		n := name{r.Resource, r.Record}
		chains[n] = append(chains[n], r)
	}
	ctx := context.WithoutCancel(t.Context())
	for _, r := range comity.Stored() {
		err := fx.store.Read(ctx, func(tx *db.Tx) error {
			for after := int64(0); ; {
				records, err := store.List(ctx, tx, r, after, 1000)
				if err != nil || len(records) == 0 {
					return err
				}
				for _, rec := range records {
					n := name{r.Singular, rec.Id}
					checkPresent(t, rec, chains[n])
					checkChain(t, chains[n], true)
					delete(chains, n)
					after = rec.Id
				}
			}
		})
		if err != nil {
			t.Errorf("read all %s: %v", r.Plural, err)
		}
	}
	for _, chain := range chains {
		checkChain(t, chain, false)
		if t.Failed() {
			return // more resources would mostly repeat the errors
		}
	}
}

// checkPresent fails the test unless the newest revision has the record's values.
func checkPresent(t tb, rec *comity.Record, chain []revision) {
	t.Helper()
	if len(chain) == 0 {
		t.Errorf("%s %d has no history", rec.Resource.Singular, rec.Id)
		return
	}
	last := chain[len(chain)-1]
	want := revision{
		Resource: rec.Resource.Singular, Record: rec.Id, Revision: rec.Revision, Operation: last.Operation,
		Actor: rec.Actor, Since: rec.Modified, Co: rec.CoId,
		Person: last.Person, Org: last.Org, Group: last.Group, Data: data(rec),
	}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Errorf("%s %d (-record +history):\n%s", rec.Resource.Singular, rec.Id, diff)
	}
	if !chain[0].Since.Equal(rec.Created) {
		t.Errorf("%s %d is of %v, its history of %v", rec.Resource.Singular, rec.Id, rec.Created, chain[0].Since)
	}
}

// checkChain fails the test unless the revisions follow each other without a gap, from an add to a delete or to
// the one in force.
func checkChain(t tb, chain []revision, present bool) {
	t.Helper()
	if err := chainError(chain, present); err != nil {
		t.Errorf("the history of %s %d: %v\n%+v", chain[0].Resource, chain[0].Record, err, chain)
	}
}

// chainError returns what is wrong with a chain of revisions, nil for nothing.
func chainError(chain []revision, present bool) error {
	for i, r := range chain {
		last := i == len(chain)-1
		deleted := r.Operation == "delete"
		switch {
		case r.Revision != int64(i):
			return errors.New("a revision is missing")
		case (i == 0) != (r.Operation == "add"):
			return errors.New("it does not begin with an add, or adds twice")
		case deleted && (!last || present):
			return errors.New("it goes on after a delete")
		case last && !present && !deleted:
			return errors.New("the record is gone without a delete")
		case last && present != r.Until.IsZero():
			return errors.New("the newest revision is in force if, and only if, the record is there")
		case deleted && !r.Until.Equal(r.Since):
			return errors.New("a delete is in force")
		case !last && r.Until.IsZero():
			return errors.New("two revisions are in force")
		case !last && !r.Until.Equal(chain[i+1].Since):
			return errors.New("a revision does not end where the next begins")
		case !r.Until.IsZero() && r.Until.Before(r.Since):
			return errors.New("a revision ends before it begins")
		}
	}
	return nil
}

// derived are queries of rows that are derived from others and differ from what these say, by what they are.
var derived = map[string]string{
	"search texts of a person": `SELECT w.id FROM people_words w LEFT JOIN people_search s ON s.id = w.id
		WHERE s.id IS NULL OR s.co_id <> w.co_id OR s.status <> w.status OR s.sort <> w.sort OR s.words <> w.words`,
	"search texts of nobody":     `SELECT id FROM people_search WHERE id NOT IN (SELECT id FROM co_people)`,
	"search texts to be written": `SELECT id FROM people_search_changed`,
	"number of people of a CO with a status": `SELECT x.co_id FROM (
			SELECT co_id, status, change FROM status_changes UNION ALL SELECT co_id, status, -1 FROM co_people) x
		GROUP BY x.co_id, x.status HAVING sum(x.change) <> 0`,
}

// derivedOnSQLite are those of the indexes of trigrams. An index has no text, so the ids of its rows are compared.
var derivedOnSQLite = map[string]string{
	"trigrams of a person":      `SELECT id FROM people_search WHERE words <> '' AND id NOT IN (SELECT id FROM people_search_words_docsize)`,
	"trigrams of nobody":        `SELECT id FROM people_search_words_docsize WHERE id NOT IN (SELECT id FROM people_search)`,
	"trigrams of an identifier": `SELECT id FROM identifiers WHERE id NOT IN (SELECT id FROM identifiers_search_docsize)`,
	"trigrams of no identifier": `SELECT id FROM identifiers_search_docsize WHERE id NOT IN (SELECT id FROM identifiers)`,
	"trigrams to be written":    `SELECT id FROM identifiers_search_changed`,
	"trigrams of a group":       `SELECT id FROM co_groups WHERE id NOT IN (SELECT id FROM co_groups_search_docsize)`,
	"trigrams of no group":      `SELECT id FROM co_groups_search_docsize WHERE id NOT IN (SELECT id FROM co_groups)`,
}

// checkDerived compares the rows that are derived from others with what these say.
func (fx *fixture) checkDerived(t tb) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	err := fx.store.Snapshot(ctx, func(tx *db.Tx) error {
		queries := []map[string]string{derived}
		if tx.Dialect.InSearch != nil {
			queries = append(queries, derivedOnSQLite)
		}
		for _, some := range queries {
			for what, sql := range some {
				err := tx.Query(ctx, sql, nil, func(row *db.Row) error {
					t.Errorf("%s: %d is not as it should be", what, row.Int())
					return nil
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Errorf("read what is derived: %v", err)
	}
}
