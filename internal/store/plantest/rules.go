package plantest

import (
	"regexp"
	"strings"
)

// The rules that a plan may break.
const (
	scans  = "reads a whole table or index"
	others = "reads rows of other COs"
	sorts  = "sorts more than a page"
)

// small are the tables that do not grow with the people of a CO and are read as a whole by what serves all COs.
var small = map[string]bool{
	"cos": true, "co_provisioning_targets": true, "servers": true, "http_servers": true, "kafka_servers": true,
	"co_api_provisioner_targets": true, "co_file_provisioner_targets": true, "full_syncs": true, "target_states": true,
	"long_changes": true, "settings": true, "probe": true, "people_search_changed": true, "identifiers_search_changed": true, "co_groups_search_changed": true, "sqlite_sequence": true,
}

// exceptions are statements that may break a rule, by what their texts match.
var exceptions = []struct {
	rule, because string
	sql           *regexp.Regexp
}{
	{others, "a login is looked up in all COs", regexp.MustCompile(`dense_rank\(\) OVER \(ORDER BY i.co_id\)`)},
	{scans, "a full sync counts and claims the subjects of a CO", regexp.MustCompile(`^INSERT INTO full_syncs|^INSERT INTO deliveries .* FROM \(SELECT kind, id FROM|^SELECT kind, id FROM \(SELECT 0 AS kind|^SELECT id FROM co_people WHERE co_id = \$1 AND id >`)},
	{scans, "claims are few, and their index has no others", regexp.MustCompile(`FROM deliveries WHERE claimed AND due|SET claimed = false, due = \$\d WHERE claimed|WHERE d.claimed AND d.due IS NOT NULL AND d.due > \$1`)},
	{scans, "nestings are few: those of a CO are read at once", regexp.MustCompile(`FROM co_group_nestings t WHERE t.id > \$1 AND t.co_group_id IN`)},
	{scans, "the clock looks at the validities of all COs that began or ended since it last did", regexp.MustCompile(`^SELECT co_id, co_person_id FROM co_person_roles WHERE valid_from >=`)},
	{sorts, "the clock looks at the validities of all COs that began or ended since it last did", regexp.MustCompile(`^SELECT co_id, co_person_id FROM co_person_roles WHERE valid_from >=`)},
	{scans, "the records of a large part of all people, in the order of their ids", regexp.MustCompile(`WHERE \(t\.\w+_id IN \(\$1[^)]*\)\) ORDER BY t\.id$|m\.co_person_id IN \(\$1[^)]*\) AND m\.member`)},
	{scans, "the deletes in all COs, for the platform's administrators", regexp.MustCompile(`h\.operation = 'delete' AND h\.since >= \$2 AND \+h\.record_id > \$3 ORDER`)},
	{scans, "deletes are few, and their index has those of all COs", regexp.MustCompile(`t\.operation = \$\d+ AND (.* AND )?t\.operation <> 'add'`)},
	{scans, "a text of one or two letters has no trigrams", regexp.MustCompile(`SELECT i\.id FROM identifiers i WHERE (i\.co_id = \$1 AND )?i\.\w+ IS NOT NULL AND i\.identifier_folded LIKE`)},
	{scans, "the automatic groups of COs themselves are few, and their index has no others", regexp.MustCompile(`FROM scope p CROSS JOIN co_groups g WHERE g\.co_id = p\.co_id AND g\.auto`)},
	{scans, "a page of a group that nearly all rows are of", regexp.MustCompile(`FROM co_group_members (t )?WHERE (t\.id > \$1 AND )?(t\.)?co_group_id = \$\d+ .*ORDER BY (t\.id|co_person_id) LIMIT`)},
	{scans, "the hourly clean-up reads 1,000 rows in order of the index", regexp.MustCompile(`FROM status_changes s WHERE EXISTS|FROM idempotency_keys k WHERE k.created <`)},
	{scans, "a page of all records of all COs, for the platform's administrators", regexp.MustCompile(`WHERE t.id > \$1 (AND (t.modified >= \$2|1 = 0) )?ORDER BY t.id LIMIT \$\d$`)},
	{scans, "a search in all COs, for the platform's administrators", regexp.MustCompile(`FROM (names n|email_addresses e|identifiers i) WHERE (n.primary_name AND|e.mail_folded >=|i.\w+ IS NOT NULL AND)|FROM co_groups t WHERE t.id > \$1 AND t.name = \$2 ORDER`)},
	{scans, "a list of a CO that has nearly all records", regexp.MustCompile(`WHERE t\.id > \$1 AND (.* AND )?t\.co_id = `)},
	{scans, "the people of a whole CO are compared with their memberships", regexp.MustCompile(`^SELECT 0 AS id, g.id AS co_group_id`)},
}

func permitted(rule, sql string) bool {
	for _, e := range exceptions {
		if e.rule == rule && e.sql.MatchString(strings.Join(strings.Fields(sql), " ")) {
			return true
		}
	}
	return false
}

// key matches a column whose value few rows of a single CO have: an id, an owner, or a key of another kind.
var key = regexp.MustCompile(`^(id|rowid|\w+_id|digest|username|who|name)$`)

// narrow returns whether one of the columns that an index is searched by, with "=", keeps the search to few rows
// of one CO.
func narrow(columns []string) bool {
	for _, c := range columns {
		if key.MatchString(c) {
			return true
		}
	}
	return false
}
