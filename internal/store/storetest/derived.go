package storetest

import (
	"context"

	"comity/internal/store/db"
)

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
