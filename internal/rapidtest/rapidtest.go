// Package rapidtest checks properties with values that are drawn alike in each ordinary run, so that
// what a commit's tests say does not hang on the draw. The long run (COMITY_SOAK) draws other values
// each time.
package rapidtest

import (
	"flag"
	"fmt"
	"os"
	"sync"

	"pgregory.net/rapid"
)

// fixedSeed is what the ordinary run draws from.
const fixedSeed = "1"

// Check is rapid.Check, from the fixed seed unless COMITY_SOAK is set or another seed is given, by the
// flag -rapid.seed or the environment's RAPID_SEED; the flag's 0 stands for a random one.
func Check(t rapid.TB, property func(*rapid.T)) {
	t.Helper()
	if err := seed(); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, property) //nolint:forbidigo // this is what stands for it everywhere else
}

// seed sets the flag that rapid reads, before the first property is checked.
var seed = sync.OnceValue(func() error {
	const name = "rapid.seed"
	given := flag.Lookup(name).DefValue != "0" // by the environment
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	if given || os.Getenv("COMITY_SOAK") != "" {
		return nil
	}
	if err := flag.Set(name, fixedSeed); err != nil {
		return fmt.Errorf("rapidtest: %w", err)
	}
	return nil
})
