package db

// Place is the place of a record: the ids of its CO and of the person it belongs to, 0 for none.
type Place struct {
	CoId, CoPersonId int64
	// FormerPersonId is the person that it belonged to before an edit gave it to another, 0 for none.
	FormerPersonId int64
}

// Condition is a condition on a resource's records, as a function that returns its SQL and adds its
// parameters. The SQL refers to the table as t.
type Condition func(d Dialect, a *Args) string
