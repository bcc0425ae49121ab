package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"
)

// part is something that is measured, by itself or after others. Its name is what -only takes.
type part struct {
	name string
	run  func(b *bench, ctx context.Context) error
	// only is the one database that it runs on; empty for all.
	only string
}

// allParts returns the parts in the order in which they run. Those that share a fixture follow one another.
func allParts() []part {
	return []part{
		{name: "view", run: (*bench).view},
		{name: "add", run: (*bench).add},
		{name: "onboard", run: (*bench).onboard},
		{name: "add-1", run: (*bench).addAlone},
		{name: "onboard-1", run: (*bench).onboardAlone},
		{name: "pocketbase", run: (*bench).pocketbase, only: "sqlite"},
		{name: "bulk", run: (*bench).bulk},
		{name: "reconcile", run: (*bench).reconcile},
		{name: "list", run: (*bench).lists},
		{name: "lookup", run: (*bench).lookups},
		{name: "million", run: (*bench).million},
		{name: "console", run: (*bench).console},
		{name: "silent-target", run: (*bench).besideSilentTarget},
		{name: "arrive", run: (*bench).arrive},
		{name: "deliver", run: (*bench).deliver},
		{name: "full-sync", run: (*bench).fullSyncs},
		{name: "instances", run: (*bench).instances, only: "postgres"},
	}
}

func partNames() []string {
	var names []string
	for _, p := range allParts() {
		names = append(names, p.name)
	}
	return names
}

// bench is a run on one database.
type bench struct {
	settings
	*place
	*report
	*servers
	dir string
	// direct speaks to the program's database past the program.
	direct direct
	// authorization is the header's value, of the platform's API user.
	authorization string
	fixtures      *fixtures
}

// fixtures are what several parts need. Each is made by the first part that needs it and closed by the first
// that is in its way.
type fixtures struct {
	rates             *ratesFixture
	provisioned, many *registry
}

// measure runs the chosen parts on one database and returns what it is.
func measure(ctx context.Context, s settings, name, parent string, r *report) (version string, err error) {
	b := &bench{settings: s, report: r, servers: &servers{}, fixtures: &fixtures{}, dir: filepath.Join(parent, name)}
	if b.place, err = newPlace(ctx, name, b.dir); err != nil {
		return "", err
	}
	defer b.place.close()
	defer func() { err = errors.Join(err, b.closeFixtures()) }()
	for _, p := range allParts() {
		if !slices.Contains(b.parts, p.name) || p.only != "" && p.only != name {
			continue
		}
		if err := b.measurePart(ctx, p); err != nil {
			return "", fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return b.version, nil
}

// measurePart runs a part, and reports what else the machine did meanwhile: the part's aims are only judged if
// that was next to nothing.
func (b *bench) measurePart(ctx context.Context, p part) error {
	note("%s: %s (load %s)", b.version, p.name, load())
	if err := b.servers.resetPeaks(); err != nil {
		return err
	}
	b.report.begin()
	m, err := watchMachine()
	if err != nil {
		return err
	}
	if err := p.run(b, ctx); err != nil {
		return err
	}
	seen, err := m.seen()
	if err != nil {
		return err
	}
	peak, err := b.servers.peak()
	if err != nil {
		return err
	}
	note("%s: %s took %v; %v", b.version, p.name, seen.elapsed.Round(time.Second), seen)
	b.report.end(b.version, p.name, seen, peak, aims.memory.on(b.database))
	return nil
}

func (b *bench) closeFixtures() error {
	return errors.Join(b.closeRates(), stopRegistry(&b.fixtures.provisioned), stopRegistry(&b.fixtures.many))
}

func stopRegistry(fixture **registry) error {
	r := *fixture
	*fixture = nil
	if r == nil {
		return nil
	}
	return r.stop()
}

// ratesFixture is the program and the bare limit on databases that fill has filled.
type ratesFixture struct {
	stock    stock
	server   *process
	bare     *process
	receiver *receiver
	// onboarded is how many people were onboarded.
	onboarded atomic.Int64
}

// rates returns the fixture of the requests' rates.
func (b *bench) rates(ctx context.Context) (_ *ratesFixture, err error) {
	if b.fixtures.rates != nil {
		return b.fixtures.rates, nil
	}
	note("%s: starting the program and filling its database", b.version)
	f := &ratesFixture{}
	b.fixtures.rates = f
	if f.server, err = b.start(ctx); err != nil {
		return nil, err
	}
	b.authorization = f.server.authorization
	if b.direct, err = openDirect(ctx, b.database); err != nil {
		return nil, err
	}
	if f.receiver, err = startReceiver(ctx); err != nil {
		return nil, err
	}
	if f.stock, err = b.fill(ctx, f.server, f.receiver); err != nil {
		return nil, fmt.Errorf("fill the database: %w", err)
	}
	f.bare, err = startBare(ctx, bareCommand, b.bare)
	return f, err
}

func (b *bench) closeRates() (err error) {
	f := b.fixtures.rates
	b.fixtures.rates = nil
	if f == nil {
		return nil
	}
	if b.direct != nil {
		b.direct.close()
	}
	if f.receiver != nil {
		f.receiver.close()
	}
	for _, p := range []*process{f.server, f.bare} {
		if p != nil {
			err = errors.Join(err, p.stop())
		}
	}
	return err
}

// provisioned returns the registry of a few people that messages are sent of.
func (b *bench) provisioned(ctx context.Context) (_ *registry, err error) {
	if b.fixtures.provisioned == nil {
		b.fixtures.provisioned, err = b.registry(ctx, "provisioned", provisionedPeople)
	}
	return b.fixtures.provisioned, err
}

// many returns the registry of -size people.
func (b *bench) many(ctx context.Context) (_ *registry, err error) {
	if b.fixtures.many == nil {
		b.fixtures.many, err = b.registry(ctx, "many", b.size)
	}
	return b.fixtures.many, err
}
