//go:build !steppedclock

package main

import "time"

// clock is the store's clock, nil for the machine's or the database's own.
func clock() func() time.Time { return nil }
