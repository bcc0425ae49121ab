package db

import (
	"github.com/jackc/pgx/v5/pgconn"

	"comity"
)

// unconfirmedKey is the name of the value of a connection whose last COMMIT a synchronous standby has not confirmed.
const unconfirmedKey = "comity: unconfirmed"

// noteUnconfirmed is called with each notice of the server. PostgreSQL waits for a synchronous standby when the
// transaction is committed on the server itself. If that wait is cancelled, because the request's time is over or
// by an administrator, COMMIT succeeds, and only a warning says that the standby may not have the transaction.
func noteUnconfirmed(c *pgconn.PgConn, n *pgconn.Notice) {
	// The text is in the server's language.
	if n.File == "syncrep.c" {
		c.CustomData()[unconfirmedKey] = true
	}
}

// unconfirmed returns an error if the COMMIT that has just succeeded on a connection was not confirmed: the change
// is lost if the standby is promoted, so nobody may be told that it is safe.
func unconfirmed(c *pgconn.PgConn) error {
	if c.CustomData()[unconfirmedKey] == nil {
		return nil
	}
	delete(c.CustomData(), unconfirmedKey)
	return comity.Unavailable("The change was made, but the database's standby did not confirm it in time: if the standby takes over now, the change is lost. "+
		"Before you send it again, look whether it is there.", nil)
}
