package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// maxRunning is how many grouped transactions run at the same time. More of them would be smaller; with one, the
// database would do nothing while the program computes.
const maxRunning = 2

// maxGroupWait is how long a write waits for a grouped transaction before it runs by itself.
const maxGroupWait = 20 * time.Millisecond

// limitLockWait limits how long a statement of a group waits for a lock. A closure that waits for somebody keeps all of
// its group waiting, and groups that lock rows in different orders can deadlock: both end after 50 ms, and each
// closure runs by itself.
const limitLockWait = "SET LOCAL lock_timeout = 50"

// maxGrouped is how long a closure may take while others of its group wait for it.
const maxGrouped = 50 * time.Millisecond

// postgresGroups runs short writes that wait at the same time one after the other in one transaction, so that they
// share its round trips and its commit, and answers none of them before the commit. A write that arrives while
// fewer than maxRunning run begins at once.
//
// There are no savepoints. A closure that fails before a write of its own was sent is taken out of its group. After
// any other failure the transaction is rolled back, and each of its closures runs by itself.
type postgresGroups struct {
	backend *postgresBackend
	// open is how long a group takes in further writes.
	open time.Duration

	// apartUntil is the time, in Unix microseconds, until which writes run by themselves (Tx.Apart).
	apartUntil atomic.Int64

	mu      sync.Mutex
	waiting []*writeJob
	// running is the number of goroutines that run groups.
	running int
}

// apartFor is how long writes run by themselves after one that had to.
const apartFor = time.Second

// Apart keeps the transaction from being shared with other writes on PostgreSQL. It is called before the first write of a
// transaction that locks rows which workers lock in an order of their own, as those of deliveries are: a group would
// lock them in the order of its writes, and deadlock with the workers.
func (tx *Tx) Apart() error {
	c, is := tx.conn.(*postgresConn)
	if !is || c.grouped == nil {
		return nil
	}
	c.grouped.groups.apartUntil.Store(time.Now().Add(apartFor).UnixMicro())
	c.grouped.apart = true
	if c.grouped.n > 1 {
		return errYield
	}
	return nil
}

// write runs a closure in a group, or by itself where the group fails or does not begin soon.
func (g *postgresGroups) write(ctx context.Context, fn func(conn) error) error {
	if time.Now().UnixMicro() < g.apartUntil.Load() {
		return g.backend.writeAlone(ctx, fn)
	}
	job := newWriteJob(ctx, false, fn)
	g.enter(job)
	patience := time.NewTimer(maxGroupWait)
	defer patience.Stop()
	select {
	case <-job.done:
	case <-ctx.Done():
		if job.leave() {
			return ctx.Err()
		}
		<-job.done
	case <-patience.C:
		if job.leave() {
			return g.backend.writeAlone(ctx, fn)
		}
		<-job.done
	}
	if errors.Is(job.err, errYield) {
		return g.backend.writeAlone(ctx, fn)
	}
	return job.err
}

// enter queues a job, and starts a goroutine for it if there may be another.
func (g *postgresGroups) enter(job *writeJob) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, job)
	if g.running < maxRunning {
		g.running++
		go g.run()
	}
}

// run runs groups until nobody waits.
func (g *postgresGroups) run() {
	for job := g.next(true); job != nil; job = g.next(true) {
		g.group(job)
	}
}

// next returns the next job that may begin, nil if none waits. The goroutine that asks ends then if ends is true.
func (g *postgresGroups) next(ends bool) *writeJob {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.waiting) > 0 {
		job := g.waiting[0]
		g.waiting = g.waiting[1:]
		if job.begin() {
			return job
		}
	}
	if ends {
		g.running--
	}
	return nil
}

