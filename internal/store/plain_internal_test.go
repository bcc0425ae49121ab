package store

import "testing"

// PostgreSQL normalizes every letter as the program does: the stored texts are normalized by the database and
// the search texts by the program.
func TestPlainIsTheSameInPostgreSQL(t *testing.T) {
	t.Parallel()
	s := openPostgresOf(t)
	// Scripts with case or accents, and characters that are compatible with these, as far as they are the same
	// in all versions of Unicode in use.
	var texts []string
	for _, of := range [][2]rune{{1, 0x0560}, {0x10a0, 0x1100}, {0x13a0, 0x1400}, {0x1c80, 0x2100}, {0x2100, 0x2c00}, {0x2c00, 0x2d00}, {0xa640, 0xa7c0}, {0xab30, 0xac10}, {0xf900, 0xfb50}, {0xff00, 0xffef}, {0x10400, 0x10500}, {0x1d400, 0x1d800}} {
		for r := of[0]; r < of[1]; r++ {
			texts = append(texts, string(r), "e\u0301"+string(r)+"X\u0323\u0302")
		}
	}
	texts = append(texts, "", "Ünïcode ＦＵＬＬ Ⅷ", "a b", "김철수", "\u1100\u1175\u11b7", "ｶﾞ", "हिन्दी", "שָׁלוֹם")
	err := s.Read(t.Context(), func(tx *Tx) error {
		i := 0
		return tx.conn.query(t.Context(), `SELECT comity_plain(x) FROM unnest(CAST($1 AS text[])) WITH ORDINALITY AS a (x, i) ORDER BY i`, []any{texts}, func(row Row) error {
			if got, want := row.Text(0), Plain(texts[i]); got != want {
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

// Migrate normalizes anew the names that an older program normalized.
func TestOldNamesAreFoundWithoutAccents(t *testing.T) {
	t.Parallel()
	old := []string{
		`INSERT INTO cos (id, name, status, created, modified, revision, actor) VALUES (9, 'c', 'Active', 0, 0, 0, 'x')`,
		`INSERT INTO co_people (id, co_id, status, created, modified, revision, actor) VALUES (7, 9, 'Active', 0, 0, 0, 'x')`,
		`INSERT INTO names (co_id, co_person_id, given, given_folded, middle, type, primary_name, created, modified, revision, actor)
			VALUES (9, 7, 'X', 'x', 'Émile', 'official', true, 0, 0, 0, 'x')`,
		`UPDATE people_search SET (sort, words) = (SELECT w.sort, w.words FROM people_words w WHERE w.id = people_search.id)`,
	}
	migrated(t, 26, old, func(t *testing.T, s *Store) {
		t.Helper()
		err := s.Read(t.Context(), func(tx *Tx) error {
			found, err := tx.SearchPeople(t.Context(), PeopleQuery{CoId: 9, Words: Words("émile"), Limit: 10})
			if len(found) != 1 {
				t.Errorf("%d people are found", len(found))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
