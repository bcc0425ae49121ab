package search

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store/db"
)

// GroupsNamed returns the condition that the name of a group of a CO contains a text, without regard to the case of
// ASCII letters; PostgreSQL also ignores the case of other letters. If few names do, an index of their parts finds
// these. Otherwise the name of each group is tested, and a page fills up soon.
func GroupsNamed(ctx context.Context, tx *db.Tx, coID int64, text string) (db.Condition, error) {
	f := comity.CoGroup
	contains := func(name string, a *db.Args) string {
		return name + " LIKE lower(" + a.Put("%"+db.EscapeLike(text)+"%") + `) ESCAPE '\'`
	}
	tested := func(_ db.Dialect, a *db.Args) string { return contains("(lower(t."+f.Name.Column+") || '')", a) }
	path := AccessPath{Find: func(d db.Dialect, a *db.Args) string {
		if d.InSearch != nil {
			return "SELECT rowid AS id FROM co_groups_search WHERE co_groups_search MATCH " + a.Put(db.SqliteMatch([]string{lower(text)}, coID))
		}
		return fmt.Sprintf("SELECT t.id FROM co_groups t WHERE t.co_id = %s AND %s", a.Put(coID), contains("lower(t.name)", a))
	}}
	if len([]rune(text)) < 3 {
		return tested, nil
	}
	paths := []AccessPath{path}
	if err := CountFound(ctx, tx, paths); err != nil || fewest(paths) == nil {
		return tested, err
	}
	return func(d db.Dialect, a *db.Args) string {
		return d.Among("t.id", fmt.Sprintf("%s LIMIT %d", path.Find(d, a), fewFound)) + " AND " + tested(d, a)
	}, nil
}

// lower returns a text with ASCII letters in lower case, as the function of SQLite does.
func lower(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
