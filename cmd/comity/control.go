package main

import (
	"context"
	"errors"
	"fmt"

	"comity/internal/control"
	"comity/internal/outbox"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/signin"
	"comity/internal/store/files"
)

// withControl runs a command's requests: by the server that has the SQLite file open if there is one, and
// otherwise by this process, which opens the database.
func (d database) withControl(p *program, use use, fn func(*control.Client) error) (err error) {
	db, err := d.open(p.ctx, use, func(format string, args ...any) { fmt.Fprintf(p.errOut, format+"\n", args...) })
	if errors.Is(err, files.ErrServed) {
		c, dialErr := control.Dial(p.ctx, d.Database)
		if dialErr != nil {
			return fmt.Errorf("%w, and that process cannot be asked: %w", err, dialErr)
		}
		return fn(c)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	var queue *outbox.Outbox
	reg := registry.New(db.store, func() {
		if queue != nil {
			queue.Wake()
		}
	})
	if use.creates {
		if _, err := bootstrap(p, reg); err != nil {
			return err
		}
	}
	if !use.callsOut {
		return fn(control.Local(&control.Service{Registry: reg, Signin: signin.New(db.store, reg)}))
	}
	sender := use.connectors.connectors()
	defer sender.Close()
	queue = outbox.New(db.store, provisioning.NewSnapshots(db.store), sender, outbox.Options{})
	if use.delivers {
		if err := db.takeOver(p.ctx, queue); err != nil {
			return err
		}
		defer deliver(p.ctx, queue)()
	}
	return fn(control.Local(&control.Service{Registry: reg, Signin: signin.New(db.store, reg), Provisioning: provisioning.New(db.store, queue, sender)}))
}

// deliver starts the dispatchers of a queue, and returns a function that stops them and waits until they have
// ended.
func deliver(ctx context.Context, queue *outbox.Outbox) (stop func()) {
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		queue.Run(working)
	}()
	return func() {
		cancel()
		<-done
	}
}
