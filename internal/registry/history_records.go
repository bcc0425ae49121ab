package registry

import (
	"context"

	"comity/internal/store/history"
)

// A HistoryRecord that is added is a note in the history.
var historyRecordRules = rules{
	store: func(ctx context.Context, c *change) error {
		return history.AddNote(ctx, c.tx, c.new, c.caller.Username, c.where)
	},
}
