package groups

import (
	"context"
	"fmt"
	"time"

	"comity/internal/store/db"
)

// ProvisioningRule is the registry's definition of the members that a target is sent with a group.
type ProvisioningRule struct {
	// Provisioned are the statuses of people that targets are sent, Counted those of people whose
	// memberships are sent. Of people with other statuses, only the membership of the CO's group of the
	// type AllGroup is sent.
	Provisioned, Counted []string
	AllGroup             string
	// IdentifierType is the type of the identifier that identifies people, Active the status that the
	// identifier and OnlyGroup must have.
	IdentifierType, Active string
	// OnlyGroup is the group whose members alone are sent, 0 for all people.
	OnlyGroup int64
}

// ProvisionedMember is a membership with the identifier that the target has for the person.
type ProvisionedMember struct {
	CoGroupId     int64
	Member, Owner bool
	Identifier    string
}

// ProvisionedMembers calls each with the memberships of groups that a target is sent by the rule, as valid at
// the time. It skips members without an identifier of the type.
func ProvisionedMembers(ctx context.Context, tx *db.Tx, groups []int64, rule ProvisioningRule, now time.Time, each func(ProvisionedMember)) error {
	var a db.Args
	only := ""
	in, status := db.List(&a, groups), a.Put(rule.Active)
	if rule.OnlyGroup != 0 {
		only = fmt.Sprintf(`AND EXISTS (SELECT 1 FROM co_group_members o JOIN co_groups og ON og.id = o.co_group_id
			WHERE o.co_person_id = p.id AND o.co_group_id = %s AND o.member AND og.status = %s AND %s)`,
			a.Put(rule.OnlyGroup), status, db.ValidAt("o", &a, now))
	}
	sql := fmt.Sprintf(`SELECT m.co_group_id, m.member, m.owner, i.identifier
		FROM co_group_members m JOIN co_groups g ON g.id = m.co_group_id JOIN co_people p ON p.id = m.co_person_id
		JOIN identifiers i ON i.id = (SELECT min(x.id) FROM identifiers x WHERE x.co_person_id = p.id AND x.type = %[2]s AND x.status = %[3]s)
		WHERE m.co_group_id IN %[1]s AND %[4]s AND p.status IN %[5]s
		AND (p.status IN %[6]s OR g.group_type = %[7]s AND g.cou_id IS NULL) %[8]s`,
		in, a.Put(rule.IdentifierType), status, db.ValidAt("m", &a, now), db.List(&a, rule.Provisioned), db.List(&a, rule.Counted), a.Put(rule.AllGroup), only)
	return tx.Query(ctx, sql, a, func(r *db.Row) error {
		each(ProvisionedMember{r.Int(), r.Bool(), r.Bool(), r.Text()})
		return nil
	})
}
