package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// A batch of writes that share a commit ends after maxBatch writes or after maxBatchTime. A write that takes
// longer than maxShort while others wait for it is rolled back, and runs again in its own transaction.
const (
	maxBatch     = 64
	maxBatchTime = 5 * time.Millisecond
	maxShort     = 10 * time.Millisecond
)

var errClosed = errors.New("the database is closed")

// sqliteWriter is the goroutine that owns the one connection for writing. It runs the waiting closures one
// after the other in one transaction, each in a savepoint, and returns their results after the commit, so
// that full durability costs one sync for all of them. A long write has its own transaction and takes turns
// with batches of short ones: a short write waits for at most one long one.
type sqliteWriter struct {
	conn  *sqliteConn
	clock func() time.Time
	short chan *writeJob
	long  chan *writeJob
	// again are writes in short that turned out to be long.
	again []*writeJob
	done  chan struct{}
	// behind is the last time of the clock, if that was before the time of the last transaction; otherwise
	// zero.
	behind time.Time
	// begun is when the batch under way began, in Unix microseconds; 0 while there is none.
	begun atomic.Int64

	mu     sync.RWMutex
	closed bool
}

func newSQLiteWriter(c *sqliteConn, clock func() time.Time) *sqliteWriter {
	w := &sqliteWriter{
		conn: c, clock: clock, short: make(chan *writeJob, 4*maxBatch), long: make(chan *writeJob, 4*maxBatch), done: make(chan struct{}),
	}
	go w.loop()
	return w
}

// write queues a closure and waits for its commit. When its request ends before the closure has begun, the
// closure is not run; when it has begun, it is interrupted and rolled back, and the others of its transaction
// run again. A committed closure returns nil, whether or not its request has ended meanwhile.
func (w *sqliteWriter) write(ctx context.Context, alone bool, fn func(conn) error) error {
	job := newWriteJob(ctx, alone, fn)
	if err := w.send(ctx, job); err != nil {
		return err
	}
	select {
	case <-job.done:
	case <-ctx.Done():
		if job.leave() {
			return ctx.Err()
		}
		<-job.done
	}
	return job.err
}

func (w *sqliteWriter) send(ctx context.Context, job *writeJob) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	queue := w.short
	if job.alone {
		queue = w.long
	}
	select {
	case queue <- job:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *sqliteWriter) close() error {
	w.mu.Lock()
	w.closed = true
	close(w.short)
	close(w.long)
	w.mu.Unlock()
	<-w.done
	return w.conn.close()
}

func (w *sqliteWriter) loop() {
	defer close(w.done)
	for long := false; ; {
		job := w.next(!long)
		if job == nil {
			return
		}
		w.batch(job)
		long = job.alone
	}
}

// next returns the next job: a long one first if long is true, otherwise a short one first. It waits for one,
// and returns nil when the writer is closed and both queues are empty.
func (w *sqliteWriter) next(long bool) *writeJob {
	if len(w.again) > 0 && (long || len(w.short) == 0) {
		job := w.again[0]
		w.again = w.again[1:]
		return job
	}
	first, second := w.short, w.long
	if long {
		first, second = second, first
	}
	for _, queue := range []chan *writeJob{first, second} {
		select {
		case job := <-queue:
			if job != nil {
				return job
			}
		default:
		}
	}
	select {
	case job := <-w.short:
		if job == nil {
			job = <-w.long
		}
		return job
	case job := <-w.long:
		if job == nil {
			job = <-w.short
		}
		return job
	}
}

// batch runs a job and, if it is a short one, the short ones that wait, in one transaction.
func (w *sqliteWriter) batch(first *writeJob) {
	w.begun.Store(w.now().UnixMicro())
	if first.alone {
		// Without a savepoint: it would keep the former content of each page for the whole transaction, and
		// each statement would go through all of these pages.
		first.err = w.single(first)
		w.begun.Store(0)
		close(first.done)
		return
	}
	start := time.Now()
	ran := []*writeJob{first}
	err := w.begin()
	if err == nil {
		err = w.step(first, 1)
	}
	for err == nil && len(ran) < maxBatch && time.Since(start) < maxBatchTime {
		job := w.waiting()
		if job == nil {
			break
		}
		ran = append(ran, job)
		err = w.step(job, len(ran))
	}
	if err == nil {
		err = w.commit()
	}
	if err != nil {
		w.rollback()
		for _, job := range ran {
			if !errors.Is(job.err, errYield) {
				job.err = w.single(job)
			}
		}
	}
	// Before the jobs return, so that CommitHorizon calls of their requests do not see this batch.
	w.begun.Store(0)
	for _, job := range ran {
		if errors.Is(job.err, errYield) {
			w.again = append(w.again, job)
		} else {
			close(job.done)
		}
	}
}

