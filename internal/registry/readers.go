package registry

import (
	"context"
	"sync"

	"comity/internal/authz"
	"comity/internal/store"
)

// readers makes the lists and searches of one caller take turns, so that no caller occupies all database
// connections that read.
type readers struct {
	// most is how many reads of one caller run at the same time.
	most int
	mu   sync.Mutex
	of   map[string]*turns
}

// turns are the slots of one caller: each element of the channel is a read that runs.
type turns struct {
	places chan struct{}
	// users is the number of reads that run or wait.
	users int
}

// take waits for a slot of a caller, and returns the function that frees it.
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

// snapshot runs a store snapshot that may take long, in the caller's turn.
func (r *Registry) snapshot(ctx context.Context, caller authz.Caller, fn func(*store.Tx) error) error {
	end, err := r.readers.take(ctx, caller.Username)
	if err != nil {
		return err
	}
	defer end()
	return r.store.Snapshot(ctx, fn)
}
