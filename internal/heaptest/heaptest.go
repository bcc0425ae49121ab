// Package heaptest measures what a piece of code holds on the heap at most, for tests.
package heaptest

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// Peak runs a function and returns how many bytes more than before it were in use at most, as the
// collector found them, which it has run all the time. Nothing else may run meanwhile.
func Peak(fn func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	runtime.GC()
	before := live()
	var most, over atomic.Uint64
	type sentinel struct{ _ *int }
	var watch func()
	watch = func() {
		// It is unreachable at once, so that each collection finds it and looks.
		s := &sentinel{}
		runtime.SetFinalizer(s, func(*sentinel) {
			most.Store(max(most.Load(), live()))
			if over.Load() == 0 {
				watch()
			}
		})
	}
	watch()
	fn()
	runtime.GC()
	over.Store(1)
	return max(most.Load(), before) - before
}

// live is what was in use when the last collection ended.
func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
