package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"comity"
	"comity/internal/access"
	"comity/internal/outbox"
	"comity/internal/provision"
	"comity/internal/registry"
	"comity/internal/store"
)

// teller tells targets about people: the outbox, or a running server that has the file.
type teller interface {
	// tellOne tells about one person; queued says that it will be, soon.
	tellOne(ctx context.Context, target, person int64) (queued bool, err error)
	// tellAll begins to tell about everybody, or goes on.
	tellAll(ctx context.Context, target int64, onlyChanged, anew bool) error
	// stopAll stops that.
	stopAll(ctx context.Context, target int64) error
	// told says how a target does.
	told(ctx context.Context, target int64) (outbox.Status, error)
}

type provisionCommand struct {
	database
	Target       int64 `required:"" help:"The provisioning target's id." placeholder:"ID"`
	All          bool  `xor:"whom" required:"" help:"Tell it about everybody in its CO, or go on where that was stopped."`
	Person       int64 `xor:"whom" required:"" help:"Tell it about one person." placeholder:"ID"`
	OnlyChanged  bool  `help:"With --all: leave out whom it was last sent the same message about."`
	Anew         bool  `help:"With --all: begin anew, wherever another run was stopped."`
	AllowPrivate bool  `name:"allow-private-targets" help:"Let provisioning targets be at loopback, private and link-local addresses." env:"COMITY_ALLOW_PRIVATE_TARGETS"`
}

// Run tells a target, through the server that has the database if one has, and shows how it goes.
func (c *provisionCommand) Run(p *program) error {
	return c.withTeller(p, func(t teller) error {
		if c.All {
			return c.everybody(p, t)
		}
		queued, err := t.tellOne(p.ctx, c.Target, c.Person)
		if err != nil {
			return err
		}
		word := "was told"
		if queued {
			word = "will be told"
		}
		_, err = fmt.Fprintf(p.out, "target %d %s about person %d\n", c.Target, word, c.Person)
		return err
	})
}

func (c *provisionCommand) withTeller(p *program, fn func(teller) error) (err error) {
	db, err := c.open(p.ctx, true, func(format string, args ...any) { fmt.Fprintf(p.errOut, format+"\n", args...) })
	if errors.Is(err, store.ErrServed) {
		asked, dialErr := dialControl(c.Database)
		if dialErr != nil {
			return fmt.Errorf("%w, and that process cannot be asked: %w", err, dialErr)
		}
		return fn(asked)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	var queue *outbox.Outbox
	reg := registry.New(db.store, func() { queue.Wake() })
	sender := provision.NewHTTP(provision.Options{AllowPrivate: c.AllowPrivate})
	defer sender.Close()
	queue = outbox.New(db.store, reg, sender, outbox.Options{})
	if err := db.takeOver(p.ctx, queue); err != nil {
		return err
	}
	working, stop := context.WithCancel(context.WithoutCancel(p.ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		queue.Run(working)
	}()
	defer func() { stop(); <-done }()
	return fn(localTeller{reg, queue})
}

// everybody shows how a run goes until it is at its end. Whoever interrupts it stops it, and the same
// command goes on from there.
func (c *provisionCommand) everybody(p *program, t teller) error {
	if err := t.tellAll(p.ctx, c.Target, c.OnlyChanged, c.Anew); err != nil {
		return err
	}
	bar := progress{out: p.errOut, live: isTerminal(p.errOut), began: time.Now(), shown: time.Now()}
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-p.ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), 10*time.Second)
			defer cancel()
			err := t.stopAll(ctx, c.Target)
			s, statusErr := t.told(ctx, c.Target)
			bar.end()
			if err = errors.Join(err, statusErr); err != nil {
				return err
			}
			return fmt.Errorf("stopped at %d of %d people: the same command goes on from there", s.Sweep.Taken, s.Sweep.Total)
		case <-ticker.C:
		}
		s, err := t.told(p.ctx, c.Target)
		if err != nil && p.ctx.Err() == nil {
			return err
		}
		bar.show(s)
		if !s.Sweep.Ended.IsZero() && s.InFlight == 0 {
			bar.end()
			return c.summary(p, s, bar.began)
		}
	}
}

