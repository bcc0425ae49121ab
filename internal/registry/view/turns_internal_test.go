package view

import (
	"context"
	"errors"
	"testing"
)

// A caller has so many slots and waits for more, while other callers do not wait.
func TestCallersTakeTurns(t *testing.T) {
	t.Parallel()
	of := turns{most: 2, of: map[string]*slots{}}
	take := func(ctx context.Context, who string) func() {
		t.Helper()
		end, err := of.take(ctx, who)
		if err != nil {
			t.Fatalf("%s: %v", who, err)
		}
		return end
	}
	first, second := take(t.Context(), "one"), take(t.Context(), "one")
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := of.take(gone, "one"); !errors.Is(err, context.Canceled) {
		t.Errorf("a third turn: %v", err)
	}
	take(t.Context(), "other")()
	third := make(chan func())
	go func() {
		end, err := of.take(t.Context(), "one")
		if err != nil {
			t.Error(err)
		}
		third <- end
	}()
	first()
	(<-third)()
	second()
	if len(of.of) != 0 {
		t.Errorf("%d callers are remembered", len(of.of))
	}
}
