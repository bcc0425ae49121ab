package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"comity"
)

// editsEach says that every so many people's roles were edited, before all the rest of the history.
const editsEach = 100

// putConsole puts all people into one group and, by their roles, into one unit, has two targets know
// of them, and puts history behind it all.
func (r *registry) putConsole(ctx context.Context) (made crowd, err error) {
	d, err := openDirect(ctx, r.database)
	if err != nil {
		return made, err
	}
	defer d.close()
	c, err := dial(ctx, r.process, r.authorization)
	if err != nil {
		return made, err
	}
	defer c.close()
	inCO := `"CoId":` + r.co + `,`
	if made.group, err = c.add("CoGroups", "co_groups", inCO+`"Name":"Everybody","Status":"Active"`); err != nil {
		return made, err
	}
	for i := range 100 {
		if made.unit, err = c.add("Cous", "cous", inCO+`"Name":"Unit `+strconv.Itoa(i)+`"`); err != nil {
			return made, err
		}
	}
	if made.list, err = c.add("CoEmailLists", "co_email_lists", inCO+`"Name":"everybody","Status":"Active","MembersCoGroupId":`+made.group); err != nil {
		return made, err
	}
	for _, sql := range r.crowdSQL(made) {
		if err := d.exec(ctx, sql); err != nil {
			return made, err
		}
	}
	if made.role, err = d.value(ctx, `SELECT CAST(max(id) AS text) FROM co_person_roles WHERE co_id = `+r.co); err != nil {
		return made, err
	}
	if err := r.putTargets(ctx, c, d, &made); err != nil {
		return made, err
	}
	if isPostgres(r.database) {
		return made, d.exec(ctx, "VACUUM ANALYZE")
	}
	return made, nil
}

// crowdSQL returns the statements that fill the group and the unit, and add the history of that and of the
// people's dependents.
func (r *registry) crowdSQL(made crowd) []string {
	ofCO := " t.co_id = " + r.co
	whose := `"Person":{"Type":"CO","Id":' || t.co_person_id || '}`
	role := `{"Affiliation":"staff","Title":"%s","Status":"Active",` + whose + `,"CouId":` + made.unit + `}`
	history := func(table, resource string, revision int, operation, until, data, where string) string {
		value := `'` + data + `'`
		group := "CAST(NULL AS bigint)"
		if isPostgres(r.database) {
			value = "CAST((" + value + ") AS jsonb)"
		}
		if table == comity.CoGroupMember.Table {
			group = "t.co_group_id"
		}
		return fmt.Sprintf(`INSERT INTO history (resource, record_id, revision, operation, actor, since, until, co_id, co_person_id, co_group_id, data)
			SELECT '%s', t.id, %d, '%s', 'bench', %d, %s, t.co_id, t.co_person_id, %s, %s FROM %s t WHERE %s AND %s`,
			resource, revision, operation, revision+1, until, group, value, table, ofCO, where)
	}
	edited := fmt.Sprintf("t.id %% %d = 0", editsEach)
	const noUntil = "CAST(NULL AS bigint)"
	members := `INSERT INTO co_group_members (co_id, co_group_id, co_person_id, member, owner, created, modified, revision, actor)
		SELECT p.co_id, g.id, p.id, true, false, 1, 1, 0, 'bench' FROM co_groups g JOIN co_people p ON p.co_id = g.co_id WHERE `
	return []string{
		fmt.Sprintf(`UPDATE co_person_roles SET cou_id = %s WHERE co_id = %s`, made.unit, r.co),
		fmt.Sprintf(`UPDATE co_person_roles SET revision = 1 WHERE co_id = %s AND id %% %d = 0`, r.co, editsEach),
		members + "g.id = " + made.group + " ORDER BY p.id",
		members + "g.auto AND g.cou_id = " + made.unit + " ORDER BY p.id, g.id",
		members + fmt.Sprintf("g.group_type = '%s' AND g.cou_id = %s AND p.id = %d", comity.GroupAdmins, made.unit, r.first),
		history("co_person_roles", "CoPersonRole", 0, comity.OpAdd, "CASE WHEN t.revision = 1 THEN 2 END", fmt.Sprintf(role, "Reader"), "1 = 1"),
		history("co_person_roles", "CoPersonRole", 1, comity.OpEdit, noUntil, fmt.Sprintf(role, "Professor"), edited),
		history("names", "Name", 0, comity.OpAdd, noUntil,
			`{"Given":"' || t.given || '","Family":"' || t.family || '","Type":"official","PrimaryName":true,`+whose+`}`, "1 = 1"),
		history("email_addresses", "EmailAddress", 0, comity.OpAdd, noUntil,
			`{"Mail":"' || t.mail || '","Type":"official","Verified":false,`+whose+`}`, "1 = 1"),
		history("identifiers", "Identifier", 0, comity.OpAdd, noUntil,
			`{"Identifier":"' || t.identifier || '","Type":"uid","Login":false,"Status":"Active",`+whose+`}`, "t.co_person_id IS NOT NULL"),
		history("co_group_members", "CoGroupMember", 0, comity.OpAdd, noUntil,
			`{"CoGroupId":' || t.co_group_id || ',"Member":true,"Owner":false,`+whose+`}`,
			fmt.Sprintf(`t.co_group_id IN (SELECT g.id FROM co_groups g WHERE g.id = %s OR g.cou_id = %s)`, made.group, made.unit)),
		// The clock adds them up within the hour.
		`UPDATE status_changes SET change = (SELECT sum(o.change) FROM status_changes o WHERE o.co_id = status_changes.co_id
			AND o.day = status_changes.day AND o.status = status_changes.status)
			WHERE id IN (SELECT max(o.id) FROM status_changes o GROUP BY o.co_id, o.day, o.status)`,
		`DELETE FROM status_changes WHERE id NOT IN (SELECT max(o.id) FROM status_changes o GROUP BY o.co_id, o.day, o.status)`,
	}
}