func (c *provisionCommand) summary(p *program, s outbox.Status, began time.Time) error {
	if s.Sweep.Stopped {
		return fmt.Errorf("somebody else stopped it at %d of %d people: the same command goes on from there", s.Sweep.Taken, s.Sweep.Total)
	}
	people := "people"
	if s.Sweep.Taken == 1 {
		people = "person"
	}
	fmt.Fprintf(p.out, "came to %d %s in %v\n", s.Sweep.Taken, people, time.Since(began).Round(100*time.Millisecond))
	if s.Waiting > 0 {
		fmt.Fprintf(p.out, "%d of them wait to be tried again\n", s.Waiting)
	}
	if s.Failed > 0 {
		fmt.Fprintf(p.out, "%d rest because the target refuses them: co_provisioning_targets/failed/%d.json says why\n", s.Failed, c.Target)
	}
	return nil
}

// progress shows how far a run is: on a terminal in one line, elsewhere in a line now and then.
type progress struct {
	out   io.Writer
	live  bool
	began time.Time
	shown time.Time
}

func (b *progress) show(s outbox.Status) {
	every := 10 * time.Second
	if b.live {
		every = 0
	}
	if time.Since(b.shown) < every || s.Sweep.Total == 0 {
		return
	}
	b.shown = time.Now()
	line := fmt.Sprintf("%d of %d people (%d %%)", s.Sweep.Taken, s.Sweep.Total, 100*s.Sweep.Taken/s.Sweep.Total)
	if taken := time.Since(b.began); s.Sweep.Taken > 0 && s.Sweep.Taken < s.Sweep.Total {
		left := taken / time.Duration(s.Sweep.Taken) * time.Duration(s.Sweep.Total-s.Sweep.Taken)
		line += fmt.Sprintf(", about %v left", left.Round(time.Second))
	}
	if !s.Breaker.Opened.IsZero() {
		line += ", the target seems to be away since " + s.Breaker.Opened.Format(comity.TimeLayout)
	}
	if b.live {
		fmt.Fprintf(b.out, "\r\x1b[K%s", line)
	} else {
		fmt.Fprintln(b.out, line)
	}
}

func (b *progress) end() {
	if b.live {
		fmt.Fprint(b.out, "\r\x1b[K")
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// localTeller tells by an outbox of this process.
type localTeller struct {
	registry *registry.Registry
	queue    *outbox.Outbox
}

// byOperator is who gives the orders of a command.
var byOperator = access.System("operator")

func (t localTeller) tellOne(ctx context.Context, target, person int64) (bool, error) {
	subject, err := t.registry.Subject(ctx, byOperator, target, comity.CoPerson.Resource, person)
	if err != nil {
		return false, err
	}
	return t.queue.Provision(ctx, subject.Target, *subject.Told)
}

func (t localTeller) tellAll(ctx context.Context, target int64, onlyChanged, anew bool) error {
	rec, err := t.registry.Target(ctx, byOperator, access.Edit, target)
	if err != nil {
		return err
	}
	if rec.Text(comity.CoProvisioningTarget.Status) == comity.ModeDisabled {
		return fmt.Errorf("provisioning target %d is disabled: set its Status to another mode first", target)
	}
	_, err = t.queue.ProvisionAll(ctx, rec, onlyChanged, anew)
	return err
}

func (t localTeller) stopAll(ctx context.Context, target int64) error {
	_, _, err := t.queue.StopAll(ctx, target)
	return err
}

func (t localTeller) told(ctx context.Context, target int64) (outbox.Status, error) {
	return t.queue.Status(ctx, target)
}
