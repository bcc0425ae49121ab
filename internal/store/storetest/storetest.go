// Package storetest has the tests that every backend of the store must pass. They check what the layers
// above rely on, with a real database of each kind: the rows that are stored, their history, the deliveries
// that are enqueued, and the invariants of these while others write at the same time.
//
// Each topic has its own database; its tests each add a CO. Tests read data that the store does not return
// (history, deliveries) directly from the tables. When a topic ends, the whole history is compared with all
// tables, and so are the rows of the search and of the counts by status.
//
// Tests of the rooms below the store take their databases from here (Databases), and add, edit and delete
// records by Add, Edit and Delete.
package storetest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"comity/internal/store/plantest"
)

// statements are those that the tests run on the databases that this package opens.
var statements = plantest.New()

// Main runs the tests of a package, checks the plans of the statements that they ran (package plantest), and returns
// the status to exit with.
func Main(m *testing.M) int {
	status := m.Run()
	if err := statements.Check(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// Backend is a kind of database, with the options that it is opened with.
type Backend struct {
	// Database makes a new database, migrated and empty, and returns its name for db.Options.
	Database func(t *testing.T) string
	// Connections is the number of connections for db.Options. With one, a closure that needs a second
	// connection waits forever.
	Connections int
}

// Run runs all tests with a backend.
func Run(t *testing.T, b Backend) {
	for _, topic := range []struct {
		name string
		test func(*testing.T, Backend)
	}{
		{"records", testRecords},
		{"random records", testRandomRecords},
		{"lists", testLists},
		{"conditions", testConditions},
		{"search", testSearch},
		{"uniques", testUniques},
		{"places", testPlaces},
		{"rules", testRules},
		{"history", testHistory},
		{"deletes", testDeletes},
		{"delete of a CO", testDeleteCO},
		{"delete of a CO part by part", testDeletePart},
		{"idempotency keys", testDeleteOldIdempotencyKeys},
		{"secrets", testSecrets},
		{"automatic memberships", testAutomatic},
		{"memberships now", testMemberships},
		{"enqueue", testEnqueue},
		{"claim", testClaim},
		{"outcomes", testOutcomes},
		{"due targets", testDueTargets},
		{"transactions", testTransactions},
		{"cancelled requests", testCancelledRequests},
		{"cancelled writes", testCancelledWrites},
		{"writers at once", testWriters},
		{"snapshots", testSnapshots},
		{"time", testTime},
		{"commit horizon", testCommitHorizon},
		{"close", testClose},
	} {
		t.Run(topic.name, func(t *testing.T) {
			t.Parallel()
			topic.test(t, b)
		})
	}
}
