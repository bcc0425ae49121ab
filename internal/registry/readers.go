package registry

import (
	"context"
	"sync"

	"comity/internal/access"
	"comity/internal/store"
)

// readers has one caller's lists and searches take turns, so that nobody takes all of the connections
// that everybody reads by.
type readers struct {
	// most is how many of one caller read at the same time.
	most int
	mu   sync.Mutex
	of   map[string]*turns
}

// turns are those of one caller: a place in the channel is one that reads.
type turns struct {
	places chan struct{}
	// users are those that read or wait.
	users int
}

// take waits for a turn of a caller, and returns what ends it.
func (r *readers) take(ctx context.Context, username string) (end func(), err error) {
	r.mu.Lock()
	t := r.of[username]
	if t == nil {
		t = &turns{places: make(chan struct{}, r.most)}
		r.of[username] = t
	}
	t.users++
	r.mu.Unlock()
	leave := func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if t.users--; t.users == 0 {
			delete(r.of, username)
		}
	}
	select {
	case t.places <- struct{}{}:
		return func() { <-t.places; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// snapshot is the store's, for what a caller asks that may take long.
func (r *Registry) snapshot(ctx context.Context, caller access.Caller, fn func(*store.Tx) error) error {
	end, err := r.readers.take(ctx, caller.Username)
	if err != nil {
		return err
	}
	defer end()
	return r.store.Snapshot(ctx, fn)
}
