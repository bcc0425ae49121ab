package store

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/internal/store/db"
)

// In returns the condition that a column has one of the values; no record meets it where there are none.
func In(column string, ids []int64) db.Condition {
	if len(ids) == 0 {
		return NoRecord()
	}
	return func(_ db.Dialect, a *db.Args) string { return "t." + column + " IN " + db.List(a, ids) }
}

// OneOf returns the condition that a column has one of the texts.
func OneOf(column string, texts ...string) db.Condition {
	return func(_ db.Dialect, a *db.Args) string { return "t." + column + " IN " + db.List(a, texts) }
}

// IsCalled returns the condition that a Name has one of the pairs of folded given and family names.
func IsCalled(coID int64, names [][2]string) db.Condition {
	return func(d db.Dialect, a *db.Args) string {
		co := inCO("n", coID, a)
		texts := make([]string, len(names))
		for i, n := range names {
			texts[i] = "(" + a.Put(n[0]) + ", " + a.Put(n[1]) + ")"
		}
		return d.Among("t.id", fmt.Sprintf("SELECT n.id FROM names n WHERE %s (n.given_folded, n.family_folded) IN (VALUES %s)", co, strings.Join(texts, ", ")))
	}
}

// HasFolded returns the condition that the folded value of a field is one of the texts.
func HasFolded(f *comity.Field, coID int64, texts []string) db.Condition {
	return func(d db.Dialect, a *db.Args) string {
		return d.Among("t.id", fmt.Sprintf("SELECT x.id FROM %s x WHERE %s x.%s IN %s", f.Resource().Table, inCO("x", coID, a), f.FoldedColumn(), db.List(a, texts)))
	}
}

// HasPart returns the condition that a text column contains a text, without regard to the case of ASCII
// letters. PostgreSQL also ignores the case of other letters.
func HasPart(column, part string) db.Condition {
	return func(_ db.Dialect, a *db.Args) string {
		return fmt.Sprintf(`lower(t.%s) LIKE lower(%s) ESCAPE '\'`, column, a.Put("%"+db.EscapeLike(part)+"%"))
	}
}

// AnyOf returns the condition that at least one of the conditions holds. It ignores nil conditions and
// returns nil where all are nil.
func AnyOf(conditions ...db.Condition) db.Condition { return combined(conditions, " OR ") }

// AllOf returns the condition that all conditions hold. It ignores nil conditions and returns nil where all
// are nil.
func AllOf(conditions ...db.Condition) db.Condition { return combined(conditions, " AND ") }

func combined(conditions []db.Condition, by string) db.Condition {
	conditions = slices.DeleteFunc(slices.Clone(conditions), func(c db.Condition) bool { return c == nil })
	if len(conditions) == 0 {
		return nil
	}
	return func(d db.Dialect, a *db.Args) string {
		texts := make([]string, len(conditions))
		for i, c := range conditions {
			texts[i] = c(d, a)
		}
		return "(" + strings.Join(texts, by) + ")"
	}
}

// conjunction is AllOf, but every record meets it where there are no conditions.
func conjunction(conditions []db.Condition) db.Condition {
	return AllOf(append([]db.Condition{All()}, conditions...)...)
}

// Not returns the condition that another does not hold.
func Not(c db.Condition) db.Condition {
	return func(d db.Dialect, a *db.Args) string { return "NOT " + c(d, a) }
}

// RefersTo returns the condition that a column refers to a record of the resource that meets the condition c;
// nil where c is nil.
func RefersTo(column string, r *comity.Resource, c db.Condition) db.Condition {
	if c == nil {
		return nil
	}
	return func(d db.Dialect, a *db.Args) string {
		return fmt.Sprintf("t.%s IN (SELECT t.id FROM %s t WHERE %s)", column, r.Table, c(d, a))
	}
}

// ReferredBy returns the condition that a record of the resource which meets all conditions refers to this one
// in the column.
func ReferredBy(column string, r *comity.Resource, conditions ...db.Condition) db.Condition {
	all := AllOf(append([]db.Condition{IsSet(column)}, conditions...)...)
	return func(d db.Dialect, a *db.Args) string {
		return fmt.Sprintf("t.id IN (SELECT t.%s FROM %s t WHERE %s)", column, r.Table, all(d, a))
	}
}

// RefersToEach is RefersTo with a correlated subquery, which is evaluated for each record: faster for few records
// where many meet the condition.
func RefersToEach(column string, r *comity.Resource, c db.Condition) db.Condition {
	if c == nil {
		return nil
	}
	return matchesAny(column, "id", r, c)
}

// ReferredByEach is ReferredBy with a correlated subquery, which is evaluated for each record.
func ReferredByEach(column string, r *comity.Resource, conditions ...db.Condition) db.Condition {
	return matchesAny("id", column, r, conjunction(conditions))
}

// matchesAny returns the condition that the value of the record's column is in the column other of a record of
// the resource that meets c. The value gets an alias first, because c refers to its own record as t.
func matchesAny(column, other string, r *comity.Resource, c db.Condition) db.Condition {
	return func(d db.Dialect, a *db.Args) string {
		return fmt.Sprintf("EXISTS (SELECT 1 FROM (SELECT t.%s AS value) outer_row CROSS JOIN %s t WHERE t.%s = outer_row.value AND %s)", column, r.Table, other, c(d, a))
	}
}

// ChangedBy returns the condition that the user made a record's last change.
func ChangedBy(username string) db.Condition { return Equal("actor", username) }

// ValidAt returns the condition that a record is valid at the time.
func ValidAt(now time.Time) db.Condition {
	return func(_ db.Dialect, a *db.Args) string { return db.ValidAt("t", a, now) }
}

