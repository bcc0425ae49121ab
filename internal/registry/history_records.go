package registry

import "context"

// A HistoryRecord that is added is a note in the history.
var historyRecordRules = rules{
	store: func(ctx context.Context, c *change) error {
		return c.tx.AddNote(ctx, c.new, c.caller.Username, c.where)
	},
}
