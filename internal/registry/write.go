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

func ownerResource(rec *comity.Record, owner *comity.Field) *comity.Resource {
	o, _ := owner.Owner(rec.Text(owner))
	return comity.ByName(o.Target)
}

// judge looks at the record as it would be: types and references, then what no two records share,
// then the resource's own refusals.
func (c *change) judge(ctx context.Context, rules rules, faults []comity.Fault) error {
	if err := hook(ctx, rules.prepare, c); err != nil {
		return err
	}
	rec := c.new
	wrong, err := c.typeFaults(ctx)
	if err != nil {
		return err
	}
	faults = append(faults, wrong...)
	for _, f := range rec.Resource.Fields {
		if !rec.Has(f) || !c.changed(f) {
			continue
		}
		if f.Kind != comity.Reference || f.OwnRule || c.old == nil && f == rec.Anchor() {
			continue
		}
		there, err := c.inCO(ctx, f.Refers(), rec.Int(f))
		if err != nil {
			return err
		}
		if !there {
			faults = append(faults, f.Nothing(rec.Int(f)))
		}
	}
	if rules.check != nil {
		more, err := rules.check(ctx, c)
		if err != nil {
			return err
		}
		faults = append(faults, more...)
	}
	if len(faults) > 0 {
		return comity.Faulty(faults...)
	}
	if rules.refuseFirst {
		if err := hook(ctx, rules.refuse, c); err != nil {
			return err
		}
		return c.refuseTaken(ctx)
	}
	if err := c.refuseTaken(ctx); err != nil {
		return err
	}
	return hook(ctx, rules.refuse, c)
}

// refuseTaken refuses what another record has and no two may.
func (c *change) refuseTaken(ctx context.Context) error {
	rec := c.new
	for _, u := range rec.Resource.Uniques {
		// Whether a record is compared at all may hang on whose it is.
		moved := u.NotOwned != "" && c.changed(rec.Resource.Owner())
		if !moved && !slices.ContainsFunc(u.Fields, c.changed) {
			continue
		}
		taken, err := c.tx.Taken(ctx, rec, u)
		if err != nil {
			return err
		}
		if taken && u.Names != nil {
			return comity.RefuseBecause(u.Phrase, "The %s %q of type %q is in use in this CO", "identifier", rec.Text(u.Names), rec.Text(u.Fields[0]))
		}
		if taken {
			return comity.Refuse(u.Phrase)
		}
	}
	return nil
}