// group runs a job and those that wait meanwhile in one transaction.
func (g *postgresGroups) group(first *writeJob) {
	raw, err := g.backend.pool.Acquire(first.ctx)
	if err != nil {
		first.err = err
		close(first.done)
		return
	}
	ctx, end := context.WithCancel(context.Background())
	defer end()
	c := &postgresConn{raw: raw.Conn(), clock: g.backend.clock, begin: beginWrite, ctx: ctx, grouped: &grouped{groups: g}}
	var ran []*writeJob
	requests := awaited{end: end}
	for start, job := time.Now(), first; job != nil && err == nil; {
		ran = append(ran, job)
		requests.add(job.ctx)
		err = c.step(job, len(ran))
		job = nil
		if err == nil && !c.grouped.apart && len(ran) < maxBatch && time.Since(start) < g.open {
			job = g.next(false)
		}
	}
	committing := err == nil
	if committing {
		err = c.commit(ctx)
	}
	requests.stop()
	if c.begun {
		c.rollBack()
	}
	raw.Release()
	for _, job := range ran {
		switch {
		case err == nil:
		case committing && !rolledBack(err):
			job.err = err
		default:
			job.err = errYield
		}
		close(job.done)
	}
}

// awaited are the requests for which a group runs. No request ends the statements of others: each closure looks whether
// its own has ended. When all have ended, end is called.
type awaited struct {
	end   func()
	left  atomic.Int64
	stops []func() bool
}

func (a *awaited) add(request context.Context) {
	a.left.Add(1)
	a.stops = append(a.stops, context.AfterFunc(request, func() {
		if a.left.Add(-1) == 0 {
			a.end()
		}
	}))
}

func (a *awaited) stop() {
	for _, stop := range a.stops {
		stop()
	}
}

// maxRollBack is how long a rollback may take, before the connection is closed.
const maxRollBack = 5 * time.Second

// rollBack rolls the transaction back. The pool closes a connection that cannot.
func (c *postgresConn) rollBack() {
	ctx, end := context.WithTimeout(context.Background(), maxRollBack)
	defer end()
	_, _ = c.raw.Exec(ctx, "ROLLBACK")
}

// rolledBack returns whether a failed COMMIT has certainly committed nothing. If the connection broke, or the server
// ended the session, it may have.
func rolledBack(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.SeverityUnlocalized == "ERROR"
}

// grouped is the state of the closure that runs in a group.
type grouped struct {
	groups *postgresGroups
	// n is the closure's place in the group, the first is 1. apart says that no further one may follow.
	n     int
	apart bool
	// ctx is that of the closure's request, until the time when others no longer wait for it: zero where none do.
	ctx   context.Context //nolint:containedctx // statements run with the group's context
	until time.Time
	// mark is how many statements of the queue are those of earlier closures. sent says that a write of this one
	// was sent, failed that the transaction cannot go on.
	mark         int
	sent, failed bool
	// read is when the transaction's time was read.
	read time.Time
}

// step runs one closure, the nth of a group. Its own error is in job.err; the error that it returns is that of the group.
func (c *postgresConn) step(job *writeJob, n int) error {
	g := c.grouped
	g.n = n
	g.ctx, g.until, g.mark, g.sent = job.ctx, time.Time{}, len(c.waiting), false
	if n > 1 {
		g.until = time.Now().Add(maxGrouped)
	}
	c.nextTime()
	job.err = call(func() error { return job.fn(c) })
	if job.err == nil && slices.ContainsFunc(c.waiting[g.mark:], queued.reads) {
		job.err = c.flush(c.ctx)
	}
	switch {
	case job.err == nil:
		return c.failed
	case g.failed || g.sent:
		return job.err
	}
	c.waiting = c.waiting[:g.mark]
	return nil
}

// taken registers that the queue is sent.
func (g *grouped) taken(queue []queued) {
	g.sent = g.sent || slices.ContainsFunc(queue[min(g.mark, len(queue)):], func(q queued) bool { return q.writes })
	g.mark = 0
}

// nextTime sets the time of the next closure of a group, which is after that of the closure before.
func (c *postgresConn) nextTime() {
	g := c.grouped
	switch {
	case !c.begun:
	case c.clock != nil:
		c.time = c.clock().UTC().Truncate(time.Microsecond)
	default:
		now := time.Now()
		c.time = c.time.Add(max(time.Microsecond, now.Sub(g.read).Truncate(time.Microsecond)))
		g.read = now
	}
}

// mayRun returns an error if the closure's request has ended, or if the closure has taken so long that its group must
// not wait for it any more.
func (g *grouped) mayRun() error {
	if err := g.ctx.Err(); err != nil {
		return err
	}
	if !g.until.IsZero() && time.Now().After(g.until) {
		g.failed = true
		return errYield
	}
	return nil
}

// call runs a closure; a panic in it becomes its error.
func call(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}
