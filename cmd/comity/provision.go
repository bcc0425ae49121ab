package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/outbox"
	"comity/internal/provision"
	"comity/internal/provision/kafka"
	"comity/internal/registry"
)

type provisionCommand struct {
	database
	Target       int64   `required:"" help:"The provisioning target's id." placeholder:"ID"`
	All          bool    `xor:"whom" required:"" help:"Tell it about everybody in its CO, or go on where that was stopped."`
	Person       int64   `xor:"whom" required:"" help:"Tell it about one person." placeholder:"ID"`
	Group        int64   `xor:"whom" required:"" help:"Tell it about one group." placeholder:"ID"`
	OnlyChanged  bool    `help:"With --all: leave out whom it was last sent the same message about."`
	Anew         bool    `help:"With --all: begin anew, wherever another run was stopped."`
	MaxDeletes   percent `help:"With --all: refuse to begin if the target would be told to delete more than this share of the people whom it knows; 10% if you say nothing." default:"10%" placeholder:"SHARE"`
	DryRun       bool    `xor:"what" help:"List what would be sent, and send nothing."`
	Verify       bool    `xor:"what" help:"Compare what the target's endpoint holds with what it should, and send nothing; the exit status is 2 if that is not the same."`
	Repair       bool    `help:"With --verify: tell the target about those of whom it holds something else."`
	AllowPrivate bool    `name:"allow-private-targets" help:"Let provisioning targets be at loopback, private and link-local addresses." env:"COMITY_ALLOW_PRIVATE_TARGETS"`
}

// percent is a share, written 10%.
type percent int64

// UnmarshalText reads a share.
func (s *percent) UnmarshalText(text []byte) error {
	n, err := strconv.ParseInt(strings.TrimSuffix(string(text), "%"), 10, 64)
	if err != nil || n < 0 || n > 100 {
		return fmt.Errorf("%q is no share from 0%% to 100%%", text)
	}
	*s = percent(n)
	return nil
}

// Run tells a target, through the server that has the database if one has, and shows how it goes.
func (c *provisionCommand) Run(p *program) error {
	switch {
	case c.Repair && !c.Verify:
		return errors.New("--mend goes with --verify")
	case c.Verify && (c.OnlyChanged || c.Anew):
		return errors.New("--only-changed and --anew do not go with --verify")
	}
	return c.withProvisioner(p, func(t provisioner) error {
		switch {
		case c.DryRun:
			return c.dryRun(p, t)
		case c.Verify:
			return c.compare(p, t)
		case c.All:
			return c.everybody(p, t)
		}
		return c.one(p, t)
	})
}

// subject is the one that the command is about, the zero one for everybody.
func (c *provisionCommand) subject() comity.Subject {
	if c.Group != 0 {
		return comity.GroupSubject(c.Group)
	}
	return comity.PersonSubject(c.Person)
}

func (c *provisionCommand) one(p *program, t provisioner) error {
	queued, err := t.provisionOne(p.ctx, c.Target, c.subject())
	if err != nil {
		return err
	}
	word := "was told"
	if queued {
		word = "will be told"
	}
	_, err = fmt.Fprintf(p.out, "target %d %s about %v\n", c.Target, word, c.subject())
	return err
}

func (c *provisionCommand) withProvisioner(p *program, fn func(provisioner) error) error {
	return c.reach(p, use{callsOut: true}, func(asked *control) error { return fn(asked) }, func(db *opened) error {
		var queue *outbox.Outbox
		reg := registry.New(db.store, func() { queue.Wake() })
		sender := newSender(c.AllowPrivate)
		defer sender.Close()
		queue = outbox.New(db.store, reg, sender, outbox.Options{})
		if c.DryRun || c.Verify && !c.Repair {
			// Nothing is sent, what waits neither.
			return fn(localProvisioner{reg, queue})
		}
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
		return fn(localProvisioner{reg, queue})
	})
}

// newSender returns what sends to targets of every kind of server.
func newSender(allowPrivate bool) *provision.Sender {
	how := provision.Options{AllowPrivate: allowPrivate}
	return provision.NewSender(provision.NewHTTP(how), kafka.New(how))
}

// everybody shows how a run goes until it is at its end. Whoever interrupts it stops it, and the same
// command goes on from there.
func (c *provisionCommand) everybody(p *program, t provisioner) error {
	if err := t.provisionAll(p.ctx, c.Target, outbox.Run{OnlyChanged: c.OnlyChanged, Anew: c.Anew, MaxDeletes: int64(c.MaxDeletes)}); err != nil {
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
			s, statusErr := t.provisioned(ctx, c.Target)
			bar.end()
			if err = errors.Join(err, statusErr); err != nil {
				return err
			}
			return fmt.Errorf("stopped at %d of %s: the same command goes on from there", s.FullSync.Taken, everybodyIn(s.FullSync, s.FullSync.Total))
		case <-ticker.C:
		}
		s, err := t.provisioned(p.ctx, c.Target)
		if err != nil && p.ctx.Err() == nil {
			return err
		}
		bar.show(s)
		if !s.FullSync.Ended.IsZero() && s.InFlight == 0 {
			bar.end()
			return c.summary(p, s, bar.began)
		}
	}
}

func (c *provisionCommand) summary(p *program, s outbox.Status, began time.Time) error {
	if s.FullSync.Stopped {
		return fmt.Errorf("somebody else stopped it at %d of %s: the same command goes on from there", s.FullSync.Taken, everybodyIn(s.FullSync, s.FullSync.Total))
	}
	fmt.Fprintf(p.out, "came to %s in %v\n", everybodyIn(s.FullSync, s.FullSync.Taken), time.Since(began).Round(100*time.Millisecond))
	if s.Waiting > 0 {
		fmt.Fprintf(p.out, "%d of them wait to be tried again\n", s.Waiting)
	}
	if s.LeftOut > 0 {
		fmt.Fprintf(p.out, "%d are left out: %s\n", s.LeftOut, s.WhyLeftOut)
	}
	if s.Failed > 0 {
		fmt.Fprintf(p.out, "%d rest because the target refuses them: co_provisioning_targets/failed/%d.json says why\n", s.Failed, c.Target)
	}
	return nil
}

// everybodyIn writes so many of those that a run comes to, groups too once it has come to them.
func everybodyIn(s outbox.FullSync, n int64) string {
	if s.Last.Kind == comity.KindGroup {
		return fmt.Sprintf("%d people and groups", n)
	}
	return several(int(n), "person", "people")
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
	if time.Since(b.shown) < every || s.FullSync.Total == 0 {
		return
	}
	b.shown = time.Now()
	line := fmt.Sprintf("%d of %s (%d %%)", s.FullSync.Taken, everybodyIn(s.FullSync, s.FullSync.Total), 100*s.FullSync.Taken/s.FullSync.Total)
	if taken := time.Since(b.began); s.FullSync.Taken > 0 && s.FullSync.Taken < s.FullSync.Total {
		left := taken / time.Duration(s.FullSync.Taken) * time.Duration(s.FullSync.Total-s.FullSync.Taken)
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
