package registry

import (
	"context"

	"comity"
	"comity/internal/authz"
)

// authorizePlace returns an error unless the caller may add the new record to what it names, or move it there.
// A record that the caller may not know of is answered like one that does not exist.
func (c *change) authorizePlace(ctx context.Context, op authz.Operation) error {
	relations := c.caller.Through(op, c.new.Resource)
	if relations&authz.InCO != 0 {
		return nil
	}
	p := authz.PermissionFor(c.new.Resource)
	if authz.IsReserved(c.caller, c.new) {
		return comity.Forbid()
	}
	for _, f := range p.To {
		if !c.changed(f) || c.isInvalid(f) {
			continue
		}
		if !c.new.Has(f) && f.Kind == comity.Owner {
			continue // reported later
		}
		if !c.new.Has(f) {
			return comity.Forbid()
		}
		target := f.Refers()
		if f.Kind == comity.Owner {
			target = ownerResource(c.new, f)
		}
		err := authz.Require(ctx, c.tx, c.caller, relations, target, c.new.Int(f), comity.PhrasePersonGone)
		switch {
		case err == nil:
		case comity.CodeOf(err) != comity.NotFound:
			return err
		case f.Kind == comity.Owner:
			return comity.Refuse(comity.PhrasePersonGone)
		default:
			c.invalid(f.Nothing(c.new.Int(f)))
		}
	}
	return nil
}
