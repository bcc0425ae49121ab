package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"comity/internal/authz"
	"comity/internal/observe"
	"comity/internal/provisioning"
)

type serveCommand struct {
	database
	consoleSettings
	httpSettings
	Listen  string   `help:"The address to listen on." default:"127.0.0.1:8080" env:"COMITY_LISTEN" placeholder:"HOST:PORT"`
	Root    string   `help:"The path below which the API is served." default:"/registry/" env:"COMITY_ROOT" placeholder:"PATH"`
	Trusted []string `name:"trusted-proxies" help:"The networks of the proxies whose X-Forwarded-For is trusted." env:"COMITY_TRUSTED_PROXIES" placeholder:"CIDR,…"`
	connectorSettings
	Failures int64         `name:"failed-logins" help:"The number of failed logins that an address may have per minute; 0 for no limit." default:"600" env:"COMITY_FAILED_LOGINS"`
	Lease    time.Duration `help:"About how long a delivery stays with the instance that claimed it before another takes it over; a message may take half as long." default:"1m" env:"COMITY_LEASE"`
	logSettings
	Drain time.Duration `help:"How long requests and deliveries under way may take when the server stops." default:"30s" env:"COMITY_DRAIN"`
}

// logSettings say what is logged.
type logSettings struct {
	LogFormat string `help:"The format of log lines: text or json." default:"text" env:"COMITY_LOG_FORMAT"`
	LogLevel  string `help:"The lowest level that is logged: debug, info, warn or error." default:"info" env:"COMITY_LOG_LEVEL"`
}

// Validate returns all errors in the settings, joined.
func (s logSettings) Validate() error {
	_, err := s.level()
	if s.LogFormat != "text" && s.LogFormat != "json" {
		err = errors.Join(err, fmt.Errorf("--log-format: %q is no format, it must be text or json", s.LogFormat))
	}
	return err
}

func (s logSettings) level() (l slog.Level, err error) {
	if err := l.UnmarshalText([]byte(s.LogLevel)); err != nil {
		return l, fmt.Errorf("--log-level: %q is no level, it must be debug, info, warn or error", s.LogLevel)
	}
	return l, nil
}

// shortestLease leaves a busy machine enough time to send the deliveries that it has claimed.
const shortestLease = 2 * time.Second

// Validate returns all errors in the settings that can be found without using them, joined.
func (s *serveCommand) Validate() error {
	_, proxiesErr := prefixes(s.Trusted)
	databaseErr := s.database.Validate()
	if databaseErr == nil {
		databaseErr = s.checkKeyFile()
	}
	all := []error{
		databaseErr, checkAddress(s.Listen), checkRoot(s.Root), s.httpSettings.Validate(), proxiesErr, s.logSettings.Validate(), s.consoleSettings.Validate(),
	}
	if s.Failures < 0 {
		all = append(all, fmt.Errorf("--failed-logins: %d is too few, it must be 0 at least", s.Failures))
	}
	if s.Lease < shortestLease {
		all = append(all, fmt.Errorf("--lease: %v is too short, it must be %v at least", s.Lease, shortestLease))
	}
	if s.Drain < 0 {
		all = append(all, fmt.Errorf("--drain: %v is too short, it must be 0s at least", s.Drain))
	}
	return errors.Join(all...)
}

// Run serves until the program receives SIGTERM or SIGINT, then lets requests and deliveries under way finish.
func (s *serveCommand) Run(p *program) (err error) {
	a, err := newApp(p, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	return a.run()
}

// statusesOf returns a function that reads the status of every target, for the metrics.
func statusesOf(p *provisioning.Service) func(context.Context) ([]observe.TargetStatus, error) {
	return func(ctx context.Context) ([]observe.TargetStatus, error) {
		all, now, err := p.Statuses(ctx, authz.System("metrics"))
		if err != nil {
			return nil, err
		}
		ago := func(t time.Time, never time.Duration) time.Duration {
			if t.IsZero() {
				return never
			}
			return max(0, now.Sub(t))
		}
		var targets []observe.TargetStatus
		for id, s := range all {
			targets = append(targets, observe.TargetStatus{
				Target: id, CoId: s.CoId, Name: s.Description, Waiting: s.Waiting, InFlight: s.InFlight, Failed: s.Failed, LeftOut: s.LeftOut, BreakerOpen: !s.Breaker.Opened.IsZero(),
				OldestWait: ago(s.OldestWait, 0), SinceSuccess: ago(s.LastSuccess, -1),
			})
		}
		return targets, nil
	}
}

// prefixes parses networks and single addresses.
func prefixes(texts []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if a, addrErr := netip.ParseAddr(text); addrErr == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxies: %q is no network such as 10.0.0.0/8", text)
		}
		all = append(all, p)
	}
	return all, nil
}