// putTargets adds a target that holds everybody, by copies of the delivery of one person, and a target with a
// pending delivery of one half of them and a failed one of the other.
func (r *registry) putTargets(ctx context.Context, c *conn, d direct, made *crowd) error {
	receiver, err := startReceiver(ctx)
	if err != nil {
		return err
	}
	defer receiver.close()
	for _, target := range []*string{&made.provisioned, &made.away} {
		if *target, err = addTarget(c, r.co, receiver.url); err != nil {
			return err
		}
	}
	if made.server, err = d.value(ctx, `SELECT CAST(max(id) AS text) FROM servers WHERE co_id = `+r.co); err != nil {
		return err
	}
	one := fmt.Sprintf("%sco_provisioning_targets/provision/%s/copersonid:%d.json", root, made.provisioned, r.first)
	if _, err := c.call(http.MethodPost, one, "", http.StatusOK); err != nil {
		return err
	}
	const columns = `co_provisioning_target_id, kind, subject_id, co_id, version, due, claimed, since, sequence, attempts, refusals,
		dead_lettered, identifier, obsolete, attempted, delivered, answer, sent`
	like := fmt.Sprintf(` FROM deliveries d JOIN identifiers i ON i.co_id = %[1]s AND i.co_person_id IS NOT NULL
		WHERE d.co_provisioning_target_id = %[2]s AND d.kind = 0 AND d.subject_id = %[3]d`, r.co, made.provisioned, r.first)
	const later = "4102444800000000" // in the year 2100
	for _, sql := range []string{
		fmt.Sprintf(`INSERT INTO deliveries (%s) SELECT d.co_provisioning_target_id, 0, i.co_person_id, d.co_id, 1, NULL, false, NULL, 1, 0, 0,
			false, i.identifier, '[]', d.attempted, d.delivered, d.answer, d.sent%s AND i.co_person_id <> %d`, columns, like, r.first),
		fmt.Sprintf(`INSERT INTO deliveries (%[1]s) SELECT %[2]s, 0, i.co_person_id, d.co_id, 1, CASE WHEN i.co_person_id %% 2 = 0 THEN %[4]s END, false,
			d.attempted, 1, 1, 1, i.co_person_id %% 2 = 1, i.identifier, '[]', d.attempted, NULL, '422 Unprocessable Entity', NULL%[3]s`,
			columns, made.away, like, later),
	} {
		if err := d.exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// administrator makes an API user who is the first of the people, an administrator of the unit.
func (r *registry) administrator(ctx context.Context) (user, key string, err error) {
	c, err := dial(ctx, r.process, r.authorization)
	if err != nil {
		return "", "", err
	}
	defer c.close()
	if _, err := c.add("ApiUsers", "api_users", fmt.Sprintf(`"CoId":"%s","Username":"unit","Status":"Active","CoPersonId":"%d"`, r.co, r.first)); err != nil {
		return "", "", err
	}
	var answer struct{ ApiKey string }
	err = json.Unmarshal(c.body.Bytes(), &answer)
	return "co_" + r.co + ".unit", answer.ApiKey, err
}
