package store

import (
	"context"
	"fmt"

	"comity/internal/store/db"
	"comity/internal/store/search"
)

// NameStart is the start of a column of names, given or family.
type NameStart struct{ Column, Start string }

// WithNameStarts returns the condition that a person's primary name begins with all the starts, without regard to case.
// The index of the start that the fewest names have finds them.
func WithNameStarts(ctx context.Context, tx *db.Tx, coID int64, starts []NameStart) (db.Condition, error) {
	if len(starts) == 1 {
		return HasNameStart(starts[0].Column, coID, starts[0].Start), nil
	}
	paths := make([]search.AccessPath, len(starts))
	for i, s := range starts {
		paths[i].Find = func(d db.Dialect, a *db.Args) string {
			return "SELECT n.co_person_id AS id FROM names n WHERE " + startsWith(d, "n", s.Column+"_folded", coID, s.Start, a)
		}
	}
	if err := search.CountFound(ctx, tx, paths); err != nil {
		return nil, err
	}
	by := search.Narrowest(paths)
	return func(d db.Dialect, a *db.Args) string {
		sql := paths[by].Find(d, a) + " AND n.primary_name"
		for i, s := range starts {
			if i != by {
				start := db.Fold(s.Start)
				sql += fmt.Sprintf(" AND "+d.NoIndex+" >= %s AND "+d.NoIndex+" < %s", "n."+s.Column+"_folded", a.Put(start), "n."+s.Column+"_folded", a.Put(start+"\U0010FFFF"))
			}
		}
		return d.Among("t.id", sql)
	}, nil
}
