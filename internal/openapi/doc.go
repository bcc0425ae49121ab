// Package openapi describes the REST API v1 in two ways: as an OpenAPI 3.1 document for programs, and as
// pages for people. Both are generated from the tables of package comity, so a new resource or field is in
// them without a change here.
//
// What those tables do not contain is in tables of this package: what a search looks for (searches) and which
// refusals the rules of a resource add (refusals). Tests compare these with the tables, and the document with
// the answers of the API.
//
// In between is a plain list of operations, each with its parameters, body and answers. The document and the
// pages are two renderings of that list.
package openapi
