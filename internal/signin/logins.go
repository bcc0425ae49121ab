package signin

import (
	"context"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"comity"
)

// Limits of lines per minute in the log about failed logins, for one address and in all: many attempts do not
// fill the disk, and those of one address do not hide those of another.
const (
	linesOfAddress = 6
	linesInAll     = 60
)

// Logins limits and logs failed logins of every kind. The zero value and nil have no limit.
type Logins struct {
	// PerMinute is how many logins of an address may fail in a minute; 0 is no limit.
	PerMinute int64
	// Log logs failed logins; nil for none.
	Log *slog.Logger
	// Count is called for each failed login; may be nil.
	Count func()

	failed, lines Limits
	unlogged      atomic.Int64
}

// place returns what counts as one address: for IPv6 the network that a site is assigned, because whoever has
// one address of it has all.
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

// Blocked says whether too many logins from an address failed for it to try now; wait is the time until it
// may.
func (l *Logins) Blocked(address string, now time.Time) (wait time.Duration, blocked bool) {
	if l == nil || l.PerMinute == 0 {
		return 0, false
	}
	return l.failed.Spent(place(address), l.PerMinute, now)
}

// Failed records a failed login: the address, the kind (key, link, provider) and the user name if it is that
// of an API user. Other typed text is not logged.
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