func (w *sqliteWriter) waiting() *writeJob {
	select {
	case job := <-w.short:
		return job
	default:
		return nil
	}
}

func (w *sqliteWriter) begin() error {
	// Time does not go back between two transactions, so that revisions are in order; but after the clock was
	// ahead and was set back, the time must not stay ahead of it.
	w.conn.time = w.now()
	return w.conn.run("BEGIN IMMEDIATE")
}

// setBack is the minimum difference to the last transaction's time by which a clock counts as set back.
const setBack = time.Second

// now returns the time of the next transaction. It follows a clock that was set back once the clock advances
// from there.
func (w *sqliteWriter) now() time.Time {
	now, last, behind := w.clock().UTC().Truncate(time.Microsecond), w.conn.time, w.behind
	if now.After(last) {
		w.behind = time.Time{}
		return now
	}
	w.behind = now
	if last.Sub(now) < setBack || behind.IsZero() || now.Before(behind) {
		return last.Add(time.Microsecond)
	}
	return now
}

// step runs one job, the nth of its batch, in a savepoint. It returns the error of the whole batch; the job's
// own is in job.err, which is errYield where the job must run again.
func (w *sqliteWriter) step(job *writeJob, n int) error {
	if !job.begin() {
		return nil
	}
	if job.err = job.ctx.Err(); job.err != nil {
		return nil //nolint:nilerr // the request's error, not the batch's
	}
	w.conn.time = w.now()
	if err := w.conn.run("SAVEPOINT job"); err != nil {
		return err
	}
	if !job.alone {
		until := time.Now().Add(maxShort)
		w.conn.yield = func() bool { return time.Now().After(until) && (n > 1 || len(w.short) > 0) }
	}
	job.err = w.call(job)
	w.conn.yield = nil
	if w.conn.yielded {
		w.conn.yielded, job.alone, job.err = false, true, errYield
	}
	if w.conn.raw.GetAutocommit() {
		return fmt.Errorf("the transaction ended under a write: %w", errors.Join(job.err))
	}
	if job.err != nil {
		if err := w.conn.run("ROLLBACK TO job"); err != nil {
			return err
		}
	}
	return w.conn.run("RELEASE job")
}

// single runs a long job, or again a job of a batch that failed, in its own transaction.
func (w *sqliteWriter) single(job *writeJob) error {
	if !job.begin() {
		return nil
	}
	if err := job.ctx.Err(); err != nil {
		return err
	}
	if err := w.begin(); err != nil {
		return err
	}
	err := w.call(job)
	if err == nil {
		err = w.commit()
	}
	if err != nil {
		w.rollback()
	}
	return err
}

// commit commits the transaction with the search texts of all that its writes changed.
func (w *sqliteWriter) commit() error {
	if err := w.conn.updateSearch(); err != nil {
		return err
	}
	return w.conn.run("COMMIT")
}

func (w *sqliteWriter) rollback() {
	if !w.conn.raw.GetAutocommit() {
		// Where this fails, the next BEGIN fails too and its error is returned.
		_ = w.conn.run("ROLLBACK")
	}
}

// call runs a job's closure. A panic in it becomes an error of its request and does not end the writer.
func (w *sqliteWriter) call(job *writeJob) (err error) {
	w.conn.raw.SetInterrupt(job.ctx)
	defer func() {
		w.conn.raw.SetInterrupt(context.Background())
		if errors.Is(err, sqlite3.INTERRUPT) {
			err = errors.Join(job.ctx.Err(), err)
		}
	}()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	return job.fn(w.conn)
}
