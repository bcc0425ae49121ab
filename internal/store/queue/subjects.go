package queue

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/history"
)

// Subjects returns the states of up to limit subjects of a target of a CO, in order, starting after the given
// one: the subjects of a full sync, and all that ever had a delivery to the target.
func Subjects(ctx context.Context, tx *db.Tx, target, co int64, after comity.Subject, limit int) ([]SubjectStatus, error) {
	var all []SubjectStatus
	ids := map[comity.SubjectKind][]int64{}
	err := tx.Query(ctx, subjectsEver+` ORDER BY kind, id LIMIT $5`, db.Args{target, co, int64(after.Kind), after.Id, int64(limit)}, func(r *db.Row) error {
		s := subjectIn(r)
		all = append(all, SubjectStatus{Subject: s})
		ids[s.Kind] = append(ids[s.Kind], s.Id)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for kind, some := range ids {
		a := db.Args{target, int64(kind)}
		err := tx.Query(ctx, `SELECT `+subjectColumns+` FROM deliveries
			WHERE co_provisioning_target_id = $1 AND kind = $2 AND subject_id IN `+db.List(&a, some), a, func(r *db.Row) error {
			s, err := scanSubject(r)
			i, found := slices.BinarySearchFunc(all, s.Subject, func(of SubjectStatus, s comity.Subject) int { return of.Subject.Compare(s) })
			if found {
				all[i] = s
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Provisionable says which people a target is sent: those with one of the statuses, an identifier of the type
// and status and, unless GroupId is 0, a membership of the group, which must have the GroupStatus.
type Provisionable struct {
	Statuses                         []string
	IdentifierType, IdentifierStatus string
	GroupId                          int64
	GroupStatus                      string
}

// CountProvisioned returns the number of people that a target was last sent, and the number of those that are not
// provisionable now.
func CountProvisioned(ctx context.Context, tx *db.Tx, target int64, p Provisionable) (provisioned, leaving int64, err error) {
	now := tx.Now()
	var a db.Args
	stays := `SELECT 1 FROM co_people p WHERE p.id = d.subject_id AND p.status IN ` + db.List(&a, p.Statuses) + `
		AND EXISTS (SELECT 1 FROM identifiers i WHERE i.co_person_id = p.id AND i.type = ` + a.Put(p.IdentifierType) + `
			AND i.status = ` + a.Put(p.IdentifierStatus) + `)`
	if p.GroupId != 0 {
		stays += ` AND EXISTS (SELECT 1 FROM co_group_members m JOIN co_groups g ON g.id = m.co_group_id
			WHERE m.co_person_id = p.id AND m.co_group_id = ` + a.Put(p.GroupId) + ` AND m.member
				AND g.status = ` + a.Put(p.GroupStatus) + ` AND ` + db.ValidAt("m", &a, now) + `)`
	}
	err = tx.Query(ctx, `SELECT count(*), count(CASE WHEN NOT EXISTS (`+stays+`) THEN 1 END) FROM deliveries d
		WHERE d.co_provisioning_target_id = `+a.Put(target)+` AND d.kind = 0 AND d.identifier <> ''`, a, func(r *db.Row) error {
		provisioned, leaving = r.Int(), r.Int()
		return nil
	})
	return provisioned, leaving, err
}

// IdentifiersEver returns the identifiers of a type that people have or ever had, by person, oldest first.
// Identifiers that were erased from the history are not included.
func IdentifiersEver(ctx context.Context, tx *db.Tx, identifierType string, people []int64) (map[int64][]string, error) {
	ever := map[int64][]string{}
	if len(people) == 0 {
		return ever, nil
	}
	f := comity.Identifier
	var a db.Args
	// The expression keeps the index on the resource from being used, which has every identifier ever.
	err := tx.Query(ctx, `SELECT h.co_person_id, h.data FROM history h
		WHERE h.co_person_id IN `+db.List(&a, people)+` AND h.resource || '' = `+a.Put(f.Singular)+` ORDER BY h.id`, a, func(r *db.Row) error {
		rec := comity.NewRecord(f.Resource)
		person := r.Int()
		if _, err := history.ReadData(rec, r.Text()); err != nil {
			return err
		}
		identifier := rec.Text(f.Identifier)
		if identifier != "" && rec.Text(f.Type) == identifierType && rec.OwnedBy(comity.OwnerCO) == person && !slices.Contains(ever[person], identifier) {
			ever[person] = append(ever[person], identifier)
		}
		return nil
	})
	return ever, err
}

// Holders returns the ids of the people of a CO who have one of the folded identifiers of a type, by
// identifier.
func Holders(ctx context.Context, tx *db.Tx, co int64, identifierType string, folded []string) (map[string][]int64, error) {
	holders := map[string][]int64{}
	a := db.Args{co, identifierType}
	err := tx.Query(ctx, `SELECT i.identifier_folded, i.co_person_id FROM identifiers i
		WHERE i.co_id = $1 AND i.type = $2 AND i.co_person_id IS NOT NULL AND i.identifier_folded IN `+db.List(&a, folded), a, func(r *db.Row) error {
		identifier := r.Text()
		holders[identifier] = append(holders[identifier], r.Int())
		return nil
	})
	return holders, err
}

// AddObsolete adds identifiers that the target must delete with the next delivery of a subject. It returns false,
// and changes nothing, if the delivery changed since was was read.
func AddObsolete(ctx context.Context, tx *db.Tx, target, co int64, was SubjectStatus, identifiers []string) (bool, error) {
	before, err := obsoleteText(was.ProvisionedAs.Obsolete)
	if err != nil {
		return false, err
	}
	after, err := obsoleteText(slices.Concat(was.ProvisionedAs.Obsolete, identifiers))
	if err != nil {
		return false, err
	}
	rows, err := tx.Exec(ctx, `INSERT INTO deliveries (`+newDelivery+`)
		VALUES ($1, $2, $3, $4, 0, NULL, false, NULL, 0, 0, 0, false, '', $5, '')
		ON CONFLICT (`+sameDelivery+`) DO UPDATE SET obsolete = excluded.obsolete
		WHERE NOT deliveries.claimed AND deliveries.sequence = $6 AND deliveries.identifier = $7 AND deliveries.obsolete = $8`,
		db.Args{target, int64(was.Subject.Kind), was.Subject.Id, co, after, was.Sequence, was.ProvisionedAs.Identifier, before})
	return rows > 0, err
}
