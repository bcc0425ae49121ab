package access

import (
	"context"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"comity"
)

// How many lines the log has about failed logins in a minute, of one address and in all: who tries many
// fills no disk, and does not hide another.
const (
	linesOfAddress = 6
	linesInAll     = 60
)

// Logins bounds and logs logins that fail, by whatever way they came. The zero value and nil bound
// nothing.
type Logins struct {
	// PerMinute is how many an address may fail in a minute; 0 is any number.
	PerMinute int64
	// Log is told of those that fail; nil if nobody is.
	Log *slog.Logger
	// Count is called for each; may be nil.
	Count func()

	failed, lines Limits
	unlogged      atomic.Int64
}

// place is what counts as one address: of IPv6 the network that a site is given, for whoever has one address
// of it has all.
func place(address string) string {
	const site = 64
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	network, err := a.WithZone("").Prefix(site)
	if err != nil {
		return address
	}
	return network.String()
}

// Blocked says whether so many failed from an address that it may not try now, and for how long.
func (l *Logins) Blocked(address string, now time.Time) (wait time.Duration, blocked bool) {
	if l == nil || l.PerMinute == 0 {
		return 0, false
	}
	return l.failed.Spent(place(address), l.PerMinute, now)
}

// Failed notes that a login failed: from which address, by what way (key, link, provider) and, where
// that is the name of an API user, with which. Anything else that was typed is not repeated.
func (l *Logins) Failed(ctx context.Context, address, way, username string, now time.Time) {
	if l == nil {
		return
	}
	if l.PerMinute > 0 {
		l.failed.Take(place(address), l.PerMinute, now)
	}
	if l.Count != nil {
		l.Count()
	}
	if l.Log == nil {
		return
	}
	if _, ok := l.lines.Take("", linesInAll, now); ok {
		if _, ok = l.lines.Take(place(address), linesOfAddress, now); ok {
			if !comity.IsUsername(username) {
				username = ""
			}
			l.Log.WarnContext(ctx, "a login failed", "address", address, "by", way, "user", username, "unlogged", l.unlogged.Swap(0))
			return
		}
	}
	l.unlogged.Add(1)
}
