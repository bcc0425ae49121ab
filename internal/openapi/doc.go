// Package openapi describes the REST API v1 in two ways: as an OpenAPI 3.1 document for programs,
// and as pages for people. Both are made from the tables of package comity, which say what a resource
// and a field are for, so a new one is in them without anything being done here.
//
// What the tables do not say is written down in this package, in tables of its own: what a search
// looks for (searches) and which refusals the rules of a resource add (refusals). Tests hold these to the tables, and the
// document to what the API really answers.
//
// In between stands a plain list of operations, each with its parameters, body and answers. The
// document and the pages are two ways to write that list out.
package openapi
