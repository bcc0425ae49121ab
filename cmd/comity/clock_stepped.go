//go:build steppedclock

package main

import (
	"os"
	"strings"
	"time"
)

// clock is the machine's clock, stepped by the duration that the file named by COMITY_CLOCK_STEP holds,
// which the crash tests change while the program runs.
func clock() func() time.Time {
	return func() time.Time {
		text, err := os.ReadFile(os.Getenv("COMITY_CLOCK_STEP"))
		if err != nil {
			return time.Now()
		}
		step, err := time.ParseDuration(strings.TrimSpace(string(text)))
		if err != nil {
			panic("COMITY_CLOCK_STEP: " + err.Error())
		}
		return time.Now().Add(step)
	}
}
