// Package e2e holds the tests that use Comity as its users do: they start the program that would
// be installed, on SQLite and on PostgreSQL, and call it over HTTP, by the client or on its command
// line. Receivers of messages are HTTP servers.
//
// scenarios/*.json are conversations with the API that say what each call answers; they read as
// examples of it, and scenarios_test.go says how they are written. clients/*.json are the exchanges of
// the kinds of program that rely on the API: a proxy that looks up who logs in, a cluster that makes
// groups of the registry's, a portal that enrolls many at once, a page for SSH keys and one for terms and
// conditions. What they do must go on working. The other tests are about what a
// conversation cannot show: a first start, an end, a crash, a database that goes away, and what receivers
// are sent.
//
// Nothing here waits for a time to pass. A test waits until something is so, with a deadline that
// only one that fails reaches.
package e2e
