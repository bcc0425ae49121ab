package kafka

import (
	"slices"
	"sync"
	"time"
)

// idleTime is how long an unused producer is kept.
const idleTime = time.Minute

// pool keeps idle producers by the settings of their cluster. When the settings change, the producers of
// the old ones are not used any more and end after idleTime.
type pool struct {
	mu     sync.Mutex
	idle   map[cluster][]*producer
	closed bool
}

// take returns an idle producer for a cluster, a new one if there is none.
func (p *pool) take(c cluster, connect func() (*producer, error)) (*producer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := p.idle[c]
	if len(idle) == 0 {
		return connect()
	}
	last := idle[len(idle)-1]
	p.remove(last)
	return last, nil
}

// give returns a producer to the pool.
func (p *pool) give(pr *producer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		pr.close()
		return
	}
	if p.idle == nil {
		p.idle = map[cluster][]*producer{}
	}
	p.idle[pr.cluster] = append(p.idle[pr.cluster], pr)
	pr.idle = time.AfterFunc(idleTime, func() {
		p.mu.Lock()
		found := p.remove(pr)
		p.mu.Unlock()
		if found {
			pr.close()
		}
	})
}

// remove removes a producer and says whether it was in the pool.
func (p *pool) remove(pr *producer) bool {
	i := slices.Index(p.idle[pr.cluster], pr)
	if i < 0 {
		return false
	}
	pr.idle.Stop()
	p.idle[pr.cluster] = slices.Delete(p.idle[pr.cluster], i, i+1)
	if len(p.idle[pr.cluster]) == 0 {
		delete(p.idle, pr.cluster)
	}
	return true
}

// close closes the idle producers now, and those in use when they are given back.
func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, all := range idle {
		for _, pr := range all {
			pr.idle.Stop()
			pr.close()
		}
	}
}
