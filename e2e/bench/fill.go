package main

import (
	"context"
	"fmt"
	"strings"

	"comity"
)

// The numbers of people in the COs.
const (
	manyPeople = 100_000
	midPeople  = 20_000
	fewPeople  = 1_000
	somePeople = 20_000
)

// stock holds the records that are added before anything is measured.
type stock struct {
	// many, mid and few are COs that are listed; people
	// are added to adds, and onboarded in onboards, which has a target.
	many, mid, few, adds, onboards string
	// firstPerson is the first of manyPeople in their CO.
	firstPerson int64
	// members is the group of all members of the CO many.
	members string
}

// fill makes the COs through the API and puts the people in past it. The bare limit's table gets as
// many rows.
func (b *bench) fill(ctx context.Context, server *process, receiver *receiver) (s stock, err error) {
	c, err := dial(ctx, server, b.authorization)
	if err != nil {
		return s, err
	}
	defer c.close()
	for _, co := range []struct {
		name   string
		id     *string
		people int
	}{
		{"Many", &s.many, manyPeople},
		{"Mid", &s.mid, midPeople},
		{"Few", &s.few, fewPeople},
		{"Adds", &s.adds, 0},
		{"Onboards", &s.onboards, 0},
	} {
		if *co.id, err = c.add("Cos", "cos", `"Name":"`+co.name+`","Status":"Active"`); err != nil {
			return s, err
		}
		if co.people == 0 {
			continue
		}
		if err := b.putPeople(ctx, *co.id, co.people); err != nil {
			return s, err
		}
	}
	if s.firstPerson, err = number(ctx, b.direct, `SELECT CAST(min(id) AS text) FROM co_people WHERE co_id = `+s.many); err != nil {
		return s, err
	}
	s.members, err = b.allMembers(ctx, s.many)
	if err != nil {
		return s, err
	}
	if _, err := addTarget(c, s.onboards, receiver.url); err != nil {
		return s, err
	}
	if err := b.fillBare(ctx); err != nil {
		return s, err
	}
	if !isPostgres(b.database) {
		return s, nil
	}
	// In service autovacuum has done this long before.
	return s, b.direct.exec(ctx, "VACUUM ANALYZE")
}

// allMembers returns the group of all members of a CO.
func (b *bench) allMembers(ctx context.Context, co string) (string, error) {
	return b.direct.value(ctx, fmt.Sprintf(`SELECT CAST(id AS text) FROM co_groups WHERE co_id = %s AND group_type = '%s' AND cou_id IS NULL`,
		co, comity.GroupMembers))
}

// numbers is a table of the numbers from 1 on.
const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %d) `

// putPeople adds people as the program would, with their memberships and all their history.
func (b *bench) putPeople(ctx context.Context, co string, count int) error {
	const history = `INSERT INTO history
		(resource, record_id, revision, operation, actor, since, until, co_id, co_person_id, org_identity_id, co_group_id, data) `
	json := "%s"
	if isPostgres(b.database) {
		json = "CAST(%s AS jsonb)"
	}
	person := fmt.Sprintf(json, fmt.Sprintf(`'{"CoId":%s,"Status":"%s","DateOfBirth":"1906-12-09"}'`, co, comity.Active))
	member := fmt.Sprintf(json, `('{"CoGroupId":' || co_group_id || ',"Member":true,"Owner":false,"Person":{"Type":"CO","Id":' || co_person_id || '}}')`)
	for _, sql := range []string{
		fmt.Sprintf(numbers+`INSERT INTO co_people (co_id, status, date_of_birth, created, modified, revision, actor)
			SELECT %s, '%s', '1906-12-09', 1, 1, 0, 'bench' FROM numbers`, count, co, comity.Active),
		fmt.Sprintf(history+`SELECT 'CoPerson', id, 0, 'add', actor, created, NULL, co_id, id, NULL, NULL, %s
			FROM co_people WHERE co_id = %s`, person, co),
		fmt.Sprintf(`INSERT INTO co_group_members (co_id, co_group_id, co_person_id, member, owner, created, modified, revision, actor)
			SELECT p.co_id, g.id, p.id, true, false, 1, 1, 0, 'bench'
			FROM co_people p JOIN co_groups g ON g.co_id = p.co_id AND g.auto WHERE p.co_id = %s ORDER BY p.id, g.id`, co),
		fmt.Sprintf(history+`SELECT 'CoGroupMember', id, 0, 'add', actor, created, NULL, co_id, co_person_id, NULL, co_group_id, %s
			FROM co_group_members WHERE co_id = %s`, member, co),
	} {
		if err := b.direct.exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// addTarget gives a CO a provisioning target that is sent every change, and returns its id.
func addTarget(c *conn, co, url string) (target string, err error) {
	server, err := c.add("Servers", "servers", `"CoId":"`+co+`","Description":"Receiver","ServerType":"HT","Status":"Active"`)
	if err != nil {
		return "", err
	}
	if _, err = c.add("HttpServers", "http_servers", `"ServerId":"`+server+`","Serverurl":"`+url+`","AuthType":"X"`); err != nil {
		return "", err
	}
	if target, err = c.add("CoProvisioningTargets", "co_provisioning_targets", `"CoId":"`+co+`","Plugin":"ApiProvisioner","Status":"A"`); err != nil {
		return "", err
	}
	_, err = c.add("CoApiProvisionerTargets", "api_provisioner/co_api_provisioner_targets",
		`"CoProvisioningTargetId":"`+target+`","ServerId":"`+server+`","Mode":"PU","IdentifierType":"uid"`)
	return target, err
}

func (b *bench) fillBare(ctx context.Context) error {
	d, err := openDirect(ctx, b.bare)
	if err != nil {
		return err
	}
	defer d.close()
	id := "INTEGER"
	if isPostgres(b.bare) {
		id = "BIGINT GENERATED BY DEFAULT AS IDENTITY"
	}
	if err := d.exec(ctx, fmt.Sprintf(bareTable, id)); err != nil {
		return err
	}
	err = d.exec(ctx, fmt.Sprintf(numbers+`INSERT INTO people (co_id, status, date_of_birth, created, modified, revision, actor)
		SELECT 2, '%s', '1906-12-09', 1, 1, 0, 'bench' FROM numbers`, manyPeople, comity.Active))
	if err != nil || !isPostgres(b.bare) {
		return err
	}
	return d.exec(ctx, "VACUUM ANALYZE")
}

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
