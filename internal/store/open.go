// Package store stores the registry's records in a database: the statements made from the tables, conditions,
// unique values and cascades. Packages below it have what else is stored: the history, the queue of deliveries,
// computed memberships, the search index. All are functions that take a transaction of package db.
//
// The store has the statements and not the rules: the registry has the rules, and passes the statuses and sets
// that they need.
package store

import (
	"context"

	"comity/internal/store/db"
	"comity/internal/store/queue"
	"comity/internal/store/search"
)

// Open opens a database, which must be migrated. At the end of each writing transaction, the search texts of
// the people that it changed are updated and the deliveries of its changes enqueued.
func Open(ctx context.Context, o db.Options) (*db.DB, error) {
	return db.Open(ctx, o, search.Update, queue.Enqueue)
}