// NotID returns the condition that a record has another id.
func NotID(id int64) db.Condition {
	return func(_ db.Dialect, a *db.Args) string { return "t.id <> " + a.Put(id) }
}

// HasMemberNow returns the condition that the person is a member or owner of a group at the time.
func HasMemberNow(person int64, now time.Time) db.Condition {
	return func(_ db.Dialect, a *db.Args) string {
		return fmt.Sprintf(`t.id IN (SELECT m.co_group_id FROM co_group_members m WHERE m.co_person_id = %s
			AND (m.member OR m.owner) AND %s)`, a.Put(person), db.ValidAt("m", a, now))
	}
}

// HasNameStart returns the condition that the column of a person's primary name begins with the text,
// without regard to case.
func HasNameStart(column string, coID int64, start string) db.Condition {
	return func(d db.Dialect, a *db.Args) string {
		return d.Among("t.id", "SELECT n.co_person_id FROM names n WHERE n.primary_name AND "+startsWith(d, "n", column+"_folded", coID, start, a))
	}
}

// HasMailStart returns the condition that an email address of a person begins with the text, without regard
// to case.
func HasMailStart(coID int64, start string) db.Condition {
	return func(d db.Dialect, a *db.Args) string {
		return d.Among("t.id", "SELECT e.co_person_id FROM email_addresses e WHERE "+startsWith(d, "e", "mail_folded", coID, start, a))
	}
}

// Exactly returns the condition that a text field has the value, case included. Where the field has a
// folded column, the condition includes it, so that one index serves both kinds of search.
func Exactly(f *comity.Field, value string) db.Condition {
	return func(_ db.Dialect, a *db.Args) string { return exactly("t", f, value, a) }
}

func exactly(table string, f *comity.Field, value string, a *db.Args) string {
	sql := table + "." + f.Column + " = " + a.Put(value)
	if f.Folded {
		sql += " AND " + table + "." + f.FoldedColumn() + " = " + a.Put(db.Fold(value))
	}
	return sql
}

// HasMail returns the condition that a record has exactly that email address. owner is the column of
// email addresses that refers to the record; a coID of 0 is any CO.
func HasMail(owner string, coID int64, mail string) db.Condition {
	return func(_ db.Dialect, a *db.Args) string {
		return fmt.Sprintf(`t.id IN (SELECT e.%s FROM email_addresses e WHERE %s %s)`, owner, inCO("e", coID, a), exactly("e", comity.EmailAddress.Mail, mail, a))
	}
}

// LinkedTo returns the condition that an org identity is linked to the person.
func LinkedTo(person int64) db.Condition {
	return func(_ db.Dialect, a *db.Args) string {
		return fmt.Sprintf("t.id IN (SELECT l.org_identity_id FROM co_org_identity_links l WHERE l.co_person_id = %s)", a.Put(person))
	}
}

func inCO(table string, coID int64, a *db.Args) string {
	if coID == 0 {
		return ""
	}
	return table + ".co_id = " + a.Put(coID) + " AND"
}

// startsWith returns the SQL condition that a row is of a CO (0: of any) and a folded column begins with the text, as a
// range that an index serves: in byte order, every text that begins with the start sorts before the start followed by
// the last code point. On PostgreSQL it is a range of the CO and the column together, so that only the index on both
// serves it.
func startsWith(d db.Dialect, table, column string, coID int64, start string, a *db.Args) string {
	column = table + "." + column
	first, last := a.Put(db.Fold(start)), a.Put(db.Fold(start)+"\U0010FFFF")
	if coID == 0 || d.Shared {
		return fmt.Sprintf("%s %[2]s >= %[3]s AND %[2]s < %[4]s", inCO(table, coID, a), column, first, last)
	}
	co := a.Put(coID)
	return fmt.Sprintf("(%[1]s.co_id, %[2]s) >= (%[3]s, %[4]s) AND (%[1]s.co_id, %[2]s) < (%[3]s, %[5]s)", table, column, co, first, last)
}

// IsNull returns the condition that a column has no value.
func IsNull(column string) db.Condition {
	return func(db.Dialect, *db.Args) string { return "t." + column + " IS NULL" }
}

// IsSet returns the condition that a column has a value.
func IsSet(column string) db.Condition {
	return func(db.Dialect, *db.Args) string { return "t." + column + " IS NOT NULL" }
}

// HasIdentifier returns the condition that a record has exactly that identifier, of the type kind or, for
// "", of any type. owner is the column of identifiers that refers to the record; a coID of 0 is any CO.
func HasIdentifier(owner string, coID int64, identifier, kind string) db.Condition {
	return func(_ db.Dialect, a *db.Args) string {
		sql := fmt.Sprintf(`t.id IN (SELECT i.%[1]s FROM identifiers i WHERE %[2]s i.%[1]s IS NOT NULL AND %[3]s`, owner, inCO("i", coID, a), exactly("i", comity.Identifier.Identifier, identifier, a))
		if kind != "" {
			sql += " AND i.type = " + a.Put(kind)
		}
		return sql + ")"
	}
}

// All returns the condition that every record meets.
func All() db.Condition { return func(db.Dialect, *db.Args) string { return "1 = 1" } }

// ModifiedSince returns the condition that a record was last changed at the time or later.
func ModifiedSince(t time.Time) db.Condition {
	return func(_ db.Dialect, a *db.Args) string { return "t.modified >= " + a.Put(t.UnixMicro()) }
}

// Equal returns the condition that a column has a value.
func Equal(column string, v any) db.Condition {
	return func(_ db.Dialect, a *db.Args) string { return "t." + column + " = " + a.Put(v) }
}

// NoRecord returns the condition that no record meets.
func NoRecord() db.Condition { return func(db.Dialect, *db.Args) string { return "1 = 0" } }
