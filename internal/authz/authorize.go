package authz

import (
	"context"
	"errors"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Get returns an existing record to which the caller may do the operation; for View without the fields that
// they may not see. The error of a record that they may not know of is NotFound with the phrase.
func Get(ctx context.Context, tx *db.Tx, caller Caller, op Operation, res *comity.Resource, id int64, unknown comity.Phrase) (*comity.Record, error) {
	rec, err := store.Get(ctx, tx, res, id)
	if errors.Is(err, db.ErrNotFound) || err == nil && !caller.Knows(rec.CoId) {
		return nil, comity.Missing(unknown)
	}
	if err != nil {
		return nil, err
	}
	if err := Authorize(ctx, tx, caller, op, rec, unknown); err != nil || op != View {
		return rec, err
	}
	return rec, Redact(ctx, tx, caller, []*comity.Record{rec})
}

// Authorize returns an error if the caller may not do the operation to an existing record of a CO that they
// may know of: NotFound with the phrase if they may not see the record, Unauthorised if they may.
func Authorize(ctx context.Context, tx *db.Tx, caller Caller, op Operation, rec *comity.Record, unknown comity.Phrase) error {
	relations := caller.Through(op, rec.Resource)
	if op != View && IsReserved(caller, rec) {
		relations = 0
	}
	return Require(ctx, tx, caller, relations, rec.Resource, rec.Id, unknown)
}

// AuthorizeMembers returns an error unless the caller may change all memberships of a group.
func AuthorizeMembers(ctx context.Context, tx *db.Tx, caller Caller, group int64) error {
	res := comity.CoGroup.Resource
	return Require(ctx, tx, caller, caller.Through(Edit, comity.CoGroupMember.Resource), res, group, res.UnknownOnView)
}

// Require returns an error unless a record, of a CO that the caller may know of, has one of the relations to
// them: NotFound with the phrase if they may not see the record, Unauthorised if they may.
func Require(ctx context.Context, tx *db.Tx, caller Caller, relations Relation, res *comity.Resource, id int64, unknown comity.Phrase) error {
	related, err := IsRelated(ctx, tx, caller, relations, res, id)
	if err != nil || related {
		return err
	}
	sees, err := MaySee(ctx, tx, caller, res, id)
	switch {
	case err != nil:
		return err
	case sees:
		return comity.Forbid()
	}
	return comity.Missing(unknown)
}

// MaySee reports whether the caller may see a record of a CO that they may know of.
func MaySee(ctx context.Context, tx *db.Tx, caller Caller, res *comity.Resource, id int64) (bool, error) {
	return IsRelated(ctx, tx, caller, caller.Through(View, res), res, id)
}

// IsRelated reports whether a record, of a CO that the caller may know of, has one of the relations to them.
func IsRelated(ctx context.Context, tx *db.Tx, caller Caller, relations Relation, res *comity.Resource, id int64) (bool, error) {
	if relations == 0 || relations&InCO != 0 {
		return relations != 0, nil
	}
	fl := NewFilter(tx, caller)
	within := fl.within(res, relations)
	if within == nil {
		return false, nil
	}
	return store.Any(ctx, tx, res, store.Equal("id", id), within)
}

// IsReserved reports whether the record has the flag that only administrators of the CO may set, and the
// caller is none.
func IsReserved(caller Caller, rec *comity.Record) bool {
	flag := PermissionFor(rec.Resource).Reserved
	return flag != nil && rec.Bool(flag) && !caller.Admin
}
