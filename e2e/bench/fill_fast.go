package main

import (
	"context"
	"fmt"
	"strings"
)

// filledTables are the tables that hold the people of a fill, and all that is theirs.
var filledTables = []string{
	"co_people", "names", "email_addresses", "identifiers", "co_person_roles", "co_groups", "co_group_members", "history",
}

// fast runs a fill of a CO without the indexes and triggers of its tables, which is several times as fast, and then
// makes the indexes, and writes by a few statements what the triggers and the program derive from people: the
// search, and the counts by status.
func (b *bench) fast(ctx context.Context, co string, fill func() error) error {
	hurry, done := "PRAGMA cache_size = -64000; PRAGMA synchronous = OFF", "PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)"
	if isPostgres(b.database) {
		hurry, done = "SET session_replication_role = replica; SET maintenance_work_mem = '256MB'", "RESET session_replication_role; RESET maintenance_work_mem"
	}
	if err := b.direct.exec(ctx, hurry); err != nil {
		return err
	}
	if err := b.withoutIndexes(ctx, filledTables, fill); err != nil {
		return err
	}
	err := b.withoutIndexes(ctx, []string{"people_search"}, func() error {
		return b.run(ctx, `INSERT INTO people_search (id, co_id, status, sort, words) SELECT id, co_id, status, sort, words FROM people_words WHERE co_id = `+co,
			`INSERT INTO status_changes (co_id, day, status, change) SELECT co_id, 0, status, count(*) FROM co_people WHERE co_id = `+co+` GROUP BY co_id, status`)
	})
	if err != nil {
		return err
	}
	if isPostgres(b.database) {
		return b.run(ctx, done, "VACUUM ANALYZE")
	}
	return b.run(ctx, `INSERT INTO people_search_words (rowid, co, words) SELECT id, printf('%03x', co_id), words FROM people_search WHERE words <> '' AND co_id = `+co,
		`INSERT INTO identifiers_search (rowid, co, part) SELECT id, printf('%03x', co_id), identifier_folded FROM identifiers WHERE co_id = `+co, done)
}

// withoutIndexes runs fill while tables have neither indexes nor triggers, except for those of constraints.
func (b *bench) withoutIndexes(ctx context.Context, tables []string, fill func() error) error {
	among := "('" + strings.Join(tables, "', '") + "')"
	drop, restore := `string_agg('DROP INDEX ' || i.indexrelid::regclass, ';')`, `string_agg(pg_get_indexdef(i.indexrelid), ';')`
	from := ` FROM pg_index i WHERE i.indrelid::regclass::text IN ` + among + ` AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`
	if !isPostgres(b.database) {
		drop, restore = `group_concat('DROP ' || type || ' ' || name, ';')`, `group_concat(sql, ';')`
		from = ` FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name IN ` + among
	}
	var err error
	for _, text := range []*string{&drop, &restore} {
		if *text, err = b.direct.value(ctx, "SELECT "+*text+from); err != nil {
			return err
		}
	}
	if err := b.direct.exec(ctx, drop); err != nil {
		return err
	}
	if err := fill(); err != nil {
		return err
	}
	return b.direct.exec(ctx, restore)
}

// run runs statements one after the other.
func (b *bench) run(ctx context.Context, statements ...string) error {
	for _, sql := range statements {
		if err := b.direct.exec(ctx, sql); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	return nil
}
