package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// Add stores a new record.
func (r *Registry) Add(ctx context.Context, caller access.Caller, res *comity.Resource, in comity.Input) (Added, error) {
	return r.add(ctx, caller, res, in, "", Once{})
}

// AddOnce is Add, and answers the same when the same request comes again.
func (r *Registry) AddOnce(ctx context.Context, caller access.Caller, res *comity.Resource, in comity.Input, once Once) (Added, error) {
	return r.add(ctx, caller, res, in, "", once)
}

// add is Add with the secret that the server would make, "" to have it made.
func (r *Registry) add(ctx context.Context, caller access.Caller, res *comity.Resource, in comity.Input, key string, once Once) (Added, error) {
	n, err := newRecord(caller, res, in, key)
	if err != nil {
		return Added{}, err
	}
	added := Added{Minted: n.minted}
	err = r.write(ctx, false, func(tx *store.Tx) (err error) {
		added.Id, err = n.once(once).do(ctx, tx, caller, func() (int64, error) { return n.add(ctx, tx, caller) })
		return err
	})
	if err != nil {
		return Added{}, fmt.Errorf("add %s: %w", res.Singular, err)
	}
	return added, nil
}

// newcomer is a record that may be added as far as the request alone shows.
type newcomer struct {
	record *comity.Record
	minted string
}

// once is what of a promise can be kept: a secret is shown once and kept by nobody, so it cannot be
// answered again.
func (n newcomer) once(o Once) Once {
	if n.minted != "" {
		return Once{}
	}
	return o
}

func newRecord(caller access.Caller, res *comity.Resource, in comity.Input, key string) (newcomer, error) {
	if !caller.May(access.Add, res) || otherCO(caller, in.Record) {
		return newcomer{}, comity.Forbid()
	}
	faults := append(slices.Clone(in.Faults), missing(in)...)
	wanted := in.Record.Clone()
	faults = append(faults, applyDefaults(wanted)...)
	faults = append(faults, res.Check(wanted)...)
	if len(faults) > 0 {
		return newcomer{}, comity.Faulty(faults...)
	}
	minted, err := mint(wanted, key)
	return newcomer{wanted, minted}, err
}

// add stores the record in a transaction, which may be run again, and returns its id.
func (n newcomer) add(ctx context.Context, tx *store.Tx, caller access.Caller) (int64, error) {
	c := &change{tx: tx, caller: caller, new: n.record.Clone()}
	err := c.add(ctx, rulesOf(n.record.Resource))
	return c.new.Id, err
}

// applyDefaults fills in what an add does not name.
func applyDefaults(rec *comity.Record) []comity.Fault {
	var faults []comity.Fault
	for _, f := range rec.Resource.Fields {
		cell := rec.Get(f)
		if !f.Default.IsAbsent() && (!cell.HasValue() || f.ReadOnly) {
			rec.Set(f, f.Default)
		} else if len(f.OnAdd) > 0 && !slices.Contains(f.OnAdd, cell.Text()) {
			faults = append(faults, f.Fault("must be one of %v on add", f.OnAdd))
		}
	}
	return faults
}

// mint makes the secret that the server makes, unless it is given, and returns it to be shown.
func mint(rec *comity.Record, key string) (_ string, err error) {
	for _, f := range rec.Resource.Fields {
		if !f.Minted {
			continue
		}
		if key == "" {
			if key, err = access.NewKey(); err != nil {
				return "", err
			}
		}
		rec.SetText(f, access.Digest(key))
		return key, nil
	}
	return "", nil
}

func (c *change) add(ctx context.Context, rules rules) error {
	if err := c.tx.Reserve(ctx, c.new.Resource); err != nil {
		return err
	}
	faults, err := c.enterToAdd(ctx, rules.exclusive)
	if err != nil {
		return err
	}
	if c.now, err = c.tx.Now(ctx); err != nil {
		return err
	}
	if err := c.permitPlace(ctx, access.Add); err != nil {
		return err
	}
	if err := hook(ctx, rules.permit, c); err != nil {
		return err
	}
	if err := c.judge(ctx, rules, faults); err != nil {
		return err
	}
	for _, f := range c.new.Resource.Fields {
		if f.Sequential && !c.new.Has(f) {
			next, err := c.tx.NextNumber(ctx, c.new, f)
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
	if err := hook(ctx, rules.after, c); err != nil {
		return err
	}
	return c.markPeople(ctx)
}

func (c *change) store(ctx context.Context, rules rules) error {
	if rules.store != nil {
		return rules.store(ctx, c)
	}
	return c.tx.Insert(ctx, c.new, c.caller.Username, c.where)
}

// enterToAdd finds the CO of a new record by what it hangs on, takes its lock, and refuses when the
// CO or owner is not there. Another anchor that is not there is a fault of its field.
func (c *change) enterToAdd(ctx context.Context, exclusive bool) ([]comity.Fault, error) {
	rec := c.new
	anchor := rec.Anchor()
	switch {
	case anchor == nil && rec.Resource != comity.Co.Resource:
		return nil, comity.Faulty(rec.Resource.Fields[0].Missing())
	case anchor == nil:
		_, err := c.tx.EnterCO(ctx, 0, exclusive)
		return nil, err
	case anchor == rec.Resource.CoId():
		found, err := c.tx.EnterCO(ctx, rec.Int(anchor), exclusive)
		if err == nil && !found {
			err = comity.Refuse(comity.PhraseNoCO)
		}
		c.where = store.Where{CoId: rec.Int(anchor)}
		rec.CoId = rec.Int(anchor)
		return nil, err
	}
	target := anchor.Refers()
	if anchor.Kind == comity.Owner {
		if !rec.Has(anchor) {
			return nil, comity.Refuse(comity.PhraseNoPerson)
		}
		target = ownerResource(rec, anchor)
	}
	where, err := c.tx.Enter(ctx, target, rec.Int(anchor), exclusive)
	if errors.Is(err, store.ErrNotFound) || err == nil && !c.caller.Knows(where.CoId) {
		if anchor.Kind == comity.Owner {
			return nil, comity.Refuse(comity.PhrasePersonGone)
		}
		return []comity.Fault{anchor.Nothing(rec.Int(anchor))}, nil
	}
	if err != nil {
		return nil, err
	}
	c.where, rec.CoId = where, where.CoId
	return nil, nil
}
