package db

import (
	"testing"

	"comity/internal/pgtest"
)

// PostgreSQL normalizes every letter as the program does: the stored texts are normalized by the database and
// the search texts by the program.
func TestNormalizeIsTheSameInPostgreSQL(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	if _, err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Options{Database: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	// Scripts with case or accents, and characters that are compatible with these, as far as they are the same
	// in all versions of Unicode in use.
	var texts []string
	for _, of := range [][2]rune{{1, 0x0560}, {0x10a0, 0x1100}, {0x13a0, 0x1400}, {0x1c80, 0x2100}, {0x2100, 0x2c00}, {0x2c00, 0x2d00}, {0xa640, 0xa7c0}, {0xab30, 0xac10}, {0xf900, 0xfb50}, {0xff00, 0xffef}, {0x10400, 0x10500}, {0x1d400, 0x1d800}} {
		for r := of[0]; r < of[1]; r++ {
			texts = append(texts, string(r), "e\u0301"+string(r)+"X\u0323\u0302")
		}
	}
	texts = append(texts, "", "Ünïcode ＦＵＬＬ Ⅷ", "a b", "김철수", "\u1100\u1175\u11b7", "ｶﾞ", "हिन्दी", "שָׁלוֹם")
	err = s.Read(t.Context(), func(tx *Tx) error {
		i := 0
		return tx.Query(t.Context(), `SELECT comity_plain(x) FROM unnest(CAST($1 AS text[])) WITH ORDINALITY AS a (x, i) ORDER BY i`, []any{texts}, func(row *Row) error {
			if got, want := row.Text(), Normalize(texts[i]); got != want {
				t.Errorf("of %+q PostgreSQL makes %+q, and the program %+q", texts[i], got, want)
			}
			i++
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}
