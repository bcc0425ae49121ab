// Package wire turns records into the bodies of the REST API v1 and requests into records, in JSON
// and in XML, from the tables of package comity alone: a new field or resource needs nothing here.
//
// Reading is strict about form and lenient about content. A body that cannot be read is one
// [comity.Error] of Code Malformed; everything wrong with the values of a body that can be read is
// collected in [comity.Input], so that a client is told of all its faults at once. What a value may
// be is for [comity.Field.Read] to say, here it is only found and named.
//
// Writing appends to the caller's buffer and allocates nothing of its own, so a list of any length
// can be written out in pages from one pooled buffer.
package wire
