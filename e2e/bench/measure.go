package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
)

// bench is a run on one database.
type bench struct {
	settings
	*place
	*report
	dir string
	// direct speaks to the program's database past the program.
	direct direct
	stock  stock
	// authorization is the header's value, of the platform's API user.
	authorization string
}

// measure runs all parts on one database and returns what it is.
func measure(ctx context.Context, s settings, name, parent string, r *report) (version string, err error) {
	b := &bench{settings: s, report: r, dir: filepath.Join(parent, name)}
	if b.place, err = newPlace(ctx, name, b.dir); err != nil {
		return "", err
	}
	defer b.place.close()
	if b.has(ratesParts) {
		if err := b.rates(ctx); err != nil {
			return "", err
		}
	}
	if slices.Contains(b.parts, partList) {
		if err := b.lists(ctx); err != nil {
			return "", fmt.Errorf("list: %w", err)
		}
	}
	if slices.Contains(b.parts, partLookup) {
		if err := b.lookups(ctx); err != nil {
			return "", fmt.Errorf("look up: %w", err)
		}
	}
	if b.has(provisioningParts) {
		if err := b.provisioning(ctx); err != nil {
			return "", fmt.Errorf("provision: %w", err)
		}
	}
	if slices.Contains(b.parts, partConsole) {
		if err := b.console(ctx); err != nil {
			return "", fmt.Errorf("console: %w", err)
		}
	}
	return b.version, nil
}

// has says whether any of some parts is asked for.
func (b *bench) has(parts []string) bool {
	return slices.ContainsFunc(b.parts, func(part string) bool { return slices.Contains(parts, part) })
}

// rates starts the program and the bare limit, fills their databases and runs the parts that need
// them under way.
func (b *bench) rates(ctx context.Context) (err error) {
	note("%s: starting the program and filling its database", b.version)
	server, err := b.start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	b.authorization = server.authorization
	if b.direct, err = openDirect(ctx, b.database); err != nil {
		return err
	}
	defer b.direct.close()
	receiver, err := startReceiver(ctx)
	if err != nil {
		return err
	}
	defer receiver.close()
	if b.stock, err = b.fill(ctx, server, receiver); err != nil {
		return fmt.Errorf("fill the database: %w", err)
	}
	bare, err := b.startBare(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	for _, part := range []struct {
		name string
		run  func() error
	}{
		{partView, func() error { return b.view(ctx, server, bare) }},
		{partAdd, func() error { return b.add(ctx, server, bare) }},
		{partOnboard, func() error { return b.onboard(ctx, server, bare, receiver) }},
		{partReconcile, func() error { return b.reconcile(ctx, server) }},
	} {
		if !slices.Contains(b.parts, part.name) {
			continue
		}
		note("%s: %s", b.version, part.name)
		if err := part.run(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}
