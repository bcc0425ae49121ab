// Package registry is the one service that changes the registry. Every call is one transaction: it authorizes
// the caller, validates, runs the rules, writes the record and its history, enqueues the deliveries, and
// commits all of it together or not at all.
//
// The rules that every resource shares are in this file's neighbours (write.go, automatic.go); those
// of one resource are in the file of its name, as hooks of the map in rules.go.
package registry

import (
	"context"
	"slices"
	"sync"

	"comity"
	"comity/internal/authz"
	"comity/internal/store/db"
	"comity/internal/store/groups"
	"comity/internal/store/queue"
)

// Registry is the service.
type Registry struct {
	store *db.DB
	wake  func()
	// carrying is locked by whoever continues long changes, for a portion of each at a time.
	carrying sync.Mutex
}

// New returns the service over a store. wake is called after each commit that may have enqueued deliveries.
func New(s *db.DB, wake func()) *Registry {
	return &Registry{store: s, wake: wake}
}

// Added is the result of an add.
type Added struct {
	Id int64
	// Generated is the generated secret, shown this once; "" if there is none.
	Generated string
}

// transaction is a function of the store that runs a closure in a transaction.
type transaction func(context.Context, func(*db.Tx) error) error

// transactionFor returns the transaction of a short change, or of one that takes its CO's lock exclusively or touches
// many rows.
func (r *Registry) transactionFor(exclusive, alone bool) transaction {
	switch {
	case alone:
		return r.store.WriteAlone
	case exclusive:
		return r.store.Write
	}
	return r.store.WriteGrouped
}

// write runs a change in a transaction, the rest of a long change in further ones, and wakes the dispatchers
// where one may have something to send.
func (r *Registry) write(ctx context.Context, run transaction, fn func(*db.Tx) error) error {
	left := int64(0)
	var due *bool
	err := run(ctx, func(tx *db.Tx) (err error) {
		err = fn(tx)
		left, due = groups.StoredLongChange(tx), queue.MadeDue(tx)
		return err
	})
	if err != nil {
		return err
	}
	if *due {
		r.wake()
	}
	if left == 0 {
		return nil
	}
	// The change is finished even if the client has gone.
	return r.CarryOn(context.WithoutCancel(ctx), left)
}

// otherCO says whether a limited caller's request names another CO than theirs, which is refused whether or
// not that CO exists.
func otherCO(caller authz.Caller, rec *comity.Record) bool {
	f := rec.Resource.CoId()
	return !caller.Platform && f != nil && rec.Has(f) && rec.Int(f) != caller.CoId
}

// missing returns the field errors of required fields that a request lacks. A missing owner is reported later,
// unless it is a field error of the field.
func missing(in comity.Input) []comity.FieldError {
	var fieldErrors []comity.FieldError
	for _, f := range in.Record.Resource.Fields {
		if !f.Required || f.ReadOnly || f.Kind == comity.Owner && !f.MissingOwner {
			continue
		}
		cell, fieldError := in.Record.Get(f), f.Missing()
		if cell.HasValue() && (f.Kind != comity.Text || cell.Text() != "") {
			continue
		}
		known := func(other comity.FieldError) bool { return other.Field == fieldError.Field || other.Field == f.Column }
		if !slices.ContainsFunc(in.FieldErrors, known) {
			fieldErrors = append(fieldErrors, fieldError)
		}
	}
	return fieldErrors
}
