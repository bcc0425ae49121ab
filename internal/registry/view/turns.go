package view

import (
	"context"
	"sync"

	"comity/internal/authz"
	"comity/internal/store/db"
)

// turns makes the lists and searches of one caller take turns, so that no caller occupies all database
// connections that read.
type turns struct {
	// most is how many reads of one caller run at the same time.
	most int
	mu   sync.Mutex
	of   map[string]*slots
}

// slots are those of one caller: each element of the channel is a read that runs.
type slots struct {
	places chan struct{}
	// users is the number of reads that run or wait.
	users int
}

// take waits for a slot of a caller, and returns the function that frees it.
func (t *turns) take(ctx context.Context, username string) (end func(), err error) {
	t.mu.Lock()
	s := t.of[username]
	if s == nil {
		s = &slots{places: make(chan struct{}, t.most)}
		t.of[username] = s
	}
	s.users++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if s.users--; s.users == 0 {
			delete(t.of, username)
		}
	}
	select {
	case s.places <- struct{}{}:
		return func() { <-s.places; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// snapshot runs a store snapshot that may take long, in the caller's turn.
func (r *Reader) snapshot(ctx context.Context, caller authz.Caller, fn func(*db.Tx) error) error {
	end, err := r.turns.take(ctx, caller.Username)
	if err != nil {
		return err
	}
	defer end()
	return r.store.Snapshot(ctx, fn)
}
