package store

import (
	"context"
	"fmt"
	"slices"

	"comity"
	"comity/internal/store/db"
)

// Destination returns a target with its settings and its server, and the secrets of both. Settings and Server
// are nil where the target has none.
func Destination(ctx context.Context, tx *db.Tx, target int64) (comity.Destination, error) {
	d := comity.Destination{Secrets: map[*comity.Field]string{}}
	err := tx.Later(ctx, `SELECT identifier_type, workers, include_groups FROM co_provisioning_targets WHERE id = $1`, db.Args{target}, func(r *db.Row) error {
		d.IdentifierType, d.Workers, d.IncludeGroups = r.Text(), r.Int(), r.Bool()
		return nil
	})
	if err != nil {
		return d, err
	}
	if d.Target, err = Get(ctx, tx, comity.CoProvisioningTarget.Resource, target); err != nil {
		return d, err
	}
	settings := d.SettingsTable()
	if settings == nil {
		return d, fmt.Errorf("target %d has a plugin that this program does not know: %s", target, d.Target.Text(comity.CoProvisioningTarget.Plugin))
	}
	if d.Settings, err = withSecrets(ctx, tx, settings.TargetId(), target, d.Secrets); err != nil || d.Settings == nil {
		return d, err
	}
	if settings.ServerId() == nil {
		return d, nil
	}
	server, err := Get(ctx, tx, comity.Server.Resource, d.Settings.Int(settings.ServerId()))
	if err != nil {
		return d, err
	}
	d.ServerType = server.Text(comity.Server.ServerType)
	d.ServerActive = server.Text(comity.Server.Status) == comity.Active
	d.Server, err = withSecrets(ctx, tx, comity.ServerTable(d.ServerType).ServerId(), server.Id, d.Secrets)
	return d, err
}

// withSecrets returns the record that has an id in a field, nil if there is none, and adds its secrets to a map.
func withSecrets(ctx context.Context, tx *db.Tx, by *comity.Field, id int64, secrets map[*comity.Field]string) (rec *comity.Record, err error) {
	r := by.Resource()
	var sealed []*comity.Field
	columns := texts[r].columns
	for _, f := range r.Fields {
		if f.Kind == comity.Secret && !f.Generated {
			sealed = append(sealed, f)
			columns += ", " + f.Column
		}
	}
	sql := fmt.Sprintf(`SELECT %s FROM %s WHERE %s = $1`, columns, texts[r].from, by.Column)
	err = tx.Query(ctx, sql, db.Args{id}, func(row *db.Row) error {
		if rec, err = texts[r].scan(row); err != nil {
			return err
		}
		for _, f := range sealed {
			if row.IsNull() {
				row.Skip()
				continue
			}
			if secrets[f], err = tx.Sealer.Open(row.Bytes()); err != nil {
				return err
			}
		}
		return nil
	})
	return rec, err
}

// TargetsOf returns the ids of the targets that use a server, in order.
func TargetsOf(ctx context.Context, tx *db.Tx, server int64) (targets []int64, err error) {
	for _, settings := range comity.TargetSettings() {
		f := settings.ServerId()
		if f == nil {
			continue
		}
		found, err := db.Collect(ctx, tx, fmt.Sprintf(`SELECT %s FROM %s WHERE %s = $1`, settings.TargetId().Column, settings.Table, f.Column),
			db.Args{server}, func(r *db.Row) (int64, error) { return r.Int(), nil })
		if err != nil {
			return nil, err
		}
		targets = append(targets, found...)
	}
	slices.Sort(targets)
	return targets, nil
}
