package db

import (
	"context"
	"errors"
	"sync/atomic"
)

// errYield is the error of a job that must run again in a transaction of its own.
var errYield = errors.New("this write takes long, and others wait: it runs again by itself")

// writeJob is a closure that waits for a transaction which others share.
type writeJob struct {
	ctx   context.Context //nolint:containedctx // the closure of a request that has ended is not started
	fn    func(conn) error
	alone bool
	err   error
	done  chan struct{}
	// state is jobWaits while the job is queued, jobBegun once a transaction has it, jobLeft when its request
	// ended, or runs it by itself, before that.
	state atomic.Int32
}

const (
	jobWaits int32 = iota
	jobBegun
	jobLeft
)

func newWriteJob(ctx context.Context, alone bool, fn func(conn) error) *writeJob {
	return &writeJob{ctx: ctx, fn: fn, alone: alone, done: make(chan struct{})}
}

// begin returns whether the job may be run: not when its request has left.
func (j *writeJob) begin() bool {
	return j.state.CompareAndSwap(jobWaits, jobBegun) || j.state.Load() == jobBegun
}

// leave returns whether the job has not begun, and keeps it from beginning.
func (j *writeJob) leave() bool { return j.state.CompareAndSwap(jobWaits, jobLeft) }
