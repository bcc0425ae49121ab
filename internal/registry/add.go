package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/signin/secret"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Add stores a new record.
func (r *Registry) Add(ctx context.Context, caller authz.Caller, res *comity.Resource, in comity.Input) (Added, error) {
	return r.add(ctx, caller, res, in, "", Idempotency{})
}

// AddIdempotent is Add with an idempotency key: a repeated request gets the same answer and adds nothing.
func (r *Registry) AddIdempotent(ctx context.Context, caller authz.Caller, res *comity.Resource, in comity.Input, key Idempotency) (Added, error) {
	return r.add(ctx, caller, res, in, "", key)
}

// AddWithSecret is Add of a record whose secret is the given one instead of a generated one, unless it is "".
func (r *Registry) AddWithSecret(ctx context.Context, caller authz.Caller, res *comity.Resource, in comity.Input, key string) (Added, error) {
	return r.add(ctx, caller, res, in, key, Idempotency{})
}

// add is Add with the secret to store; with key "" the server generates one.
func (r *Registry) add(ctx context.Context, caller authz.Caller, res *comity.Resource, in comity.Input, secret string, key Idempotency) (Added, error) {
	n, err := newRecord(caller, res, in, secret)
	if err != nil {
		return Added{}, err
	}
	added := Added{Generated: n.secret}
	err = r.write(ctx, r.transactionFor(rulesOf(res).exclusive, false), func(tx *db.Tx) (err error) {
		added.Id, err = n.idempotency(key).do(ctx, tx, caller, func() (int64, error) { return n.add(ctx, tx, caller, nil) })
		return err
	})
	if err != nil {
		return Added{}, fmt.Errorf("add %s: %w", res.Singular, err)
	}
	return added, nil
}

// pendingRecord is a record to be added, with the field errors that the request alone shows.
type pendingRecord struct {
	record      *comity.Record
	fieldErrors []comity.FieldError
	secret      string
}

// err returns the field errors that the request alone shows as one error, nil if there are none.
func (n pendingRecord) err() error {
	if len(n.fieldErrors) == 0 {
		return nil
	}
	return comity.InvalidFields(n.fieldErrors...)
}

// idempotency drops the idempotency key when the answer would contain a generated secret: a secret is shown
// once and not stored, so the answer cannot be repeated.
func (n pendingRecord) idempotency(key Idempotency) Idempotency {
	if n.secret != "" {
		return Idempotency{}
	}
	return key
}

func newRecord(caller authz.Caller, res *comity.Resource, in comity.Input, key string) (pendingRecord, error) {
	if !caller.May(authz.Add, res) || otherCO(caller, in.Record) {
		return pendingRecord{}, comity.Forbid()
	}
	fieldErrors := append(slices.Clone(in.FieldErrors), missing(in)...)
	wanted := in.Record.Clone()
	fieldErrors = append(fieldErrors, applyDefaults(wanted)...)
	fieldErrors = withFieldErrors(fieldErrors, res.Check(wanted)...)
	secret, err := generateSecret(wanted, key)
	return pendingRecord{wanted, fieldErrors, secret}, err
}

// add stores the record in a transaction, which may be run again, and returns its id. With nil deferred it
// computes the dependent memberships immediately.
func (n pendingRecord) add(ctx context.Context, tx *db.Tx, caller authz.Caller, deferred *deferredMemberships) (int64, error) {
	c := &change{tx: tx, caller: caller, deferred: deferred, new: n.record.Clone(), fieldErrors: slices.Clone(n.fieldErrors)}
	err := c.add(ctx, rulesOf(n.record.Resource))
	return c.new.Id, err
}

