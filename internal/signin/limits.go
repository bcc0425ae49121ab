package signin

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits limits the rate of something per name: requests of an API user, failed logins from an address. The
// zero value is ready.
type Limits struct {
	mu     sync.Mutex
	byName map[string]*limit
	swept  time.Time
}

type limit struct {
	*rate.Limiter
	perMinute int64
	used      time.Time
}

// idle is how long an inactive name is remembered; longer than its bucket takes to fill.
const idle = 2 * time.Minute

// Take takes one of the name's perMinute, and says whether there was one; if not, wait is the time until
// there is.
func (l *Limits) Take(name string, perMinute int64, now time.Time) (wait time.Duration, ok bool) {
	r := l.get(name, perMinute, now).ReserveN(now, 1)
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait, false
	}
	return 0, true
}

// Spent says whether the name has none left, without taking one; wait is the time until it has.
func (l *Limits) Spent(name string, perMinute int64, now time.Time) (wait time.Duration, spent bool) {
	r := l.get(name, perMinute, now).ReserveN(now, 1)
	wait = r.DelayFrom(now)
	r.CancelAt(now)
	return wait, wait > 0
}

func (l *Limits) get(name string, perMinute int64, now time.Time) *limit {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byName == nil {
		l.byName = map[string]*limit{}
	}
	if now.Sub(l.swept) > idle {
		for name, one := range l.byName {
			if now.Sub(one.used) > idle {
				delete(l.byName, name)
			}
		}
		l.swept = now
	}
	one := l.byName[name]
	if one == nil || one.perMinute != perMinute {
		one = &limit{Limiter: rate.NewLimiter(rate.Limit(float64(perMinute)/60), int(perMinute)), perMinute: perMinute}
		l.byName[name] = one
	}
	one.used = now
	return one
}
