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
	"comity/internal/control"
	"comity/internal/provisioning"
)

type provisionCommand struct {
	database
	connectorSettings
	Target      int64   `required:"" help:"The provisioning target's id." placeholder:"ID"`
	All         bool    `xor:"whom" required:"" help:"Run a full sync: send every person and group of the CO, or continue where a full sync was stopped."`
	Person      int64   `xor:"whom" required:"" help:"Send one person." placeholder:"ID"`
	Group       int64   `xor:"whom" required:"" help:"Send one group." placeholder:"ID"`
	OnlyChanged bool    `help:"With --all: skip people and groups whose message is the same as the one last sent."`
	Anew        bool    `help:"With --all: start from the beginning, even if a full sync was stopped."`
	MaxDeletes  percent `help:"With --all: refuse to start if the target would be sent deletes for more than this share of the people that it holds; 10% by default." default:"10%" placeholder:"SHARE"`
	DryRun      bool    `xor:"what" help:"List what would be sent, and send nothing."`
	Verify      bool    `xor:"what" help:"Compare what the target's endpoint holds with what it should hold, and send nothing; the exit status is 2 if there is drift."`
	Repair      bool    `help:"With --verify: repair drift by sending the people and groups concerned again."`
}

// percent is a share in whole percent, written 10%.
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

// Validate returns all errors in the settings, joined.
func (c *provisionCommand) Validate() error {
	err := c.database.Validate()
	switch {
	case c.Repair && !c.Verify:
		err = errors.Join(err, errors.New("--repair goes with --verify"))
	case c.Verify && (c.OnlyChanged || c.Anew):
		err = errors.Join(err, errors.New("--only-changed and --anew do not go with --verify"))
	}
	return err
}

// Run provisions a target, through the server that has the database open if there is one, and prints the
// progress and the result.
func (c *provisionCommand) Run(p *program) error {
	use := use{callsOut: true, connectors: c.connectorSettings, delivers: !c.DryRun && (!c.Verify || c.Repair)}
	return c.withControl(p, use, func(client *control.Client) error {
		switch {
		case c.DryRun:
			return c.dryRun(p, client)
		case c.Verify:
			return c.verify(p, client)
		case c.All:
			return c.fullSync(p, client)
		}
		return c.one(p, client)
	})
}

// subject is the person or group that the command is about, the zero Subject for --all.
func (c *provisionCommand) subject() comity.Subject {
	if c.Group != 0 {
		return comity.GroupSubject(c.Group)
	}
	return comity.PersonSubject(c.Person)
}

func (c *provisionCommand) one(p *program, client *control.Client) error {
	sent, err := control.Do(p.ctx, client, control.Provision{TargetId: c.Target, Subject: c.subject()})
	if err != nil {
		return err
	}
	done := "was sent"
	if sent.Queued {
		done = "is queued"
	}
	_, err = fmt.Fprintf(p.out, "%v %s to target %d\n", c.subject(), done, c.Target)
	return err
}

// fullSync starts or continues a full sync and prints its progress until it has ended. An interrupt stops
// it; the same command continues from there.
func (c *provisionCommand) fullSync(p *program, client *control.Client) error {
	options := provisioning.FullSyncOptions{OnlyChanged: c.OnlyChanged, Anew: c.Anew, MaxDeletes: int64(c.MaxDeletes)}
	if _, err := control.Do(p.ctx, client, control.StartFullSync{TargetId: c.Target, FullSyncOptions: options}); err != nil {
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
			_, err := control.Do(ctx, client, control.StopFullSync{TargetId: c.Target})
			s, statusErr := control.Do(ctx, client, control.GetStatus{TargetId: c.Target})
			bar.end()
			if err = errors.Join(err, statusErr); err != nil {
				return err
			}
			return fmt.Errorf("stopped at %d of %s: the same command continues from there", s.FullSync.Taken, subjectsIn(s.FullSync, s.FullSync.Total))
		case <-ticker.C:
		}
		s, err := control.Do(p.ctx, client, control.GetStatus{TargetId: c.Target})
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

func (c *provisionCommand) summary(p *program, s provisioning.Status, began time.Time) error {
	if s.FullSync.Stopped {
		return fmt.Errorf("the full sync was stopped by another command or by the console at %d of %s: the same command continues from there", s.FullSync.Taken, subjectsIn(s.FullSync, s.FullSync.Total))
	}
	fmt.Fprintf(p.out, "full sync of %s took %v\n", subjectsIn(s.FullSync, s.FullSync.Taken), time.Since(began).Round(100*time.Millisecond))
	if s.Waiting > 0 {
		fmt.Fprintf(p.out, "%d deliveries are pending and are tried again\n", s.Waiting)
	}
	if s.LeftOut > 0 {
		fmt.Fprintf(p.out, "%d are left out: %s\n", s.LeftOut, s.WhyLeftOut)
	}
	if s.Failed > 0 {
		fmt.Fprintf(p.out, "%d deliveries failed: co_provisioning_targets/failed/%d.json says why\n", s.Failed, c.Target)
	}
	return nil
}

// subjectsIn writes n subjects of a full sync: "people", or "people and groups" once it has come to groups.
func subjectsIn(s provisioning.FullSync, n int64) string {
	if s.Last.Kind == comity.KindGroup {
		return fmt.Sprintf("%d people and groups", n)
	}
	return plural(int(n), "person", "people")
}

// progress prints how far a full sync is: on a terminal in one line that is rewritten, elsewhere in a line
// every ten seconds.
type progress struct {
	out   io.Writer
	live  bool
	began time.Time
	shown time.Time
}

func (b *progress) show(s provisioning.Status) {
	every := 10 * time.Second
	if b.live {
		every = 0
	}
	if time.Since(b.shown) < every || s.FullSync.Total == 0 {
		return
	}
	b.shown = time.Now()
	line := fmt.Sprintf("%d of %s (%d %%)", s.FullSync.Taken, subjectsIn(s.FullSync, s.FullSync.Total), 100*s.FullSync.Taken/s.FullSync.Total)
	if taken := time.Since(b.began); s.FullSync.Taken > 0 && s.FullSync.Taken < s.FullSync.Total {
		left := taken / time.Duration(s.FullSync.Taken) * time.Duration(s.FullSync.Total-s.FullSync.Taken)
		line += fmt.Sprintf(", about %v left", left.Round(time.Second))
	}
	if !s.Breaker.Opened.IsZero() {
		line += ", the target is unreachable since " + s.Breaker.Opened.Format(comity.TimeLayout)
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
