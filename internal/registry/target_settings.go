package registry

import (
	"context"
	"strings"

	"comity"
	"comity/internal/store"
	"comity/internal/store/queue"
)

// targetSettingsRules are the rules of the resources that hold the settings of provisioning targets.
var targetSettingsRules = rules{
	check: func(ctx context.Context, c *change) ([]comity.FieldError, error) {
		fieldErrors, err := c.targetOfPlugin(ctx)
		if err != nil {
			return nil, err
		}
		wrong, err := c.serverOfType(ctx)
		fieldErrors = append(fieldErrors, wrong...)
		if err != nil {
			return nil, err
		}
		lacks, err := c.lacksPassword(ctx)
		return append(fieldErrors, lacks...), err
	},
	after: func(ctx context.Context, c *change) error {
		if c.new == nil {
			return nil
		}
		f := c.new.Resource.TargetId()
		targets := []int64{c.new.Int(f)}
		if c.old != nil && c.changed(f) {
			targets = append(targets, c.old.Int(f))
		}
		identifierType := c.new.Resource.QueueField(comity.QueueIdentifierType)
		if c.old != nil && identifierType != nil && c.changed(identifierType) {
			if err := queue.RetryLeftOut(ctx, c.tx, targets[0]); err != nil {
				return err
			}
		}
		return queue.TargetsEdited(ctx, c.tx, targets...)
	},
}

// targetOfPlugin returns the field error of settings that name a target of another plugin than theirs.
func (c *change) targetOfPlugin(ctx context.Context) ([]comity.FieldError, error) {
	f := c.new.Resource.TargetId()
	if !c.changed(f) {
		return nil, nil
	}
	target, err := c.ofSameCO(ctx, f)
	if err != nil || target == nil {
		return nil, err
	}
	plugin := target.Text(comity.CoProvisioningTarget.Plugin)
	if plugin == c.new.Resource.Plugin {
		return nil, nil
	}
	return []comity.FieldError{f.FieldError("%d is a target of the plugin %s, not %s", target.Id, plugin, c.new.Resource.Plugin)}, nil
}

var targetRules = rules{
	check: func(ctx context.Context, c *change) ([]comity.FieldError, error) {
		f := comity.CoProvisioningTarget.Plugin
		if c.old == nil || !c.changed(f) {
			return nil, nil
		}
		return c.unconfigured(ctx, f, "target", comity.TargetSettings(), (*comity.Resource).TargetId)
	},
	after: func(ctx context.Context, c *change) error {
		if c.old == nil || c.new == nil {
			return nil
		}
		return queue.TargetsEdited(ctx, c.tx, c.new.Id)
	},
}

// unconfigured returns the field error of a field that cannot be changed while the record, a noun, has a
// record in one of the tables, which name it in a field.
func (c *change) unconfigured(
	ctx context.Context, f *comity.Field, noun string, tables []*comity.Resource, field func(*comity.Resource) *comity.Field,
) ([]comity.FieldError, error) {
	for _, table := range tables {
		configured, err := store.Any(ctx, c.tx, table, store.Equal(field(table).Column, c.new.Id))
		if err != nil {
			return nil, err
		}
		if configured {
			return []comity.FieldError{f.FieldError("cannot be changed while the %s has its %s: delete it first", noun, table.Singular)}, nil
		}
	}
	return nil, nil
}

// serverEdited makes pending deliveries of a server's targets due at once, as the new settings may work.
func (c *change) serverEdited(ctx context.Context, server int64) error {
	targets, err := store.TargetsOf(ctx, c.tx, server)
	if err != nil {
		return err
	}
	return queue.TargetsEdited(ctx, c.tx, targets...)
}

// oneOf joins words for a sentence: "HT or KA".
func oneOf(words []string) string { return strings.Join(words, " or ") }
