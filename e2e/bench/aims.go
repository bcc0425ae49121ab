package main

import "time"

// aim is a figure to be reached on each database; 0 is none.
type aim struct{ sqlite, postgres float64 }

func (a aim) on(database string) float64 {
	if isPostgres(database) {
		return a.postgres
	}
	return a.sqlite
}

func both(figure float64) aim { return aim{figure, figure} }

// aims are the figures to be reached. Views, writes, messages and lists are parts of a bare limit, which are to be
// as large; the others are to be as small.
var aims = struct {
	// view, write, writeAlone, message and list are parts of what a bare server does: of 8 clients, of one.
	view, write, writeAlone, message, list aim
	// peer is how many times as many records are created per second as by a program of the same kind.
	peer aim
	// bulk is how many times as many records go in per second as by single requests.
	bulk aim
	// lookup is how many times slower a look-up is in a large registry than in a small one.
	lookup aim
	// reconcile is how many times the time of the bare statements.
	reconcile aim
	// instances is what part of one instance's rate several reach, at the least.
	instances aim
	// silent is how much more time a write takes for a target that never answers.
	silent aim
	// memory is the largest resident memory of a server, in MiB.
	memory aim
	// arrival is the median time from the answer to a write until its message arrives, page that of a console's page.
	arrival, page time.Duration
	// reconcileWait is the longest that another client waits during a reconcile.
	reconcileWait time.Duration
}{
	view: both(0.5), write: aim{sqlite: 0.6, postgres: 0.33}, writeAlone: aim{postgres: 0.4}, message: both(0.33), list: both(0.5),
	peer: both(1), bulk: both(8), lookup: both(1.3), reconcile: both(3), instances: both(1), silent: both(0.1),
	memory: aim{sqlite: 200, postgres: 100}, arrival: 10 * time.Millisecond, page: 50 * time.Millisecond, reconcileWait: 250 * time.Millisecond,
}