// applyDefaults sets the defaults of the fields that an add does not name.
func applyDefaults(rec *comity.Record) []comity.FieldError {
	var fieldErrors []comity.FieldError
	for _, f := range rec.Resource.Fields {
		cell := rec.Get(f)
		if !f.Default.IsAbsent() && (!cell.HasValue() || f.ReadOnly) {
			rec.Set(f, f.Default)
		} else if len(f.OnAdd) > 0 && !slices.Contains(f.OnAdd, cell.Text()) {
			fieldErrors = append(fieldErrors, f.FieldError("must be one of %v on add", f.OnAdd))
		}
	}
	return fieldErrors
}

// generateSecret generates the record's secret, or takes the given key, and returns it to be shown.
func generateSecret(rec *comity.Record, key string) (_ string, err error) {
	for _, f := range rec.Resource.Fields {
		if !f.Generated {
			continue
		}
		if key == "" {
			if key, err = secret.NewKey(); err != nil {
				return "", err
			}
		}
		rec.SetText(f, secret.Digest(key))
		return key, nil
	}
	return "", nil
}

func (c *change) add(ctx context.Context, rules rules) error {
	if err := store.Reserve(ctx, c.tx, c.new.Resource); err != nil {
		return err
	}
	if err := c.lockToAdd(ctx, rules.exclusive); err != nil {
		return err
	}
	c.now = c.tx.Now()
	if err := c.authorizePlace(ctx, authz.Add); err != nil {
		return err
	}
	if err := hook(ctx, rules.authorize, c); err != nil {
		return err
	}
	if err := c.validate(ctx, rules); err != nil {
		return err
	}
	for _, f := range c.new.Resource.Fields {
		if f.Sequential && !c.new.Has(f) {
			next, err := store.NextNumber(ctx, c.tx, c.new, f)
			if err != nil {
				return err
			}
			c.new.SetInt(f, next)
		}
	}
	if err := hook(ctx, rules.before, c); err != nil {
		return err
	}
	if err := c.store(ctx, rules); err != nil {
		return err
	}
	return hook(ctx, rules.after, c)
}

func (c *change) store(ctx context.Context, rules rules) error {
	if rules.store != nil {
		return rules.store(ctx, c)
	}
	return store.Insert(ctx, c.tx, c.new, c.caller.Username, c.where)
}

// lockToAdd finds the CO of a new record through its owner, takes the CO's lock, and refuses when the CO or
// owner does not exist. Any other reference to a missing record is a field error of its field. If the request
// names no readable CO or owner, there is no CO and the record is not added.
func (c *change) lockToAdd(ctx context.Context, exclusive bool) error {
	rec := c.new
	anchor := rec.Anchor()
	switch {
	case anchor == nil && rec.Resource != comity.Co.Resource:
		c.invalid(rec.Resource.Fields[0].Missing())
		return nil
	case anchor == nil:
		_, err := store.EnterCO(ctx, c.tx, 0, exclusive)
		return err
	case !rec.Has(anchor):
		return nil
	case anchor == rec.Resource.CoId():
		found, err := store.EnterCO(ctx, c.tx, rec.Int(anchor), exclusive)
		if err == nil && !found {
			err = comity.Refuse(comity.PhraseNoCO)
		}
		c.where = db.Place{CoId: rec.Int(anchor)}
		rec.CoId = rec.Int(anchor)
		return err
	}
	target := anchor.Refers()
	if anchor.Kind == comity.Owner {
		target = ownerResource(rec, anchor)
	}
	count := func() error {
		if !limited(rec) {
			return nil
		}
		return store.CountOwned(ctx, c.tx, rec, comity.MaxDependents)
	}
	where, err := store.Enter(ctx, c.tx, target, rec.Int(anchor), exclusive, count)
	if errors.Is(err, db.ErrNotFound) || err == nil && !c.caller.Knows(where.CoId) {
		if anchor.Kind == comity.Owner {
			return comity.Refuse(comity.PhrasePersonGone)
		}
		c.invalid(anchor.Nothing(rec.Int(anchor)))
		return nil
	}
	if err != nil {
		return err
	}
	c.where, rec.CoId = where, where.CoId
	return nil
}
