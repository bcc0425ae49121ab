package store

import (
	"context"
	"fmt"
	"time"
)

// TellingRule is what the registry means by a member whom a target is told of.
type ProvisioningRule struct {
	// Provisioned are the statuses of the people that targets are told about, Counted those whose
	// memberships count; of the others only that in a CO's own group of the type AllGroup does.
	Provisioned, Counted []string
	AllGroup             string
	// IdentifierType is under which type of identifier people are told, Active the status of one.
	IdentifierType, Active string
	// OnlyGroup is the group whose members alone are told, 0 for everybody.
	OnlyGroup int64
}

// MemberTold is a membership with the identifier by which a target knows the person.
type ProvisionedMember struct {
	CoGroupId     int64
	Member, Owner bool
	Identifier    string
}

// MembersTold calls each with the memberships of groups that a target is told of, at the time. Members
// without an identifier of the type are left out.
func (tx *Tx) ProvisionedMembers(ctx context.Context, groups []int64, rule ProvisioningRule, now time.Time, each func(ProvisionedMember)) error {
	var a args
	only := ""
	in, status := list(&a, groups), a.put(rule.Active)
	if rule.OnlyGroup != 0 {
		only = fmt.Sprintf(`AND EXISTS (SELECT 1 FROM co_group_members o JOIN co_groups og ON og.id = o.co_group_id
			WHERE o.co_person_id = p.id AND o.co_group_id = %s AND o.member AND og.status = %s AND %s)`,
			a.put(rule.OnlyGroup), status, validNow("o", &a, now))
	}
	sql := fmt.Sprintf(`SELECT m.co_group_id, m.member, m.owner, i.identifier
		FROM co_group_members m JOIN co_groups g ON g.id = m.co_group_id JOIN co_people p ON p.id = m.co_person_id
		JOIN identifiers i ON i.id = (SELECT min(x.id) FROM identifiers x WHERE x.co_person_id = p.id AND x.type = %[2]s AND x.status = %[3]s)
		WHERE m.co_group_id IN %[1]s AND %[4]s AND p.status IN %[5]s
		AND (p.status IN %[6]s OR g.group_type = %[7]s AND g.cou_id IS NULL) %[8]s`,
		in, a.put(rule.IdentifierType), status, validNow("m", &a, now), list(&a, rule.Provisioned), list(&a, rule.Counted), a.put(rule.AllGroup), only)
	return tx.conn.query(ctx, sql, a, func(r Row) error {
		each(ProvisionedMember{r.Int(0), r.Bool(1), r.Bool(2), r.Text(3)})
		return nil
	})
}
