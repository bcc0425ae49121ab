// Package storetest is the contract that every backend of the store passes. What the layers above
// rely on is written down once, here, and tried on a real database of each kind: the rows that are
// stored, their history, the marks that say who is to be told, and what holds of all of them while
// others write at the same time.
//
// A topic is a file and has a database of its own; its tests keep apart by each making a CO. What
// the store keeps but does not give back (history, deliveries) is read from the tables themselves.
// When a topic ends, the whole history is held against the whole of the tables.
package storetest

import "testing"

// Backend is a kind of database, and how it is opened.
type Backend struct {
	// Database makes a new database, migrated and empty, and returns its name, as store.Options has it.
	Database func(t *testing.T) string
	// Connections is how many the store may use, as store.Options has it. One shows up a closure
	// that needs a second connection: it waits for ever.
	Connections int
}

// Run holds a backend to the contract.
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
		{"keys of requests are forgotten", testForgetOnce},
		{"secrets", testSecrets},
		{"automatic memberships", testAutomatic},
		{"memberships now", testMemberships},
		{"marks", testMarks},
		{"claims", testClaims},
		{"outcomes", testOutcomes},
		{"target_states", testTargetStatus},
		{"transactions", testTransactions},
		{"hanging up", testHangingUp},
		{"ending", testEnding},
		{"writers at once", testWriters},
		{"snapshots", testSnapshots},
		{"time", testTime},
		{"settled", testSettled},
		{"closing", testClosing},
	} {
		t.Run(topic.name, func(t *testing.T) {
			t.Parallel()
			topic.test(t, b)
		})
	}
}
