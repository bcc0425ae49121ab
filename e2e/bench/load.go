package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// side is one of the two that take turns: a server, and what a client asks of it over and over.
type side struct {
	*process
	// more are further instances of it, which the clients share.
	more          []*process
	authorization string
	work          func(*conn) error
	// await waits until what the requests have caused is done; nil if they cause nothing.
	await func() error
}

// turn is the result of one turn.
type turn struct {
	// rate is the requests per second, of all clients.
	rate float64
	took []time.Duration
}

// turn lets the clients work for a while.
func (s side) turn(ctx context.Context, clients int, length time.Duration) (t turn, err error) {
	conns := make([]*conn, clients)
	instances := append([]*process{s.process}, s.more...)
	for i := range conns {
		if conns[i], err = dial(ctx, instances[i%len(instances)], s.authorization); err != nil {
			return t, err
		}
		defer conns[i].close()
	}
	failed := make([]error, clients)
	start := time.Now()
	var working sync.WaitGroup
	for i, c := range conns {
		working.Go(func() {
			for failed[i] == nil && ctx.Err() == nil && time.Since(start) < length {
				failed[i] = s.work(c)
			}
		})
	}
	working.Wait()
	elapsed := time.Since(start)
	if err := errors.Join(errors.Join(failed...), ctx.Err()); err != nil {
		return t, err
	}
	for _, c := range conns {
		t.took = append(t.took, c.took...)
	}
	t.rate = float64(len(t.took)) / elapsed.Seconds()
	if s.await != nil {
		err = s.await()
	}
	return t, err
}

// warmUp is how long each side works before what counts.
const warmUp = 500 * time.Millisecond

// compared is the result of all turns: medians, and the ratio's range.
type compared struct {
	ours, bare        float64
	ratio, least, top float64
	usual, slow       time.Duration
}

// compare lets the program and the bare limit take turns, now one first and now the other.
func (b *bench) compare(ctx context.Context, ours, bare side) (c compared, err error) {
	for _, s := range []side{ours, bare} {
		if _, err := s.turn(ctx, b.clients, warmUp); err != nil {
			return c, err
		}
	}
	var took []time.Duration
	var rates, limits, ratios []float64
	for i := range b.rounds {
		var o, l turn
		for j := range 2 {
			if (i+j)%2 == 0 {
				o, err = ours.turn(ctx, b.clients, b.length)
			} else {
				l, err = bare.turn(ctx, b.clients, b.length)
			}
			if err != nil {
				return c, err
			}
		}
		rates, limits, ratios = append(rates, o.rate), append(limits, l.rate), append(ratios, o.rate/l.rate)
		took = append(took, o.took...)
	}
	return compared{
		ours: median(rates), bare: median(limits),
		ratio: median(ratios), least: slices.Min(ratios), top: slices.Max(ratios),
		usual: share(took, 0.5), slow: share(took, 0.99),
	}, nil
}

func median[T float64 | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// share is the value that so many of all are not above.
func share(values []time.Duration, part float64) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(part*float64(len(sorted)-1))]
}
