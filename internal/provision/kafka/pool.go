package kafka

import (
	"slices"
	"sync"
	"time"
)

// idleTime is how long a producer that nobody uses is kept.
const idleTime = time.Minute

// pool keeps the producers that are not in use. A cluster that is configured otherwise is another one:
// the old one's producers are not asked for any more and end.
type pool struct {
	mu     sync.Mutex
	idle   map[cluster][]*producer
	closed bool
}

// take returns a producer for a cluster that nobody else uses, a new one if there is none.
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

// give takes a producer back.
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

// remove takes a producer out and says whether it was there.
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

// close closes what is not in use, and what is when it is given back.
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