// inCO says whether a record is there, in the CO of the change, as far as the caller may know.
func (c *change) inCO(ctx context.Context, res *comity.Resource, id int64) (bool, error) {
	where, err := c.tx.Home(ctx, res, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	coID := c.record().CoId
	if err != nil || !c.caller.Knows(where.CoId) || coID != 0 && where.CoId != coID {
		return false, err
	}
	return meets(ctx, c.tx, c.caller, c.caller.Through(access.View, res), res, id)
}

func hook(ctx context.Context, fn func(context.Context, *change) error, c *change) error {
	if fn == nil {
		return nil
	}
	return fn(ctx, c)
}

// Condition is what must hold of a record, as it is, for a change of it to be made. It is asked last,
// after every other refusal.
type Condition func(*comity.Record) error

func hold(conditions []Condition, rec *comity.Record) error {
	for _, c := range conditions {
		if err := c(rec); err != nil {
			return err
		}
	}
	return nil
}

// Edit changes the fields that a request names, if the conditions hold.
func (r *Registry) Edit(ctx context.Context, caller access.Caller, res *comity.Resource, id int64, in comity.Input, conditions ...Condition) error {
	if !caller.MayAnything() || otherCO(caller, in.Record) {
		return comity.Forbid()
	}
	rules := rulesOf(res)
	err := r.write(ctx, rules.alone, func(tx *store.Tx) error {
		c := &change{tx: tx, caller: caller}
		if err := c.enter(ctx, access.Edit, res, id, rules.exclusive, res.UnknownOnEdit); err != nil {
			return err
		}
		return c.edit(ctx, rules, in, conditions)
	})
	if err != nil {
		return fmt.Errorf("edit %s %d: %w", res.Singular, id, err)
	}
	return nil
}

// enter finds the record to change, takes its CO's lock, reads it, and asks whether the caller may.
func (c *change) enter(ctx context.Context, op access.Operation, res *comity.Resource, id int64, exclusive bool, unknown string) (err error) {
	c.where, err = c.tx.Enter(ctx, res, id, exclusive)
	if errors.Is(err, store.ErrNotFound) || err == nil && !c.caller.Knows(c.where.CoId) {
		return comity.Missing(unknown)
	}
	if err != nil {
		return err
	}
	if c.old, err = c.tx.GetForUpdate(ctx, res, id); errors.Is(err, store.ErrNotFound) {
		return comity.Missing(unknown)
	}
	if err != nil {
		return err
	}
	if person := c.old.OwnedBy(comity.OwnerCO); person != 0 && person != c.where.CoPersonId {
		// It was given to another person while this change waited for its turn.
		if c.where, err = c.tx.Enter(ctx, res, id, exclusive); err != nil {
			return err
		}
	}
	if c.now, err = c.tx.Now(ctx); err != nil {
		return err
	}
	return permit(ctx, c.tx, c.caller, op, c.old, unknown)
}

func (c *change) edit(ctx context.Context, rules rules, in comity.Input, conditions []Condition) error {
	faults := append(slices.Clone(in.Faults), missing(in)...)
	c.new = overlay(c.old, in.Record)
	faults = append(faults, c.new.Resource.Check(c.new)...)
	if len(faults) > 0 {
		return comity.Faulty(faults...)
	}
	if err := c.moveOwner(ctx, in.Record); err != nil {
		return err
	}
	faults, err := c.keepFixed(ctx)
	if err != nil {
		return err
	}
	if err := c.permitPlace(ctx, access.Edit); err != nil {
		return err
	}
	if err := c.judge(ctx, rules, faults); err != nil {
		return err
	}
	if err := hold(conditions, c.old); err != nil {
		return err
	}
	if err := hook(ctx, rules.before, c); err != nil || c.new == nil {
		return err
	}
	if err := c.tx.Update(ctx, c.new, c.caller.Username, c.where); err != nil {
		return err
	}
	if err := hook(ctx, rules.after, c); err != nil {
		return err
	}
	if c.new.Same(c.old) {
		return nil
	}
	return c.markPeople(ctx)
}

// overlay is the record as an edit would leave it: what the request does not name stays.
func overlay(old, named *comity.Record) *comity.Record {
	rec := old.Clone()
	for _, f := range rec.Resource.Fields {
		cell := named.Get(f)
		switch {
		case cell.IsAbsent() || f.Kept || f.ReadOnly:
		case !cell.HasValue() && !f.Default.IsAbsent():
			rec.Set(f, f.Default)
		default:
			rec.Set(f, cell)
		}
	}
	return rec
}

// moveOwner follows an edit that gives the record to another owner of the same CO.
func (c *change) moveOwner(ctx context.Context, named *comity.Record) error {
	f := c.new.Resource.Owner()
	if f == nil {
		return nil
	}
	if !named.Has(f) {
		return comity.Refuse(comity.PhraseNoPerson)
	}
	if !c.new.Changed(c.old, f) {
		return nil
	}
	where, err := c.tx.Enter(ctx, ownerResource(c.new, f), c.new.Int(f), false)
	if errors.Is(err, store.ErrNotFound) || err == nil && where.CoId != c.old.CoId {
		return comity.Refuse(comity.PhrasePersonGone)
	}
	if err != nil {
		return err
	}
	c.moved, c.where = c.where.CoPersonId, where
	return nil
}

// keepFixed returns the faults of fields that never change after add.
func (c *change) keepFixed(ctx context.Context) ([]comity.Fault, error) {
	var faults []comity.Fault
	for _, f := range c.new.Resource.Fields {
		if !f.Fixed || !c.new.Changed(c.old, f) {
			continue
		}
		if f == c.new.Resource.CoId() {
			if _, err := c.tx.Home(ctx, comity.Co.Resource, c.new.Int(f)); errors.Is(err, store.ErrNotFound) {
				return nil, comity.Refuse(comity.PhraseNoCO)
			} else if err != nil {
				return nil, err
			}
		}
		faults = append(faults, f.Fault("cannot be changed from %d", c.old.Int(f)))
		c.new.Set(f, c.old.Get(f))
	}
	return faults, nil
}

// Delete deletes a record and what hangs on it.
func (r *Registry) Delete(ctx context.Context, caller access.Caller, res *comity.Resource, id int64, conditions ...Condition) error {
	if !caller.MayAnything() {
		return comity.Forbid()
	}
	rules := rulesOf(res)
	err := r.write(ctx, rules.alone, func(tx *store.Tx) error {
		c := &change{tx: tx, caller: caller}
		if err := c.enter(ctx, access.Delete, res, id, rules.exclusive || rules.exclusiveDelete, res.UnknownOnDelete); err != nil {
			return err
		}
		return c.delete(ctx, rules, conditions)
	})
	if err != nil {
		return fmt.Errorf("delete %s %d: %w", res.Singular, id, err)
	}
	return nil
}

func (c *change) delete(ctx context.Context, rules rules, conditions []Condition) error {
	c.new = nil
	if err := hook(ctx, rules.refuse, c); err != nil {
		return err
	}
	if err := hold(conditions, c.old); err != nil {
		return err
	}
	if rules.remove != nil {
		return rules.remove(ctx, c)
	}
	if err := hook(ctx, rules.before, c); err != nil {
		return err
	}
	if err := c.markPeople(ctx); err != nil {
		return err
	}
	if err := c.tx.Delete(ctx, c.old, c.caller.Username, markedModes); err != nil {
		return err
	}
	return hook(ctx, rules.after, c)
}

// markedModes are the modes of the targets that every change is noted for.
var markedModes = []string{comity.ModeAutomatic, comity.ModeQueue, comity.ModeQueueOnError}

// markPeople notes that whoever the record hangs on, or hung on before, is to be told, and the groups
// that show it.
func (c *change) markPeople(ctx context.Context) error {
	if err := c.markGroups(ctx); err != nil {
		return err
	}
	if !c.record().Resource.Told {
		return nil
	}
	people := slices.DeleteFunc([]int64{c.where.CoPersonId, c.moved}, func(id int64) bool { return id == 0 })
	if c.record().Resource == comity.CoPerson.Resource {
		people = []int64{c.record().Id}
	}
	return c.tx.MarkPeople(ctx, markedModes, people...)
}
