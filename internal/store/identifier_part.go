package store

import (
	"context"
	"fmt"

	"comity/internal/store/db"
)

const (
	// fewIdentifiers is how many identifiers are looked at to choose how those that contain a text are found.
	fewIdentifiers = 2000
	// denseIdentifiers is the largest number of ids for each of them with which records are tested one by one.
	denseIdentifiers = 50
)

// WithIdentifierPart returns the condition of HasIdentifierPart in the form that finds a page soonest: where very many
// identifiers contain the text, such as the domain that all have, each record is tested, and a page fills up soon.
func WithIdentifierPart(ctx context.Context, tx *db.Tx, owner string, coID int64, part string) (db.Condition, error) {
	var a db.Args
	var found string
	if match := db.SqliteMatch([]string{db.Fold(part)}, coID); tx.Dialect.InSearch != nil && match != "" {
		// Read until there are enough: as a condition it would be read to its end first.
		found = "SELECT rowid AS id FROM identifiers_search WHERE identifiers_search MATCH " + a.Put(match)
	} else {
		found = "SELECT i.id FROM identifiers i WHERE " + hasIdentifierPart(tx.Dialect, owner, coID, part, &a)
	}
	sql := fmt.Sprintf("SELECT count(*), min(x.id), max(x.id) FROM (%s LIMIT %d) x", found, fewIdentifiers+1)
	var n, first, last int64
	err := tx.ByIndex(ctx, func() error {
		return tx.Query(ctx, sql, a, func(row *db.Row) error {
			n, first, last = row.Int(), row.Int(), row.Int()
			return nil
		})
	})
	if err != nil || n <= fewIdentifiers || last-first > denseIdentifiers*n {
		return HasIdentifierPart(owner, coID, part), err
	}
	return func(_ db.Dialect, a *db.Args) string {
		// An index of parts would find all of them, and so would a join.
		return fmt.Sprintf(`(SELECT count(*) FROM (SELECT 1 FROM identifiers i WHERE i.%s = t.id AND (i.identifier_folded || '') LIKE %s ESCAPE '\' LIMIT 1) x) = 1`,
			owner, a.Put("%"+db.EscapeLike(db.Fold(part))+"%"))
	}, nil
}

// HasIdentifierPart returns the condition that an identifier of the record contains the text, without
// regard to case. owner is the column of identifiers that refers to the record; a coID of 0 is any CO.
func HasIdentifierPart(owner string, coID int64, part string) db.Condition {
	return func(d db.Dialect, a *db.Args) string {
		return d.Among("t.id", fmt.Sprintf("SELECT i.%s FROM identifiers i WHERE %s", owner, hasIdentifierPart(d, owner, coID, part, a)))
	}
}

// hasIdentifierPart returns the SQL condition that an identifier i contains the text and belongs to such a record.
func hasIdentifierPart(d db.Dialect, owner string, coID int64, part string, a *db.Args) string {
	part = db.Fold(part)
	sql := fmt.Sprintf(`%s i.%s IS NOT NULL AND i.identifier_folded LIKE %s ESCAPE '\'`, inCO("i", coID, a), owner, a.Put("%"+db.EscapeLike(part)+"%"))
	if d.InSearch != nil {
		sql += d.InSearch("identifiers_search", "i.id", []string{part}, coID, a)
	}
	return sql
}
