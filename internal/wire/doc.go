// Package wire turns records into the bodies of the REST API v1 and requests into records, in JSON and in
// XML, from the tables of package comity only: a new field or resource needs no change here.
//
// Reading is strict about form and lenient about content. A body that cannot be read is one [comity.Error] of
// Code Malformed; everything wrong with the values of a body that can be read is collected in [comity.Input],
// so that a client gets all field errors at once. [comity.Field.Read] decides which values are valid, this
// package only finds and names them.
//
// Writing appends to the caller's buffer and allocates nothing of its own, so a list of any length can be
// written in pages from one pooled buffer.
package wire
